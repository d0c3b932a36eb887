package storetest

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"marketbot/store"
)

// Before makes the tables of a store as the series of migrations before the
// present one did, up to a version.
func Before(t testing.TB, o store.Options, version int64) *sql.DB {
	t.Helper()
	return migrate(t, o, "store/testdata/before", version)
}

// Begun makes the tables of a store as a first start does that ends after a
// version.
func Begun(t testing.TB, o store.Options, version int64) *sql.DB {
	t.Helper()
	return migrate(t, o, "store/migrations", version)
}

func migrate(t testing.TB, o store.Options, folder string, version int64) *sql.DB {
	t.Helper()
	raw, dialect := Raw(t, o), goose.DialectSQLite3
	if strings.HasPrefix(o.Source, "postgres://") {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, raw, os.DirFS(filepath.Join(root(t), folder)))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return raw
}
