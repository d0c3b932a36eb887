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

// Every version of a target comes back as it was set, numbered one after the other.
func TestTargetsRestWhole(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				first, second, own := storetest.ATarget(1, "a"), storetest.ATarget(1, "b"), storetest.ATarget(1, "")
				own.Measure, own.Corrects, own.None = store.Signing, "", false
				var errs []error
				for _, one := range []*store.Target{&first, &second, &own} {
					one.ID = tx.NewID(one.At)
					was := *one
					added, err := tx.Targets().Add(ctx, was)
					*one, errs = added, append(errs, err)
				}
				if first.Version != 1 || second.Version != 2 || own.Version != 1 {
					t.Errorf("versions %d, %d and %d", first.Version, second.Version, own.Version)
				}
				versions, err1 := tx.Targets().Versions(ctx, "p1", "2026-11-01", store.Receipt)
				ofMonth, err2 := tx.Targets().Between(ctx, "2026-11-01", "2026-11-01")
				asCorrection, err3 := tx.Targets().Between(ctx, "2026-12-01", "2026-12-01")
				later, err4 := tx.Targets().Between(ctx, "2027-01-01", "2027-12-01")
				if diff := cmp.Diff([]store.Target{first, second}, versions) + cmp.Diff([]store.Target{first, second, own}, ofMonth) + cmp.Diff(versions, asCorrection); diff != "" || len(later) > 0 {
					t.Error(diff, later)
				}
				return errors.Join(append(errs, err1, err2, err3, err4)...)
			})
		})
	}
}

// A month freezes once, and of a name one table of it is kept for ever.
func TestMonthsFreezeOnce(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			at := time.UnixMilli(time.Date(2026, 12, 8, 10, 0, 0, 0, time.UTC).UnixMilli())
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				m, k := store.FrozenMonth{Month: "2026-11-01", At: at, By: "wang"}, store.KeptTable{Month: "2026-11-01", Name: "a", Hash: "h", Content: "1"}
				first, err := tx.Months().Freeze(ctx, m)
				again, err1 := tx.Months().Freeze(ctx, store.FrozenMonth{Month: m.Month, At: at.Add(time.Hour)})
				kept, err2 := tx.Months().Keep(ctx, k)
				twice, err3 := tx.Months().Keep(ctx, store.KeptTable{Month: k.Month, Name: k.Name, Hash: "i", Content: "2"})
				if !first || again || !kept || twice {
					t.Errorf("frozen %v %v, kept %v %v", first, again, kept, twice)
				}
				got, _, err4 := tx.Months().Frozen(ctx, m.Month)
				last, _, err5 := tx.Months().Last(ctx)
				tables, err6 := tx.Months().Kept(ctx, "a", "2026-11-01", "2026-12-01")
				if diff := cmp.Diff(m, got) + cmp.Diff(m, last) + cmp.Diff([]store.KeptTable{k}, tables); diff != "" {
					t.Error(diff)
				}
				_, found, err7 := tx.Months().Frozen(ctx, "2026-12-01")
				if found {
					t.Error("December is frozen")
				}
				return errors.Join(err, err1, err2, err3, err4, err5, err6, err7)
			})
		})
	}
}

// What was changed behind the store's back is not read: of targets the version
// before holds, a frozen month stays frozen.
func TestForgedTargetsAreNotRead(t *testing.T) {
	for _, backend := range storetest.Backends() {
		for name, forge := range map[string]string{
			"person":       `UPDATE target SET person = 'p2' WHERE version = 2`,
			"month":        `UPDATE target SET month = '2026-10-01' WHERE version = 2`,
			"version":      `UPDATE target SET version = 7 WHERE version = 2`,
			"corrects":     `UPDATE target SET corrects = '' WHERE version = 2`,
			"no content":   `UPDATE target SET content = '' WHERE version = 2`,
			"when frozen":  `UPDATE frozen_month SET at = at + 1`,
			"who froze":    `UPDATE frozen_month SET by_person = 'p9'`,
			"hash":         `UPDATE kept_table SET hash = 'i'`,
			"whose table":  `UPDATE kept_table SET month = '2026-12-01'`,
			"empty table":  `UPDATE kept_table SET content = ''`,
			"two versions": `UPDATE target SET content = (SELECT content FROM target WHERE version = 1) WHERE version = 2`,
		} {
			t.Run(backend+"/"+name, func(t *testing.T) {
				o := storetest.Prepared(t, backend)
				db := storetest.Reopen(t, o)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					second := storetest.ATarget(1, "second")
					second.ID = tx.NewID(second.At)
					err := storetest.WriteTarget(ctx, tx, 1, "first")
					_, err1 := tx.Targets().Add(ctx, second)
					return errors.Join(err, err1)
				})
				storetest.Behind(t, o).Do(forge)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					all, err := tx.Targets().Between(ctx, "2026-01-01", "2026-12-01")
					month, frozen, err1 := tx.Months().Frozen(ctx, "2026-11-01")
					kept, err2 := tx.Months().Kept(ctx, "table1", "2026-01-01", "2026-12-01")
					sound := len(all) == 2 && !month.Damaged && len(kept) == 1
					if sound || !frozen || len(tx.Damaged()) == 0 {
						t.Errorf("targets %+v, month %+v, tables %+v, damaged %v", all, month, kept, tx.Damaged())
					}
					return errors.Join(err, err1, err2)
				})
			})
		}
	}
}

