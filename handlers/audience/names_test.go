package audience_test

import (
	"context"
	"testing"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/handlerstest"
	"marketbot/store"
	"marketbot/store/storetest"
)

// Whoever left keeps the name, marked, also when somebody else is called so now.
func TestNames(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	now := time.Date(2026, 12, 3, 9, 13, 0, 0, handlerstest.Zone)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		for _, id := range []string{"old", "new"} {
			if err := tx.People().Add(ctx, store.Person{ID: id, Name: "张伟", Post: store.Salesperson, Since: now}); err != nil {
				return err
			}
			if id == "old" {
				if err := tx.People().Stop(ctx, id, now); err != nil {
					return err
				}
			}
		}
		names := audience.NewNames(tx)
		for id, want := range map[string]string{"old": "张伟（离职）", "new": "张伟", "nobody": "（未知）"} {
			if got, err := names.Of(ctx, id); err != nil || got != want {
				t.Errorf("%s is %q, %v", id, got, err)
			}
		}
		for name, want := range map[string]string{"张伟": "new", "张伟（离职）": "old", "": "", "李娜": "", "a\x00": ""} {
			if got, found, err := audience.Named(ctx, tx, name); err != nil || got.ID != want || found != (want != "") {
				t.Errorf("%q is %q, %v", name, got.ID, err)
			}
		}
		return nil
	})
}
