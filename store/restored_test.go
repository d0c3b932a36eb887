package store_test

import (
	"context"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// After a restore nothing gives access that was given before it, and no word that
// was asked for then is waited for; a change in effect can still be refused.
func TestEndAccess(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		day := store.DayOf(now)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for _, err := range []error{
				func() error { _, err := tx.NextCode(ctx, "A"); return err }(),
				tx.Grants().Add(ctx, store.Grant{ID: "A1", Person: "lin", Customer: "K1", By: "chen", From: now.Add(-time.Hour), Until: now.Add(time.Hour)}),
				tx.Grants().Add(ctx, store.Grant{ID: "A2", Person: "lin", Customer: "K2", By: "chen", From: now.Add(-2 * time.Hour), Until: now.Add(-time.Hour)}),
				tx.Delegations().Add(ctx, store.Delegation{ID: "d1", Person: "zhou", First: day, Last: day.Add(3), By: "chen", At: now}),
				tx.Codes().Add(ctx, "12345678", "he", now.Add(time.Hour)),
				tx.Changes().Add(ctx, store.Change{Code: "A3", Person: "he", Kind: store.ChangeHold, Post: store.GeneralManager, Asks: store.AsksManager, At: now, State: store.ChangeWaiting}),
				tx.Changes().Add(ctx, store.Change{Code: "A4", Person: "lin", Kind: store.ChangeHold, Post: store.Salesperson, Asks: store.AsksManager, At: now, State: store.ChangeActing}),
			} {
				if err != nil {
					return err
				}
			}
			return nil
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			n, err := tx.EndAccess(ctx, now)
			if want := (store.Ended{Grants: 1, Delegations: 1, Codes: 1, Changes: 1}); err != nil || n != want {
				t.Errorf("ended %+v, want %+v, %v", n, want, err)
			}
			return err
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			if g, err := tx.Grants().For(ctx, "lin", "K1", now, now); err != nil || g.ID != "" {
				t.Errorf("a grant goes on: %+v, %v", g, err)
			}
			if list, err := tx.Delegations().From(ctx, day); err != nil || len(list) > 0 {
				t.Errorf("delegations go on: %v, %v", list, err)
			}
			if _, ok, err := tx.Codes().Use(ctx, "12345678", now); ok || err != nil {
				t.Errorf("a code goes on: %v", err)
			}
			open, err := tx.Changes().Open(ctx)
			if err != nil || len(open) != 1 || open[0].Code != "A4" {
				t.Errorf("open %+v, %v", open, err)
			}
			for letter, want := range map[string]string{"A": "A11001", "R": "R10001"} { // drawn from before, and not yet
				if code, err := tx.NextCode(ctx, letter); err != nil || code != want {
					t.Errorf("the next code is %s, want %s, %v", code, want, err)
				}
			}
			return err
		})
	})
}
