package storetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"marketbot/store"
)

// Prepare puts an empty store with all its tables where o has none yet, on
// SQLite: to run every migration again for each test takes most of its time
// under the race detector.
func Prepare(t testing.TB, o store.Options) {
	t.Helper()
	if strings.HasPrefix(o.Source, "postgres") {
		return
	}
	if _, err := os.Stat(o.Source); err == nil {
		return
	}
	made, err := migrated()
	if err == nil {
		err = os.WriteFile(o.Source, made, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// migrated is the file of an empty store at rest, made once a test binary.
var migrated = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "migrated")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o := options()
	o.Source = filepath.Join(dir, "test.db")
	db, err := store.Open(context.Background(), o)
	if err != nil {
		return nil, err
	}
	if err := db.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(o.Source)
})
