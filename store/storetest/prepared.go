package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"marketbot/store"
)

// Prepared are the options of a new store that is empty but has all its tables:
// to run every migration again for each test takes most of its time.
func Prepared(t testing.TB, backend string) store.Options {
	t.Helper()
	if backend == Postgres {
		template, err := migratedDatabase()
		if err != nil {
			t.Fatal(err)
		}
		o := options()
		o.Source = database(t, template)
		return o
	}
	o := Options(t, backend)
	file, err := migratedFile()
	if err == nil {
		err = os.WriteFile(o.Source, file, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// migratedFile is an empty store at rest, made once a test binary.
var migratedFile = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp(shelf(), "migrated")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	source := filepath.Join(dir, "test.db")
	if err := makeTables(source); err != nil {
		return nil, err
	}
	return os.ReadFile(source)
})

// migratedDatabase is the name of a database to copy, made once a test binary.
var migratedDatabase = sync.OnceValues(func() (name string, err error) {
	c, err := server()
	if err != nil {
		return "", err
	}
	name = "migrated"
	if err := run(c.dir, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	return name, makeTables(source(c.dir, name))
})

// makeTables makes those of a store where there is none.
func makeTables(source string) error {
	o := options()
	o.Source = source
	db, err := store.Open(context.Background(), o)
	if err != nil {
		return err
	}
	return db.Close()
}
