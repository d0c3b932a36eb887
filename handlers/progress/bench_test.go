package progress

import (
	"context"
	"fmt"
	"testing"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

const benchCustomers = 5_000

// fill enters so many customers with four entries and one move each; every second
// one has a signed contract with a receipt, every fifth stands still with a cause.
func fill(t testing.TB, db *store.DB, customers int) {
	t.Helper()
	begun := time.Date(2026, 9, 1, 9, 0, 0, 0, handlerstest.Zone)
	for from := 0; from < customers; from += 250 {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for i := from; i < min(from+250, customers); i++ {
				if err := enter(ctx, tx, i, begun); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func enter(ctx context.Context, tx *store.Tx, i int, begun time.Time) error {
	id, owner := fmt.Sprintf("K%d", i+1), fmt.Sprintf("p%d", i%30)
	k := store.Customer{ID: id, Name: fmt.Sprintf("东莞市%d号有限公司", i), Owner: owner, Stage: "初步接触", Created: begun, Author: owner}
	if err := vault.In(tx).Add(ctx, k); err != nil {
		return err
	}
	for n := range 4 {
		at := begun.AddDate(0, 0, 20*n+1)
		if i%5 == 0 && n == 3 {
			break
		}
		p := vault.Progress{ID: tx.NewID(at), Customer: id, Author: owner, At: at, Words: "送去年会方案，下周给答复", Amount: 8_000_000}
		if err := vault.In(tx).AddProgress(ctx, p); err != nil {
			return err
		}
	}
	if err := vault.In(tx).SetStage(ctx, id, "方案报价", begun.AddDate(0, 0, 25)); err != nil {
		return err
	}
	if i%5 == 0 {
		return tx.Stalls().Add(ctx, store.Stall{ID: tx.NewID(begun), Customer: id, At: begun.AddDate(0, 0, 70), By: owner, Until: "2026-12-31", Cause: "预算"})
	}
	if i%2 == 0 {
		return nil
	}
	number := fmt.Sprintf("ZYX-202611-%05d", i)
	c := store.Contract{
		Number: number, Folded: command.FoldedContract(number), Series: "ZYX202611#", Seq: i, Customer: id, Holder: owner,
		State: store.ContractSigned, Claimed: "2026-11-02", Reported: "2026-11-05", LastReport: "2026-11-05", Signed: "2026-11-10", Amount: 9_000_000, Project: "年会布置与执行",
	}
	if _, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(begun), At: begun, Act: "签合同"}); err != nil {
		return err
	}
	_, err := tx.Receivables().Add(ctx, store.MoneyEntry{
		ID: tx.NewID(begun), Kind: store.MoneyReceipt, Contract: number, Customer: id, Holder: owner, Day: "2026-11-20", At: begun, By: owner, Amount: 4_000_000, Settled: true,
	})
	return err
}

// BenchmarkProgress is what 客户进度 reads and computes of 5,000 customers with
// 19,000 entries, in multiples of one indexed scan of the same rows that opens none.
// Goal: 3.
func BenchmarkProgress(b *testing.B) {
	o := storetest.Options(b, storetest.SQLite)
	db := storetest.Reopen(b, o)
	fill(b, db, benchCustomers)
	h := Handler{Rules: handlerstest.Rules(b), Stages: []string{"初步接触"}, TermsDays: 30}
	raw := storetest.Raw(b, o)
	now := time.Date(2026, 11, 27, 10, 30, 0, 0, handlerstest.Zone)
	var scans, tables time.Duration
	n := 0
	for b.Loop() {
		n++
		begun := time.Now()
		for query, columns := range map[string]int{
			`SELECT id, name, owner, stage, created, author, checked, progressed, data_key, mac FROM customer WHERE created < 9e15 ORDER BY created, id`:                           10,
			`SELECT id, customer, person, since, until, by_person, mac FROM customer_owner ORDER BY customer, id`:                                                                  7,
			`SELECT id, customer, was, stage, at, mac FROM customer_stage ORDER BY customer, at, id`:                                                                               6,
			`SELECT id, customer, author, at, words, stage, amount, undone, next_day, step FROM progress ORDER BY customer, at, id`:                                                10,
			`SELECT number, folded, series, seq, customer, holder, state, claimed, signed, due, ended, version, card FROM contract WHERE customer <> '' ORDER BY customer, number`: 13,
			`SELECT id, code, kind, contract, customer, holder, day, at, by_person, ref, settled, content FROM money WHERE contract <> '' ORDER BY contract, id`:                   12,
			`SELECT id, customer, at, by_person, until_day, words FROM stall ORDER BY customer, id`:                                                                                6,
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
		var list []*entry
		err := db.View(b.Context(), func(tx *store.Tx) (err error) {
			list, err = h.live(b.Context(), tx, asked{month: "2026-11-01", at: now})
			return err
		})
		tables += time.Since(begun)
		if err != nil || len(list) != benchCustomers {
			b.Fatal(len(list), err)
		}
	}
	b.ReportMetric(float64(tables)/float64(scans), "x-of-scan")
	b.ReportMetric(float64(tables.Milliseconds())/float64(n), "ms/table")
}

// However many customers there are, 客户进度 asks as often.
func TestProgressAsksAsOften(t *testing.T) {
	times := map[int]int{}
	for _, customers := range []int{2, 60} {
		db := storetest.Open(t, storetest.SQLite)
		fill(t, db, customers)
		h := Handler{Rules: handlerstest.Rules(t), TermsDays: 30}
		for _, n := range storetest.Asked(t, db, func(ctx context.Context, tx *store.Tx) error {
			list, err := h.live(ctx, tx, asked{month: "2026-11-01", at: time.Date(2026, 11, 27, 10, 30, 0, 0, handlerstest.Zone)})
			if len(list) != customers {
				t.Errorf("%d customers", len(list))
			}
			return err
		}) {
			times[customers] += n
		}
	}
	if times[2] != times[60] || times[60] > 10 {
		t.Errorf("asked %v", times)
	}
}
