package scheduler

import (
	"fmt"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Schedule is when a job runs.
type Schedule interface {
	// Next gives the slots of the first moment after a time: several when the
	// moment stands for several weeks, none when there is no later moment.
	Next(after time.Time) []rulebook.Slot
}

// daily is some minutes of every day.
type daily struct {
	zone *time.Location
	at   []cron.Schedule
}

// Daily is the clocks of every day in zone. An error names a clock that there
// is not.
func Daily(zone *time.Location, clocks ...rulebook.Clock) (Schedule, error) {
	d := daily{zone: zone}
	for _, c := range clocks {
		s, err := cron.ParseStandard(fmt.Sprintf("%d %d * * *", c.Minute, c.Hour))
		if err != nil {
			return nil, fmt.Errorf("time %s: %w", c, err)
		}
		d.at = append(d.at, s)
	}
	return d, nil
}

// Next is the next of the clocks. The zone is laid into the time, never into
// the text that cron parses: there it may panic.
func (d daily) Next(after time.Time) []rulebook.Slot {
	var next time.Time
	for _, s := range d.at {
		next = earlier(next, s.Next(after.In(d.zone)))
	}
	if next.IsZero() {
		return nil
	}
	return []rulebook.Slot{{At: next}}
}

// Weekly is the moments of every ISO week, as the rules move them: before
// holidays, or to none. Of each week they are asked once: the rules do not change.
func Weekly(rules rulebook.Rules, moments func(store.Week) []time.Time) Schedule {
	return &weekly{rules: rules, moments: moments}
}

type weekly struct {
	rules   rulebook.Rules
	moments func(store.Week) []time.Time
	known   sync.Map // store.Week → span; some hundred bytes a week that was near
}

// span is what is known of a week: its Monday and its moments.
type span struct {
	monday  time.Time
	moments []time.Time
	next    store.Week
}

func (w *weekly) of(week store.Week) span {
	if s, ok := w.known.Load(week); ok {
		return s.(span)
	}
	s := span{week.Monday(w.rules.Zone), w.moments(week), week.Add(1)}
	w.known.Store(week, s)
	return s
}

// A week's moments lie at most so many weeks from it: reminders before its
// first day, a consolidated report after a long holiday.
const (
	weeksBehind = 8
	weeksAhead  = 60
)

// Next walks the weeks until none can have an earlier moment.
func (w *weekly) Next(after time.Time) []rulebook.Slot {
	var slots []rulebook.Slot
	week := w.rules.Week(after).Add(-weeksBehind)
	for range weeksBehind + weeksAhead {
		span := w.of(week)
		if len(slots) > 0 && span.monday.AddDate(0, 0, -8).After(slots[0].At) {
			break
		}
		for _, t := range span.moments {
			switch {
			case !t.After(after), len(slots) > 0 && t.After(slots[0].At):
			case len(slots) > 0 && t.Equal(slots[0].At):
				slots = append(slots, rulebook.Slot{At: t, Week: week})
			default:
				slots = []rulebook.Slot{{At: t, Week: week}}
			}
		}
		week = span.next
	}
	return slots
}

// Monthly is a moment about each month, which lies in the month itself or the one
// after, as the rules find it.
func Monthly(rules rulebook.Rules, moment func(month store.Day) (time.Time, bool)) Schedule {
	return monthly{rules, moment}
}

type monthly struct {
	rules  rulebook.Rules
	moment func(month store.Day) (time.Time, bool)
}

// monthsAhead is in how many months one has its moment, whatever is off.
const monthsAhead = 15

// Next walks the months until one has its moment after the time.
func (m monthly) Next(after time.Time) []rulebook.Slot {
	month := m.rules.Day(after).Month().Add(-1).Month()
	for range monthsAhead {
		if t, ok := m.moment(month); ok && t.After(after) {
			return []rulebook.Slot{{At: t}}
		}
		month = month.NextMonth()
	}
	return nil
}

// earlier is the earlier of two times, of which a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
