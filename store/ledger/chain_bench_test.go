package ledger_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// chainLong is how many entries the benchmarks of the chain go over.
const chainLong = 20_000

// BenchmarkChain: linking entries, verifying all of them, and looking for new
// ones when there are none, per entry.
func BenchmarkChain(b *testing.B) {
	for _, backend := range storetest.Backends() {
		ctx := context.Background()
		db := storetest.Open(b, backend)
		at := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
		var ids []string
		err := db.Update(ctx, func(tx *store.Tx) error {
			for i := range chainLong {
				ids = append(ids, tx.NewID(at))
				a := ledger.Entry{ID: ids[i], At: at, Person: "p", Act: "签到", Subject: fmt.Sprint("check-in/", i), Outcome: ledger.Done, Clause: "2-4", Ref: "om"}
				if err := tx.Audit().Record(ctx, a); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now() // laid once only: what is linked stays linked
		if err := db.Update(ctx, func(tx *store.Tx) error { return tx.Audit().Lay(ctx, ids, at) }); err != nil {
			b.Fatal(err)
		}
		laid := float64(time.Since(began).Nanoseconds()) / chainLong
		per := func(b *testing.B) {
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/chainLong, "ns/entry")
		}
		b.Run(backend+"/verify", func(b *testing.B) {
			for b.Loop() {
				err := db.View(ctx, func(tx *store.Tx) error {
					r, err := tx.Audit().Verify(ctx, 0)
					if err == nil && (!r.Whole() || r.Entries != chainLong) {
						b.Fatalf("%+v", r)
					}
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			per(b)
			b.ReportMetric(laid, "ns/entry-laid")
		})
		b.Run(backend+"/nothing-new", func(b *testing.B) {
			for b.Loop() {
				err := db.View(ctx, func(tx *store.Tx) error {
					_, err := tx.Audit().Unlinked(ctx, time.Time{}, "", 100)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			per(b)
		})
	}
}
