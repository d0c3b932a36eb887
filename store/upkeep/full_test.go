package upkeep_test

import (
	"fmt"
	"math"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
)

// TestFileLimit: a database that may not grow refuses what it cannot store,
// keeps all that it acknowledged, and goes on when it may grow again.
func TestFileLimit(t *testing.T) {
	o := storetest.Prepared(t, storetest.SQLite)
	db, stop := storetest.Serve(t, o)
	if err := storetest.Note(t.Context(), db, "first"); err != nil {
		t.Fatal(err)
	}
	kept := []string{"first"}
	refused := 0
	write := func(n int) {
		for range n {
			name := fmt.Sprint("write/", len(kept)+refused)
			if err := storetest.Note(t.Context(), db, name); err != nil {
				refused++
				continue
			}
			kept = append(kept, name)
		}
	}
	unlimited := limitFiles(t, o.Source+"-wal")
	write(50)
	if refused < 40 {
		t.Errorf("%d of 50 writes were refused", refused)
	}
	if err := db.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Marks().At(t.Context(), "first"); return err }); err != nil {
		t.Errorf("reading: %v", err)
	}
	unlimited()
	refused = 0
	write(20)
	if refused > 0 {
		t.Errorf("%d writes were refused with room enough", refused)
	}
	stop()
	if missing := storetest.Noted(t, o, kept...); len(missing) > 0 {
		t.Errorf("acknowledged and gone: %v", missing)
	}
}

// limitFiles lets no file of this process grow beyond the size of one, until
// the test ends or unlimited is called.
func limitFiles(t *testing.T, path string) (unlimited func()) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ) // which would end the process
	set := func(size uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: min(size, before.Max), Max: before.Max}); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(func() { set(before.Cur); signal.Reset(syscall.SIGXFSZ) })
	set(uint64(info.Size()))
	return func() { set(math.MaxUint64) }
}
