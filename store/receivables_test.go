package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
)

// All of an entry comes back as it was made, and receipts and arrivals are
// numbered, each on a series of its own.
func TestMoneyRestsWhole(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				for i, kind := range []store.MoneyKind{store.MoneyPause, store.MoneyReceipt, store.MoneyArrival, store.MoneyReceipt} {
					want := storetest.AMoneyEntry(1, "分两次打来")
					want.ID, want.Kind = tx.NewID(now), kind
					made, err := tx.Receivables().Add(ctx, want)
					if err != nil {
						return err
					}
					want.Code = []string{"", "R1", "W1", "R2"}[i]
					got, found, err := tx.Receivables().ByID(ctx, want.ID)
					if diff := cmp.Diff(want, got) + cmp.Diff(want, made); diff != "" || !found || err != nil {
						t.Error(diff, found, err)
					}
				}
				r, found, err := tx.Receivables().ByCode(ctx, "R2")
				_, other, err1 := tx.Receivables().ByCode(ctx, "R3")
				if r.Code != "R2" || !found || other {
					t.Errorf("R2 is %+v, R3 found %v", r, other)
				}
				return errors.Join(err, err1)
			})
		})
	}
}

// Whoever changes an entry behind the store's back is found, and the others count.
func TestForgedMoneyIsDamaged(t *testing.T) {
	for _, backend := range storetest.Backends() {
		for name, forge := range map[string]string{
			"contract":         `UPDATE money SET contract = 'ZYX-002' WHERE contract = 'ZYX-001'`,
			"customer":         `UPDATE money SET customer = 'K9' WHERE contract = 'ZYX-001'`,
			"holder":           `UPDATE money SET holder = 'mallory' WHERE contract = 'ZYX-001'`,
			"day":              `UPDATE money SET day = '2026-10-26' WHERE contract = 'ZYX-001'`,
			"kind":             `UPDATE money SET kind = 'receipt' WHERE contract = 'ZYX-001'`,
			"needs 核款":         `UPDATE money SET settled = 0 WHERE contract = 'ZYX-001'`,
			"no content":       `UPDATE money SET content = '' WHERE contract = 'ZYX-001'`,
			"another's amount": `UPDATE money SET content = (SELECT content FROM money WHERE contract = 'ZYX-002') WHERE contract = 'ZYX-001'`,
		} {
			t.Run(backend+"/"+name, func(t *testing.T) {
				o := storetest.Options(t, backend)
				db := storetest.Reopen(t, o)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					return errors.Join(storetest.WriteMoney(ctx, tx, 1, "a"), storetest.WriteMoney(ctx, tx, 2, "b"))
				})
				storetest.Behind(t, o).Do(forge)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					list, err := tx.Receivables().All(ctx)
					damaged := 0
					for _, e := range list {
						if e.Damaged && e.Amount == 0 && e.Plan == nil && e.Words == "" {
							damaged++
						}
					}
					if len(list) != 2 || damaged != 1 || len(tx.Damaged()) != 1 {
						t.Errorf("%+v; %+v", list, tx.Damaged())
					}
					return err
				})
			})
		}
	}
}

// What is paid up is read no more from the day after, until something is entered
// about it or changed in it.
func TestPaidUpIsReadNoMore(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				c := storetest.AContract(1, "展台")
				enter := func() error {
					e := storetest.AMoneyEntry(1, "")
					e.ID = tx.NewID(now)
					_, err := tx.Receivables().Add(ctx, e)
					return err
				}
				owing := func(step string, day store.Day, holder string, want int) {
					contracts, err := tx.Contracts().Owing(ctx, day, holder)
					entries, err1 := tx.Receivables().Owing(ctx, day, holder)
					if len(contracts) != min(want, 1) || len(entries) != want || err != nil || err1 != nil {
						t.Errorf("%s: %d contracts and %d entries on %s, %v, %v", step, len(contracts), len(entries), day, err, err1)
					}
				}
				_, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(now), At: now})
				c.Version = 1
				err = errors.Join(err, enter())
				owing("entered", "2027-11-30", "", 1)
				owing("entered", "2027-11-30", c.Holder, 1)
				owing("entered", "2027-11-30", "somebody else", 0)
				err = errors.Join(err, tx.Contracts().PaidUp(ctx, c, 1, "2026-12-01", c.Signed))
				owing("paid up", "2026-12-01", "", 1)
				owing("paid up", "2026-12-02", "", 0)
				err = errors.Join(err, enter())
				owing("entered again", "2026-12-02", "", 2)
				err = errors.Join(err, tx.Contracts().PaidUp(ctx, c, 1, "2026-12-01", c.Signed))
				owing("paid up, as was read before", "2026-12-02", "", 2)
				err = errors.Join(err, tx.Contracts().PaidUp(ctx, c, 2, "2026-12-01", c.Signed))
				owing("paid up again", "2026-12-02", "", 0)
				_, err1 := tx.Contracts().Save(ctx, c, c, store.ContractAct{ID: tx.NewID(now), At: now})
				owing("changed", "2026-12-02", "", 2)
				err = errors.Join(err, tx.Contracts().PaidUp(ctx, c, 2, "2026-12-01", c.Signed))
				owing("paid up, as it was before", "2026-12-02", "", 2)
				return errors.Join(err, err1)
			})
		})
	}
}

