package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
)

// All of an activity comes back as it was stored, and what it was before, too.
func TestActivitiesRestWhole(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				if err := storetest.WriteActivity(ctx, tx, 7, "秋季酒会"); err != nil {
					return err
				}
				want := storetest.AnActivity(7, "秋季酒会")
				want.Version = 1
				a, _, err := tx.Activities().Get(ctx, "H7")
				acts, err1 := tx.Activities().Acts(ctx, a)
				if diff := cmp.Diff(want, acts[1].Was); diff != "" || !acts[0].First() || acts[1].First() {
					t.Error(diff)
				}
				want.State, want.Version = store.ActivityCancelled, 2
				if diff := cmp.Diff(want, a) + cmp.Diff(want, acts[1].Is); diff != "" {
					t.Error(diff)
				}
				stale, err2 := tx.Activities().Save(ctx, acts[1].Was, want, store.ActivityAct{ID: "y"})
				if stale {
					t.Error("a version from before was saved over")
				}
				at, err3 := tx.Activities().ChangedBy(ctx, "H7", "", "活动 取消")
				none, err4 := tx.Activities().ChangedBy(ctx, "H7", "q", "活动 取消")
				if at.IsZero() || !none.IsZero() {
					t.Errorf("changed %v by somebody, %v by q", at, none)
				}
				return errors.Join(err, err1, err2, err3, err4)
			})
		})
	}
}

// An activity that was changed behind the store's back is not read, and hides no
// other.
func TestForgedActivitiesAreNotRead(t *testing.T) {
	for _, backend := range storetest.Backends() {
		for name, forge := range map[string]string{
			"state":         `UPDATE activity SET state = '计划' WHERE code = 'H1'`,
			"day":           `UPDATE activity SET first_day = '2026-12-04' WHERE code = 'H1'`,
			"end":           `UPDATE activity SET ends = ends + 1 WHERE code = 'H1'`,
			"no card":       `UPDATE activity SET card = '' WHERE code = 'H1'`,
			"another's sum": `UPDATE activity SET card = (SELECT card FROM activity WHERE code = 'H2') WHERE code = 'H1'`,
		} {
			t.Run(backend+"/"+name, func(t *testing.T) {
				o := storetest.Prepared(t, backend)
				db := storetest.Reopen(t, o)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					return errors.Join(storetest.WriteActivity(ctx, tx, 1, "a"), storetest.WriteActivity(ctx, tx, 2, "b"))
				})
				storetest.Behind(t, o).Do(forge)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					_, _, err := tx.Activities().Get(ctx, "H1")
					list, err1 := tx.Activities().Between(ctx, "2026-12-01", "2026-12-31")
					if !errors.Is(err, store.ErrTampered) || len(list) != 1 || list[0].Code != "H2" {
						t.Errorf("%v; %+v", err, list)
					}
					return err1
				})
			})
		}
	}
}

// Who came is asked once about each activity that ended, and again only when it
// was moved.
func TestEndedActivitiesAreGivenOnce(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			end := time.Date(2026, 12, 5, 9, 0, 0, 0, time.UTC)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				a := store.Activity{Code: "H1", State: store.ActivityPlanned, First: "2026-12-05", Last: "2026-12-05", Ends: end}
				if err := tx.Activities().Add(ctx, a, store.ActivityAct{ID: "a"}); err != nil {
					return err
				}
				given := func(at time.Time) int {
					some, err := tx.Activities().AnyEnded(ctx, at)
					list, err1 := tx.Activities().Ended(ctx, at)
					if err != nil || err1 != nil || some != (len(list) > 0) {
						t.Error(some, list, err, err1)
					}
					return len(list)
				}
				if n, m, again := given(end.Add(-1)), given(end), given(end); n != 0 || m != 1 || again != 0 {
					t.Errorf("given %d before the end, %d at it, %d after", n, m, again)
				}
				a.Version = 1
				moved := a
				moved.Ends = end.Add(time.Hour)
				if _, err := tx.Activities().Save(ctx, a, moved, store.ActivityAct{ID: "b"}); err != nil {
					return err
				}
				if n := given(end.Add(time.Hour)); n != 1 {
					t.Errorf("moved, it was given %d times", n)
				}
				open, err := tx.Activities().Open(ctx)
				if len(open) != 1 {
					t.Errorf("open: %+v", open)
				}
				return err
			})
		})
	}
}
