package vault_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// everyFileQuery runs everything that the store does with files.
func everyFileQuery(ctx context.Context, tx *store.Tx) error {
	later := now.Add(time.Hour)
	var list []error
	note := func(err error) { list = append(list, err) }
	note(storetest.AddFile(ctx, tx))
	note(neighbour(ctx, tx))
	note(vault.In(tx).PutFact(ctx, vault.Fact{ID: "z", Customer: "K1", Field: "电话", Value: "1", Author: "li", At: later}))
	note(vault.In(tx).Move(ctx, "K1", "sun", "li", later))
	note(vault.In(tx).Rename(ctx, "K1", "新名", later))
	note(vault.In(tx).SetStage(ctx, "K1", "签约", later))
	note(vault.In(tx).UndoStage(ctx, "K1", "报价", later))
	_, err := vault.In(tx).UndoProgress(ctx, "g1", later)
	note(err)
	_, err = vault.In(tx).OwnProgress(ctx, "wang", now, later)
	note(err)
	_, err = vault.In(tx).ErasePerson(ctx, "K1", "p2", "li", later)
	note(err)
	_, err = vault.In(tx).Check(ctx, "K1", "li", later)
	note(err)
	_, err = vault.In(tx).Waiting(ctx, later)
	note(err)
	_, err = vault.In(tx).Wanting(ctx, vault.Wanting{Prefix: "file/", From: now, To: later, New: 10, Before: later, Others: 10})
	note(err)
	_, err = vault.In(tx).Of(ctx, "wang")
	note(err)
	_, err = vault.Search(tx).FindAmong(ctx, "新名", vault.Among{Owner: "wang", IDs: []string{"K1"}}, 5)
	note(err)
	_, err = vault.In(tx).QuietUnsaid(ctx, "quiet/", 30, now, later)
	note(err)
	_, err = vault.In(tx).Courses(ctx, "", now, later)
	note(err)
	_, err = vault.In(tx).Courses(ctx, "wang", now, later)
	note(err)
	_, err = vault.In(tx).StepsDue(ctx, "2026-12-05", "")
	note(err)
	_, err = vault.In(tx).StepsDue(ctx, "2026-12-05", "wang")
	note(err)
	_, err = vault.PlainAmounts(ctx, tx)
	note(err)
	_, err = storetest.OpenFile(ctx, tx)
	note(err)
	_, err = storetest.OpenHistory(ctx, tx)
	note(err)
	return errors.Join(list...)
}

var ofFiles = regexp.MustCompile(`\b(FROM|INTO|UPDATE) (customer|customer_name|customer_owner|customer_person|customer_phone|customer_stage|fact|progress)\b`)

// wholeTable matches steps of a plan that read all rows of a table. What lists
// all files reads an index of what counts. What a subquery gives (CO-ROUTINE) is no table.
var wholeTable = map[string]*regexp.Regexp{
	storetest.SQLite:   regexp.MustCompile(`SCAN \w+$`),
	storetest.Postgres: regexp.MustCompile(`Seq Scan`),
}

// No query about files reads a whole table, on either database.
func TestFileQueriesUseIndexes(t *testing.T) {
	lite := storetest.Reopen(t, storetest.Prepared(t, storetest.SQLite))
	t.Cleanup(func() { lite.Close() })
	storetest.Update(t, lite, everyFileQuery)
	post := storetest.Prepared(t, storetest.Postgres)
	db := storetest.Reopen(t, post)
	t.Cleanup(func() { db.Close() })
	server := storetest.Behind(t, post)
	server.DB.SetMaxOpenConns(1)
	server.Do(`SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan`) // a few rows are scanned sooner
	explained := 0
	for query, litePlan := range storetest.Plans(t, lite) {
		if !ofFiles.MatchString(query) {
			continue
		}
		explained++
		for backend, plan := range map[string]string{storetest.SQLite: litePlan, storetest.Postgres: plan(t, server, query)} {
			for line := range strings.Lines(plan) {
				step := wholeTable[backend].FindString(strings.TrimSpace(line))
				if step != "" && !strings.Contains(plan, "CO-ROUTINE "+strings.TrimPrefix(step, "SCAN ")+"\n") {
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
func plan(t *testing.T, r storetest.Rest, query string) string {
	t.Helper()
	r.Do("PREPARE q AS " + query)
	defer r.Do("DEALLOCATE q")
	explain := "EXPLAIN EXECUTE q"
	if n := storetest.Parameters(query); n > 0 {
		explain += "(NULL" + strings.Repeat(", NULL", n-1) + ")"
	}
	rows, err := r.DB.Query(explain)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
