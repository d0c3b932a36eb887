package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
)

// A lead is judged or taken back once, and what people wrote comes back as it
// was.
func TestLead(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		given := store.Lead{
			Code: "L1", Giver: "p1", At: now, State: store.LeadOpen,
			Words: "<at id=all></at>", Text: "=1+1\x00\xff", Source: "'; DROP TABLE lead;--",
		}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			later := given
			later.Code, later.At = "L2", now.AddDate(0, 0, 1)
			if err := tx.Leads().Add(ctx, later); err != nil {
				return err
			}
			return tx.Leads().Add(ctx, given)
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			l, found, err := tx.Leads().ByCode(ctx, "L1")
			if diff := cmp.Diff(given, l); err != nil || !found || diff != "" {
				t.Errorf("%v %v\n%s", found, err, diff)
			}
			open, err := tx.Leads().Open(ctx, 1)
			if err != nil || len(open) != 1 || open[0].Code != "L1" {
				t.Errorf("open %+v, %v; want the oldest", open, err)
			}
			codes, err := tx.Leads().OpenOf(ctx, "p1")
			if err != nil || fmt.Sprint(codes) != "[L1 L2]" {
				t.Errorf("%v %v", codes, err)
			}
			return nil
		})
		how := []store.LeadState{store.LeadAccepted, store.LeadRejected, store.LeadWithdrawn}
		done := 0
		for _, state := range how {
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				ok, err := tx.Leads().Decide(ctx, store.Lead{Code: "L1", State: state, By: "p2", Decided: now, Customer: "K1", Reason: "因为"})
				if ok {
					done++
				}
				return err
			})
		}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			l, _, err := tx.Leads().ByCode(ctx, "L1")
			if done != 1 || l.State != store.LeadAccepted || l.By != "p2" || l.Customer != "K1" || l.Reason != "因为" || !l.Decided.Equal(now) {
				t.Errorf("decided %d times: %+v", done, l)
			}
			n, countErr := tx.Leads().CountOpen(ctx)
			if n != 1 {
				t.Errorf("%d are open", n)
			}
			if _, found, err := tx.Leads().ByCode(ctx, "L1\x00"); found || err != nil {
				t.Errorf("%v %v", found, err)
			}
			return errors.Join(err, countErr)
		})
	})
}
