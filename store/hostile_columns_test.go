package store_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
)

// Every column of text is one that hostile texts are stored in and read back
// from (see TestTextsRestByteForByte), or named in notWords.
// The columns are those of the schema, so that a new one shows at once.
func TestEveryTextIsTriedWithHostileWords(t *testing.T) {
	named := map[string]bool{}
	for line := range strings.Lines(notWords) {
		table, columns, _ := strings.Cut(line, ":")
		for c := range strings.FieldsSeq(columns) {
			named[table+"."+c] = true
		}
	}
	for column, filled := range filledColumns(t, strings.Repeat("长", 300)) {
		switch {
		case named[column]:
			delete(named, column)
		case !filled:
			t.Errorf("%s may hold words, but no hostile text is stored there: add it to texts or to notWords", column)
		}
	}
	for column := range named {
		t.Errorf("there is no column of text %s", column)
	}
}

// filledColumns are the columns of text of a store that s was stored in in
// every way, and whether it, or all of it under a seal, is in them.
func filledColumns(t *testing.T, s string) map[string]bool {
	t.Helper()
	o := storetest.Options(t, storetest.SQLite)
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	restAll(t, db, 1, s)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error { // what reading uses up
		return writeTexts(ctx, tx, 2, s)
	})
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", o.Source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	filled := map[string]bool{}
	for _, column := range textColumns(t, raw) {
		table, name, _ := strings.Cut(column, ".")
		var n int
		if err := raw.QueryRow(`SELECT coalesce(max(length("` + name + `")), 0) FROM "` + table + `"`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		filled[column] = n >= len(s) // what is empty, sealed, is shorter
	}
	return filled
}

// textColumns are all of them, as table.column, but for the index of search,
// which holds tokens under a key.
func textColumns(t *testing.T, raw *sql.DB) []string {
	t.Helper()
	rows, err := raw.Query(`SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%' AND m.name NOT LIKE 'customer_search%' AND c.type NOT IN ('INTEGER', 'BIGINT', 'SMALLINT')`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var column string
		if err := rows.Scan(&column); err != nil {
			t.Fatal(err)
		}
		list = append(list, column)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
