package store_test

import (
	"context"
	"errors"
	"regexp"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
)

// What is about one person, account, receipt or contract, or is to be wiped, is found without reading those of
// all others, so that entering people costs the same for the last as for the first.
func TestOneIsFoundByAnIndex(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		account := store.Account{Platform: "feishu", ID: "ou_1", Person: "li"}
		_, _, person := tx.Accounts().Person(ctx, "feishu", "OU_1")
		_, _, code := tx.Receivables().ByCode(ctx, "R1")
		_, digits := tx.Contracts().Ending(ctx, "202611001")
		_, place := tx.Contracts().InPlace(ctx, 1)
		_, about := tx.Receivables().About(ctx, "m1")
		_, walked := tx.CheckIns().Forget(ctx, "2025-11-24")
		_, stayed := tx.Leaves().Forget(ctx, "2025-11-24")
		_, shown := tx.Photos().Forget(ctx, now)
		unbound := tx.Accounts().Unbind(ctx, "feishu", "ou_1")
		return errors.Join(person, code, digits, place, about, unbound, walked, stayed, shown,
			tx.Accounts().Bind(ctx, account, now),
			tx.Accounts().Use(ctx, "feishu", "ou_1", now),
			tx.Seeds().Set(ctx, store.Seed{Name: "李娜", Person: "li"}, now),
		)
	})
	all := regexp.MustCompile(`(?m)^(SCAN (account|seed|contract|money|m|check_in|leave|photo)\b|SEARCH account .*\(platform=\?\)).*$`)
	for query, plan := range storetest.Plans(t, db) {
		if step := all.FindString(plan); step != "" {
			t.Errorf("%s: %s", step, query)
		}
	}
}
