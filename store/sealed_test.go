package store

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"

	"marketbot/store/internal/engine"
)

// elsewhere are the columns of bytes that do not rest under secret_key.
var elsewhere = map[string]string{
	"audit.mac":                "a MAC; made anew by rekey",
	"chain.sum":                "under the chain's own key",
	"customer.mac":             "under the customer's data key",
	"customer.card":            "under the customer's data key",
	"customer_owner.mac":       "under the customer's data key",
	"customer_person.data_key": "under the customer's data key",
	"customer_person.card":     "under the person's data key",
	"customer_name.plain":      "plain",
	"customer_phone.token":     "a keyed token; made anew by rekey",
	"outbox.print":             "a keyed hash; after a change of the key the bytes count as others",
	"fact.value":               "under a data key",
	"fact.source":              "under a data key",
	"fact.why":                 "under a data key",
	"progress.words":           "under the customer's data key",
}

// Every column of bytes is known to rekey, or rests under no secret_key.
func TestSealedColumnsAreAll(t *testing.T) {
	seals, err := NewSealer(NewSecretKey())
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	db, err := Open(ctx, Options{Source: filepath.Join(t.TempDir(), "x.db"), Seals: seals, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var there []string
	err = db.View(ctx, func(tx *Tx) (err error) {
		there, err = engine.All(ctx, tx.e, "columns", `SELECT m.name || '.' || p.name FROM sqlite_master m, pragma_table_info(m.name) p
			WHERE m.type = 'table' AND p.type = 'BYTEA'`, nil, engine.Word)
		return err
	})
	if err != nil || len(there) < 20 {
		t.Fatalf("%d columns, %v", len(there), err)
	}
	var known []string
	for _, c := range sealedColumns {
		known = append(known, c.table+"."+c.column)
	}
	for _, c := range there {
		if !slices.Contains(known, c) && elsewhere[c] == "" {
			t.Errorf("%s rests under what key? Say it in sealedColumns, or here", c)
		}
	}
	for _, c := range known {
		if !slices.Contains(there, c) {
			t.Errorf("%s is not in the store", c)
		}
	}
}

// SealedColumns are the columns under secret_key with their tables.
func SealedColumns() map[string][]string {
	list := map[string][]string{}
	for _, c := range sealedColumns {
		list[c.table] = append(list[c.table], c.column)
	}
	return list
}
