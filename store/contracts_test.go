package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"marketbot/store"
	"marketbot/store/storetest"
)

// All of a contract comes back as it was stored, and what it was before, too.
func TestContractsRestWhole(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db := storetest.Open(t, backend)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				if err := storetest.WriteContract(ctx, tx, 7, "谈价格"); err != nil {
					return err
				}
				want := storetest.AContract(7, "谈价格")
				want.Version = 1
				c, _, err := tx.Contracts().Get(ctx, "zyx007")
				acts, err1 := tx.Contracts().Acts(ctx, c)
				if diff := cmp.Diff(want, acts[1].Was); diff != "" || !acts[0].First() || acts[1].First() {
					t.Error(diff)
				}
				want.State, want.Version = store.ContractArchived, 2
				if diff := cmp.Diff(want, c) + cmp.Diff(want, acts[1].Is); diff != "" {
					t.Error(diff)
				}
				stale, err2 := tx.Contracts().Save(ctx, want, want, store.ContractAct{ID: "x"})
				_, err3 := tx.Contracts().Save(ctx, acts[1].Was, want, store.ContractAct{ID: "y"})
				again, err4 := tx.Contracts().Add(ctx, want, store.ContractAct{ID: "z"})
				if !stale || again {
					t.Errorf("saved %v, added again %v", stale, again)
				}
				c, _, err5 := tx.Contracts().Get(ctx, "zyx007")
				if c.Version != 3 {
					t.Errorf("a version from before was saved over: %d", c.Version)
				}
				return errors.Join(err, err1, err2, err3, err4, err5)
			})
		})
	}
}

// The numbers of a series are drawn once each, whatever transactions come to
// nothing, and never below what they were raised to.
func TestContractNumbersAreDrawnOnce(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	series := 0
	rapid.Check(t, func(t *rapid.T) {
		series++
		name, last := fmt.Sprint("s", series), 0
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			fails, raise := rapid.Bool().Draw(t, "fails"), rapid.SampledFrom([]int{0, 0, 3, 40}).Draw(t, "raise")
			got := 0
			err := db.Update(context.Background(), func(tx *store.Tx) (err error) {
				if got, err = tx.Contracts().Draw(context.Background(), name); err != nil {
					return err
				}
				if err := tx.Contracts().Raise(context.Background(), name, raise); err != nil || fails {
					return errors.Join(err, errors.New("comes to nothing"))
				}
				return nil
			})
			if got != last+1 {
				t.Fatalf("drew %d after %d", got, last)
			}
			if (err == nil) == fails {
				t.Fatal(err)
			}
			if !fails {
				last = max(got, raise)
			}
		}
	})
}

// A contract that was changed behind the store's back is not read, and hides no
// other.
func TestForgedContractsAreNotRead(t *testing.T) {
	for _, backend := range storetest.Backends() {
		for name, forge := range map[string]string{
			"holder":           `UPDATE contract SET holder = 'mallory' WHERE seq = 1`,
			"customer":         `UPDATE contract SET customer = 'K9' WHERE seq = 1`,
			"signed day":       `UPDATE contract SET signed = '2026-10-20' WHERE seq = 1`,
			"state":            `UPDATE contract SET state = '已退回' WHERE seq = 1`,
			"no card":          `UPDATE contract SET card = '' WHERE seq = 1`,
			"another's amount": `UPDATE contract SET card = (SELECT card FROM contract WHERE seq = 2) WHERE seq = 1`,
		} {
			t.Run(backend+"/"+name, func(t *testing.T) {
				o := storetest.Prepared(t, backend)
				db := storetest.Reopen(t, o)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					return errors.Join(storetest.WriteContract(ctx, tx, 1, "a"), storetest.WriteContract(ctx, tx, 2, "b"))
				})
				storetest.Behind(t, o).Do(forge)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					_, _, err := tx.Contracts().Get(ctx, "zyx001")
					list, err1 := tx.Contracts().ClaimedIn(ctx, "2026-11-01", "2026-12-01")
					if !errors.Is(err, store.ErrTampered) || len(list) != 1 || list[0].Number != "ZYX-002" || len(tx.Damaged()) != 1 {
						t.Errorf("%v; %+v; %+v", err, list, tx.Damaged())
					}
					return err1
				})
			})
		}
	}
}

// What was done to a contract cannot be laid at another's door.
func TestForgedContractActs(t *testing.T) {
	o := storetest.Prepared(t, storetest.SQLite)
	db := storetest.Reopen(t, o)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error { return storetest.WriteContract(ctx, tx, 1, "词") })
	storetest.Behind(t, o).Do(`UPDATE contract_act SET by_person = 'mallory' WHERE version = 1`)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		c, _, err := tx.Contracts().Get(ctx, "zyx001")
		acts, err1 := tx.Contracts().Acts(ctx, c)
		if len(acts) != 2 || acts[0].Words != store.Unreadable || acts[1].Words != "词" {
			t.Errorf("%+v", acts)
		}
		return errors.Join(err, err1)
	})
}

