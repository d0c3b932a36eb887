package reading

import (
	"errors"
	"strings"
	"time"

	"marketbot/store"
)

// horizon is how many days a relative date may lie away.
const horizon = 3660

// Base is what the days in a text are counted from.
type Base struct {
	Today   store.Day
	Past    bool          // it is about what was: 周五, 3号 and in November 3月 are the last ones, else the next
	Halves  bool          // a part of a day counts: 周五下午 begins at noon
	Clock   time.Duration // how late it is today: a part of the day alone is today's until it is over
	Holiday func(name string, today store.Day, past bool) (first, last store.Day, known bool)
}

// Date reads the date at the beginning of text; n is how many bytes of it.
// 周五 and 3号 are the next day called so, today among them, or the last; a date
// without a year is the nearest one. The error is a Refusal for what looks like
// a date but is none.
func Date(text string, on Base) (day store.Day, n int, err error) {
	var r reader
	r.loadDays(text)
	t, _, err := r.date(on.base())
	if err != nil {
		return "", 0, err
	}
	return store.DayOf(t), r.used(), nil
}

// OneDay is Date for where one day is meant and no other: more of them right behind it
// are refused.
func OneDay(text string, on Base) (day store.Day, n int, err error) {
	var r reader
	r.loadDays(text)
	b := on.base()
	if b.from, b.weekday, err = r.date(b); errors.Is(err, ErrNone) {
		b.from, err = r.feast(b)
	}
	day, n = store.DayOf(b.from), r.used()
	if err == nil {
		err = r.onlyOne(b)
	}
	if err != nil {
		return "", 0, err
	}
	return day, n, nil
}

// onlyOne refuses more days right behind a date where one is meant (12-23到12-25,
// 12月23 24号). It reads nothing.
func (r *reader) onlyOne(b base) error {
	start := r.i
	defer func() { r.i = start }()
	b.bare = r.rangeMark()
	if !b.bare {
		r.i = start
		b.bare = r.joint()
	}
	at := r.i
	_, _, err := r.date(b)
	if errors.Is(err, ErrNone) || !b.bare && !r.numberedDay(at) || !r.edge() {
		return nil
	}
	return Refusal("只能写一天，没看懂「" + strings.TrimSpace(string(r.runes[start:min(start+8, r.n)])) + "」")
}

// numberedDay reports whether what was read from at on is a day of a month by its
// number alone: 24号.
func (r *reader) numberedDay(at int) bool {
	return arabic(r.runes[at]) && r.i > at && (r.runes[r.i-1] == '号' || r.runes[r.i-1] == '日') && r.i-at <= 3
}

// base is what a date leans on.
type base struct {
	Base
	today   time.Time
	from    time.Time // the range's first day when its second half is read
	weekday bool      // that was given as a day of the week
	bare    bool      // a number alone is a day, because a mark leads on to it
	further bool      // it is one more of several days
}

func (on Base) base() base { return base{Base: on, today: on.Today.Start(time.UTC)} }

// unlikely reports whether a day that was named without its year is too far ahead to be
// meant of what was: in November nobody asks for a day of the March that comes. Of the
// month ahead somebody may, and hears that it is yet to come.
func (b base) unlikely(t time.Time) bool { return b.Past && t.After(addMonths(b.today, 1)) }

// anchor is the day that an incomplete date lies near to.
func (b base) anchor() time.Time {
	if b.from.IsZero() {
		return b.today
	}
	return b.from
}

// date reads a date; weekday tells that it was given as a day of the week.
// Nothing is read when there is an error.
func (r *reader) date(b base) (t time.Time, weekday bool, err error) {
	start := r.i
	if t, ok := r.relative(b); ok {
		return t, false, nil
	}
	if t, ok := r.weekday(b); ok {
		return t, true, nil
	}
	r.i = start
	if t, err = r.inMonth(b); errors.Is(err, ErrNone) {
		r.i = start
		t, err = r.numbered(b)
	}
	if err == nil {
		err = r.sameWeekday(t)
	}
	if err != nil {
		r.i = start
	}
	return t, false, err
}

// sameWeekday reads the day of the week behind a date, as it is printed (11月27日
// 周五). Another one than the date's is refused.
func (r *reader) sameWeekday(t time.Time) error {
	start := r.i
	r.blanks()
	bracketed := r.take("(")
	if r.week() {
		if d, ok := r.dayOfWeek(); ok && (r.edge() || !isCounter(r.peek())) && (!bracketed || r.take(")")) && !r.any("的") {
			if d != (int(t.Weekday())+6)%7 {
				return Refusal(store.DayOf(t).String() + "，和写的星期对不上")
			}
			return nil
		}
	}
	r.i = start
	return nil
}

