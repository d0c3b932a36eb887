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

// A roll is read from the store: who was stopped is not on it, and a damaged
// reason of a leave harms nothing, because nobody needs it to know who is away.
func TestRead(t *testing.T) {
	options := storetest.Prepared(t, storetest.SQLite)
	db, err := store.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	now := time.Date(2026, 12, 3, 9, 13, 0, 0, handlerstest.Zone)
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		ctx := context.Background()
		for _, id := range []string{"li", "wang", "gone"} {
			if err := tx.People().Add(ctx, store.Person{ID: id, Name: id, Post: store.Supervisor, Since: now}); err != nil {
				return err
			}
		}
		if err := tx.People().Stop(ctx, "gone", now); err != nil {
			return err
		}
		return tx.Leaves().Add(ctx, store.Leave{ID: "l", Person: "li", First: "2026-12-03", Last: "2026-12-03", By: "li", Entered: now, Reason: "x"})
	})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Damage(t, options.Source, `UPDATE leave SET reason = substr(reason, 1, length(reason) - 1) || x'00'`)
	err = db.View(t.Context(), func(tx *store.Tx) error {
		r, err := audience.Read(t.Context(), tx, "2026-12-03")
		if to := r.Hearing(store.Supervisor).To; len(to) != 1 || to[0].ID != "wang" || len(r.People()) != 2 || r.Present("li") || r.Present("gone") {
			t.Errorf("hears %+v of %+v", to, r.People())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
