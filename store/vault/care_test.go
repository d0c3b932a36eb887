package vault_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// Customers without progress are found until it was said.
func TestQuietUnsaid(t *testing.T) {
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
			if err := tx.Said().Say(ctx, map[string]int{"quiet/K1/" + millis(now.AddDate(0, 0, 1)): 7}, now); err != nil {
				return err
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
			return nil
		})
	})
}

// Files that want care are found with what they hold, and counted.
func TestWanting(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for i := range 5 {
				c := store.Customer{ID: fmt.Sprintf("K%d", i), Name: "甲", Stage: "一", Created: now.AddDate(0, 0, i), Author: "p1"}
				if err := vault.In(tx).Add(ctx, c); err != nil {
					return err
				}
			}
			facts := []vault.Fact{
				{ID: "f1", Customer: "K3", Field: "行业", Value: "食品"}, {ID: "f2", Customer: "K3", Field: "地址", Value: "东莞"},
				{ID: "f3", Customer: "K1", Field: "地址", Value: "东莞"}, {ID: "f4", Customer: "K1", Field: "地址"}, // emptied
				{ID: "f5", Customer: "K4", Field: "行业", Value: "食品"},
			}
			for i, f := range facts {
				f.Author, f.At = "p1", now.Add(time.Duration(i))
				if err := vault.In(tx).PutFact(ctx, f); err != nil {
					return err
				}
			}
			if err := tx.Leads().Add(ctx, store.Lead{Code: "L1", Giver: "p1", At: now, Words: "甲", Text: "乙"}); err != nil {
				return err
			}
			return tx.Said().Say(ctx, map[string]int{"file/K2": 0}, now)
		})
		day := func(n int) time.Time { return now.AddDate(0, 0, n) }
		for want, ask := range map[string]vault.Wanting{
			"map[new:[K1[] K3[地址 行业]] stale:[K0[] K1[]] unchecked:[K3[地址 行业]]]": {Prefix: "file/", From: day(1), To: day(5), New: 2, Before: day(3), Others: 2},
			"map[new:[K1[] K2[] K3[地址 行业] K4[行业]]]":                             {Prefix: "other/", From: day(1), To: day(5), New: 9},
			"map[unchecked:[K3[地址 行业]]]":                                        {Others: 1},
		} {
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				files, err := vault.In(tx).Wanting(ctx, ask)
				got := map[vault.Why][]string{}
				for why, list := range files {
					for _, c := range list {
						got[why] = append(got[why], c.ID+fmt.Sprint(slices.Sorted(slices.Values(c.Fields))))
					}
				}
				if fmt.Sprint(got) != want {
					t.Errorf("%v, want %s", got, want)
				}
				return err
			})
		}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			w, err := vault.In(tx).Waiting(ctx, day(3))
			if want := (vault.Waiting{Stale: 3, Unchecked: 2, Leads: 1}); w != want {
				t.Errorf("%+v, want %+v", w, want)
			}
			return err
		})
	})
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }
