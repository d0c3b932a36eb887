package reading

import (
	"errors"
	"fmt"
	"strings"
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
	r.load(text)
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
	counted  bool // by how long it is
}

func (r *reader) span(b base) (stretch, error) {
	if r.takeOne("从", "自") {
		r.blanks()
	}
	start := r.i
	s, err := r.stretch(b)
	if at := r.i; errors.Is(err, ErrNone) {
		if r.i = start; r.takeOne(vague...) {
			return s, r.unclear(start)
		}
		r.i = at
	}
	if err != nil {
		return s, err
	}
	for !s.counted {
		start := r.i
		next, err := r.another(b, s)
		if errors.Is(err, ErrNone) {
			r.i = start
			break
		}
		if err != nil {
			return s, err
		}
		if !next.from.Equal(s.to.AddDate(0, 0, 1)) || next.begins > 0 {
			return s, Refusal("不连着的日子请分几次写，一次一段，例如 " + exampleDays)
		}
		s.to = next.to
	}
	if s.half && b.Halves {
		return s, Refusal("半天是上午还是下午？请写成 明天上午 或 明天下午")
	}
	b.from, b.weekday = s.to, s.weekday
	return s, r.leftover(b)
}

// another reads the 周五 of 周四和周五, 周四、五, 周四 周五 and 周四周五.
func (r *reader) another(b base, s stretch) (stretch, error) {
	b.from, b.weekday = s.to, s.weekday
	start := r.i
	joined := r.joint()
	apart := !joined && r.i > start
	b.bare = joined
	if at := r.i; r.takeOne(vague...) { // 12月第一周
		return s, r.unclear(at)
	}
	next, err := r.stretch(b)
	switch {
	case err != nil:
		return next, err
	case !joined && r.any("的"), apart && !next.dated && !r.edge(): // 明天 周五的会我不去; 明天 本周已加班
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

// whole reads a week, a month or a holiday by its name.
func (r *reader) whole(b base) (s stretch, err error) {
	start := r.i
	if s, err = r.holiday(b); !errors.Is(err, ErrNone) {
		return s, err
	}
	r.i = start
	if s, ok := r.weekend(b); ok {
		return s, nil
	}
	r.i = start
	w, err := r.weekName(b.today)
	if !errors.Is(err, ErrNone) {
		from := w.Monday(time.UTC)
		return stretch{from: from, to: from.AddDate(0, 0, 6)}, err
	}
	r.i = start
	from, err := r.month(b.today)
	return stretch{from: from, to: from.AddDate(0, 1, -1)}, err
}

// weekend reads 周末, 下周末: Saturday and Sunday.
func (r *reader) weekend(b base) (stretch, bool) {
	weeks, _ := r.which()
	if !r.take("周末") {
		return stretch{}, false
	}
	from := monday(b.today).AddDate(0, 0, 7*weeks+5)
	return stretch{from: from, to: from.AddDate(0, 0, 1)}, true
}

// holidayNames are holidays as people call them, the longer ones first.
var holidayNames = []string{"元旦", "春节", "清明", "劳动节", "五一", "端午", "中秋", "国庆", "十一"}

// calledElse are holidays whose name in the tables is another.
var calledElse = map[string]string{"五一": "劳动节", "十一": "国庆"}

// holiday reads 国庆, 元旦假期: the days off.
func (r *reader) holiday(b base) (stretch, error) {
	for _, name := range holidayNames {
		if !r.take(name) {
			continue
		}
		r.take("节")
		long := r.takeOne("假期", "长假", "放假", "期间", "假")
		if official, other := calledElse[name]; other {
			if !long && !r.edge() { // 十一家客户
				return stretch{}, ErrNone
			}
			name = official
		}
		if b.Holiday == nil {
			return stretch{}, ErrNone
		}
		first, last, known := b.Holiday(name, b.Today, b.Past)
		if !known {
			return stretch{}, Refusal("还不知道「" + name + "」放哪几天，请写日期，例如 " + exampleDays)
		}
		return stretch{from: first.Start(time.UTC), to: last.Start(time.UTC)}, nil
	}
	return stretch{}, ErrNone
}

// end reads what may follow the first date: the time of day, a second date or a
// duration.
func (r *reader) end(b base, s *stretch) error {
	start := r.i
	begins, timed, err := r.timeOfDay(false)
	if err != nil {
		return err
	}
	day := r.i
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
	if found, err := r.length(s); err != nil || found {
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

// length reads how long it is from the first date on: 起3天, 共两周.
func (r *reader) length(s *stretch) (found bool, err error) {
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
	found := r.takeOne("到", "至", "~")
	for !found && r.take("-") {
		found = r.peek() != '-'
	}
	r.blanks()
	return found
}

// lasting reads a duration from today on, or from the date behind it: 3天, 3天从
// 周五起.
func (r *reader) lasting(b base) (stretch, error) {
	start := r.i
	s, err := r.duration(b.today)
	if err != nil {
		return s, err
	}
	end, length := r.i, start
	for r.any(" ,、") {
		r.i++
	}
	from := r.takeOne("从", "自")
	t, _, err := r.date(b)
	if err != nil || !r.takeOne("开始", "起", "出发") && !from {
		r.i = end
		return s, nil
	}
	end, r.i = r.i, length
	s, err = r.duration(t)
	r.i = end
	return s, err
}

// duration reads 3天, 两周, 半天, 一个月: the last day when from is the first.
func (r *reader) duration(from time.Time) (stretch, error) {
	s := stretch{from: from, to: from, counted: true}
	start := r.i
	if r.take("半天") {
		s.half = true
		return s, nil
	}
	if r.takeOne("半个月", "半月", "半周", "几天", "数天", "好几天", "多天") {
		return s, r.unclear(start)
	}
	n, digits, ok := r.number()
	switch _, more := chinese(r.peek()); {
	case !ok:
		return s, ErrNone
	case more && digits == 0, r.any("几来多余.") || r.any("-~") && arabic(r.ahead(1)): // 三四天, 十来天, 3.5天
		return s, r.unsure(start)
	case r.take("天"):
		s.to = from.AddDate(0, 0, min(n, horizon)-1)
		if nights := r.i; !r.nights() {
			r.i = nights
		}
	case r.takeOne("周", "个星期", "星期", "个礼拜", "礼拜"):
		s.to = from.AddDate(0, 0, 7*min(n, horizon)-1)
	case r.takeOne("个月"):
		s.to = addMonths(from, min(n, horizon/30)).AddDate(0, 0, -1)
	case r.take("个半月"):
		return s, r.unclear(start)
	default:
		return s, ErrNone
	}
	switch {
	case r.any("后前") || r.any("之以") && (r.ahead(1) == '后' || r.ahead(1) == '前'):
		return s, ErrNone
	case r.any("半多来余"):
		return s, r.unclear(start)
	case n == 0:
		return s, Refusal("至少要有 1 天")
	}
	return s, nil
}

// nights reads the 两夜 of 三天两夜, which says the same once more.
func (r *reader) nights() bool {
	r.blanks()
	_, _, ok := r.number()
	return ok && r.takeOne("夜", "晚")
}

// unsure is unclear for a number that days follow, else nothing of the kind.
func (r *reader) unsure(start int) error {
	for k := range 4 {
		if c := r.ahead(k); c == '天' || c == '周' || c == '个' && strings.ContainsRune("星礼月", r.ahead(k+1)) {
			return r.unclear(start)
		}
	}
	return ErrNone
}
