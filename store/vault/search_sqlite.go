package vault

import (
	"context"
	"strings"

	"marketbot/store/internal/engine"
)

// sqliteIndex is an FTS5 table of tokens alone: no text, no places in it. The
// tokens are letters and digits, which its tokenizer leaves as they are.
type sqliteIndex struct{}

func (sqliteIndex) there(ctx context.Context, tx *engine.Tx) (bool, error) {
	var name string
	return tx.One(ctx, "search index", `SELECT name FROM sqlite_master WHERE name = 'customer_search'`, nil, &name)
}

func (sqliteIndex) create(ctx context.Context, tx *engine.Tx) error {
	if _, err := tx.Exec(ctx, "drop search index", `DROP TABLE IF EXISTS customer_search`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "create search index",
		`CREATE VIRTUAL TABLE customer_search USING fts5 (tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii')`); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "page size of the search index", `INSERT INTO customer_search (customer_search, rank) VALUES ('pgsz', $1)`, searchPage)
	return err
}

func (sqliteIndex) add(ctx context.Context, tx *engine.Tx, doc int64, tokens []string) error {
	_, err := tx.Exec(ctx, "index name", `INSERT INTO customer_search (rowid, tokens) VALUES ($1, $2)`, doc, strings.Join(tokens, " "))
	return err
}

func (sqliteIndex) drop(ctx context.Context, tx *engine.Tx, doc int64) error {
	_, err := tx.Exec(ctx, "unindex name", `DELETE FROM customer_search WHERE rowid = $1`, doc)
	return err
}

func (sqliteIndex) names(ctx context.Context, tx *engine.Tx, ways [][]string, most int) ([]nameRow, error) {
	match := make([]string, len(ways))
	for i, tokens := range ways {
		match[i] = `("` + strings.Join(tokens, `" AND "`) + `")`
	}
	return engine.All(ctx, tx, "names by index", `SELECT `+nameColumns+` FROM customer_search CROSS JOIN customer_name n ON n.doc = customer_search.rowid
		WHERE customer_search MATCH $1 AND n.until = 0 LIMIT $2`, []any{strings.Join(match, " OR "), most}, scanName)
}

// searchPage is the size of the index's pages in bytes: in a long list of names
// one is found by the page, and then by reading that. Four of them fill a page
// of the file.
const searchPage = 1000

// tidyPages is how much of the index is merged at once, in pages of 4 KiB.
const tidyPages = 64

// tidy merges the pieces that adding left into one; each makes every search
// slower.
func (sqliteIndex) tidy(ctx context.Context, tx *engine.Tx) (bool, error) {
	var before, after int64
	if _, err := tx.One(ctx, "tidy search index", `SELECT total_changes()`, nil, &before); err != nil {
		return false, err
	}
	if _, err := tx.Exec(ctx, "tidy search index", `INSERT INTO customer_search (customer_search, rank) VALUES ('merge', $1)`, -tidyPages); err != nil {
		return false, err
	}
	_, err := tx.One(ctx, "tidy search index", `SELECT total_changes()`, nil, &after)
	return after-before > 1, err
}
