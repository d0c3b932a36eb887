package store

import (
	"context"
	"sync/atomic"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/spelling"
)

// searchIndex holds the tokens of names. It is made of nothing but names, in
// the way of its database.
type searchIndex interface {
	// there tells whether the index exists.
	there(ctx context.Context, tx *Tx) (bool, error)
	// create makes the index, empty, in place of one that is there.
	create(ctx context.Context, tx *Tx) error
	// add and drop keep one name. Dropping one that is not there does nothing.
	add(ctx context.Context, tx *Tx, doc int64, tokens []string) error
	drop(ctx context.Context, tx *Tx, doc int64) error
	// names are at most most names that count and have all the tokens of one of
	// the ways, and may be some that have not.
	names(ctx context.Context, tx *Tx, ways [][]string, most int) ([]nameRow, error)
	// tidy does a little of what makes the index fast, and tells whether there
	// is more to do.
	tidy(ctx context.Context, tx *Tx) (more bool, err error)
}

func indexOf(source string) searchIndex {
	if engine.OnPostgres(source) {
		return postgresIndex{}
	}
	return sqliteIndex{}
}

const (
	buildStep = 64   // names that are indexed in one transaction; others write between
	lacksMost = 4000 // names compared without an index
)

// indexLock keeps processes that share a store from making the index, or
// filling it, at the same time.
const indexLock = "index of names"

// tidyAfter is how many names are added before the index is tidied again.
const tidyAfter = 500

// building is the filling and tidying of the index beside everything else.
type building struct {
	built  chan struct{} // closed when the index holds every name
	stop   context.CancelFunc
	done   chan struct{}
	added  atomic.Int64 // names since the index was tidied
	untidy chan struct{}
}

// startIndex makes the index when it is missing or of another making, and
// fills what it lacks in the background until Close.
func (db *DB) startIndex(ctx context.Context) error {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	db.building = &building{built: make(chan struct{}), stop: stop, done: make(chan struct{}), untidy: make(chan struct{}, 1)}
	var lacks bool
	err := db.Update(ctx, func(tx *Tx) (err error) {
		if err := tx.Lock(ctx, indexLock); err != nil {
			return err
		}
		lacks, err = tx.prepareIndex(ctx)
		return err
	})
	if err != nil {
		close(db.building.done)
		return err
	}
	if !lacks {
		close(db.building.built)
	}
	go db.build(ctx, lacks)
	return nil
}

// prepareIndex tells whether there are names that the index lacks.
func (tx *Tx) prepareIndex(ctx context.Context) (bool, error) {
	var version int
	var next, last int64
	if _, err := tx.e.One(ctx, "search state", `SELECT version, next_doc, last_doc FROM search_state`, nil, &version, &next, &last); err != nil {
		return false, err
	}
	there, err := tx.db.index.there(ctx, tx)
	if err != nil || there && version == spelling.Version {
		return next <= last, err
	}
	if err := tx.db.index.create(ctx, tx); err != nil {
		return false, err
	}
	if _, err := tx.e.One(ctx, "last name", `SELECT COALESCE(MAX(doc), 0) FROM customer_name`, nil, &last); err != nil {
		return false, err
	}
	_, err = tx.e.Exec(ctx, "search state", `INSERT INTO search_state (id, version, next_doc, last_doc) VALUES (1, $1, 1, $2)
		ON CONFLICT (id) DO UPDATE SET version = $1, next_doc = 1, last_doc = $2`, spelling.Version, last)
	return last > 0, err
}

// build fills the index when it lacks names, then tidies it now and then. What
// it could not do the next start does; till then the names that the index
// lacks are compared one by one.
func (db *DB) build(ctx context.Context, lacks bool) {
	b := db.building
	defer close(b.done)
	if lacks {
		if !db.repeat(ctx, (*Tx).indexSome) {
			return
		}
		close(b.built)
		b.untidy <- struct{}{}
	}
	for {
		select {
		case <-b.untidy:
			db.repeat(ctx, func(tx *Tx, ctx context.Context) (bool, error) { return db.index.tidy(ctx, tx) })
		case <-ctx.Done():
			return
		}
	}
}

// grown counts a name that was added.
func (b *building) grown() {
	if b.added.Add(1)%tidyAfter != 0 {
		return
	}
	select {
	case b.untidy <- struct{}{}:
	default: // it is tidied already
	}
}

// repeat runs step in transactions of its own as long as there is more to do.
func (db *DB) repeat(ctx context.Context, step func(*Tx, context.Context) (more bool, err error)) (finished bool) {
	for more := true; more; {
		if ctx.Err() != nil {
			return false
		}
		err := db.Update(ctx, func(tx *Tx) (err error) {
			more, err = step(tx, ctx)
			return err
		})
		if err != nil {
			if ctx.Err() == nil {
				db.e.Log().Error("the index of names is not complete", "error", err)
			}
			return false
		}
	}
	return true
}

// indexSome indexes the next names that the index lacks.
func (tx *Tx) indexSome(ctx context.Context) (more bool, err error) {
	if err := tx.Lock(ctx, indexLock); err != nil {
		return false, err
	}
	names, err := tx.unindexed(ctx, buildStep)
	if err != nil {
		return false, err
	}
	if len(names) == 0 {
		_, err := tx.e.Exec(ctx, "search state", `UPDATE search_state SET next_doc = last_doc + 1`)
		return false, err
	}
	for _, n := range names {
		if err := tx.db.index.add(ctx, tx, n.doc, spelling.Tokens(n.plain)); err != nil {
			return false, err
		}
	}
	_, err = tx.e.Exec(ctx, "search state", `UPDATE search_state SET next_doc = $1`, names[len(names)-1].doc+1)
	return true, err
}

// unindexed are the next names that count and that the index lacks.
func (tx *Tx) unindexed(ctx context.Context, most int) ([]nameRow, error) {
	var next, last int64
	if _, err := tx.e.One(ctx, "search state", `SELECT next_doc, last_doc FROM search_state`, nil, &next, &last); err != nil {
		return nil, err
	}
	// with "until = 0" SQLite would take an index of the names that count, and sort
	return engine.All(ctx, tx.e, "names not indexed", `SELECT `+nameColumns+` FROM customer_name n WHERE n.doc >= $1 AND n.doc <= $2 AND n.until <= 0
		ORDER BY n.doc LIMIT $3`, []any{next, last, most}, scanName)
}

// unindexed are the names that are compared without the index, as long as it
// is not complete.
func (f *finder) unindexed(ctx context.Context) ([]nameRow, error) {
	if f.read || f.tx.indexed {
		return f.late, nil
	}
	var err error
	f.late, err = f.tx.unindexed(ctx, lacksMost)
	f.read = err == nil
	return f.late, err
}

// complete reports whether the index holds every name; nobody builds for Peek.
// It is asked before a transaction begins, which may see what was before the
// last name was indexed.
func (b *building) complete() bool {
	if b == nil {
		return false
	}
	select {
	case <-b.built:
		return true
	default:
		return false
	}
}

func (b *building) close() {
	if b != nil {
		b.stop()
		<-b.done
	}
}
