package reading

import (
	"errors"
	"fmt"
	"time"

	"marketbot/store"
)

// longest is how many days a span may have.
const longest = 366

// Span reads the days at the beginning of text; n is how many bytes of it:
// two dates (周一至周三, 11-24~26), days one after the other (周四和周五), a
// duration from today on (3天, 两周) or from a date on (明天起3天), one date, a
// holiday, or whole weeks or months (本周, 11月). Days are inclusive. The error is
// a Refusal for what looks like it but is impossible, and for what could still
// belong to the days behind those that were understood (12月初, 两天半): they are
// a duty for somebody, and nobody guesses one.
func Span(text string, on Base) (days Days, n int, err error) {
	var r reader
	r.loadDays(text)
	s, err := r.span(on.base())
	if err != nil {
		return Days{}, 0, err
	}
	switch {
	case s.to.Before(s.from):
		return Days{}, 0, Refusal(fmt.Sprintf("结束（%s）早于开始（%s）", store.DayOf(s.to).String(), store.DayOf(s.from).String()))
	case s.to.Sub(s.from) >= longest*24*time.Hour:
		return Days{}, 0, Refusal(fmt.Sprintf("一次最多 %d 天", longest))
	}
	if s.open && on.Past {
		s.open, s.to = false, on.Today.Start(time.UTC)
	}
	return Days{From: store.DayOf(s.from), To: store.DayOf(s.to), Begins: s.begins, Open: s.open}, r.used(), nil
}

// stretch is days while they are read.
type stretch struct {
	from, to time.Time
	begins   time.Duration
	half     bool // half a day, and not said which
	open     bool // from then on, and not said how long
	weekday  bool // begins with a day of the week
	dated    bool // begins with a date
	timed    bool // of its first day a part is told
	counted  bool // by how long it is
}

func (r *reader) span(b base) (stretch, error) {
	if r.takeOne("从", "自") {
		r.blanks()
	}
	start := r.i
	s, err := r.stretch(b)
	if at := r.i; errors.Is(err, ErrNone) {
		switch r.i = start; {
		case r.takeOne(vague...):
			return s, r.unclear(start)
		case b.Halves && r.partOfDay():
			s = stretch{from: b.today, to: b.today, dated: true}
			if err = r.end(b, &s); err == nil && over(s.begins, b.Clock) {
				err = Refusal("今天这时候已经过了，请写明是哪一天，例如 明天上午")
			}
		default:
			r.i = at
		}
	}
	if err != nil {
		return s, err
	}
	if err := r.furtherDays(b, &s); err != nil {
		return s, err
	}
	if s.half && b.Halves {
		return s, half
	}
	if err := r.count(s); err != nil {
		return s, err
	}
	b.from, b.weekday = s.to, s.weekday
	if err := r.leftover(b); err != nil {
		return s, err
	}
	return s, r.farther(b, s)
}

// furtherDays reads the days that follow the first one, each the day after the last.
func (r *reader) furtherDays(b base, s *stretch) error {
	for !s.counted {
		start := r.i
		if more, err := r.duration(s.from); err == nil && more.to.Equal(s.to) && r.edge() { // 明后天两天
			break
		}
		r.i = start
		next, err := r.another(b, *s)
		if errors.Is(err, ErrNone) {
			r.i = start
			break
		}
		if err != nil {
			return err
		}
		if next.counted { // 下周 3天
			return r.unclear(start)
		}
		if !next.from.Equal(s.to.AddDate(0, 0, 1)) || next.begins > 0 {
			return Refusal("不连着的日子请分几次写，一次一段，例如 " + exampleDays)
		}
		s.to = next.to
	}
	return nil
}

// over reports whether the part of the day that begins so long after midnight, or is of
// that hour, has ended.
func over(begins, clock time.Duration) bool {
	for _, end := range []time.Duration{12 * time.Hour, 18 * time.Hour} {
		if begins < end {
			return clock >= end
		}
	}
	return false
}

// partOfDay reports whether a part of the day stands here, without the day that it is
// of: 下午, 下午3点到5点. It reads nothing.
func (r *reader) partOfDay() bool {
	start := r.i
	defer func() { r.i = start }()
	if _, number := digit(r.peek()); number || tens(r.peek()) > 0 {
		return false
	}
	_, found, err := r.timeOfDay(true)
	return found && err == nil && !r.any("的")
}

// half asks which half of a day is meant.
const half = Refusal("半天是上午还是下午？请写成 明天上午 或 明天下午")

// count reads how many days there are behind them, as it is printed: （3 天）, 共3
// 天. Another number is refused.
func (r *reader) count(s stretch) error {
	start := r.i
	r.blanks()
	if bracketed := r.take("("); bracketed || r.take("共") {
		r.take("共")
		r.blanks()
		n, _, ok := r.number()
		r.blanks()
		if ok && r.take("天") && (!bracketed || r.take(")")) {
			if days := int(s.to.Sub(s.from)/(24*time.Hour)) + 1; n != days {
				return Refusal(fmt.Sprintf("起止是 %d 天，和写的 %d 天对不上", days, n))
			}
			return nil
		}
	}
	r.i = start
	return nil
}

