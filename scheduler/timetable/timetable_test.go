package timetable_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/scheduler/timetable"
	"marketbot/store"
	"marketbot/store/storetest"
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

// A change that was damaged behind the store's back keeps no job busy: none can
// do it.
func TestDamagedChangeIsNotDue(t *testing.T) {
	o := storetest.Prepared(t, storetest.SQLite)
	db := storetest.Reopen(t, o)
	now := time.Date(2026, 11, 26, 9, 30, 0, 0, handlerstest.Zone)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		return tx.Changes().Add(ctx, store.Change{Code: "A1", Person: "gm", Kind: store.ChangeStop, Asks: store.AsksLine, At: now, Acts: now, State: store.ChangeWaiting})
	})
	jobs, err := timetable.Jobs(rules(t), areas(rules(t)))
	if err != nil {
		t.Fatal(err)
	}
	due := func() (names []string) {
		for _, j := range jobs {
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				if j.Due == nil {
					return nil
				}
				due, err := j.Due(ctx, tx, now)
				if due {
					names = append(names, j.Name)
				}
				return err
			})
		}
		return names
	}
	if got := due(); !slices.Equal(got, []string{"staff/due"}) {
		t.Errorf("due: %v", got)
	}
	storetest.Behind(t, o).Do(`UPDATE person_change SET person = 'other'`)
	if got := due(); len(got) > 0 {
		t.Errorf("damaged, due: %v", got)
	}
}
