package reading

import (
	"errors"
	"time"
)

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
	if s, ok := r.pair(b); ok {
		return s, nil
	}
	w, err := r.weekName(b)
	if !errors.Is(err, ErrNone) {
		from := w.Monday(time.UTC)
		return stretch{from: from, to: from.AddDate(0, 0, 6)}, err
	}
	r.i = start
	from, err := r.month(b)
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

// pair reads 今明两天, 明后天.
func (r *reader) pair(b base) (stretch, bool) {
	start := r.i
	for i, two := range []string{"今明", "明后"} {
		if r.i = start; r.take(two) && r.takeOne("两天", "二天", "两日", "天") {
			from := b.today.AddDate(0, 0, i)
			return stretch{from: from, to: from.AddDate(0, 0, 1), dated: true}, true
		}
	}
	r.i = start
	return stretch{}, false
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

// feasts are the holidays that are on the same day each year.
var feasts = map[string]struct{ month, day int }{"元旦": {1, 1}, "五一": {5, 1}, "劳动节": {5, 1}, "国庆": {10, 1}, "十一": {10, 1}}

// feast reads 元旦, 国庆节当天 where one day is meant: the feast itself, whatever days
// around it are off.
func (r *reader) feast(b base) (time.Time, error) {
	start := r.i
	for _, name := range holidayNames {
		on, fixed := feasts[name]
		if !fixed || !r.take(name) {
			continue
		}
		r.take("节")
		if r.takeOne("当天", "那天"); r.dateEdge() { // 元旦前, 十一家客户
			return complete(b, 0, on.month, on.day)
		}
		r.i = start
	}
	return time.Time{}, ErrNone
}