// another reads the 周五 of 周四和周五, 周四、五, 周四 周五 and 周四周五.
func (r *reader) another(b base, s stretch) (stretch, error) {
	b.from, b.weekday = s.to, s.weekday
	start := r.i
	joined := r.joint()
	apart := !joined && r.i > start
	b.bare, b.further = joined, true
	if at := r.i; r.takeOne(vague...) { // 12月第一周
		return s, r.unclear(at)
	}
	next, err := r.stretch(b)
	switch {
	case err != nil:
		return next, err
	case !joined && r.any("的"), apart && !next.dated && !r.edge(), apart && r.isBack(): // 明天 周五的会我不去; 明天 本周已加班; 周四到周六 周日回来
		return next, ErrNone
	}
	return next, nil
}

// joint reads what joins two days; blanks alone join nothing yet.
func (r *reader) joint() bool {
	r.blanks()
	found := r.takeOne("、", "和", "与", "及", "跟", "还有", "以及", "&")
	r.blanks()
	return found
}

// stretch reads days that hang together.
func (r *reader) stretch(b base) (stretch, error) {
	start := r.i
	s, err := r.point(b)
	if err == nil {
		return s, r.end(b, &s)
	}
	if !errors.Is(err, ErrNone) {
		return s, err
	}
	r.i = start
	if s, err = r.lasting(b); !errors.Is(err, ErrNone) {
		return s, err
	}
	r.i = start
	s, err = r.whole(b)
	if start = r.i; err != nil || !r.rangeMark() {
		r.i = start
		return s, err
	}
	last, err := r.whole(b) // 11月到12月
	if errors.Is(err, ErrNone) {
		r.i = start
		return s, nil
	}
	s.to = last.to
	return s, err
}

// point reads a date with the part of it that is meant.
func (r *reader) point(b base) (s stretch, err error) {
	s.from, s.weekday, err = r.date(b)
	if err != nil {
		return s, err
	}
	s.to, s.dated = s.from, true
	if s.weekday {
		return s, r.moreDays(&s)
	}
	return s, nil
}

// moreDays reads the 日 of 周六日.
func (r *reader) moreDays(s *stretch) error {
	start, to, hole := r.i, s.to, false
	for {
		d, ok := r.dayOfWeek()
		if !ok {
			break
		}
		hole = hole || d != (int(to.Weekday())+6)%7+1
		to = to.AddDate(0, 0, 1)
	}
	switch {
	case !r.edge(): // 周一三天
		r.i = start
	case hole:
		return r.unclear(start)
	default:
		s.to = to
	}
	return nil
}

// end reads what may follow the first date: the time of day, a second date or a
// duration.
func (r *reader) end(b base, s *stretch) error {
	start := r.i
	begins, timed, err := r.timeOfDay(!b.Halves) // 明天 5点的高铁: where days count, the hour need not be clear
	if err != nil {
		return err
	}
	day := r.i
	s.timed = timed
	if r.rangeMark() {
		second := b
		second.from, second.weekday, second.bare = s.from, s.weekday, true
		found, err := r.second(second, s, timed)
		if err != nil || found {
			s.begins = begins
			return err
		}
	}
	r.i = day
	if found, err := r.length(b, s); err != nil || found {
		s.begins, s.half = begins, s.half && !timed
		return err
	}
	if r.i = day; timed && !b.Halves { // 明天 10:30飞机: part of what is said of the day
		r.i = start
		return nil
	}
	s.begins = begins
	r.blanks()
	if s.open = r.take("开始") || r.take("起") && r.edge(); !s.open {
		r.i = day
	}
	return nil
}

// length reads how long it is from the first date on: 起3天, 共两周. Behind a further
// day it is of all of them: 周四周五两天.
func (r *reader) length(b base, s *stretch) (found bool, err error) {
	if b.further {
		return false, nil
	}
	r.blanks()
	marked := r.takeOne("开始", "起", "共")
	r.blanks()
	more, err := r.duration(s.from)
	if err != nil || !marked && !r.edge() || s.to.After(s.from) { // 明天 一周总结会
		return false, noErr(err)
	}
	s.to, s.half = more.to, more.half
	return true, nil
}

// second reads the end of a range: a date, or only a time of the same day.
func (r *reader) second(b base, s *stretch, timed bool) (found bool, err error) {
	to, _, err := r.date(b)
	if err == nil {
		s.to = to
		_, _, err = r.timeOfDay(true)
		if at := r.i; !r.take("止") || !r.edge() { // 自28日起至30日止
			r.i = at
		}
		return true, err
	}
	if !errors.Is(err, ErrNone) || !timed {
		return false, noErr(err)
	}
	_, found, err = r.timeOfDay(true)
	return found, err
}

// noErr takes nothing of the kind for nothing wrong.
func noErr(err error) error {
	if errors.Is(err, ErrNone) {
		return nil
	}
	return err
}

func (r *reader) rangeMark() bool {
	r.blanks()
	found := r.takeOne("起至", "起到", "到", "至", "~")
	for !found && r.take("-") {
		found = r.peek() != '-'
	}
	r.blanks()
	return found
}
