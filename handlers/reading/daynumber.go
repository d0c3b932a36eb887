package reading

import (
	"fmt"
	"strings"
	"time"
)

// numbered reads the dates that begin with a number, or with 今年, 明年, 去年.
func (r *reader) numbered(b base) (time.Time, error) {
	if year, ok := r.yearWord(b.today); ok {
		return r.monthAndDay(b, year)
	}
	n, digits, ok := r.number()
	switch {
	case !ok:
		return time.Time{}, ErrNone
	case digits == 8 && n/1000000 == 20 && r.edge():
		return exact(n/10000, n/100%100, n%100)
	case digits == 4 && r.take("年"):
		return r.monthAndDay(b, n)
	case digits == 2 && r.take("年"):
		return r.monthAndDay(b, century+n)
	case digits == 4 && r.any("-/."):
		return r.separated(b, n)
	case digits > 3 && !r.any("天周个"):
		return time.Time{}, ErrNone
	case r.take("月"):
		return r.dayIn(b, 0, n)
	case n <= 12 && digits > 0 && r.any("-") && r.eitherWay():
		return time.Time{}, Refusal("是几号到几号，还是几月几日？请写成 3号到5号 或 3月5日")
	case n <= 12 && digits > 0 && digits < 3 && r.any("-/.") && arabic(r.ahead(1)):
		mark := r.peek()
		r.i++
		return r.shortDate(b, n, mark)
	case r.any("日") && strings.ContainsRune("后前之以", r.ahead(1)): // 3日后
		return r.away(b, n)
	case digits == 0 && n <= fewDays && r.any("日") && b.from.IsZero():
		return r.spelled(b, n)
	case r.takeOne("号", "日"):
		return r.dayOfMonth(b, n)
	case digits < 3 && r.unitFollows(): // 26、27号
		return r.dayOfMonth(b, n)
	case b.bare && digits > 0 && r.dateEdge(): // 11-24至26
		return r.dayOfMonth(b, n)
	default:
		return r.away(b, n)
	}
}

func (r *reader) yearWord(today time.Time) (int, bool) {
	switch {
	case r.take("今年"), r.take("本年"):
		return today.Year(), true
	case r.take("明年"):
		return today.Year() + 1, true
	case r.take("去年"):
		return today.Year() - 1, true
	default:
		return 0, false
	}
}

// century is what a year of two digits leaves out: 26年12月.
const century = 2000

// monthAndDay reads 11月24日 after a year.
func (r *reader) monthAndDay(b base, year int) (time.Time, error) {
	month, _, ok := r.number()
	if !ok || !r.take("月") {
		return time.Time{}, ErrNone
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
		return time.Time{}, ErrNone
	}
	return complete(b, year, month, d)
}

// separated reads -11-24 after a year.
func (r *reader) separated(b base, year int) (time.Time, error) {
	mark := r.peek()
	r.i++
	month, digits, ok := r.number()
	if !ok || digits == 0 || r.peek() != mark {
		return time.Time{}, ErrNone
	}
	r.i++
	return r.lastNumber(b, year, month)
}

// shortDate reads 24 after 11-.
func (r *reader) shortDate(b base, month int, mark rune) (time.Time, error) {
	t, err := r.lastNumber(b, 0, month)
	if err == nil && mark != '-' && r.peek() == mark { // 1.2.3 is no date
		return time.Time{}, ErrNone
	}
	return t, err
}

func (r *reader) lastNumber(b base, year, month int) (time.Time, error) {
	d, digits, ok := r.number()
	if !ok || digits == 0 || digits > 2 {
		return time.Time{}, ErrNone
	}
	if !r.takeOne("日", "号") && !r.dateEdge() {
		return time.Time{}, ErrNone
	}
	return complete(b, year, month, d)
}

