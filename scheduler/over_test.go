package scheduler

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// dueAt is a job whose moment the store knows, under a mark.
func dueAt(do func(slot rulebook.Slot) ([]chat.Notice, error)) Job {
	marked := func(ctx context.Context, tx *store.Tx, now time.Time) (bool, error) {
		at, err := tx.Marked(ctx, "test due")
		return !at.IsZero() && !now.Before(at), err
	}
	return Job{Name: "over", Title: "到期", When: never{}, Due: marked,
		Do: func(ctx context.Context, tx *store.Tx, slot rulebook.Slot) ([]chat.Notice, error) {
			if err := tx.Mark(ctx, "test due", slot.At.AddDate(1, 0, 0)); err != nil {
				return nil, err
			}
			return do(slot)
		}}
}

func (a *at) mark(moment time.Time) {
	a.Helper()
	err := a.db.Update(context.Background(), func(tx *store.Tx) error { return tx.Mark(context.Background(), "test due", moment) })
	if err != nil {
		a.Fatal(err)
	}
}

// What the store makes due runs at the first tick from then on, once, also in
// quiet hours, for those on leave, and however long the bot was down.
func TestJobsOfTheStore(t *testing.T) {
	a := newAt(t, "2026-11-24 08:00")
	a.quiet(rulebook.Clock{Hour: 21}, rulebook.Clock{Hour: 8})
	a.person("li", "李雷", store.Salesperson)
	a.use(dueAt(func(slot rulebook.Slot) ([]chat.Notice, error) {
		return []chat.Notice{note("li", "over/"+slot.At.String(), slot.At.Format("15:04"))}, nil
	}))
	err := a.db.Update(t.Context(), func(tx *store.Tx) error {
		return tx.AddLeave(t.Context(), store.Leave{ID: "l", Person: "li", First: "2026-11-24", Last: "2026-11-30", By: "li", Entered: a.now})
	})
	if err != nil {
		t.Fatal(err)
	}
	a.tick("2026-11-24 08:00")
	a.mark(moment(t, "2026-11-24 22:30"))
	a.tick("2026-11-24 22:29")
	if got := a.phone.told("li"); len(got) != 0 {
		t.Fatalf("told too early: %q", got)
	}
	a.tick("2026-11-24 22:30")
	a.tick("2026-11-24 22:31")
	a.mark(moment(t, "2026-11-25 10:00"))
	a.tick("2026-11-28 11:00")
	a.tick("2026-11-28 11:01")
	if got := a.phone.told("li"); !slices.Equal(got, []string{"22:30", "11:00"}) {
		t.Errorf("told %q", got)
	}
}

// One that fails is tried again by every tick, undone each time, and the
// administrators hear of it once a day.
func TestFailingJobOfTheStore(t *testing.T) {
	a := newAt(t, "2026-11-24 08:00")
	a.person("li", "李雷", store.Salesperson)
	tried, fail := map[time.Time]bool{}, true
	a.use(dueAt(func(slot rulebook.Slot) ([]chat.Notice, error) {
		if tried[slot.At] = true; fail {
			return nil, errors.New("broken")
		}
		return []chat.Notice{note("li", "over", "到期")}, nil
	}))
	before := len(a.phone.told("wang"))
	a.mark(moment(t, "2026-11-24 09:00"))
	for _, at := range []string{"2026-11-24 09:00", "2026-11-24 09:01", "2026-11-24 09:02", "2026-11-25 09:00"} {
		a.tick(at)
	}
	if got := a.phone.told("wang")[before:]; len(tried) != 4 || len(got) != 2 {
		t.Errorf("%d tries, administrator told %q", len(tried), got)
	}
	fail = false
	a.tick("2026-11-25 09:01")
	if got := a.phone.told("li"); !slices.Equal(got, []string{"到期"}) {
		t.Errorf("told %q", got)
	}
}
