package storetest

import (
	"database/sql"
	"strings"
	"testing"

	"marketbot/store"
)

// Rest is what a store rests in, for a test that goes behind its back.
type Rest struct {
	t  testing.TB
	DB *sql.DB
}

// Behind opens what rests of a store, to be looked at and changed behind its back.
func Behind(t testing.TB, o store.Options) Rest {
	t.Helper()
	driver := "sqlite"
	if strings.HasPrefix(o.Source, "postgres") {
		driver = "pgx"
	}
	db, err := sql.Open(driver, o.Source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return Rest{t, db}
}

// Do runs a statement.
func (r Rest) Do(query string, args ...any) {
	r.t.Helper()
	if _, err := r.DB.Exec(query, args...); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
}

// Get reads one value.
func (r Rest) Get(query string, args ...any) (v any) {
	r.t.Helper()
	if err := r.DB.QueryRow(query, args...).Scan(&v); err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	return v
}
