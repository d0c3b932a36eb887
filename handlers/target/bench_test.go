package target

import (
	"context"
	"fmt"
	"testing"
	"time"

	"marketbot/handlers/closing"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
)

// BenchmarkYear is 业绩 of a year for 200 people and 20,000 contracts, in a store that
// froze no month and in one that froze all but the last, against one indexed scan of
// the contracts. Goal: at most 3 times as long.
func BenchmarkYear(b *testing.B) {
	const people, contracts = 200, 20_000
	zone := time.FixedZone("CST", 8*3600)
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		b.Fatal(err)
	}
	h := Handler{Rules: rulebook.Rules{Zone: zone, Calendar: calendar}, Config: Defaults()}
	db, ctx, start := storetest.Open(b, storetest.SQLite), context.Background(), time.Date(2026, 1, 1, 9, 0, 0, 0, zone)
	ids := make([]string, people)
	must := func(err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	must(db.Update(ctx, func(tx *store.Tx) error {
		for i := range ids {
			ids[i] = tx.NewID(start)
			if err := tx.People().Add(ctx, store.Person{ID: ids[i], Name: fmt.Sprint("人", i), Post: store.Salesperson, Since: start}); err != nil {
				return err
			}
		}
		for i := range contracts {
			day := store.DayOf(start.AddDate(0, 0, i*365/contracts))
			at := day.Start(zone).Add(10 * time.Hour)
			n := fmt.Sprintf("N%05d", i)
			c := store.Contract{Number: n, Folded: n, Series: "N", Seq: i + 1, Customer: "K1", Holder: ids[i%people], State: store.ContractArchived, Claimed: day, Signed: day, Amount: 12_345_67,
				Shares: []store.Share{{Person: ids[i%people], Parts: 6667}, {Person: ids[(i+7)%people], Parts: 3333}}}
			if _, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(at), At: at, Act: "签合同"}); err != nil {
				return err
			}
		}
		return tx.Marks().Set(ctx, store.CreatedMark, start)
	}))
	now := time.Date(2026, 12, 31, 18, 0, 0, 0, zone)
	timed := func(f func(*store.Tx) error) time.Duration {
		began := time.Now()
		must(db.View(ctx, f))
		return time.Since(began)
	}
	for _, frozen := range []bool{false, true} {
		b.Run(fmt.Sprint("frozen=", frozen), func(b *testing.B) {
			if frozen {
				must(db.Update(ctx, func(tx *store.Tx) error {
					_, err := (closing.Months{Rules: h.Rules, Areas: []closing.Area{h}}).Run(ctx, tx, rulebook.Slot{At: now})
					return err
				}))
			}
			var scan, year time.Duration
			for b.Loop() {
				scan += timed(func(tx *store.Tx) error {
					list, err := tx.Contracts().SignedIn(ctx, "2026-01-01", "2027-01-01")
					if len(list) != contracts {
						b.Fatalf("%d contracts", len(list))
					}
					return err
				})
				year += timed(func(tx *store.Tx) error {
					t, _, err := h.reader(tx, now, cut{}).table(ctx, "2026-12-01")
					if len(t.Rows) != people || t.Total().YearSums.Signed != contracts*12_345_67 {
						b.Fatalf("%d rows, %+v", len(t.Rows), t.Total())
					}
					return err
				})
			}
			b.ReportMetric(float64(year.Milliseconds())/float64(b.N), "ms/year")
			b.ReportMetric(float64(year)/float64(scan), "x-scan")
		})
	}
}
