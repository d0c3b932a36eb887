// Package storetest opens stores for tests: real ones, empty, on SQLite and on
// a PostgreSQL server of its own. It is for tests only.
package storetest

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"marketbot/store"
	"marketbot/store/vault"
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
	o := options()
	switch backend {
	case SQLite:
		o.Source = filepath.Join(folder(t), "test.db")
	case Postgres:
		o.Source = database(t, "template0")
	default:
		t.Fatalf("no backend %q", backend)
	}
	return o
}

// memory is where files need no disk, on systems that have it.
const memory = "/dev/shm"

// roomy is how many free bytes it takes to be used.
const roomy = 512 << 20

// shelf is where the files of tests lie: in memory where there is room, since
// thousands of commits and databases would otherwise wait for the disk; "" is the
// usual place.
func shelf() string {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memory, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < roomy {
		return ""
	}
	return memory
}

// folder is a new one until the test ends. A benchmark waits for the disk.
func folder(t testing.TB) string {
	t.Helper()
	if _, measured := t.(*testing.B); measured {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp(shelf(), "marketbot-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// Open opens a new, empty store until the test ends.
func Open(t testing.TB, backend string) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), Prepared(t, backend))
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

// options are those of every test. The key is the same in all, so that a failure
// repeats itself.
func options() store.Options {
	seals, err := store.NewSealer(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("marketbo"), 4)))
	if err != nil {
		panic(err) // the key is ours
	}
	return store.Options{Seals: seals, Log: slog.New(slog.DiscardHandler), Beside: vault.Index}
}
