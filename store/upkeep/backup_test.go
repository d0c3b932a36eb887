package upkeep_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"
)

var backups = flag.Int("backups", 5, "how many backups the test under load makes; long runs: 100")

// TestBackupUnderLoad: every backup that is made while people write holds every
// write that was acknowledged before it began, wherever it is restored.
func TestBackupUnderLoad(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			for made := 0; made < *backups; made += backupsEach {
				backUpUnderLoad(t, backend, min(backupsEach, *backups-made))
			}
		})
	}
}

// backupsEach is how many backups one store gets, so that there are not more
// and more writes to look for.
const backupsEach = 10

func backUpUnderLoad(t *testing.T, backend string, n int) {
	t.Helper()
	from := storetest.Prepared(t, backend)
	db, closeStore := storetest.Serve(t, from)
	defer closeStore()
	load := newLoad(t, db)
	defer load.end()
	for i := range n {
		earlier := load.acknowledged()
		file := filepath.Join(t.TempDir(), "backup")
		if err := upkeep.Backup(t.Context(), from, file); err != nil {
			t.Fatal(err)
		}
		to := storetest.Options(t, backend)
		if kept, err := upkeep.Restore(t.Context(), to, file, now); err != nil || kept != "" {
			t.Fatalf("restore %d: kept %q, %v", i, kept, err)
		}
		if missing := storetest.Noted(t, to, earlier...); len(missing) > 0 {
			t.Errorf("backup %d lacks %d of %d acknowledged writes: %s …", i, len(missing), len(earlier), missing[0])
		}
	}
}

// load is people who write all the time.
type load struct {
	stop    context.CancelFunc
	writers sync.WaitGroup
	mu      sync.Mutex
	names   []string
}

func newLoad(t *testing.T, db *store.DB) *load {
	ctx, stop := context.WithCancel(t.Context())
	l := &load{stop: stop}
	for w := range 4 {
		l.writers.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				name := fmt.Sprintf("write/%d/%d", w, i)
				if err := storetest.Note(context.Background(), db, name); err != nil {
					t.Error(err)
					return
				}
				l.mu.Lock()
				l.names = append(l.names, name)
				l.mu.Unlock()
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	return l
}

// acknowledged are the writes so far.
func (l *load) acknowledged() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.names)
}

func (l *load) end() {
	l.stop()
	l.writers.Wait()
}

// Restoring puts what was there aside, whole, and is refused while somebody
// serves the store.
func TestRestoreKeepsWhatWasThere(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o := storetest.Prepared(t, backend)
			db, stop := storetest.Serve(t, o)
			file := filepath.Join(t.TempDir(), "backup")
			for _, step := range []func() error{
				func() error { return storetest.Note(t.Context(), db, "before") },
				func() error { return upkeep.Backup(t.Context(), o, file) },
				func() error { return storetest.Note(t.Context(), db, "after") },
			} {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := upkeep.Restore(t.Context(), o, file, now); err == nil || !strings.Contains(err.Error(), "in use") {
				t.Fatalf("restored while it is served: %v", err)
			}
			stop()
			kept, err := upkeep.Restore(t.Context(), o, file, now)
			if err != nil || !strings.Contains(kept, "20261126") {
				t.Fatalf("kept in %q, %v", kept, err)
			}
			if missing := storetest.Noted(t, o, "before", "after"); len(missing) != 1 || missing[0] != "after" {
				t.Errorf("restored store lacks %v", missing)
			}
			if backend == storetest.SQLite {
				old := o
				old.Source = kept
				if missing := storetest.Noted(t, old, "before", "after"); len(missing) > 0 {
					t.Errorf("what was kept lacks %v", missing)
				}
			}
			if _, err := upkeep.Restore(t.Context(), o, file, now.Add(time.Hour)); err != nil {
				t.Errorf("restored again: %v", err)
			}
		})
	}
}

