package receivable

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
)

// fill enters so many signed contracts, each planned in three lines, every second
// one with a receipt.
func fill(t testing.TB, db *store.DB, contracts int) {
	t.Helper()
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, handlerstest.Zone)
	for from := 0; from < contracts; from += 500 {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for i := from; i < min(from+500, contracts); i++ {
				if err := enter(ctx, tx, i, now); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func enter(ctx context.Context, tx *store.Tx, i int, now time.Time) error {
	number := fmt.Sprintf("ZYX-202611-%05d", i)
	k := store.Contract{
		Number: number, Folded: command.FoldedContract(number), Series: "ZYX202611#", Seq: i, Customer: fmt.Sprintf("K%d", i/3), Holder: fmt.Sprintf("p%d", i%30),
		State: store.ContractSigned, Claimed: "2026-11-02", Signed: "2026-11-20", Amount: 90_000_00, Project: "年会布置与执行",
	}
	if _, err := tx.Contracts().Add(ctx, k, store.ContractAct{ID: tx.NewID(now), At: now, Act: "签合同"}); err != nil {
		return err
	}
	plan := store.MoneyEntry{ID: tx.NewID(now), Kind: store.MoneyPlan, Contract: number, Customer: k.Customer, Holder: k.Holder, Day: "2026-11-20", At: now, By: k.Holder}
	for _, due := range []store.Day{"2026-10-31", "2026-12-31", "2027-03-31"} {
		plan.Plan = append(plan.Plan, store.PlanLine{First: due, Due: due, Amount: 30_000_00})
	}
	if _, err := tx.Receivables().Add(ctx, plan); err != nil || i%2 == 0 {
		return err
	}
	r := plan
	r.ID, r.Kind, r.Plan, r.Amount, r.Settled = tx.NewID(now), store.MoneyReceipt, nil, 40_000_00, true
	_, err := tx.Receivables().Add(ctx, r)
	return err
}

const benchContracts = 10_000

// BenchmarkReceivables is what 应收 reads and computes of 10,000 contracts with
// 30,000 lines, in multiples of one scan of the same rows that opens none. Goal: 3.
func BenchmarkReceivables(b *testing.B) {
	o := storetest.Options(b, storetest.SQLite)
	db := storetest.Reopen(b, o)
	fill(b, db, benchContracts)
	h := Handler{Rules: handlerstest.Rules(b), Config: Defaults()}
	raw := storetest.Raw(b, o)
	head := store.Person{ID: "head", Post: store.GeneralManager}
	now := time.Date(2026, 11, 27, 10, 30, 0, 0, handlerstest.Zone)
	var scans, tables time.Duration
	var held int64
	n := 0
	for b.Loop() {
		n++
		begun := time.Now()
		for query, columns := range map[string]int{
			`SELECT number, folded, series, seq, customer, holder, state, claimed, signed, due, ended, version, card FROM contract WHERE signed <> '' ORDER BY signed, number`: 13,
			`SELECT id, code, kind, contract, customer, holder, day, at, by_person, ref, settled, content FROM money WHERE contract <> '' ORDER BY contract, id`:               12,
		} {
			rows, err := raw.Query(query)
			if err != nil {
				b.Fatal(err)
			}
			into := make([]any, columns)
			for i := range into {
				into[i] = new(any)
			}
			for rows.Next() {
				if err := rows.Scan(into...); err != nil {
					b.Fatal(err)
				}
			}
			if err := rows.Close(); err != nil {
				b.Fatal(err)
			}
		}
		scans += time.Since(begun)
		begun = time.Now()
		var list []*deal
		err := db.View(b.Context(), func(tx *store.Tx) (err error) {
			list, err = h.open(b.Context(), tx, head, scope{}, now, "")
			return err
		})
		tables += time.Since(begun)
		if err != nil || len(list) != benchContracts {
			b.Fatal(len(list), err)
		}
		b.StopTimer()
		held = max(held, heapWith(list))
		b.StartTimer()
	}
	b.ReportMetric(float64(tables)/float64(scans), "x-of-scan")
	b.ReportMetric(float64(held)/(1<<20), "MiB-held")
	b.ReportMetric(float64(tables.Milliseconds())/float64(n), "ms/table")
}

// heapWith is how much more is held with a list than without.
func heapWith(list []*deal) int64 {
	var with, without runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&with)
	runtime.KeepAlive(list)
	runtime.GC()
	runtime.ReadMemStats(&without)
	return int64(with.HeapAlloc) - int64(without.HeapAlloc)
}

// BenchmarkStanding is the standing of one contract with 60 lines, half of them
// paid, in multiples of one durable insert. Goal: 0.2.
func BenchmarkStanding(b *testing.B) {
	db := storetest.Reopen(b, storetest.Options(b, storetest.SQLite))
	a := rulebook.Account{Price: 60_000_00, Signed: "2026-01-01", Terms: 30}
	plan := store.MoneyEntry{ID: "plan", Kind: store.MoneyPlan}
	for i := range 60 {
		due := store.Day("2026-01-31").Add(7 * i)
		plan.Plan = append(plan.Plan, store.PlanLine{First: due, Due: due, Amount: 1_000_00})
	}
	a.Entries = []store.MoneyEntry{plan}
	for i := range 30 {
		a.Entries = append(a.Entries, store.MoneyEntry{ID: fmt.Sprint(i), Kind: store.MoneyReceipt, Amount: 1_000_00, Settled: true})
	}
	var standings, inserts time.Duration
	for b.Loop() {
		begun := time.Now()
		if s := a.Standing("2027-01-01", []int{30, 60, 90}); s.Open != 30_000_00 {
			b.Fatal(s.Open)
		}
		standings += time.Since(begun)
		begun = time.Now()
		storetest.Update(b, db, func(ctx context.Context, tx *store.Tx) error {
			e := storetest.AMoneyEntry(1, "")
			e.ID = tx.NewID(e.At)
			_, err := tx.Receivables().Add(ctx, e)
			return err
		})
		inserts += time.Since(begun)
	}
	b.ReportMetric(float64(standings)/float64(inserts), "x-of-insert")
}

// The daily message asks twice for all contracts and their money, however many
// there are.
func TestDailyAsksTwice(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	fill(t, db, 40)
	h := Handler{Rules: handlerstest.Rules(t), Config: Defaults()}
	asked := storetest.Asked(t, db, func(ctx context.Context, tx *store.Tx) error {
		at := time.Date(2026, 12, 28, 9, 13, 0, 0, handlerstest.Zone)
		lines, err := h.Daily(ctx, tx, rulebook.Slot{At: at}, audience.NewRoll("2026-12-28", []store.Person{{ID: "p1", Post: store.Salesperson}}, nil))
		if len(lines) < 40 {
			t.Errorf("%d lines", len(lines))
		}
		return err
	})
	n := 0
	for _, times := range asked {
		n += times
	}
	if n != 2 {
		t.Errorf("%d queries: %v", n, asked)
	}
}
