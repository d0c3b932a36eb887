package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// BenchmarkClaim is a contract number drawn, its contract and its first act entered,
// durably, one after the other, against a durable insert of a row. Goal: at most 1.5
// times as long.
func BenchmarkClaim(b *testing.B) {
	db := storetest.Open(b, storetest.SQLite)
	ctx, n := b.Context(), 0
	timed := func(f func(*store.Tx) error) time.Duration {
		began := time.Now()
		if err := db.Update(ctx, f); err != nil {
			b.Fatal(err)
		}
		return time.Since(began)
	}
	var claim, insert time.Duration
	for b.Loop() {
		n++
		insert += timed(func(tx *store.Tx) error {
			return tx.CheckIns().Add(ctx, store.CheckIn{ID: tx.NewID(now), Person: "p", Day: "2026-11-26", At: now, Place: "广州", Progress: "见了客户"})
		})
		claim += timed(func(tx *store.Tx) error { return benchClaim(ctx, tx) })
	}
	b.ReportMetric(float64(claim.Microseconds())/float64(n), "µs/claim")
	b.ReportMetric(float64(claim)/float64(insert), "x-insert")
}

func benchClaim(ctx context.Context, tx *store.Tx) error {
	seq, err := tx.Contracts().Draw(ctx, "ZYX202611#")
	if err != nil {
		return err
	}
	c := store.Contract{
		Number: fmt.Sprintf("ZYX-202611-%03d", seq), Folded: fmt.Sprintf("ZYX202611%03d", seq), Series: "ZYX202611#", Seq: seq, Customer: "K1", Holder: "p", Claimant: "p",
		State: store.ContractClaimed, Claimed: "2026-11-26", Project: "2027 年会场地",
	}
	_, err = tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(now), At: now, By: "p", Act: "领合同"})
	return err
}

// BenchmarkWaitingContracts reads what the daily message asks for, of ten thousand
// contracts of whom every tenth waits: one query, each card opened.
func BenchmarkWaitingContracts(b *testing.B) {
	const all, waiting = 10_000, 1_000
	db := storetest.Open(b, storetest.SQLite)
	ctx := b.Context()
	err := db.Update(ctx, func(tx *store.Tx) error {
		for i := range all {
			c := store.Contract{Number: fmt.Sprintf("N%05d", i), Folded: fmt.Sprintf("N%05d", i), Series: "N#", Seq: i + 1, Customer: "K1", Holder: "p", State: store.ContractArchived,
				Claimed: "2026-11-02", Signed: "2026-11-10", Archived: "2026-11-12", Project: "年会", Amount: 12_500_000}
			if i%(all/waiting) == 0 {
				c.State, c.Due = store.ContractSigned, "2026-11-13"
			}
			if _, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(now), At: now, Act: "期初导入"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		err := db.View(ctx, func(tx *store.Tx) error {
			list, err := tx.Contracts().Waiting(ctx)
			if len(list) != waiting {
				b.Fatalf("%d wait", len(list))
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