// relative reads 今天, 后天 …
func (r *reader) relative(b base) (time.Time, bool) {
	days := 0
	switch {
	case r.takeOne("今天", "今日", "今儿个", "今儿"), r.takeBefore("今", "早晚"):
	case r.takeOne("明天", "明日", "赶明儿", "明儿个", "明儿", "听日", "聽日"), r.takeBefore("明", "早晚"):
		days = 1
	case r.takeOne("大后天", "大後天", "大后儿"):
		days = 3
	case r.takeOne("后天", "後天", "后日", "後日", "后儿个", "后儿"):
		days = 2
	case r.takeOne("昨天", "昨日", "昨儿个", "昨儿", "寻日", "琴日"), r.takeBefore("昨", "早晚"):
		days = -1
	case r.take("大前天"):
		days = -3
	case r.takeOne("前天", "前日", "前儿个", "前儿"):
		days = -2
	default:
		return time.Time{}, false
	}
	return b.today.AddDate(0, 0, days), true
}

// which reads 本, 这个, 上一, 下下 … as how many weeks or months from this one.
func (r *reader) which() (n int, given bool) {
	switch {
	case r.take("上上"):
		n = -2
	case r.take("下下"):
		n = 2
	case r.take("上"):
		n = -1
	case r.take("下"):
		n = 1
	case !r.takeOne("本", "这", "当"):
		return 0, false
	}
	r.takeOne("一个", "个", "一") // 上一周
	return n, true
}

// weekday reads 周五, 下周一, 下周的周三, 星期天, and in 周一到五 the 五.
func (r *reader) weekday(b base) (time.Time, bool) {
	if start := r.i; b.weekday {
		if d, ok := r.dayOfWeek(); ok && r.edge() {
			return after(monday(b.from).AddDate(0, 0, d), b.from, 7), true
		}
		r.i = start
	}
	weeks, given := r.which()
	if !r.week() {
		return time.Time{}, false
	}
	if start := r.i; given {
		r.blanks()
		r.take("的")
		if !r.week() {
			r.i = start
		}
	}
	d, ok := r.dayOfWeek()
	switch t := monday(b.today).AddDate(0, 0, 7*weeks+d); {
	case !ok:
		return time.Time{}, false
	case given:
		return t, true
	case !b.from.IsZero():
		return after(monday(b.from).AddDate(0, 0, d), b.from, 7), true
	case b.Past && t.After(b.today):
		return t.AddDate(0, 0, -7), true
	case b.Past:
		return t, true
	default:
		return after(t, b.today, 7), true
	}
}

// week reads the 周 of a week.
func (r *reader) week() bool { return r.takeOne("周", "星期", "礼拜") }

// dayOfWeek reads the 五 of 周五: days since Monday.
func (r *reader) dayOfWeek() (int, bool) {
	d, ok := digit(r.peek())
	switch {
	case r.any("日天"):
		d = 7
	case !ok || d < 1 || d > 7 || r.any("两"):
		return 0, false
	case arabic(r.peek()) && (arabic(r.ahead(1)) || isCounter(r.ahead(1))): // 下周3天
		return 0, false
	}
	r.i++
	return d - 1, true
}

func monday(t time.Time) time.Time { return t.AddDate(0, 0, -(int(t.Weekday())+6)%7) }

// after moves t on by days when it lies before from.
func after(t, from time.Time, days int) time.Time {
	if t.Before(from) {
		return t.AddDate(0, 0, days)
	}
	return t
}

// inMonth reads 月底, 下月底, 年底, 下月3号.
func (r *reader) inMonth(b base) (time.Time, error) {
	if r.take("年底") {
		return time.Date(b.today.Year(), 12, 31, 0, 0, 0, 0, time.UTC), nil
	}
	months, given := r.which()
	if !r.take("月") {
		return time.Time{}, ErrNone
	}
	first := firstOf(b.today).AddDate(0, months, 0)
	if r.takeOne("底", "末") {
		return first.AddDate(0, 1, -1), nil
	}
	d, _, ok := r.number()
	if !given || !ok || !r.takeOne("号", "日") && !r.dateEdge() {
		return time.Time{}, ErrNone
	}
	return exact(first.Year(), int(first.Month()), d)
}

func firstOf(t time.Time) time.Time { return t.AddDate(0, 0, 1-t.Day()) }
