package main

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// sampleMoney is what was entered about the money of one of the sample contracts:
// days are counted back from the start of the demo.
type sampleMoney struct {
	project string
	kind    store.MoneyKind
	by      string // empty: who holds it
	ago     int
	fen     int64
	plan    []sampleLine
}

// sampleLine is what is due so many days back.
type sampleLine struct {
	ago int
	fen int64
}

// sampleMoneyList leaves one contract overdue, one receipt that waits for 核款 and
// one customer with something left over.
func sampleMoneyList() []sampleMoney {
	return []sampleMoney{
		{project: "夏季照明展", kind: store.MoneyReceipt, ago: 60, fen: 18_000_000},
		{project: "夏季照明展", kind: store.MoneyConfirmed, by: "小钱", ago: 59},
		{project: "陶瓷新品会", kind: store.MoneyReceipt, ago: 50, fen: 9_600_000},
		{project: "陶瓷新品会", kind: store.MoneyConfirmed, by: "小钱", ago: 49},
		{project: "家具团购会", kind: store.MoneyReceipt, ago: 45, fen: 5_400_000},
		{project: "家具团购会", kind: store.MoneyConfirmed, by: "小钱", ago: 44},
		{project: "夏季展位", kind: store.MoneyReceipt, ago: 34, fen: 11_000_000},
		{project: "夏季展位", kind: store.MoneyConfirmed, by: "小钱", ago: 33},
		{project: "酒店推广", kind: store.MoneyReceipt, ago: 25, fen: 7_200_000},
		{project: "酒店推广", kind: store.MoneyConfirmed, by: "小钱", ago: 24},
		{project: "秋季推介会", kind: store.MoneyPlan, ago: 29, plan: []sampleLine{{12, 4_800_000}, {-30, 7_200_000}}},
		{project: "春季照明展", kind: store.MoneyPlan, ago: 27, plan: []sampleLine{{14, 13_250_000}, {-21, 13_250_000}}},
		{project: "春季照明展", kind: store.MoneyReceipt, ago: 13, fen: 13_250_000},
		{project: "春季照明展", kind: store.MoneyConfirmed, by: "小钱", ago: 12},
		{project: "春季照明展", kind: store.MoneyReceipt, ago: 1, fen: 3_000_000},
		{project: "新店开业", kind: store.MoneyReceipt, ago: 20, fen: 1_500_000},
		{project: "新店开业", kind: store.MoneyConfirmed, by: "小钱", ago: 19},
	}
}

// sampleReceivables enters the sample money, as if it had been during the weeks
// before start.
func sampleReceivables(ctx context.Context, tx *store.Tx, rules rulebook.Rules, start time.Time) error {
	contracts, err := tx.Contracts().Signed(ctx)
	if err != nil {
		return err
	}
	last := map[string]store.MoneyEntry{} // by project
	for _, s := range sampleMoneyList() {
		for _, k := range contracts {
			if k.Project != s.project {
				continue
			}
			if last[s.project], err = s.enter(ctx, tx, rules, k, last[s.project].ID, start); err != nil {
				return fmt.Errorf("sample money of %s: %w", s.project, err)
			}
		}
	}
	return nil
}

func (s sampleMoney) enter(ctx context.Context, tx *store.Tx, rules rulebook.Rules, k store.Contract, before string, start time.Time) (store.MoneyEntry, error) {
	ago := func(days int) store.Day { return rules.Day(start.AddDate(0, 0, -days)) }
	at := start.AddDate(0, 0, -s.ago).Add(time.Hour)
	e := store.MoneyEntry{
		ID: tx.NewID(at), Kind: s.kind, Contract: k.Number, Customer: k.Customer, Holder: k.Holder, Day: ago(s.ago), At: at, By: k.Holder, Amount: s.fen,
	}
	if s.by != "" {
		p, _, err := tx.People().Named(ctx, s.by)
		if err != nil {
			return e, err
		}
		e.By, e.Ref = p.ID, before
	}
	for _, l := range s.plan {
		e.Plan = append(e.Plan, store.PlanLine{First: ago(l.ago), Due: ago(l.ago), Amount: l.fen})
	}
	return tx.Receivables().Add(ctx, e)
}
