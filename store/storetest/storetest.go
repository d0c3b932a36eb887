// Package storetest opens stores for tests: real ones, empty, on SQLite and on
// a PostgreSQL server of its own. It is for tests only.
package storetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"log/slog"
	"path/filepath"
	"testing"

	"marketbot/store"
)

// The databases that a store runs on.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// Backends are all of them.
func Backends() []string { return []string{SQLite, Postgres} }

// Options say how to open a new, empty store, any number of times one after
// the other; it is gone when the test ends.
func Options(t testing.TB, backend string) store.Options {
	t.Helper()
	o := store.Options{Seals: sealer(t), Log: slog.New(slog.NewTextHandler(io.Discard, nil))}
	switch backend {
	case SQLite:
		o.Source = filepath.Join(t.TempDir(), "test.db")
	case Postgres:
		o.Source = database(t)
	default:
		t.Fatalf("no backend %q", backend)
	}
	return o
}

// Open opens a new, empty store until the test ends.
func Open(t testing.TB, backend string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), Options(t, backend))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// sealer has the same key in every test, so that a failure repeats itself.
func sealer(t testing.TB) *store.Sealer {
	s, err := store.NewSealer(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("marketbo"), 4)))
	if err != nil {
		t.Fatal(err)
	}
	return s
}
