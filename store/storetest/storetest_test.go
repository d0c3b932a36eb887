package storetest_test

import (
	"context"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// Every store is empty and its own, and what it remembers survives reopening.
func TestOptions(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			at := time.Date(2026, 11, 26, 1, 30, 0, 0, time.UTC)
			one, two := storetest.Options(t, backend), storetest.Options(t, backend)
			for i, o := range []store.Options{one, one, two} {
				db, err := store.Open(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				err = db.Update(t.Context(), func(tx *store.Tx) error {
					got, err := tx.Marks().At(context.Background(), "mark")
					if err == nil && got.IsZero() == (i == 1) {
						t.Errorf("opening %d: marked %v", i, got)
					}
					if err != nil {
						return err
					}
					return tx.Marks().Set(context.Background(), "mark", at)
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
