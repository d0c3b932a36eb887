package vault

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"

	"marketbot/store/internal/engine"
)

// postgresIndex is a table of hashed tokens under a GIN index. Two tokens with
// one hash do no harm, for the names are compared themselves.
type postgresIndex struct{}

func (postgresIndex) there(ctx context.Context, tx *engine.Tx) (bool, error) {
	var there bool
	_, err := tx.One(ctx, "search index", `SELECT to_regclass('customer_search') IS NOT NULL`, nil, &there)
	return there, err
}

func (postgresIndex) create(ctx context.Context, tx *engine.Tx) error {
	for _, q := range []string{
		`DROP TABLE IF EXISTS customer_search`,
		`CREATE TABLE customer_search (doc INTEGER PRIMARY KEY, tokens INTEGER[] NOT NULL)`,
		// what waits in a pending list would have to be read by every search
		`CREATE INDEX customer_search_tokens ON customer_search USING gin (tokens) WITH (fastupdate = off)`,
	} {
		if _, err := tx.Exec(ctx, "create search index", q); err != nil {
			return err
		}
	}
	return nil
}

func (postgresIndex) add(ctx context.Context, tx *engine.Tx, doc int64, tokens []string) error {
	_, err := tx.Exec(ctx, "index name", `INSERT INTO customer_search (doc, tokens) VALUES ($1, $2)`, doc, hashes(tokens))
	return err
}

func (postgresIndex) drop(ctx context.Context, tx *engine.Tx, doc int64) error {
	_, err := tx.Exec(ctx, "unindex name", `DELETE FROM customer_search WHERE doc = $1`, doc)
	return err
}

func (postgresIndex) names(ctx context.Context, tx *engine.Tx, ways [][]string, most int) ([]nameRow, error) {
	args, match := []any{most}, make([]string, len(ways))
	for i, tokens := range ways {
		args = append(args, hashes(tokens))
		match[i] = fmt.Sprintf("s.tokens @> $%d", i+2)
	}
	return engine.All(ctx, tx, "names by index", `SELECT `+nameColumns+` FROM customer_search s JOIN customer_name n ON n.doc = s.doc
		WHERE (`+strings.Join(match, " OR ")+`) AND n.until = 0 LIMIT $1`, args, scanName)
}

// tidy counts the tokens, so that the server knows which are rare; all else it
// tidies by itself.
func (postgresIndex) tidy(ctx context.Context, tx *engine.Tx) (bool, error) {
	_, err := tx.Exec(ctx, "count tokens", `ANALYZE customer_search`)
	return false, err
}

func hashes(tokens []string) []int32 {
	list := make([]int32, len(tokens))
	for i, t := range tokens {
		h := fnv.New32a()
		h.Write([]byte(t))
		list[i] = int32(h.Sum32())
	}
	return list
}
