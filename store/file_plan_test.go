package store_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// everyFileQuery runs everything that the store does with files.
func everyFileQuery(ctx context.Context, tx *store.Tx) error {
	later := now.Add(time.Hour)
	var list []error
	note := func(err error) { list = append(list, err) }
	note(aFile(ctx, tx))
	note(neighbour(ctx, tx))
	note(tx.PutFact(ctx, store.Fact{ID: "z", Customer: "K1", Field: "电话", Value: "1", Author: "li", At: later}))
	note(tx.MoveCustomer(ctx, "K1", "sun", "li", later))
	note(tx.RenameCustomer(ctx, "K1", "新名", later))
	note(tx.StageCustomer(ctx, "K1", "签约", later))
	_, err := tx.UndoProgress(ctx, "g1", later)
	note(err)
	_, err = tx.OwnProgress(ctx, "wang", now, later)
	note(err)
	_, err = tx.ErasePerson(ctx, "K1", "p2", "li", later)
	note(err)
	_, err = tx.CheckFile(ctx, "K1", "li", later)
	note(err)
	_, err = tx.UncheckedFiles(ctx)
	note(err)
	_, err = tx.FieldsHeld(ctx)
	note(err)
	_, err = tx.FieldsOf(ctx, []string{"K1", "K2"})
	note(err)
	_, err = tx.CustomersOf(ctx, "wang")
	note(err)
	_, err = tx.FindCustomersAmong(ctx, "新名", store.Among{Owner: "wang", IDs: []string{"K1"}}, 5)
	note(err)
	_, err = tx.StaleCustomers(ctx, later, 10)
	note(err)
	_, err = tx.QuietUnsaid(ctx, "quiet/", 30, now, later)
	note(err)
	_, err = tx.FilesUnsaid(ctx, "file/", now, later, 10)
	note(err)
	_, err = openFile(ctx, tx)
	note(err)
	_, err = openHistory(ctx, tx)
	note(err)
	return errors.Join(list...)
}

var ofFiles = regexp.MustCompile(`\b(FROM|INTO|UPDATE) (customer|customer_name|customer_owner|customer_person|customer_phone|fact|progress)\b`)

// wholeTable matches steps of a plan that read all rows of a table. What lists
// all files reads an index of what counts.
var wholeTable = map[string]*regexp.Regexp{
	storetest.SQLite:   regexp.MustCompile(`SCAN \w+$`),
	storetest.Postgres: regexp.MustCompile(`Seq Scan`),
}

// No query about files reads a whole table, on either database.
func TestFileQueriesUseIndexes(t *testing.T) {
	lite := open(t, storetest.Options(t, storetest.SQLite))
	t.Cleanup(func() { lite.Close() })
	update(t, lite, everyFileQuery)
	post := storetest.Options(t, storetest.Postgres)
	db := open(t, post)
	t.Cleanup(func() { db.Close() })
	server := behind(t, post)
	server.db.SetMaxOpenConns(1)
	server.do(`SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan`) // a few rows are scanned sooner
	explained := 0
	for _, query := range lite.Statements() {
		if !ofFiles.MatchString(query) {
			continue
		}
		explained++
		plans := map[string]string{storetest.Postgres: server.plan(query)}
		update(t, lite, func(ctx context.Context, tx *store.Tx) (err error) {
			plans[storetest.SQLite], err = tx.Plan(ctx, query)
			return err
		})
		for backend, plan := range plans {
			for line := range strings.Lines(plan) {
				if wholeTable[backend].MatchString(strings.TrimSpace(line)) {
					t.Errorf("%s: %s\n%s", backend, query, plan)
				}
			}
		}
	}
	if explained < 25 {
		t.Errorf("only %d queries were explained", explained)
	}
}

// plan is how PostgreSQL would run a query, a step a line.
func (r raw) plan(query string) string {
	r.t.Helper()
	r.do("PREPARE q AS " + query)
	defer r.do("DEALLOCATE q")
	explain := "EXPLAIN EXECUTE q"
	if n := store.Parameters(query); n > 0 {
		explain += "(NULL" + strings.Repeat(", NULL", n-1) + ")"
	}
	rows, err := r.db.Query(explain)
	if err != nil {
		r.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			r.t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	if err := rows.Err(); err != nil {
		r.t.Fatal(err)
	}
	return plan.String()
}
