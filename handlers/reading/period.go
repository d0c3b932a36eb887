package reading

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/text"
	"marketbot/store"
)

// Period is when something takes place: days, and where they are told the hours
// after midnight of the first and the last one.
type Period struct {
	First, Last store.Day
	From, To    time.Duration
	Timed       bool // From is told; To may be the day's end
}

const (
	wholeDay      = 24 * time.Hour
	examplePeriod = "12-05 14:00~17:00 或 12-05~12-07"
	lateEvening   = 18 * time.Hour // what begins then may end on the next day
	earlyMorning  = 6 * time.Hour
)

// When reads when something takes place at the beginning of text; n is how many
// bytes of it: 12-05 14:00~17:00, 12-05 14:00~12-06 12:00, 12-05~12-07, 12月5日下午2点
// 到5点, 明天, 周六周日. The error is a Refusal for what ends before it begins, and for
// what is of the kind but unclear.
func When(text string, on Base) (p Period, n int, err error) {
	var r reader
	r.loadDays(text)
	if p, err = r.timed(on.base()); err == nil {
		return p, r.used(), nil
	}
	if !errors.Is(err, ErrNone) {
		return p, 0, err
	}
	days, n, err := Span(text, on)
	if err == nil && days.Open {
		err = Refusal("从" + days.From.String() + "起，到哪一天？请写成 " + examplePeriod)
	}
	return Period{First: days.From, Last: days.To, To: wholeDay}, n, err
}

// timed reads a day with hours; ErrNone where no hour follows the day.
func (r *reader) timed(b base) (p Period, err error) {
	if r.takeOne("从", "自") {
		r.blanks()
	}
	first, weekday, err := r.date(b)
	if err != nil {
		return p, err
	}
	from, timed, err := r.timeOfDay(false)
	if err != nil || !timed {
		return p, errors.Join(err, none(err))
	}
	p = Period{First: store.DayOf(first), Last: store.DayOf(first), From: from, To: wholeDay, Timed: true}
	end := r.i
	if !r.rangeMark() {
		r.i = end
		return p, nil
	}
	b.from, b.weekday = first, weekday
	last, _, err := r.date(b)
	switch {
	case errors.Is(err, ErrNone) && r.takeOne("次日", "第二天"):
		last, err = first.AddDate(0, 0, 1), nil
	case err != nil && !errors.Is(err, ErrNone):
		return p, err
	}
	dated := err == nil
	if dated {
		p.Last = store.DayOf(last)
	}
	end = r.i
	to, told, err := r.timeOfDay(true)
	switch {
	case err != nil:
		return p, err
	case !told && !dated:
		return p, Refusal("到几点结束没看懂。请写成 " + examplePeriod)
	case told:
		p.To = to
	}
	return p, p.order(!dated, slices.Contains(r.runes[end:r.i], '点'))
}

// none is ErrNone where there is no other error.
func none(err error) error {
	if err == nil {
		return ErrNone
	}
	return nil
}

// order refuses what ends before it begins. On one day an hour below twelve may be
// one after noon, in the evening only one that is spoken (晚8点到10点), and what begins
// in the evening may end in the night.
func (p *Period) order(oneDay, spoken bool) error {
	if oneDay && p.To <= p.From {
		switch {
		case p.To < 12*time.Hour && p.To+12*time.Hour > p.From && (spoken || p.From < lateEvening):
			p.To += 12 * time.Hour
		case p.To == 12*time.Hour && spoken && p.From >= lateEvening: // 晚上8点到12点
			p.To = wholeDay
		case p.From >= lateEvening && p.To <= earlyMorning:
			p.Last = p.First.Add(1)
		}
	}
	if p.Last < p.First || p.Last == p.First && p.To <= p.From {
		return Refusal(fmt.Sprintf("结束早于开始。请写成 %s", examplePeriod))
	}
	if p.Last.Since(p.First) >= longest {
		return Refusal(fmt.Sprintf("一次最多 %d 天", longest))
	}
	return nil
}

// Task is somebody's part of a work, with the name as it is typed.
type Task struct{ Name, Text string }

// maxTaskName is how many characters the name in front of a task has at most.
const maxTaskName = 20

// Tasks reads 张伟:签到；刘洋:摄影. Parts are parted by semicolons or lines, also by
// commas where the next is plainly one. ok is false where a part has no name, or
// nothing to do.
func Tasks(value string) (list []Task, ok bool) {
	for _, part := range strings.FieldsFunc(value, func(c rune) bool { return strings.ContainsRune(";；\n", c) }) {
		for _, one := range tasksIn(part) {
			at := strings.IndexAny(one, ":：=＝")
			if at <= 0 {
				return nil, false
			}
			_, size := utf8.DecodeRuneInString(one[at:])
			t := Task{strings.TrimLeft(strings.TrimSpace(one[:at]), "@＠"), strings.TrimSpace(one[at+size:])}
			if !text.HasWords(t.Name) || !text.HasWords(t.Text) || len([]rune(t.Name)) > maxTaskName {
				return nil, false
			}
			list = append(list, t)
		}
	}
	return list, len(list) > 0
}

// tasksIn parts 张伟:签到，刘洋:摄影 at the commas behind which a name with a mark
// stands.
func tasksIn(part string) []string {
	var list []string
	for {
		at := nextTask(part)
		if at < 0 {
			return append(list, strings.TrimSpace(part))
		}
		list = append(list, strings.TrimSpace(part[:at]))
		part = strings.TrimLeftFunc(part[at:], func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",，、", c) })
	}
}

// nextTask is where the comma before the next task stands; -1 for none.
func nextTask(part string) int {
	comma := -1
	for i, c := range part {
		switch {
		case strings.ContainsRune(",，、", c):
			comma = i
		case comma > 0 && strings.ContainsRune(":：", c) && len([]rune(part[comma:i])) <= maxTaskName:
			return comma
		case comma > 0 && unicode.IsSpace(c) && i > comma+len("，"):
			comma = -1
		}
	}
	return -1
}

// Names reads 张伟、刘洋, with any mark between the names, or blanks where there is
// none.
func Names(value string) (list []string) {
	const marks = "、,，;；/\n"
	parts := strings.Fields(value)
	if strings.ContainsAny(value, marks) {
		parts = strings.FieldsFunc(value, func(c rune) bool { return strings.ContainsRune(marks, c) })
	}
	for _, one := range parts {
		if one = strings.TrimLeft(strings.TrimSpace(one), "@＠"); text.HasWords(one) {
			list = append(list, one)
		}
	}
	return list
}
