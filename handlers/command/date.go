package command

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"marketbot/store"
)

// errNoFit means that nothing of the wanted kind stands at the beginning of a
// text. What is of the kind but impossible (2月30日) is a *Refusal.
var errNoFit = errors.New("does not fit")

// horizon is how many days a relative date may lie away.
const horizon = 3660

// ReadDate reads the date at the beginning of text; n is how many bytes of it.
// now carries the company's zone. 周五 is that day of this ISO week, 3号 that
// day of this month; a date without a year is the nearest one. The error is
// a *Refusal for what looks like a date but is none.
func ReadDate(text string, now time.Time) (day store.Day, n int, err error) {
	var r reader
	r.load(text)
	t, _, err := r.date(base{today: civil(now)})
	if err != nil {
		return "", 0, err
	}
	return store.DayOf(t), r.used(), nil
}

// civil is the calendar day of a moment as midnight UTC, where adding days
// never meets a change of clocks.
func civil(now time.Time) time.Time {
	y, m, d := now.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
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
	if t, err = r.inMonth(b); !errors.Is(err, errNoFit) {
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
		return time.Time{}, errNoFit
	}
	first := firstOf(b.today).AddDate(0, months, 0)
	if r.takeOne("底", "末") {
		return first.AddDate(0, 1, -1), nil
	}
	d, _, ok := r.number()
	if !given || !ok || !r.takeOne("号", "日") && !r.dateEdge() {
		return time.Time{}, errNoFit
	}
	return exact(first.Year(), int(first.Month()), d)
}

func firstOf(t time.Time) time.Time { return t.AddDate(0, 0, 1-t.Day()) }

// numbered reads the dates that begin with a number, or with 今年, 明年, 去年.
func (r *reader) numbered(b base) (time.Time, error) {
	if year, ok := r.yearWord(b.today); ok {
		return r.monthAndDay(b, year)
	}
	n, digits, ok := r.number()
	switch {
	case !ok:
		return time.Time{}, errNoFit
	case digits == 8 && n/1000000 == 20 && r.edge():
		return exact(n/10000, n/100%100, n%100)
	case digits == 4 && r.take("年"):
		return r.monthAndDay(b, n)
	case digits == 4 && r.any("-/."):
		return r.separated(b, n)
	case digits > 3 && !r.any("天周个"):
		return time.Time{}, errNoFit
	case r.take("月"):
		return r.dayIn(b, 0, n)
	case digits > 0 && digits < 3 && r.any("-/.") && arabic(r.ahead(1)):
		mark := r.peek()
		r.i++
		return r.shortDate(b, n, mark)
	case r.any("日") && strings.ContainsRune("后前之以", r.ahead(1)): // 3日后
		return r.away(b, n)
	case r.takeOne("号", "日"):
		return r.dayOfMonth(b, n)
	case !b.from.IsZero() && digits > 0 && r.dateEdge(): // 11-24至26
		return r.dayOfMonth(b, n)
	default:
		return r.away(b, n)
	}
}

func (r *reader) yearWord(today time.Time) (int, bool) {
	switch {
	case r.take("今年"):
		return today.Year(), true
	case r.take("明年"):
		return today.Year() + 1, true
	case r.take("去年"):
		return today.Year() - 1, true
	default:
		return 0, false
	}
}

// monthAndDay reads 11月24日 after a year.
func (r *reader) monthAndDay(b base, year int) (time.Time, error) {
	month, _, ok := r.number()
	if !ok || !r.take("月") {
		return time.Time{}, errNoFit
	}
	return r.dayIn(b, year, month)
}

// dayIn reads 24日, 24 or 底 after a month; year 0 means the nearest.
func (r *reader) dayIn(b base, year, month int) (time.Time, error) {
	if r.takeOne("底", "末") {
		t, err := complete(b, year, month, 1)
		return t.AddDate(0, 1, -1), err
	}
	d, _, ok := r.number()
	if !ok || !r.takeOne("日", "号") && !r.dateEdge() {
		return time.Time{}, errNoFit
	}
	return complete(b, year, month, d)
}

