package store_test

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
)

// notWords are the columns of text that hold no free words of people, table by
// table: ids, codes, days, states, keys and proofs, which the program makes. Of
// the names among them, which rest as they are so that they can be found, only
// plain ones are taken (see [store.Plain]).
const notWords = `
meta: name value
said: key
counter: name
inbox: platform id
act: id
outbox: id key platform address person state error claimed_by print
firing: job state
audit: id person act subject outcome clause ref customer trace grant_id mac
chain: entry sum
chain_state: name value
dialog: person prefix
confirmation: code person version
undo: id person command ref told
person: id name post duties
account: platform id person
tenure: id person kind name
leave: id person first_day last_day by_person
binding: code person
wrong_code: platform account
acknowledgement: person version
seed: name content
trip: id person first_day last_day planned
trip_change: id trip cause was becomes
check_in: id person day
report: id person week
consolidated: week person
report_comment: id week person
report_reading: week person
report_chase: person
customer: id name owner stage author data_key mac
customer_owner: id customer person by_person mac
customer_person: id customer author erased_by data_key
customer_name: id customer name folded kind plain
customer_phone: fact customer token
fact: id customer person field author checked_by until_by
progress: id customer author stage
request: code kind asker customer state by_person
access_grant: id person customer by_person proof
delegation: id person first_day last_day by_person proof
lead: code customer giver state by_person
replica: id
chat_note: platform address note
`

// Every column of text is one that hostile texts are stored in and read back
// from (see TestTextsRestByteForByte), or named above as no place for words.
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
			t.Errorf("%s may hold words, but no hostile text is stored there: add it to storetest.WriteTexts or writeFile, or to notWords", column)
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
		return errors.Join(storetest.WriteTexts(ctx, tx, 2, s), writeFile(ctx, tx, 2, s))
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
