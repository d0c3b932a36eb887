package vault_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// Files are found by when they were begun, and counted by when they were
// checked.
func TestCare(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for i := range 5 {
				c := store.Customer{ID: fmt.Sprintf("K%d", i), Name: "甲", Stage: "一", Created: now.AddDate(0, 0, i), Author: "p1"}
				if err := vault.In(tx).Add(ctx, c); err != nil {
					return err
				}
			}
			return nil
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Said().Say(ctx, map[string]int{"file/K2": 0, "quiet/K1/" + millis(now.AddDate(0, 0, 1)): 7}, now); err != nil {
				return err
			}
			list, err := vault.In(tx).Unsaid(ctx, "file/", now.AddDate(0, 0, 1), now.AddDate(0, 0, 5), 2)
			if err != nil || len(list) != 2 || list[0].ID != "K1" || list[1].ID != "K3" {
				t.Errorf("%+v %v", list, err)
			}
			for step, want := range map[int]string{7: "[K0 K2]", 15: "[K0 K1 K2]"} {
				quiet, err := vault.In(tx).QuietUnsaid(ctx, "quiet/", step, now, now.AddDate(0, 0, 3))
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
			n, err := vault.In(tx).CountStale(ctx, now.AddDate(0, 0, 3))
			if n != 3 {
				t.Errorf("%d are stale", n)
			}
			return err
		})
	})
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
