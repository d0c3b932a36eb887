package scheduler_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

// dueAt is a job whose moment the store knows, under a mark.
func dueAt(do func(slot rulebook.Slot) ([]chat.Notice, error)) scheduler.Job {
	marked := func(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
		at, err := tx.Marks().At(ctx, "test due")
		return !at.IsZero() && !now.Before(at), err
	}
	return scheduler.Job{Name: "over", Title: "到期", Due: marked,
		Do: func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
			if err := tx.Marks().Set(ctx, "test due", slot.At.AddDate(1, 0, 0)); err != nil {
				return nil, err
			}
			return do(slot)
		}}
}

func mark(a *schedulertest.Clocked, moment time.Time) {
	a.Helper()
	err := a.DB.Update(context.Background(), func(tx *store.Tx) error { return tx.Marks().Set(context.Background(), "test due", moment) })
	if err != nil {
		a.Fatal(err)
	}
}

// What the store makes due runs at the first tick from then on, once, also in
// quiet hours, for those on leave, and however long the bot was down.
func TestJobsOfTheStore(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 08:00")
	a.Quiet(rulebook.Clock{Hour: 21}, rulebook.Clock{Hour: 8})
	a.Person("li", "李雷", store.Salesperson)
	a.Use(dueAt(func(slot rulebook.Slot) ([]chat.Notice, error) {
		return []chat.Notice{schedulertest.Note("li", "over/"+slot.At.String(), slot.At.Format("15:04"))}, nil
	}))
	err := a.DB.Update(t.Context(), func(tx *store.Tx) error {
		return tx.Leaves().Add(t.Context(), store.Leave{ID: "l", Person: "li", First: "2026-11-24", Last: "2026-11-30", By: "li", Entered: a.Now})
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Tick("2026-11-24 08:00")
	mark(a, schedulertest.Moment(t, "2026-11-24 22:30"))
	a.Tick("2026-11-24 22:29")
	if got := a.Phone.Told("li"); len(got) != 0 {
		t.Fatalf("told too early: %q", got)
	}
	a.Tick("2026-11-24 22:30")
	a.Tick("2026-11-24 22:31")
	mark(a, schedulertest.Moment(t, "2026-11-25 10:00"))
	a.Tick("2026-11-28 11:00")
	a.Tick("2026-11-28 11:01")
	if got := a.Phone.Told("li"); !slices.Equal(got, []string{"22:30", "11:00"}) {
		t.Errorf("told %q", got)
	}
}

// One that fails is tried again by every tick, undone each time, and the
// administrators hear of it once a day.
func TestFailingJobOfTheStore(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 08:00")
	a.Person("li", "李雷", store.Salesperson)
	tried, fail := map[time.Time]bool{}, true
	a.Use(dueAt(func(slot rulebook.Slot) ([]chat.Notice, error) {
		if tried[slot.At] = true; fail {
			return nil, errors.New("broken")
		}
		return []chat.Notice{schedulertest.Note("li", "over", "到期")}, nil
	}))
	before := len(a.Phone.Told("wang"))
	mark(a, schedulertest.Moment(t, "2026-11-24 09:00"))
	for _, at := range []string{"2026-11-24 09:00", "2026-11-24 09:01", "2026-11-24 09:02", "2026-11-25 09:00"} {
		a.Tick(at)
	}
	if got := a.Phone.Told("wang")[before:]; len(tried) != 4 || len(got) != 2 {
		t.Errorf("%d tries, administrator told %q", len(tried), got)
	}
	fail = false
	a.Tick("2026-11-25 09:01")
	if got := a.Phone.Told("li"); !slices.Equal(got, []string{"到期"}) {
		t.Errorf("told %q", got)
	}
}
