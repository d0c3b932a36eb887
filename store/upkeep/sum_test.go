package upkeep_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"
)

// backUp is a backup of a store with some rows.
func backUp(t *testing.T, backend string) (o store.Options, file string) {
	t.Helper()
	o, file = storetest.Prepared(t, backend), filepath.Join(t.TempDir(), "backup")
	db, stop := storetest.Serve(t, o)
	defer stop()
	storetest.Update(t, db, storetest.AddFile)
	for range 2 {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := storetest.OpenFile(ctx, tx)
			return err
		})
	}
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		ids, err := tx.Audit().Unlinked(ctx, now.Add(time.Hour), "", 10)
		if err != nil {
			return err
		}
		return tx.Audit().Lay(ctx, ids, now)
	})
	if err := upkeep.Backup(t.Context(), o, file); err != nil {
		t.Fatal(err)
	}
	return o, file
}

// TestAFlippedBitIsFound: whatever bit of a backup flips, it is refused before
// anything is restored.
func TestAFlippedBitIsFound(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o, file := backUp(t, backend)
			whole, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			random := rand.New(rand.NewPCG(seed, 1))
			for range *wrecks {
				bad, bit := append([]byte(nil), whole...), random.IntN(8*len(whole))
				bad[bit/8] ^= 1 << (bit % 8)
				if err := os.WriteFile(file, bad, 0o600); err != nil {
					t.Fatal(err)
				}
				if _, err := upkeep.Restore(t.Context(), o, file, now); !errors.Is(err, upkeep.ErrDamaged) {
					t.Errorf("bit %d of byte %d: %v", bit%8, bit/8, err)
				}
			}
			if err := os.WriteFile(file, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := upkeep.VerifyBackup(t.Context(), o, file); err != nil {
				t.Errorf("whole again: %v", err)
			}
		})
	}
}

// A backup that came without its sum, as those of older programs, is opened whole:
// what is sealed must open, and the audit must hang together.
func TestABackupWithoutASumIsOpenedWhole(t *testing.T) {
	for _, c := range []struct{ name, change string }{
		{"a sealed value", `UPDATE customer SET data_key = substr(data_key, 1, length(data_key) - 1) || x'00'`},
		{"a sealed value in another row", `UPDATE audit SET why = (SELECT data_key FROM customer) WHERE id = (SELECT MIN(id) FROM audit)`},
		{"an entry of the audit", `UPDATE audit SET act = act || '!' WHERE id = (SELECT MIN(id) FROM audit)`},
		{"an entry that is gone", `DELETE FROM audit WHERE id = (SELECT MIN(id) FROM audit)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, file := backUp(t, storetest.SQLite)
			if err := os.Remove(file + upkeep.SumSuffix); err != nil {
				t.Fatal(err)
			}
			if err := upkeep.VerifyBackup(t.Context(), o, file); err != nil {
				t.Fatalf("whole: %v", err)
			}
			storetest.Damage(t, file, c.change)
			if err := upkeep.VerifyBackup(t.Context(), o, file); !errors.Is(err, upkeep.ErrDamaged) {
				t.Errorf("%v", err)
			}
		})
	}
}

// Nobody can open what is sealed in a dump: without its sum it is refused.
func TestADumpWithoutASumIsRefused(t *testing.T) {
	o, file := backUp(t, storetest.Postgres)
	if err := os.Remove(file + upkeep.SumSuffix); err != nil {
		t.Fatal(err)
	}
	if _, err := upkeep.Restore(t.Context(), o, file, now); !errors.Is(err, upkeep.ErrNoSum) {
		t.Errorf("restored: %v", err)
	}
}

// A store that is still to be brought up to date is backed up and restored, from a
// file without its sum, too.
func TestABackupOfAnOlderStore(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o, file := storetest.Options(t, backend), filepath.Join(t.TempDir(), "backup")
			raw := storetest.Before(t, o, 16)
			if _, err := raw.Exec(`INSERT INTO person (id, name, post, duties, since, until) VALUES ('li', '李雷', '业务员', '', 1, 0)`); err != nil {
				t.Fatal(err)
			}
			if err := raw.Close(); err != nil {
				t.Fatal(err)
			}
			if err := upkeep.Backup(t.Context(), o, file); err != nil {
				t.Fatal(err)
			}
			for _, summed := range []bool{true, false} {
				if !summed && backend == storetest.Postgres {
					break // refused
				}
				if !summed {
					if err := os.Remove(file + upkeep.SumSuffix); err != nil {
						t.Fatal(err)
					}
				}
				to := storetest.Options(t, backend)
				if _, err := upkeep.Restore(t.Context(), to, file, now); err != nil {
					t.Fatal(err)
				}
				storetest.Update(t, storetest.Reopen(t, to), func(ctx context.Context, tx *store.Tx) error {
					p, found, err := tx.People().ByID(ctx, "li")
					if !found || p.Forged {
						t.Errorf("with its sum: %v: %+v", summed, p)
					}
					return err
				})
			}
		})
	}
}