// The lists hold what they say.
func TestMoneyLists(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				for i := range 3 {
					c := store.Contract{Number: fmt.Sprint("N", i+1), Folded: fmt.Sprint("n", i+1), Series: "N", Seq: i + 1, Customer: fmt.Sprint("K", i%2), Holder: fmt.Sprint("p", i%2), State: store.ContractSigned, Signed: "2026-11-30"}
					if _, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(now), At: now}); err != nil {
						return err
					}
				}
				ids := map[string]string{}
				for i, e := range []store.MoneyEntry{
					{ID: "a", Kind: store.MoneyReceipt, Contract: "N1", Day: "2026-11-30"},
					{ID: "b", Kind: store.MoneyReceipt, Contract: "N2", Day: "2026-12-01"},
					{ID: "c", Kind: store.MoneyReceipt, Contract: "N3", Day: "2026-12-01", Settled: true},
					{ID: "d", Kind: store.MoneyConfirmed, Contract: "N1", Ref: "a"},
					{ID: "e", Kind: store.MoneyRejected, Contract: "N2", Ref: "b"},
					{ID: "f", Kind: store.MoneyUndone, Contract: "N2", Ref: "e"},
					{ID: "g", Kind: store.MoneyArrival, Day: "2026-12-01"},
					{ID: "h", Kind: store.MoneyArrival, Day: "2026-12-01"},
					{ID: "i", Kind: store.MoneyArrival, Day: "2026-12-01"},
					{ID: "j", Kind: store.MoneyReceipt, Contract: "N3", Ref: "g", Day: "2026-12-02", Settled: true},
					{ID: "k", Kind: store.MoneyUndone, Ref: "h"},
					{ID: "l", Kind: store.MoneyReceipt, Contract: "N3", Ref: "i", Day: "2026-12-02", Settled: true},
					{ID: "m", Kind: store.MoneyUndone, Contract: "N3", Ref: "l"},
				} {
					name := e.ID
					e.ID = tx.NewID(now.Add(time.Duration(i) * time.Millisecond))
					ids[name] = e.ID
					if e.Ref = ids[e.Ref]; e.Contract != "" {
						e.Customer = "K"
					}
					if _, err := tx.Receivables().Add(ctx, e); err != nil {
						return err
					}
				}
				q := tx.Receivables()
				for name, c := range map[string]struct {
					list func() ([]store.MoneyEntry, error)
					want string
				}{
					"of a contract": {func() ([]store.MoneyEntry, error) { return q.Of(ctx, "N1") }, "ad"},
					"of a customer": {func() ([]store.MoneyEntry, error) { return q.OfCustomer(ctx, "K0") }, "adcjlm"},
					"of a holder":   {func() ([]store.MoneyEntry, error) { return q.OfHolder(ctx, "p1") }, "bef"},
					"in a time":     {func() ([]store.MoneyEntry, error) { return q.HeldIn(ctx, "p0", "2026-12-01", "2026-12-08") }, "cjlm"},
					"all":           {func() ([]store.MoneyEntry, error) { return q.All(ctx) }, "adbefcjlm"},
					"waiting":       {func() ([]store.MoneyEntry, error) { return q.Waiting(ctx) }, "bef"},
					"unclaimed":     {func() ([]store.MoneyEntry, error) { return q.Unclaimed(ctx) }, "i"},
					"about":         {func() ([]store.MoneyEntry, error) { return q.About(ctx, ids["e"]) }, "f"},
				} {
					list, err := c.list()
					if err != nil {
						return err
					}
					got := ""
					for _, e := range list {
						for name, id := range ids {
							if id == e.ID {
								got += name
							}
						}
					}
					if got != c.want {
						t.Errorf("%s: %s, want %s", name, got, c.want)
					}
				}
				for holder, want := range map[string]string{"p0": "[N3]", "p1": "[N2]"} { // by what was received alone
					list, err := tx.Contracts().HeldIn(ctx, holder, "2026-12-01", "2026-12-08")
					var got []string
					for _, k := range list {
						got = append(got, k.Number)
					}
					if fmt.Sprint(got) != want || err != nil {
						t.Errorf("%s: %v, %v", holder, got, err)
					}
				}
				return q.Lock(ctx, "K1")
			})
		})
	}
}
