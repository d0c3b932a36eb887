package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/store"
)

// AContract is a contract with every field filled, number n of a series.
func AContract(n int, words string) store.Contract {
	return store.Contract{
		Number: fmt.Sprintf("ZYX-%03d", n), Folded: fmt.Sprintf("zyx%03d", n), Series: "ZYX-{seq}", Seq: n,
		Customer: "K1", Holder: "p", State: store.ContractSigned, Claimed: "2026-11-02", Signed: "2026-11-20", Due: "2026-11-25", Ended: "2026-11-30",
		Electronic: true, Opening: true, Claimant: "q", Project: words, Reported: "2026-11-10", LastReport: "2026-11-12", Event: "2026-12-01", Prepare: 5, Expected: 12_500_000,
		Amount: 12_345_678, Shares: []store.Share{{Person: "p", Parts: 6667}, {Person: "q", Parts: 3333}}, Early: true, Archived: "2026-11-27", Place: words,
		Borrower: "b", Back: "2026-12-02", Lost: "2026-11-28", LostFrom: store.ContractClaimed, Explained: true, Earned: 99, Rest: words,
	}
}

// WriteContract stores s as every text of contract i, signed and archived.
func WriteContract(ctx context.Context, tx *store.Tx, i int, s string) error {
	now := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	was := AContract(i, s)
	_, err := tx.Contracts().Add(ctx, was, store.ContractAct{ID: tx.NewID(now), At: now, By: "p", Act: "领合同", Words: s})
	if err != nil {
		return err
	}
	was.Version = 1
	is := was
	is.State = store.ContractArchived
	ok, err := tx.Contracts().Save(ctx, was, is, store.ContractAct{ID: tx.NewID(now), At: now, By: "p", Act: "归档", Words: s})
	if err == nil && !ok {
		err = errors.New("not saved")
	}
	return err
}

// ReadContract reads back what WriteContract stored.
func ReadContract(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	c, _, err := tx.Contracts().Get(ctx, fmt.Sprintf("zyx%03d", i))
	if err != nil {
		return err
	}
	acts, err := tx.Contracts().Acts(ctx, c)
	if err != nil || len(acts) != 2 {
		return fmt.Errorf("acts %+v, %w", acts, err)
	}
	got["project"], got["place of the original"], got["the rest"] = c.Project, c.Place, acts[1].Was.Rest
	got["words of a claim"], got["words of an act"] = acts[0].Words, acts[1].Words
	return nil
}
