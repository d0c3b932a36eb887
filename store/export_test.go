package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/spelling"
)

// Exec runs a statement that the store has no word for, in the transaction
// itself: for tests that break things.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) error {
	_, err := tx.e.Exec(ctx, "test", query, args...)
	return err
}

// Statements are the texts of everything that updates of a SQLite store ran.
func (db *DB) Statements() []string {
	return db.e.Statements()
}

// Plan is how SQLite would run a query, a step a line.
func (tx *Tx) Plan(ctx context.Context, query string) (string, error) {
	steps, err := engine.All(ctx, tx.e, "plan", "EXPLAIN QUERY PLAN "+query, make([]any, Parameters(query)), func(scan engine.Scan) (string, error) {
		var id, parent, unused int
		var detail string
		err := scan(&id, &parent, &unused, &detail)
		return detail, err
	})
	return strings.Join(steps, "\n"), err
}

// Parameters is how many a query takes.
func Parameters(query string) int {
	n := 0
	for strings.Contains(query, "$"+strconv.Itoa(n+1)) {
		n++
	}
	return n
}

// AwaitIndex returns when the index of names is complete.
func (db *DB) AwaitIndex() { <-db.building.built }

// TidyIndex does all that is to be tidied.
func (db *DB) TidyIndex(ctx context.Context) {
	db.repeat(ctx, func(tx *Tx, ctx context.Context) (bool, error) { return db.index.tidy(ctx, tx) })
}

// IndexTokens are the tokens that the index holds of a name.
func IndexTokens(name string) []string { return spelling.Tokens(spelling.Plain(name)) }

// QueryTokens are what a name must have to be found by a text, for each way to
// read it.
func QueryTokens(text string) [][]string {
	q := spelling.Read(text)
	return slices.Concat([][]string{q.Parts(), q.Initials()}, q.Spelled(), q.Begun())
}

// HeededByCallers reports whether a statement makes the writer forget callers.
func HeededByCallers(query string) bool { return engine.WritesTo(query, callerTables) }