// unitFollows reports whether a number leans on the 号 behind the next one: the
// 26 of 26、27号, 26 27号 and 26-28号.
func (r *reader) unitFollows() bool {
	start := r.i
	defer func() { r.i = start }()
	for at := r.i; r.joint() || r.rangeMark() || r.i > at; at = r.i {
		if _, digits, ok := r.number(); !ok || digits > 2 {
			return false
		}
		if r.takeOne("号", "日") {
			return !r.any(numberedPlaces)
		}
	}
	return false
}

// fewDays is up to how many 三日 may be a number of days; 二十五日 is a date.
const fewDays = 10

// spelled reads 三日 at the beginning of days, which is a date where more of them follow
// (三日至五日). 两日 is none.
func (r *reader) spelled(b base, n int) (time.Time, error) {
	if strings.ContainsRune("两兩", r.runes[r.i-1]) {
		return time.Time{}, ErrNone
	}
	r.take("日")
	end := r.i
	more := r.rangeMark() || r.joint()
	if r.i = end; !more {
		return time.Time{}, Refusal(fmt.Sprintf("是 %d 号，还是 %d 天？请写成 %d号 或 %d天", n, n, n, n))
	}
	return r.dayOfMonth(b, n)
}

// eitherWay reports whether 11-26号 stands here, which is a range or a date.
func (r *reader) eitherWay() bool {
	start := r.i
	defer func() { r.i = start }()
	r.i++
	_, digits, _ := r.number()
	return digits > 0 && r.takeOne("号", "日")
}

// numberedPlaces follow a 号 that is no day: 3号楼.
const numberedPlaces = "楼线馆厅机院店门车仓库桥"

// dayOfMonth is 3号 without a month.
func (r *reader) dayOfMonth(b base, d int) (time.Time, error) {
	if r.any(numberedPlaces) {
		return time.Time{}, ErrNone
	}
	t, err := exact(b.anchor().Year(), int(b.anchor().Month()), d)
	months := 0
	switch {
	case err != nil:
	case b.Past && b.from.IsZero() && t.After(b.today):
		months = -1
	case t.Before(b.anchor()) && !(b.Past && b.from.IsZero()):
		months = 1
	}
	if months == 0 {
		return t, err
	}
	other := firstOf(b.anchor()).AddDate(0, months, 0)
	return exact(other.Year(), int(other.Month()), d)
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
		return time.Time{}, ErrNone
	}
	past := r.takeOne("之前", "以前", "前")
	if !past && !r.takeOne("之后", "以后", "后") {
		return time.Time{}, ErrNone
	}
	if days > horizon || months > horizon/30 {
		return time.Time{}, Refusal("这个日期太远了")
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

// dateEdge reports whether a date without a unit may end here, so that 12.5万 or
// 11.24家 is none.
func (r *reader) dateEdge() bool {
	return r.any("到至起开共") || r.edge() && !r.any("%‰") && !(r.any(".,/:") && arabic(r.ahead(1))) || r.dayGoesOn()
}

// dayGoesOn reports whether a part of the day, or which day of the week it is, stands
// right here: the 下午 of 12-2下午, the 周三 of 12-2周三.
func (r *reader) dayGoesOn() bool {
	start := r.i
	defer func() { r.i = start }()
	if _, found, err := r.timeOfDay(true); found || err != nil {
		return true
	}
	if !r.week() {
		return false
	}
	_, ok := r.dayOfWeek()
	return ok && (r.edge() || !isCounter(r.peek()))
}

// complete is a date with the year, 0 meaning the nearest to the anchor.
func complete(b base, year, month, d int) (time.Time, error) {
	if year != 0 {
		return exact(year, month, d)
	}
	var best time.Time
	for y := b.anchor().Year() - 1; y <= b.anchor().Year()+1; y++ {
		t, err := exact(y, month, d)
		if err == nil && !b.unlikely(t) && (best.IsZero() || t.Sub(b.anchor()).Abs() < best.Sub(b.anchor()).Abs()) {
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

func noSuchDay(s string) error { return Refusal("没有" + s + "这一天") }