// What was done to contracts since a moment comes with what each was before and
// after, also where what came late is done before what was sent later.
func TestContractActsSince(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			at := time.Date(2026, 12, 16, 0, 0, 0, 0, time.UTC)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				do := func(n int, amount int64, when time.Time) error {
					c := storetest.AContract(n, "")
					act := store.ContractAct{ID: tx.NewID(when), At: when, Act: "改合同"}
					was, found, err := tx.Contracts().Get(ctx, c.Folded)
					if err == nil && !found {
						c.Amount = amount
						_, err = tx.Contracts().Add(ctx, c, act)
						return err
					}
					is := was
					is.Amount = amount
					_, err1 := tx.Contracts().Save(ctx, was, is, act)
					return errors.Join(err, err1)
				}
				err := errors.Join(do(1, 100, at.Add(-2*time.Hour)), do(2, 100, at.Add(-2*time.Hour)), do(1, 200, at.Add(time.Hour)), do(1, 300, at.Add(-time.Minute)))
				list, err1 := tx.Contracts().DoneSince(ctx, at)
				if len(list) != 2 || list[0].Was.Amount != 100 || list[0].Is.Amount != 200 || list[1].Was.Amount != 200 || list[1].Is.Amount != 300 {
					t.Errorf("%+v", list)
				}
				return errors.Join(err, err1)
			})
		})
	}
}

// Receipts and refunds of a time come with what became of them, and nothing else
// does.
func TestMoneyThatCounts(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				var errs []error
				add := func(kind store.MoneyKind, day store.Day, ref string) string {
					at := day.Start(time.UTC)
					e := store.MoneyEntry{ID: tx.NewID(at), Kind: kind, Contract: "ZYX-001", Day: day, At: at, Ref: ref, Amount: 1}
					_, err := tx.Receivables().Add(ctx, e)
					errs = append(errs, err)
					return e.ID
				}
				old := add(store.MoneyReceipt, "2026-10-05", "")
				oldRefund := add(store.MoneyRefund, "2026-10-06", "")
				add(store.MoneyInvoice, "2026-11-05", "")
				in := add(store.MoneyReceipt, "2026-11-05", "")
				confirmed := add(store.MoneyConfirmed, "2026-11-06", in)
				refund := add(store.MoneyRefund, "2026-11-30", "")
				undone := add(store.MoneyUndone, "2026-12-01", confirmed)
				rejected := add(store.MoneyRejected, "2026-12-02", old)
				check := func(what string, list []store.MoneyEntry, err error, want ...string) {
					var got []string
					for _, e := range list {
						got = append(got, e.ID)
					}
					if diff := cmp.Diff(want, got); diff != "" || err != nil {
						t.Errorf("%s: %v %s", what, err, diff)
					}
				}
				list, err := tx.Receivables().Counting(ctx, "2026-11-01", "2026-11-30")
				check("of November", list, err, in, confirmed, refund, undone)
				list, err = tx.Receivables().Counting(ctx, "2026-10-01", "2026-10-31")
				check("of October", list, err, old, oldRefund, rejected)
				list, err = tx.Receivables().CountingSince(ctx, store.Day("2026-12-01").Start(time.UTC))
				check("since December", list, err, old, in, confirmed, undone, rejected)
				return errors.Join(errs...)
			})
		})
	}
}
