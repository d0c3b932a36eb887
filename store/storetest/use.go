package storetest

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"marketbot/store"
	"marketbot/store/internal/engine"
)

// Both runs a test on every database.
func Both(t *testing.T, f func(t *testing.T, o store.Options, db *store.DB)) {
	for _, backend := range Backends() {
		t.Run(backend, func(t *testing.T) {
			o := Options(t, backend)
			f(t, o, Reopen(t, o))
		})
	}
}

// Reopen opens a store that nobody has open, until the test ends or closes it.
func Reopen(t testing.TB, o store.Options) *store.DB {
	t.Helper()
	db, err := store.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Update runs f, which must not fail.
func Update(t testing.TB, db *store.DB, f func(context.Context, *store.Tx) error) {
	t.Helper()
	ctx := context.Background()
	if err := db.Update(ctx, func(tx *store.Tx) error { return f(ctx, tx) }); err != nil {
		t.Fatal(err)
	}
}

// Raw opens what a store rests in, for a test that goes behind its back.
func Raw(t testing.TB, o store.Options) *sql.DB {
	t.Helper()
	driver, source := "sqlite", "file:"+o.Source+"?_pragma=busy_timeout(5000)"
	if strings.HasPrefix(o.Source, "postgres://") {
		driver, source = "pgx", o.Source
	}
	raw, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	return raw
}

// Asked is which queries an update of a SQLite database runs, by their text, with
// how often; writes count, what begins and ends transactions does not.
func Asked(t testing.TB, db *store.DB, f func(context.Context, *store.Tx) error) map[string]int {
	t.Helper()
	before := engine.BorrowDB(db).Statements()
	Update(t, db, f)
	asked := map[string]int{}
	for query, n := range engine.BorrowDB(db).Statements() {
		if verb, _, long := strings.Cut(query, " "); n > before[query] && long && verb != "BEGIN" && verb != "SAVEPOINT" && verb != "RELEASE" && verb != "ROLLBACK" {
			asked[query] = n - before[query]
		}
	}
	return asked
}

// Ran is how many statements updates of a SQLite database ran so far, with what
// begins and ends transactions.
func Ran(db *store.DB) (n int) {
	for _, times := range engine.BorrowDB(db).Statements() {
		n += times
	}
	return n
}

// Plans is how SQLite runs every query that updates of a database ran so far, by
// the query's text, a step a line.
func Plans(t testing.TB, db *store.DB) map[string]string {
	t.Helper()
	plans := map[string]string{}
	Explain(t, db, plans)
	return plans
}

// Explain adds to plans how SQLite runs the queries that are not among them, of
// those that updates of a database ran so far.
func Explain(t testing.TB, db *store.DB, plans map[string]string) {
	t.Helper()
	queries := slices.Collect(maps.Keys(engine.BorrowDB(db).Statements()))
	Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		for _, query := range queries {
			verb, _, _ := strings.Cut(query, " ")
			if _, known := plans[query]; known || !slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE", "WITH"}, verb) {
				continue
			}
			steps, err := engine.All(ctx, engine.Borrow(tx), "plan", "EXPLAIN QUERY PLAN "+query, make([]any, Parameters(query)), func(scan engine.Scan) (string, error) {
				var id, parent, unused int
				var detail string
				err := scan(&id, &parent, &unused, &detail)
				return detail, err
			})
			if err != nil {
				return err
			}
			plans[query] = strings.Join(steps, "\n")
		}
		return nil
	})
}

// Parameters is how many a query takes.
func Parameters(query string) int {
	n := 0
	for strings.Contains(query, "$"+strconv.Itoa(n+1)) {
		n++
	}
	return n
}
