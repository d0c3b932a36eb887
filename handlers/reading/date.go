package reading

import (
	"errors"
	"time"

	"marketbot/store"
)

// horizon is how many days a relative date may lie away.
const horizon = 3660

// Date reads the date at the beginning of text; n is how many bytes of it.
// 周五 is that day of the ISO week it is read in, 3号 that day of the month; a
// date without a year is the nearest one. The error is a Refusal for what looks
// like a date but is none.
func Date(text string, on store.Day) (day store.Day, n int, err error) {
	var r reader
	r.load(text)
	t, _, err := r.date(base{today: on.Start(time.UTC)})
	if err != nil {
		return "", 0, err
	}
	return store.DayOf(t), r.used(), nil
}

// base is what a date leans on.
type base struct {
	today   time.Time
	from    time.Time // the range's first day when its second half is read
	weekday bool      // that was given as a day of the week
}

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
	if t, err = r.inMonth(b); !errors.Is(err, ErrNone) {
		return t, false, err
	}
	r.i = start
	if t, err = r.numbered(b); err != nil {
		r.i = start
	}
	return t, false, err
}

// relative reads 今天, 后天 …
func (r *reader) relative(b base) (time.Time, bool) {
	days := 0
	switch {
	case r.takeOne("今天", "今日"):
	case r.takeOne("明天", "明日"):
		days = 1
	case r.take("大后天"):
		days = 3
	case r.take("后天"):
		days = 2
	case r.takeOne("昨天", "昨日"):
		days = -1
	case r.take("大前天"):
		days = -3
	case r.take("前天"):
		days = -2
	default:
		return time.Time{}, false
	}
	return b.today.AddDate(0, 0, days), true
}

// which reads 本, 这个, 上, 下下 … as how many weeks or months from this one.
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
	case !r.takeOne("本", "这"):
		return 0, false
	}
	r.take("个")
	return n, true
}

// weekday reads 周五, 下周一, 星期天, and in 周一到五 the 五.
func (r *reader) weekday(b base) (time.Time, bool) {
	if start := r.i; b.weekday {
		if d, ok := r.dayOfWeek(); ok && r.edge() {
			return after(monday(b.from).AddDate(0, 0, d), b.from, 7), true
		}
		r.i = start
	}
	weeks, given := r.which()
	if !r.takeOne("周", "星期", "礼拜") {
		return time.Time{}, false
	}
	d, ok := r.dayOfWeek()
	if !ok {
		return time.Time{}, false
	}
	if given || b.from.IsZero() {
		return monday(b.today).AddDate(0, 0, 7*weeks+d), true
	}
	return after(monday(b.from).AddDate(0, 0, d), b.from, 7), true
}

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
