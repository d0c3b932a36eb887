package storetest

import (
	"context"
	"fmt"
	"time"

	"marketbot/store"
)

// AMoneyEntry is an entry about the money of contract n with every field filled.
func AMoneyEntry(n int, words string) store.MoneyEntry {
	return store.MoneyEntry{
		Kind: store.MoneyPause, Contract: fmt.Sprintf("ZYX-%03d", n), Customer: "K1", Holder: "p", Day: "2026-11-26",
		At: time.UnixMilli(time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC).UnixMilli()), By: "q", Ref: "r", Amount: 12_345_678, Line: 2, Until: "2026-12-10",
		Plan: []store.PlanLine{
			{First: "2026-10-31", Due: "2026-12-31", Moved: 1, Amount: 5_000_000}, {First: "2027-03-31", Due: "2027-03-31", Amount: 7_345_678},
		},
		Settled: true, Alone: true, Opening: true, Words: words,
	}
}

// WriteMoney stores s as the words of an entry about contract i.
func WriteMoney(ctx context.Context, tx *store.Tx, i int, s string) error {
	e := AMoneyEntry(i, s)
	e.ID = tx.NewID(e.At)
	_, err := tx.Receivables().Add(ctx, e)
	return err
}

// ReadMoney reads back what WriteMoney stored.
func ReadMoney(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	list, err := tx.Receivables().Of(ctx, fmt.Sprintf("ZYX-%03d", i))
	if err != nil || len(list) != 1 {
		return fmt.Errorf("money %+v, %w", list, err)
	}
	got["words about money"] = list[0].Words
	return nil
}
