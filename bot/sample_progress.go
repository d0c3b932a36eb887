package main

import (
	"context"
	"errors"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/vault"
)

// sampleProgress enters what the sample department said of its customers' progress
// before start: a next step, why one stands still, and what is promised of two.
func sampleProgress(ctx context.Context, tx *store.Tx, rules rulebook.Rules, start time.Time) error {
	people, err := tx.People().Active(ctx)
	if err != nil {
		return err
	}
	ids := map[string]string{}
	for _, p := range people {
		ids[p.Name] = p.ID
	}
	today := rules.Day(start)
	ago := start.AddDate(0, 0, -2)
	return errors.Join(
		vault.In(tx).AddProgress(ctx, vault.Progress{
			ID: tx.NewID(ago), Customer: "K12", Author: ids["张伟"], At: ago, Words: "补充报价明细已发", Amount: 12_500_000,
			Next: store.NextStep{Day: today.Add(1), What: "电话确认报价"},
		}),
		tx.Stalls().Add(ctx, store.Stall{
			ID: tx.NewID(ago), Customer: "K10", At: ago, By: ids["张伟"], Until: today.Add(40), Cause: "预算", Remedy: "先报一个小展位",
		}),
		tx.Promises().Add(ctx, store.PromiseEntry{ID: tx.NewID(ago), Customer: "K3", Month: today.Month(), At: ago, By: ids["王芳"], Words: "签下新品发布会"}),
		tx.Promises().Add(ctx, store.PromiseEntry{ID: tx.NewID(ago), Customer: "K12", Month: today.NextMonth(), At: ago, By: ids["王芳"], Words: "定下春季展位"}),
	)
}
