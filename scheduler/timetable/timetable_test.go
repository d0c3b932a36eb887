package timetable_test

import (
	"fmt"
	"testing"
	"time"

	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/scheduler/timetable"
)

func rules(t *testing.T) rulebook.Rules {
	r := handlerstest.Rules(t)
	r.Trip = rulebook.TripSchedule{At: []rulebook.Clock{{Hour: 11, Minute: 23}}, Grace: 2 * time.Hour}
	r.Daily = rulebook.Clock{Hour: 9, Minute: 13}
	return r
}

// The timetable is one that the scheduler takes.
func TestJobsAreComplete(t *testing.T) {
	jobs, err := timetable.Jobs(rules(t), areas(rules(t)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := scheduler.New(scheduler.Timing{Jobs: jobs}); err != nil {
		t.Error(err)
	}
}

// An area that is missing fails the start, and is named.
func TestHoles(t *testing.T) {
	for i, area := range areas(rules(t)) {
		holed := areas(rules(t))
		holed[i] = nil
		want := fmt.Sprintf("no area %T", area)
		if _, err := timetable.Jobs(rules(t), holed); err == nil || err.Error() != want {
			t.Errorf("without area %d: %v, want %s", i, err, want)
		}
	}
}

func TestNoSuchClock(t *testing.T) {
	r := rules(t)
	r.Daily.Hour = 25
	if _, err := timetable.Jobs(r, areas(rules(t))); err == nil {
		t.Error("25:00 was taken for a time")
	}
}