// separated reads -11-24 after a year.
func (r *reader) separated(b base, year int) (time.Time, error) {
	mark := r.peek()
	r.i++
	month, digits, ok := r.number()
	if !ok || digits == 0 || r.peek() != mark {
		return time.Time{}, errNoFit
	}
	r.i++
	return r.lastNumber(b, year, month)
}

// shortDate reads 24 after 11-.
func (r *reader) shortDate(b base, month int, mark rune) (time.Time, error) {
	t, err := r.lastNumber(b, 0, month)
	if err == nil && mark != '-' && r.peek() == mark { // 1.2.3 is no date
		return time.Time{}, errNoFit
	}
	return t, err
}

func (r *reader) lastNumber(b base, year, month int) (time.Time, error) {
	d, digits, ok := r.number()
	if !ok || digits == 0 || digits > 2 {
		return time.Time{}, errNoFit
	}
	if !r.takeOne("日", "号") && !r.dateEdge() {
		return time.Time{}, errNoFit
	}
	return complete(b, year, month, d)
}

// dayOfMonth is 3号 without a month.
func (r *reader) dayOfMonth(b base, d int) (time.Time, error) {
	if r.any("楼线馆厅机院店门车仓库桥") {
		return time.Time{}, errNoFit
	}
	t, err := exact(b.anchor().Year(), int(b.anchor().Month()), d)
	if err == nil && !b.from.IsZero() && t.Before(b.from) {
		next := firstOf(b.from).AddDate(0, 1, 0)
		return exact(next.Year(), int(next.Month()), d)
	}
	return t, err
}

// away reads 天后, 周前, 个月后 after a number.
func (r *reader) away(b base, n int) (time.Time, error) {
	days, months := 0, 0
	switch {
	case r.takeOne("天", "日"):
		days = n
	case r.takeOne("周", "个星期", "星期", "个礼拜", "礼拜", "个周"):
		days = 7 * n
	case r.take("个月"):
		months = n
	default:
		return time.Time{}, errNoFit
	}
	past := r.takeOne("之前", "以前", "前")
	if !past && !r.takeOne("之后", "以后", "后") {
		return time.Time{}, errNoFit
	}
	if days > horizon || months > horizon/30 {
		return time.Time{}, &Refusal{Text: "这个日期太远了"}
	}
	if past {
		days, months = -days, -months
	}
	return addMonths(b.today, months).AddDate(0, 0, days), nil
}

// addMonths keeps to the month: a month after 31 January is its successor's end.
func addMonths(t time.Time, n int) time.Time {
	first := firstOf(t).AddDate(0, n, 0)
	return first.AddDate(0, 0, min(t.Day(), first.AddDate(0, 1, -1).Day())-1)
}

// dateEdge tells whether a date without a unit may end here, so that 12.5万 or
// 11.24家 is none.
func (r *reader) dateEdge() bool {
	return r.any("到至起开共") || r.edge() && !r.any("%‰") && !(r.any(".,/") && arabic(r.ahead(1)))
}

// complete is a date with the year, 0 meaning the nearest to the anchor.
func complete(b base, year, month, d int) (time.Time, error) {
	if year != 0 {
		return exact(year, month, d)
	}
	var best time.Time
	for y := b.anchor().Year() - 1; y <= b.anchor().Year()+1; y++ {
		t, err := exact(y, month, d)
		if err == nil && (best.IsZero() || t.Sub(b.anchor()).Abs() < best.Sub(b.anchor()).Abs()) {
			best = t
		}
	}
	if best.IsZero() {
		return best, noSuchDay(fmt.Sprintf("%d月%d日", month, d))
	}
	return best, nil
}

// exact is a date that must exist, of this century.
func exact(year, month, d int) (time.Time, error) {
	t := time.Date(year, time.Month(month), d, 0, 0, 0, 0, time.UTC)
	if year < 2000 || year > 2099 || t.Year() != year || int(t.Month()) != month || t.Day() != d {
		return time.Time{}, noSuchDay(fmt.Sprintf("%d年%d月%d日", year, month, d))
	}
	return t, nil
}

func noSuchDay(s string) error { return &Refusal{Text: "没有" + s + "这一天"} }
