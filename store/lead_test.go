package store_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
)

// A lead is judged or taken back once, and what people wrote comes back as it
// was.
func TestLead(t *testing.T) {
	both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		given := store.Lead{
			Code: "L1", Giver: "p1", At: now, State: store.LeadOpen,
			Words: "<at id=all></at>", Text: "=1+1\x00\xff", Source: "'; DROP TABLE lead;--",
		}
		update(t, db, func(ctx context.Context, tx *store.Tx) error {
			later := given
			later.Code, later.At = "L2", now.AddDate(0, 0, 1)
			if err := tx.AddLead(ctx, later); err != nil {
				return err
			}
			return tx.AddLead(ctx, given)
		})
		update(t, db, func(ctx context.Context, tx *store.Tx) error {
			l, found, err := tx.Lead(ctx, "L1")
			if diff := cmp.Diff(given, l); err != nil || !found || diff != "" {
				t.Errorf("%v %v\n%s", found, err, diff)
			}
			open, err := tx.OpenLeads(ctx, 1)
			if err != nil || len(open) != 1 || open[0].Code != "L1" {
				t.Errorf("open %+v, %v; want the oldest", open, err)
			}
			codes, err := tx.OpenLeadsOf(ctx, "p1")
			if err != nil || fmt.Sprint(codes) != "[L1 L2]" {
				t.Errorf("%v %v", codes, err)
			}
			return nil
		})
		how := []store.LeadState{store.LeadAccepted, store.LeadRejected, store.LeadWithdrawn}
		done := 0
		for _, state := range how {
			update(t, db, func(ctx context.Context, tx *store.Tx) error {
				ok, err := tx.DecideLead(ctx, store.Lead{Code: "L1", State: state, By: "p2", Decided: now, Customer: "K1", Reason: "因为"})
				if ok {
					done++
				}
				return err
			})
		}
		update(t, db, func(ctx context.Context, tx *store.Tx) error {
			l, _, err := tx.Lead(ctx, "L1")
			if done != 1 || l.State != store.LeadAccepted || l.By != "p2" || l.Customer != "K1" || l.Reason != "因为" || !l.Decided.Equal(now) {
				t.Errorf("decided %d times: %+v", done, l)
			}
			n, countErr := tx.CountOpenLeads(ctx)
			if n != 1 {
				t.Errorf("%d are open", n)
			}
			if _, found, err := tx.Lead(ctx, "L1\x00"); found || err != nil {
				t.Errorf("%v %v", found, err)
			}
			return errors.Join(err, countErr)
		})
	})
}

// Files are found by when they were begun, and counted by when they were
// checked.
func TestCare(t *testing.T) {
	both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for i := range 5 {
				c := store.Customer{ID: fmt.Sprintf("K%d", i), Name: "甲", Stage: "一", Created: now.AddDate(0, 0, i), Author: "p1"}
				if err := tx.AddCustomer(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		update(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Say(ctx, map[string]int{"file/K2": 0, "quiet/K1/" + millis(now.AddDate(0, 0, 1)): 7}, now); err != nil {
				return err
			}
			list, err := tx.FilesUnsaid(ctx, "file/", now.AddDate(0, 0, 1), now.AddDate(0, 0, 5), 2)
			if err != nil || len(list) != 2 || list[0].ID != "K1" || list[1].ID != "K3" {
				t.Errorf("%+v %v", list, err)
			}
			for step, want := range map[int]string{7: "[K0 K2]", 15: "[K0 K1 K2]"} {
				quiet, err := tx.QuietUnsaid(ctx, "quiet/", step, now, now.AddDate(0, 0, 3))
				var ids []string
				for _, q := range quiet {
					ids = append(ids, q.ID)
					if q.Said != 0 && (q.ID != "K1" || q.Said != 7 || q.SaidKey("quiet/") != "quiet/K1/"+millis(q.Progressed)) {
						t.Errorf("%+v, said under %s", q, q.SaidKey("quiet/"))
					}
				}
				if err != nil || fmt.Sprint(ids) != want {
					t.Errorf("step %d is owed of %v, want %s; %v", step, ids, want, err)
				}
			}
			n, err := tx.CountStale(ctx, now.AddDate(0, 0, 3))
			if n != 3 {
				t.Errorf("%d are stale", n)
			}
			return err
		})
	})
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
