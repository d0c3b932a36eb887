package scheduler_test

import (
	"slices"
	"testing"
	"time"

	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

// slots lists what a schedule has between two times.
func slots(s scheduler.Schedule, from, to time.Time) []string {
	var list []string
	for next := s.Next(from); len(next) > 0 && next[0].At.Before(to); next = s.Next(next[0].At) {
		for _, n := range next {
			line := n.At.In(handlerstest.Zone).Format("01-02 15:04")
			if n.Week != (store.Week{}) {
				line += " " + n.Week.Key()
			}
			list = append(list, line)
		}
	}
	return list
}

func once(moment func(store.Week) (time.Time, bool)) func(store.Week) []time.Time {
	return func(w store.Week) []time.Time {
		if t, ok := moment(w); ok {
			return []time.Time{t}
		}
		return nil
	}
}

func TestSlots(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-09-20 00:00")
	r := a.Rules
	clock, err := scheduler.Daily(handlerstest.Zone, rulebook.Clock{Hour: 0, Minute: 0}, rulebook.Clock{Hour: 9, Minute: 13})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		schedule scheduler.Schedule
		from, to string
		want     []string
	}{
		{"every day", clock, "2026-11-27 00:00", "2026-11-28 10:00", []string{"11-27 09:13", "11-28 00:00", "11-28 09:13"}},
		{"due", scheduler.Weekly(r, once(r.ReportDue)), "2026-11-20 12:00", "2026-12-01 00:00", []string{"11-27 12:00 2026-W48"}},
		{"consolidated over the long holiday", scheduler.Weekly(r, once(r.ConsolidatedDue)), "2026-09-21 12:00", "2026-10-13 00:00",
			[]string{"09-28 11:00 2026-W39", "10-08 11:00 2026-W40", "10-12 11:00 2026-W41"}},
		{"no report at the Spring Festival", scheduler.Weekly(r, once(r.ReportDue)), "2026-02-09 00:00", "2026-03-01 00:00",
			[]string{"02-13 12:00 2026-W07", "02-27 12:00 2026-W09"}},
		{"switched off", scheduler.Weekly(r, func(store.Week) []time.Time { return nil }), "2026-11-20 12:00", "2026-12-01 00:00", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := slots(tt.schedule, schedulertest.Moment(t, tt.from), schedulertest.Moment(t, tt.to)); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// Two weeks may fall on the same moment; none is lost.
func TestSlotsOfTwoWeeksAtOnce(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-20 00:00")
	same := schedulertest.Moment(t, "2026-11-27 12:00")
	s := scheduler.Weekly(a.Rules, func(w store.Week) []time.Time {
		if w.Number == 47 || w.Number == 48 {
			return []time.Time{same}
		}
		return nil
	})
	want := []string{"11-27 12:00 2026-W47", "11-27 12:00 2026-W48"}
	if got := slots(s, a.Now, same.AddDate(0, 0, 7)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The process's zone does not matter (fault 10).
func TestSlotsInAnyZone(t *testing.T) {
	for _, z := range []*time.Location{time.UTC, handlerstest.Zone, time.FixedZone("west", -8*3600)} {
		s, err := scheduler.Daily(handlerstest.Zone, rulebook.Clock{Hour: 9, Minute: 13})
		if err != nil {
			t.Fatal(err)
		}
		got := s.Next(schedulertest.Moment(t, "2026-11-27 09:00").In(z))
		if len(got) != 1 || !got[0].At.Equal(schedulertest.Moment(t, "2026-11-27 09:13")) {
			t.Errorf("%v: got %v", z, got)
		}
	}
}
