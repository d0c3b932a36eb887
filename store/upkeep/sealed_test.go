package upkeep_test

import (
	"slices"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"

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
	"progress.step":            "under the customer's data key",
	"customer_stage.mac":       "under the customer's data key",
}

// Every column of bytes is known to rekey, or rests under no secret_key.
func TestSealedColumnsAreAll(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite)
	var there []string
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		there, err = engine.All(t.Context(), engine.Borrow(tx), "columns", `SELECT m.name || '.' || p.name FROM sqlite_master m, pragma_table_info(m.name) p
			WHERE m.type = 'table' AND p.type = 'BYTEA'`, nil, engine.Word)
		return err
	})
	if err != nil || len(there) < 20 {
		t.Fatalf("%d columns, %v", len(there), err)
	}
	var known []string
	for table, columns := range upkeep.SealedColumns() {
		for _, c := range columns {
			known = append(known, table+"."+c)
		}
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