// Of a list only what is shown of it is opened: what is damaged behind it is not met.
func TestOnlyAPartIsOpened(t *testing.T) {
	for _, backend := range storetest.Backends() {
		o := storetest.Prepared(t, backend)
		db := storetest.Reopen(t, o)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(storetest.WriteContract(ctx, tx, 1, "a"), storetest.WriteContract(ctx, tx, 2, "b"), storetest.WriteContract(ctx, tx, 3, "c"))
		})
		storetest.Behind(t, o).Do(`UPDATE contract SET card = '' WHERE seq <> 2`)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			list, err := tx.Contracts().List(ctx, store.ContractFilter{Most: 1, Skip: 1})
			if len(list) != 1 || list[0].Seq != 2 || len(tx.Damaged()) != 0 {
				t.Errorf("%s: %+v; %+v", backend, list, tx.Damaged())
			}
			return err
		})
	}
}

// The lists hold what they say.
func TestContractLists(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	states := []store.ContractState{store.ContractClaimed, store.ContractReported, store.ContractSigned, store.ContractArchived, store.ContractLost, store.ContractReturned}
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		for i, s := range states {
			c := store.Contract{Number: fmt.Sprint("N", i+1), Folded: fmt.Sprint("N", i+1), Series: "N{seq}", Seq: i + 1, Customer: fmt.Sprint("K", i%2), Holder: fmt.Sprint("p", i%3), State: s,
				Claimed: store.Day("2026-11-30").Add(i)}
			if s == store.ContractSigned || s == store.ContractArchived {
				c.Signed = "2026-12-31"
			}
			if _, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(now.Add(time.Duration(i))), At: now, Act: "领合同"}); err != nil {
				return err
			}
		}
		q := tx.Contracts()
		for name, c := range map[string]struct {
			list func() ([]store.Contract, error)
			want string
		}{
			"holder":    {func() ([]store.Contract, error) { return q.ByHolder(ctx, "p1") }, "[N2 N5]"},
			"in a time": {func() ([]store.Contract, error) { return q.HeldIn(ctx, "p1", "2026-12-02", "2026-12-05") }, "[N5]"},
			"signed in": {func() ([]store.Contract, error) { return q.HeldIn(ctx, "p2", "2026-12-31", "2027-01-01") }, "[N3]"},
			"customer":  {func() ([]store.Contract, error) { return q.ByCustomer(ctx, "K0") }, "[N1 N3 N5]"},
			"all":       {func() ([]store.Contract, error) { return q.List(ctx, store.ContractFilter{Most: 9}) }, "[N1 N2 N3 N4 N5 N6]"},
			"state": {func() ([]store.Contract, error) {
				return q.List(ctx, store.ContractFilter{State: store.ContractLost, Most: 9})
			}, "[N5]"},
			"part": {func() ([]store.Contract, error) {
				return q.List(ctx, store.ContractFilter{Waiting: true, Most: 2, Skip: 1})
			}, "[N2 N3]"},
			"theirs": {func() ([]store.Contract, error) {
				return q.List(ctx, store.ContractFilter{Holder: "p1", State: store.ContractLost, Most: 9})
			}, "[N5]"},
			"month":       {func() ([]store.Contract, error) { return q.ClaimedIn(ctx, "2026-11-01", "2026-12-01") }, "[N1]"},
			"next month":  {func() ([]store.Contract, error) { return q.ClaimedIn(ctx, "2026-12-01", "2027-01-01") }, "[N2 N3 N4 N5 N6]"},
			"signed":      {func() ([]store.Contract, error) { return q.SignedIn(ctx, "2026-12-01", "2027-01-01") }, "[N3 N4]"},
			"all signed":  {func() ([]store.Contract, error) { return q.Signed(ctx) }, "[N3 N4]"},
			"signed then": {func() ([]store.Contract, error) { return q.SignedIn(ctx, "2026-12-01", "2026-12-31") }, "[]"},
			"waiting":     {func() ([]store.Contract, error) { return q.Waiting(ctx) }, "[N1 N2 N3 N5]"},
			"series":      {func() ([]store.Contract, error) { return q.InSeries(ctx, "N{seq}") }, "[N1 N2 N3 N4 N5 N6]"},
			"digits":      {func() ([]store.Contract, error) { return q.Ending(ctx, "2") }, "[N2]"},
			"ended":       {func() ([]store.Contract, error) { return q.EndedIn(ctx, "2026-12-01", "2027-01-01") }, "[]"},
		} {
			list, err := c.list()
			if err != nil {
				return err
			}
			var got []string
			for _, one := range list {
				got = append(got, one.Number)
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("%s: %v, want %s", name, got, c.want)
			}
		}
		n, err := q.CountInHand(ctx, "p1")
		if n != 1 {
			t.Errorf("%d in hand", n)
		}
		all, err1 := q.Count(ctx, store.ContractFilter{Waiting: true, Most: 2, Skip: 1})
		if all != 4 {
			t.Errorf("%d wait", all)
		}
		return errors.Join(err, err1)
	})
}
