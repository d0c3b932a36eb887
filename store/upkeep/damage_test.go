package upkeep_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"
)

var wrecks = flag.Int("wrecks", 60, "how many damages of a database file are tried; long runs: 1000")

// damagedStore is a store with some rows, at rest, and its bytes.
func damagedStore(t *testing.T) (store.Options, []byte, []string) {
	t.Helper()
	o := storetest.Prepared(t, storetest.SQLite)
	db, stop := storetest.Serve(t, o)
	var names []string
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for i := range 400 {
			names = append(names, fmt.Sprintf("mark/%d", i))
			if err := tx.Marks().Set(t.Context(), names[i], now); err != nil {
				return err
			}
			if err := tx.Audit().Record(t.Context(), ledger.Entry{ID: tx.NewID(now), At: now, Person: fmt.Sprint(i), Act: "签到", Outcome: ledger.Done}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	stop()
	whole, err := os.ReadFile(o.Source)
	if err != nil {
		t.Fatal(err)
	}
	return o, whole, names
}

const pageSize = 4096

// TestDamagedPagesAreFound: a page that was overwritten is found before the
// store is served; a header with a flipped bit is found, or nothing is amiss.
func TestDamagedPagesAreFound(t *testing.T) {
	o, whole, names := damagedStore(t)
	if _, err := upkeep.Examine(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	seed := rand.Uint64()
	t.Logf("seed %d, %d pages", seed, len(whole)/pageSize)
	random := rand.New(rand.NewPCG(seed, 1))
	for i := range *wrecks {
		bad := append([]byte(nil), whole...)
		var what string
		if i%2 == 0 {
			page := random.IntN(len(whole) / pageSize)
			what = fmt.Sprint("page ", page+1)
			for b := range pageSize {
				bad[page*pageSize+b] = byte(random.Uint32())
			}
		} else {
			bit := random.IntN(100 * 8)
			what = fmt.Sprintf("bit %d of byte %d", bit%8, bit/8)
			bad[bit/8] ^= 1 << (bit % 8)
		}
		if err := os.WriteFile(o.Source, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		switch _, err := upkeep.Examine(t.Context(), o); {
		case errors.Is(err, upkeep.ErrDamaged):
		case err != nil:
			t.Errorf("%s: %v", what, err)
		case i%2 == 0:
			t.Errorf("%s was overwritten, and nobody noticed", what)
		default:
			if missing := storetest.Noted(t, o, names...); len(missing) > 0 {
				t.Errorf("%s: not found, and %d rows are gone", what, len(missing))
			}
		}
	}
}

// TestFlippedVersionsAreFound: of a file whose two versions differ SQLite would
// say only that it is locked.
func TestFlippedVersionsAreFound(t *testing.T) {
	o, whole, _ := damagedStore(t)
	for bit := 18 * 8; bit < 20*8; bit++ {
		bad := append([]byte(nil), whole...)
		bad[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(o.Source, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := upkeep.Examine(t.Context(), o); !errors.Is(err, upkeep.ErrDamaged) {
			t.Errorf("bit %d of byte %d: %v", bit%8, bit/8, err)
		}
	}
}

// TestACleanStopSparesTheReading: what was read whole and stopped in order need
// not be read again before it is served, but it must after a crash, after
// somebody touched it, and where the reading was not done the time before.
func TestACleanStopSparesTheReading(t *testing.T) {
	o, _, _ := damagedStore(t)
	begin := func(wantWhole bool, why string) *store.DB {
		t.Helper()
		state, err := upkeep.Examine(t.Context(), o)
		if err != nil || state.Whole != wantWhole {
			t.Fatalf("%s: %+v, %v", why, state, err)
		}
		serve := o
		serve.Examined = &state
		db, err := store.Open(t.Context(), serve)
		if err != nil {
			t.Fatal(err)
		}
		return db
	}
	end := func(db *store.DB) {
		t.Helper()
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	end(begin(true, "opened without a look before"))
	end(begin(false, "stopped in order"))
	db := begin(true, "the reading was put off and never done")
	crashed, err := os.ReadFile(o.Source)
	if err != nil {
		t.Fatal(err)
	}
	end(db)
	db = begin(false, "stopped in order again")
	if err := upkeep.ExamineOpen(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	end(db)
	end(begin(false, "the reading was made up beside"))
	if err := os.WriteFile(o.Source, crashed, 0o600); err != nil {
		t.Fatal(err)
	}
	end(begin(true, "somebody put another file there"))
	db = begin(false, "stopped in order after that")
	if _, err := os.Stat(o.Source + ".clean"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("while it is served, a crash would look like an orderly stop: %v", err)
	}
	end(db)
	db = begin(true, "the reading was put off again")
	other, err := storetest.Behind(t, o).DB.Begin()
	if err == nil {
		var n int
		err = other.QueryRow(`SELECT COUNT(*) FROM meta`).Scan(&n)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return tx.Marks().Set(t.Context(), "later", time.Unix(0, 0)) }); err != nil {
		t.Fatal(err)
	}
	end(db)
	if err := other.Rollback(); err != nil {
		t.Error(err)
	}
	end(begin(true, "somebody looked into it when it stopped"))
}
