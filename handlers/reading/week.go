package reading

import (
	"errors"
	"fmt"
	"time"

	"marketbot/store"
)

// Week reads the ISO week at the beginning of text; n is how many bytes of
// it: 上周, 第48周, W48, 2026-W48 or any date in it. Without a year it is the
// nearest one; a day of the week is the last one, because a week is named for
// what was done in it. The error is a Refusal for what looks like a week but is none.
func Week(text string, on store.Day) (w store.Week, n int, err error) {
	var r reader
	r.loadDays(text)
	b := Base{Today: on, Past: true}.base()
	t, _, err := r.date(b)
	switch {
	case err == nil:
		return store.WeekOf(t), r.used(), nil
	case !errors.Is(err, ErrNone):
		return w, 0, err
	}
	for start := r.i; ; r.i, b.Past = start, false { // the days behind its name tell of which year it is
		if w, err = r.weekName(b); err == nil {
			n, err = r.daysOf(w)
		}
		if err == nil {
			return w, n, nil
		}
		if !b.Past {
			return store.Week{}, 0, err
		}
	}
}

// daysOf reads the days of a week behind its name, as they are printed: 第48周
// （11-23 至 11-29）. Those of another are refused. It tells how much is used.
func (r *reader) daysOf(w store.Week) (n int, err error) {
	n = r.used()
	r.blanks()
	if !r.take("(") {
		return n, nil
	}
	from := w.Monday(time.UTC)
	b := base{Base: Base{Today: store.DayOf(from)}, today: from}
	first, _, err := r.date(b)
	if err != nil || !r.rangeMark() {
		return n, noErr(err)
	}
	last, _, err := r.date(b)
	switch {
	case err != nil || !r.take(")"):
		return n, noErr(err)
	case !first.Equal(from) || !last.Equal(from.AddDate(0, 0, 6)):
		return 0, Refusal("周和日期对不上：" + w.String())
	}
	return r.used(), nil
}

// weekName reads a week that is not given by a date.
func (r *reader) weekName(b base) (store.Week, error) {
	if weeks, ok := r.which(); ok {
		if !r.week() {
			return store.Week{}, ErrNone
		}
		return store.WeekOf(b.today.AddDate(0, 0, 7*weeks)), nil
	}
	year := r.yearBefore(b.today)
	n, ok := r.weekNumber()
	if !ok {
		return store.Week{}, ErrNone
	}
	return weekIn(b, year, n)
}

// yearBefore reads the 2026 of 2026-W48 or 2026年第48周; 0 when there is none.
func (r *reader) yearBefore(today time.Time) int {
	start := r.i
	if year, ok := r.yearWord(today); ok {
		return year
	}
	year, digits, ok := r.number()
	if ok && digits == 4 && (r.takeOne("年", "-") || r.any("w第")) {
		return year
	}
	r.i = start
	return 0
}

// weekNumber reads W48, 第48周, 48周.
func (r *reader) weekNumber() (int, bool) {
	if r.take("w") {
		n, digits, ok := r.number()
		return n, ok && digits > 0 && r.edge()
	}
	ordinal := r.take("第")
	r.blanks()
	n, digits, ok := r.number()
	r.blanks()
	return n, ok && (ordinal || digits > 0) && r.takeOne("周", "个星期") && !r.any("后前")
}

// weekIn is week n of a year, 0 meaning the nearest that has such a week.
func weekIn(b base, year, n int) (store.Week, error) {
	years := []int{year}
	if year == 0 {
		years = []int{b.today.Year() - 1, b.today.Year(), b.today.Year() + 1}
	}
	var best store.Week
	var near time.Duration
	for _, y := range years {
		w := store.Week{Year: y, Number: n}
		if n < 1 || n > 53 || y < 2000 || y > 2099 || w.Add(0) != w || year == 0 && b.unlikely(w.Monday(time.UTC)) {
			continue
		}
		if d := w.Monday(time.UTC).Sub(b.today).Abs(); best.Year == 0 || d < near {
			best, near = w, d
		}
	}
	if best.Year == 0 {
		return best, Refusal(fmt.Sprintf("没有第%d周", n))
	}
	return best, nil
}

// Month reads the month at the beginning of text as its first day; n is
// how many bytes of it: 本月, 上个月, 11月, 2026-11. Without a year it is the
// nearest one, and the last one where it is about what was. The error is a Refusal for
// what looks like a month but is none.
func Month(text string, on Base) (first store.Day, n int, err error) {
	var r reader
	r.loadDays(text)
	t, err := r.month(on.base())
	if err != nil {
		return "", 0, err
	}
	return store.DayOf(t), r.used(), nil
}

func (r *reader) month(on base) (time.Time, error) {
	if months, ok := r.which(); ok {
		if !r.take("月") {
			return time.Time{}, ErrNone
		}
		r.take("份")
		return firstOf(on.today).AddDate(0, months, 0), nil
	}
	b := base{Base: on.Base, today: firstOf(on.today)}
	year, named := r.yearWord(on.today)
	n, digits, ok := r.number()
	if ok && !named && digits == 4 && r.takeOne("-", "/", ".", "年") {
		year = n
		n, digits, ok = r.number()
		if ok && digits > 0 && digits < 3 && r.dateEdge() && !r.any("-/.") {
			return complete(b, year, n, 1)
		}
	}
	if ok && !named && digits == 2 && r.take("年") {
		year = century + n
		n, _, ok = r.number()
	}
	if !ok || !r.take("月") {
		return time.Time{}, ErrNone
	}
	r.take("份")
	if n < 1 || n > 12 {
		return time.Time{}, Refusal(fmt.Sprintf("没有%d月", n))
	}
	return complete(b, year, n, 1)
}
