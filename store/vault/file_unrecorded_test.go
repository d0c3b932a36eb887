package vault_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// broken are ways in which the audit cannot be written.
var broken = map[string][]struct{ do, undo string }{
	storetest.SQLite: {
		{`CREATE TRIGGER t BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END`, `DROP TRIGGER t`},
		{`CREATE TRIGGER t AFTER INSERT ON audit BEGIN SELECT RAISE(FAIL, 'no'); END`, `DROP TRIGGER t`},
		{`CREATE TRIGGER t BEFORE INSERT ON audit BEGIN SELECT RAISE(IGNORE); END`, `DROP TRIGGER t`},
		{`CREATE TRIGGER t BEFORE INSERT ON audit BEGIN SELECT RAISE(ROLLBACK, 'no'); END`, `DROP TRIGGER t`},
		{`ALTER TABLE audit RENAME TO elsewhere`, `ALTER TABLE elsewhere RENAME TO audit`},
	},
	storetest.Postgres: {
		{`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END'; CREATE TRIGGER t BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION f()`,
			`DROP FUNCTION f CASCADE`},
		{`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER t BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION f()`,
			`DROP FUNCTION f CASCADE`},
		{`ALTER TABLE audit RENAME TO elsewhere`, `ALTER TABLE elsewhere RENAME TO audit`},
		{`ALTER TABLE audit ADD CONSTRAINT c CHECK (customer = '') NOT VALID`, `ALTER TABLE audit DROP CONSTRAINT c`},
	},
}

// secrets are what a file of K1 must not say where nobody looks.
var secrets = []string{"88886666", "陈国强", "二女", "谈价格", "名片", "食品"}

// refused tells what is wrong with a look that must not succeed.
func refused(db *store.DB, i int) error {
	ctx := context.Background()
	shows := true
	err := db.Update(ctx, func(tx *store.Tx) error {
		if i%2 == 0 {
			f, err := storetest.OpenFile(ctx, tx)
			shows = !cmp.Equal(f, vault.File{})
			return err
		}
		h, err := storetest.OpenHistory(ctx, tx)
		shows = !cmp.Equal(h, vault.History{})
		return err
	})
	switch {
	case err == nil:
		return errors.New("opened")
	case shows:
		return errors.New("shown beside an error")
	case slices.ContainsFunc(secrets, func(s string) bool { return strings.Contains(err.Error(), s) }):
		return errors.New("the error tells")
	}
	return nil
}

// Where a look cannot be recorded nothing is shown, 100 times of 100.
func TestNothingIsShownUnrecorded(t *testing.T) {
	for backend, ways := range broken {
		t.Run(backend, func(t *testing.T) {
			o := storetest.Prepared(t, backend)
			db := storetest.Reopen(t, o)
			t.Cleanup(func() { db.Close() })
			storetest.Update(t, db, storetest.AddFile)
			r := storetest.Behind(t, o)
			for i := range 100 {
				way := ways[i%len(ways)]
				r.Do(way.do)
				if err := refused(db, i/len(ways)); err != nil {
					t.Errorf("%d, %s: %v", i, way.do, err)
				}
				r.Do(way.undo)
			}
			if n := r.Get(`SELECT COUNT(*) FROM audit WHERE customer <> ''`); n != int64(0) {
				t.Errorf("%v looks recorded", n)
			}
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				_, err := storetest.OpenFile(ctx, tx)
				return err
			})
		})
	}
}

// On a full disk nothing is shown that was not recorded, 100 times of 100, and
// files open again when there is room.
func TestFullDiskShowsNothing(t *testing.T) {
	db := storetest.Reopen(t, storetest.Prepared(t, storetest.SQLite))
	t.Cleanup(func() { db.Close() })
	storetest.Update(t, db, storetest.AddFile)
	limit := func(pages int) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return raw(ctx, tx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		})
	}
	limit(1) // no more than there are
	recorded := map[string]bool{}
	shown := map[string]bool{}
	for refused := 0; refused < 100; {
		ctx, trace := t.Context(), ""
		e := storetest.Look("zhao")
		e.Why = strings.Repeat("长", refused*50)
		err := db.Update(ctx, func(tx *store.Tx) error {
			f, err := vault.In(tx).Open(ctx, storetest.Access("zhao"), e)
			if err != nil && !cmp.Equal(f, vault.File{}) {
				t.Error("shown beside an error")
			}
			trace = f.Trace
			return err
		})
		if err != nil {
			refused++
			continue
		}
		shown[trace] = true
		if len(shown) > 10_000 {
			t.Fatal("the disk does not fill")
		}
	}
	limit(1 << 30)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		tail, forged, err := tx.Audit().Tail(ctx, 20_000)
		for _, a := range tail {
			recorded[a.Trace] = true
		}
		if !cmp.Equal(shown, recorded) || len(forged) > 0 {
			t.Errorf("%d shown, %d recorded", len(shown), len(recorded))
		}
		_, err2 := storetest.OpenFile(ctx, tx)
		return errors.Join(err, err2)
	})
}
