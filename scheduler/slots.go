package scheduler

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Schedule tells when a job runs.
type Schedule interface {
	// Next gives the slots of the first moment after a time: several when the
	// moment stands for several weeks, none when there is no later moment.
	Next(after time.Time) []rulebook.Slot
}

// daily is some minutes of every day, or of those days that only lets pass.
type daily struct {
	zone *time.Location
	at   []cron.Schedule
	only func(store.Day) bool // nil: every day
}

// everyDay is the clocks of every day in zone.
func everyDay(zone *time.Location, clocks ...rulebook.Clock) (daily, error) {
	d := daily{zone: zone}
	for _, c := range clocks {
		s, err := cron.ParseStandard(fmt.Sprintf("%d %d * * *", c.Minute, c.Hour))
		if err != nil {
			return daily{}, fmt.Errorf("time %s: %w", c, err)
		}
		d.at = append(d.at, s)
	}
	return d, nil
}

// farthestDay bounds the search for a day that only lets pass.
const farthestDay = 400 * 24 * time.Hour

// Next is the next of the clocks. The zone is laid into the time, never into
// the text that cron parses: there it may panic.
func (d daily) Next(after time.Time) []rulebook.Slot {
	end := after.Add(farthestDay)
	for t := after.In(d.zone); ; {
		var next time.Time
		for _, s := range d.at {
			next = earlier(next, s.Next(t))
		}
		if next.IsZero() || next.After(end) {
			return nil
		}
		if d.only == nil || d.only(store.DayOf(next)) {
			return []rulebook.Slot{{At: next}}
		}
		t = next
	}
}

// never is the schedule of jobs that the store starts (Job.Due).
type never struct{}

// Next is no moment.
func (never) Next(time.Time) []rulebook.Slot { return nil }

// weekly is the moments that every ISO week has, as the rules move them.
type weekly struct {
	rules   rulebook.Rules
	moments func(store.Week) []time.Time
}

// A week's moments lie at most so many weeks from it: reminders before its
// first day, a consolidated report after a long holiday.
const (
	weeksBehind = 8
	weeksAhead  = 60
)

// Next walks the weeks until none can have an earlier moment.
func (w weekly) Next(after time.Time) []rulebook.Slot {
	var slots []rulebook.Slot
	week := w.rules.Week(after).Add(-weeksBehind)
	for range weeksBehind + weeksAhead {
		if len(slots) > 0 && week.Monday(w.rules.Zone).AddDate(0, 0, -8).After(slots[0].At) {
			break
		}
		for _, t := range w.moments(week) {
			switch {
			case !t.After(after), len(slots) > 0 && t.After(slots[0].At):
			case len(slots) > 0 && t.Equal(slots[0].At):
				slots = append(slots, rulebook.Slot{At: t, Week: week})
			default:
				slots = []rulebook.Slot{{At: t, Week: week}}
			}
		}
		week = week.Add(1)
	}
	return slots
}
