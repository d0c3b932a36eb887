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
// two dates (周一至周三, 11-24~26), a duration from today on (3天, 两周) or from a
// date on (明天起3天), one date, or a whole week or month (本周, 11月). Days are
// inclusive. The error is a Refusal for what looks like it but is impossible.
func Span(text string, on store.Day) (days Days, n int, err error) {
	var r reader
	r.load(text)
	from, to, err := r.span(on.Start(time.UTC))
	if err != nil {
		return Days{}, 0, err
	}
	switch {
	case to.Before(from):
		return Days{}, 0, Refusal(fmt.Sprintf("结束（%s）早于开始（%s）", store.DayOf(to).String(), store.DayOf(from).String()))
	case to.Sub(from) >= longest*24*time.Hour:
		return Days{}, 0, Refusal(fmt.Sprintf("一次最多 %d 天", longest))
	}
	return Days{store.DayOf(from), store.DayOf(to)}, r.used(), nil
}

func (r *reader) span(today time.Time) (from, to time.Time, err error) {
	if r.take("从") {
		r.blanks()
	}
	start := r.i
	from, weekday, err := r.date(base{today: today})
	switch {
	case err == nil:
		to, err = r.end(today, from, weekday)
		return from, to, err
	case !errors.Is(err, ErrNone):
		return from, to, err
	}
	if to, err = r.duration(today); !errors.Is(err, ErrNone) {
		return today, to, err
	}
	r.i = start
	if w, err := r.weekName(today); !errors.Is(err, ErrNone) {
		from = w.Monday(time.UTC)
		return from, from.AddDate(0, 0, 6), err
	}
	r.i = start
	from, err = r.month(today)
	return from, from.AddDate(0, 1, -1), err
}

// end reads what may follow the first date: a second one or a duration.
func (r *reader) end(today, from time.Time, weekday bool) (time.Time, error) {
	start := r.i
	if r.rangeMark() {
		to, _, err := r.date(base{today: today, from: from, weekday: weekday})
		if !errors.Is(err, ErrNone) {
			return to, err
		}
	}
	r.i = start
	r.blanks()
	marked := r.takeOne("开始", "起", "共")
	r.blanks()
	to, err := r.duration(from)
	if errors.Is(err, ErrNone) || !marked && !r.edge() { // 明天 一周总结会
		r.i = start
		return from, nil
	}
	return to, err
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

// duration reads 3天, 两周, 半天, 一个月: the last day when from is the first.
func (r *reader) duration(from time.Time) (time.Time, error) {
	if r.take("半天") {
		return from, nil
	}
	n, _, ok := r.number()
	var to time.Time
	switch {
	case !ok:
		return to, ErrNone
	case r.take("天"):
		to = from.AddDate(0, 0, min(n, horizon)-1)
	case r.takeOne("周", "个星期", "星期", "个礼拜", "礼拜"):
		to = from.AddDate(0, 0, 7*min(n, horizon)-1)
	case r.take("个月"):
		to = addMonths(from, min(n, horizon/30)).AddDate(0, 0, -1)
	default:
		return to, ErrNone
	}
	if r.any("后前") || r.any("之以") && (r.ahead(1) == '后' || r.ahead(1) == '前') {
		return to, ErrNone
	}
	if n == 0 {
		return to, Refusal("至少要有 1 天")
	}
	return to, nil
}
