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
	raw, dialect := Raw(t, o), goose.DialectSQLite3
	if strings.HasPrefix(o.Source, "postgres://") {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, raw, os.DirFS(filepath.Join(root(t), "store/testdata/before")))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return raw
}