// A backup is a new file for its owner alone; one that is damaged, of another
// database or under another key is found before anything is restored.
func TestBackupIsVerified(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o := storetest.Prepared(t, backend)
			db, stop := storetest.Serve(t, o)
			if err := db.Update(t.Context(), func(tx *store.Tx) error {
				return tx.Audit().Record(t.Context(), ledger.Entry{At: now, Person: "p", Act: "a", Outcome: ledger.Done})
			}); err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			file := filepath.Join(dir, "backup")
			if err := upkeep.Backup(t.Context(), o, file); err != nil {
				t.Fatal(err)
			}
			stop()
			if err := upkeep.Backup(t.Context(), o, file); !errors.Is(err, fs.ErrExist) {
				t.Errorf("over a file that is there: %v", err)
			}
			info, err := os.Stat(file)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v", info.Mode(), err)
			}
			if left, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(left) != 2 { // with its sum
				t.Errorf("files %v, %v", left, err)
			}
			stranger := o
			if stranger.Seals, err = store.NewSealer(store.NewSecretKey()); err != nil {
				t.Fatal(err)
			}
			var unfit *store.UnfitError
			if err := upkeep.VerifyBackup(t.Context(), stranger, file); !errors.As(err, &unfit) || unfit.Why != store.OtherKey {
				t.Errorf("under another key: %v", err)
			}
			other := o
			if other.Source = "other.db"; backend == storetest.SQLite {
				other.Source = "postgres:///other"
			}
			if err := upkeep.VerifyBackup(t.Context(), other, file); !errors.Is(err, upkeep.ErrOtherKind) {
				t.Errorf("of another kind: %v", err)
			}
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{0, 3, 100, len(whole) / 2} {
				if err := os.WriteFile(file, whole[:n], 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := upkeep.Restore(t.Context(), o, file, now); !errors.Is(err, upkeep.ErrDamaged) {
					t.Errorf("cut to %d of %d bytes: %v", n, len(whole), err)
				}
			}
		})
	}
}

// Whoever still writes to a backup that was broken off, as pg_dump does after its
// bot was killed, does not write to the next one.
func TestBackupBesideTheLastOne(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o, file := storetest.Prepared(t, backend), filepath.Join(t.TempDir(), "backup")
			_, stop := storetest.Serve(t, o)
			stop()
			left, err := os.Create(file + ".part")
			if err != nil {
				t.Fatal(err)
			}
			defer left.Close()
			if err := upkeep.Backup(t.Context(), o, file); err != nil {
				t.Fatal(err)
			}
			if _, err := left.WriteString("the rest of a dump"); err != nil {
				t.Fatal(err)
			}
			if err := upkeep.VerifyBackup(t.Context(), o, file); err != nil {
				t.Error(err)
			}
		})
	}
}

// Whoever examines a store while a restore ends finds the old one or the new, not
// one that has no tables.
func TestExaminedWhileARestoreEnds(t *testing.T) {
	o := storetest.Prepared(t, storetest.Postgres)
	_, stop := storetest.Serve(t, o)
	stop()
	rest := storetest.Behind(t, o)
	rest.Do(`CREATE SCHEMA before_1`) // by the restore before
	rest.Do(`CREATE TABLE before_1.goose_db_version ()`)
	restore, err := rest.DB.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer restore.Rollback() // of no effect after the commit
	for _, q := range []string{
		`CREATE SCHEMA before_2`, `ALTER TABLE goose_db_version SET SCHEMA before_2`,
		`CREATE TABLE goose_db_version AS SELECT * FROM before_2.goose_db_version`,
	} {
		if _, err := restore.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	looked := make(chan error, 1)
	go func() { _, err := upkeep.Look(t.Context(), o); looked <- err }()
	for rest.Get(`SELECT COUNT(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE NOT granted AND datname = current_database()`) == int64(0) {
	}
	if err := restore.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-looked; err != nil {
		t.Error(err)
	}
}
