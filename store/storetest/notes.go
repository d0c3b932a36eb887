package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"marketbot/store"
)

var noteDay = time.Date(2026, 11, 24, 3, 17, 0, 0, time.UTC)

// Note writes a mark into a store.
func Note(ctx context.Context, db *store.DB, name string) error {
	return db.Update(ctx, func(tx *store.Tx) error { return tx.Marks().Set(ctx, name, noteDay) })
}

// Noted lists the marks of Note that a store lacks.
func Noted(t testing.TB, o store.Options, names ...string) (missing []string) {
	t.Helper()
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	err = db.View(t.Context(), func(tx *store.Tx) error {
		for _, name := range names {
			at, err := tx.Marks().At(t.Context(), name)
			if err != nil {
				return err
			}
			if at.IsZero() {
				missing = append(missing, name)
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	return missing
}

// Serve opens a store until the test ends or stop is called.
func Serve(t testing.TB, o store.Options) (db *store.DB, stop func()) {
	t.Helper()
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	stop = func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return db, stop
}
