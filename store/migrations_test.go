package store_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"marketbot/store"
	"marketbot/store/storetest"
)

// released are the migrations with their SHA-256: none is edited any more. What
// is to change is a new one, which comes last.
var released = map[string]string{
	"0017_core.sql":    "91eb5aa5c518478f5247845cea04cc3092363f96c475ec2ad4bab75fce75181c",
	"0018_inbox.sql":   "f0bbe70198f7e1612f7753a081bca9eefd89a36e1b0706119bfc7b57631cdd82",
	"0019_outbox.sql":  "e74ad2585c824b982ac4eed8c19cff528c7810bc48a0328b38cb367511bef32e",
	"0020_audit.sql":   "9ee6fd58a05baa740c29394ef367f157e57c84a45b772bd5d85f23499fefee1a",
	"0021_people.sql":  "d590f445685613aaf5c00208bb274cdc44304a58cbb25951001082ed632e5a57",
	"0022_leave.sql":   "997edc13aa3da3dfa1df9edd24dea454531dd6bcb30fa864e146f930470c275a",
	"0023_trip.sql":    "ee23f61fd5ffc9fe894ea7fee467801ebac3c5726c97a03ee28e0228d5d84358",
	"0024_report.sql":  "3668234976021fed0fb8cb2d07645543b8cd9f60e203cfd55a7145bfa1205c8f",
	"0025_request.sql": "468ae22b8f9cf6d51f393c8a5ad240acc922ea39c7cf9bcdb3e8dd6ad065c1a9",
	"0026_lead.sql":    "26ec733374d9bd65a1a84a3ef961ce969bbfb37d3a69175f24d4d5e12586c862",
	"0027_file.sql":    "94bfc87d544480818f8b5efa8b37fc63f6a03c13e5accf27d6eff83668f2708d",
	"0028_name.sql":    "b98be6599d341d9ffe5a41ae69dc407aa9b070d2501e2acc4172f783ca0f27f8",
	"0029_said.sql":    "47381620a3e0ec1fd106226ac876ed65845c37410712f859eb4ce48ecacf8998",
}

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

// before makes the tables of a store as the series before the present one did,
// up to a version.
func before(t *testing.T, o store.Options, version int64) *sql.DB {
	t.Helper()
	raw, dialect := storetest.Raw(t, o), goose.DialectSQLite3
	if strings.HasPrefix(o.Source, "postgres://") {
		dialect = goose.DialectPostgres
	}
	p, err := goose.NewProvider(dialect, raw, os.DirFS("testdata/before"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	return raw
}

// A store of the series before is carried over: it has the tables of a new one,
// keeps its rows, and takes what a new one takes. So is one of an older backup.
func TestCarriedOver(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o, fresh := storetest.Options(t, backend), storetest.Options(t, backend)
			storetest.Reopen(t, fresh)
			raw := before(t, o, 16)
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

// A store in the midst of the series before is refused, in words.
func TestTooOldIsRefused(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o := storetest.Options(t, backend)
			before(t, o, 15)
			db, err := store.Open(t.Context(), o)
			if err == nil {
				db.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "version 15") {
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
