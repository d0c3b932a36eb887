package vault

import (
	"context"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/spelling"
)

// searchIndex holds the tokens of names. It is made of nothing but names, in
// the way of its database.
type searchIndex interface {
	// there reports whether the index exists.
	there(ctx context.Context, tx *engine.Tx) (bool, error)
	// create makes the index, empty, in place of one that is there.
	create(ctx context.Context, tx *engine.Tx) error
	// add and drop keep one name. Dropping one that is not there does nothing.
	add(ctx context.Context, tx *engine.Tx, doc int64, tokens []string) error
	drop(ctx context.Context, tx *engine.Tx, doc int64) error
	// names are at most most names that count and have all the tokens of one of
	// the ways, and may be some that have not.
	names(ctx context.Context, tx *engine.Tx, ways [][]string, most int) ([]nameRow, error)
	// tidy does a little of what makes the index fast, and reports whether there
	// is more to do.
	tidy(ctx context.Context, tx *engine.Tx) (more bool, err error)
}

func indexOf(tx *engine.Tx) searchIndex {
	if tx.OnPostgres() {
		return postgresIndex{}
	}
	return sqliteIndex{}
}

const (
	buildStep = 64   // names that are indexed in one transaction; others write between
	maxLacks  = 4000 // names compared without an index
)

// indexLock keeps processes that share a store from making the index, or
// filling it, at the same time.
const indexLock = "index of names"

// prepareIndex reports whether there are names that the index lacks.
func (q Names) prepareIndex(ctx context.Context) (bool, error) {
	var version int
	var next, last int64
	if _, err := q.tx.One(ctx, "search state", `SELECT version, next_doc, last_doc FROM search_state`, nil, &version, &next, &last); err != nil {
		return false, err
	}
	there, err := indexOf(q.tx).there(ctx, q.tx)
	if err != nil || there && version == spelling.Version {
		return next <= last, err
	}
	if err := indexOf(q.tx).create(ctx, q.tx); err != nil {
		return false, err
	}
	if _, err := q.tx.One(ctx, "last name", `SELECT COALESCE(MAX(doc), 0) FROM customer_name`, nil, &last); err != nil {
		return false, err
	}
	_, err = q.tx.Exec(ctx, "search state", `INSERT INTO search_state (id, version, next_doc, last_doc) VALUES (1, $1, 1, $2)
		ON CONFLICT (id) DO UPDATE SET version = $1, next_doc = 1, last_doc = $2`, spelling.Version, last)
	return last > 0, err
}

// indexSome indexes the next names that the index lacks.
func (q Names) indexSome(ctx context.Context) (more bool, err error) {
	if err := q.tx.Lock(ctx, indexLock); err != nil {
		return false, err
	}
	names, err := q.unindexed(ctx, buildStep)
	if err != nil {
		return false, err
	}
	if len(names) == 0 {
		_, err := q.tx.Exec(ctx, "search state", `UPDATE search_state SET next_doc = last_doc + 1`)
		return false, err
	}
	for _, n := range names {
		if err := indexOf(q.tx).add(ctx, q.tx, n.doc, spelling.Tokens(n.plain)); err != nil {
			return false, err
		}
		if _, err := q.tx.Exec(ctx, "fold name", `UPDATE customer_name SET folded = $1, plain = $2 WHERE doc = $3`, FoldName(n.name), []byte(n.plain), n.doc); err != nil {
			return false, err
		}
	}
	_, err = q.tx.Exec(ctx, "search state", `UPDATE search_state SET next_doc = $1`, names[len(names)-1].doc+1)
	return true, err
}

// unindexed are the next names that count and that the index lacks, as they are to be
// compared: another version may have kept them otherwise.
func (q Names) unindexed(ctx context.Context, most int) ([]nameRow, error) {
	var next, last int64
	if _, err := q.tx.One(ctx, "search state", `SELECT next_doc, last_doc FROM search_state`, nil, &next, &last); err != nil {
		return nil, err
	}
	// with "until = 0" SQLite would take an index of the names that count, and sort
	list, err := engine.All(ctx, q.tx, "names not indexed", `SELECT `+nameColumns+` FROM customer_name n WHERE n.doc >= $1 AND n.doc <= $2 AND n.until <= 0
		ORDER BY n.doc LIMIT $3`, []any{next, last, most}, scanName)
	for i := range list {
		list[i].plain = spelling.Plain(list[i].name)
	}
	return list, err
}

// unindexed are the names that are compared without the index, as long as it
// is not complete.
func (f *finder) unindexed(ctx context.Context) ([]nameRow, error) {
	if f.read {
		return f.late, nil
	}
	var err error
	f.late, err = f.names.unindexed(ctx, maxLacks)
	f.read = err == nil
	return f.late, err
}
