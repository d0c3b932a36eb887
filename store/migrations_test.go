package store_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
)

func TestMigrationsStay(t *testing.T) {
	files, err := filepath.Glob("migrations/*.sql")
	if err != nil || len(files) < len(released) {
		t.Fatalf("%d migrations, %v", len(files), err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(text)
		name, got := filepath.Base(f), hex.EncodeToString(sum[:])
		switch want, known := released[name]; {
		case !known:
			t.Errorf("%s is new: enter it as %s", name, got)
		case got != want:
			t.Errorf("%s was edited; write a new one instead", name)
		}
	}
}

// A store of the series before is carried over: it has the tables of a new one,
// keeps its rows, and takes what a new one takes. So is one of an older backup.
func TestCarriedOver(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o, fresh := storetest.Options(t, backend), storetest.Options(t, backend)
			storetest.Reopen(t, fresh)
			raw := storetest.Before(t, o, 16)
			at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
			for _, q := range []string{
				`INSERT INTO person (id, name, post, duties, since, until) VALUES ('li', '李雷', '业务员', '', 1, 0)`,
				fmt.Sprintf(`INSERT INTO meta (name, value) VALUES ('mark', '%s')`, at.Format(time.RFC3339Nano)),
			} {
				if _, err := raw.Exec(q); err != nil {
					t.Fatal(err)
				}
			}
			for range 2 {
				db := storetest.Reopen(t, o)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					p, found, err := tx.People().ByID(ctx, "li")
					mark, err2 := tx.Marks().At(ctx, "mark")
					if !found || p.Name != "李雷" || !mark.Equal(at) || err2 != nil {
						t.Errorf("%+v, marked %v, %v", p, mark, err2)
					}
					return err
				})
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(shape(t, fresh), shape(t, o)); diff != "" {
				t.Errorf("not the tables of a new store: %s", diff)
			}
			db := storetest.Reopen(t, o)
			for what, got := range restAll(t, db, 1, "谈价格") {
				if got != "谈价格" {
					t.Errorf("%s came back as %q", what, got)
				}
			}
		})
	}
}

// A first start that was ended after any of its migrations goes on with the next.
func TestFirstStartGoesOn(t *testing.T) {
	for name := range released {
		var version int64
		if _, err := fmt.Sscanf(name, "%d_", &version); err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) {
			o := storetest.Options(t, storetest.SQLite)
			if err := storetest.Begun(t, o, version).Close(); err != nil {
				t.Fatal(err)
			}
			storetest.Reopen(t, o)
		})
	}
}

// A store in the midst of the series before is refused, in words.
func TestTooOldIsRefused(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o := storetest.Options(t, backend)
			storetest.Before(t, o, 15)
			db, err := store.Open(t.Context(), o)
			if err == nil {
				db.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "15 < 16") {
				t.Errorf("opened: %v", err)
			}
		})
	}
}

// shape are the columns and indexes of a store's tables, each as one line.
func shape(t *testing.T, o store.Options) []string {
	t.Helper()
	query := `SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c."notnull" || c.pk || coalesce(c.dflt_value, '')
			FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'customer_search%'
		UNION ALL SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name NOT LIKE 'customer_search%'`
	if strings.HasPrefix(o.Source, "postgres://") {
		query = `SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || coalesce(column_default, '')
				FROM information_schema.columns WHERE table_schema = current_schema()
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexname NOT LIKE '%_pkey%'`
	}
	rows, err := storetest.Raw(t, o).Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		list = append(list, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}
