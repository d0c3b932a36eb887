package storetest

import (
	"context"
	"database/sql"
	"testing"
)

// Damage changes the SQLite file of a store that may be open behind its back,
// as a fault of the disk or somebody's hands would.
func Damage(t testing.TB, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), statement); err != nil {
		t.Fatal(err)
	}
}
