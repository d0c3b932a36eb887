// Package store remembers: it is the only package that speaks SQL, on SQLite
// (one file, the default) and on PostgreSQL with the same text. Facts live
// here; what they mean is decided by the handlers.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"marketbot/store/internal/seal"
)

// DB is an open store.
type DB struct {
	engine   engine
	index    searchIndex
	share    share
	building *building // of the index; nil for Peek
	seals    *seal.Keys
	log      *slog.Logger
	ids      lastID
	closed   sync.Once
}

// engine is what differs between the two databases.
type engine interface {
	update(ctx context.Context, f func(*Tx) error) error
	view(ctx context.Context, f func(*Tx) error) error
	close() error
}

// Options say how to open a store.
type Options struct {
	Source string // a SQLite file, or postgres://…
	Pool   Pool   // of connections to PostgreSQL; zero: DefaultPool
	Seals  *Sealer
	Log    *slog.Logger
}

// Open opens the store and brings its tables up to date.
func Open(ctx context.Context, o Options) (*DB, error) {
	db := &DB{seals: o.Seals.all(), share: alone{}, log: o.Log}
	var err error
	if db.index = indexOf(o.Source); onPostgres(o.Source) {
		db.engine, err = openPostgres(ctx, db, o)
	} else {
		db.engine, err = openSQLite(ctx, db, o.Source)
	}
	if err != nil {
		return nil, err
	}
	if err := db.startIndex(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// onPostgres tells whether a source is a PostgreSQL database.
func onPostgres(source string) bool {
	return strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://")
}

// Close waits for what is being written and closes the store.
func (db *DB) Close() error {
	var err error
	db.closed.Do(func() {
		db.building.close()
		err = db.engine.close()
	})
	return err
}

// Update runs f in a transaction that is durable when Update returns nil. f
// must not wait for anything but the store; an error or panic of f undoes
// what it wrote. On SQLite waiting updates share one commit, and f may run
// twice: what counts is the second time, so f tells its caller by setting, not
// by adding.
func (db *DB) Update(ctx context.Context, f func(*Tx) error) error {
	return db.engine.update(ctx, db.indexed(f))
}

// View runs f on a consistent state, beside the writers.
func (db *DB) View(ctx context.Context, f func(*Tx) error) error {
	return db.engine.view(ctx, db.indexed(f))
}

// Tx is a transaction. It is for one goroutine.
type Tx struct {
	db      *DB
	run     runner
	depth   int
	indexed bool   // the index holds every name that is to be seen
	wrote   bool   // something, since the innermost Nested began
	group   *group // of updates without savepoints; nil: savepoints
}

// runner executes prepared statements.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Nested runs f behind a savepoint: an error or panic of f undoes what f
// wrote and nothing else. A panic comes back as an error.
func (tx *Tx) Nested(ctx context.Context, f func() error) error {
	if tx.group != nil {
		return tx.unguarded(f)
	}
	tx.depth++
	defer func() { tx.depth-- }()
	name := fmt.Sprintf("s%d", tx.depth)
	if _, err := tx.run.ExecContext(ctx, "SAVEPOINT "+name); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	err := guard(f)
	if err != nil {
		if _, e := tx.run.ExecContext(ctx, "ROLLBACK TO SAVEPOINT "+name); e != nil {
			return errors.Join(&brokenError{e, true}, err)
		}
	}
	if _, e := tx.run.ExecContext(ctx, "RELEASE SAVEPOINT "+name); e != nil {
		return errors.Join(&brokenError{e, true}, err)
	}
	return err
}

// Broken tells whether err means that the store itself failed, so that the
// transaction cannot go on.
func Broken(err error) bool {
	var b *brokenError
	return errors.As(err, &b)
}

// Again tells whether err ended a transaction that was under way, so that the
// whole of it may go well at once: it and another waited for each other, or its
// connection was lost. Nobody knows whether one that was lost is stored.
func Again(err error) bool {
	var b *brokenError
	return errors.As(err, &b) && b.again
}

type brokenError struct {
	err   error
	again bool
}

func (e *brokenError) Error() string { return "store: " + e.err.Error() }
func (e *brokenError) Unwrap() error { return e.err }

// PanicError is a panic caught in a transaction.
type PanicError struct {
	Value any
	Stack []byte
}

// Error says what happened where, but what a panic was called with only if that
// is the runtime's: other values may hold what people wrote.
func (e *PanicError) Error() string {
	what := fmt.Sprintf("%T", e.Value)
	if r, ok := e.Value.(runtime.Error); ok {
		what = r.Error()
	}
	return fmt.Sprintf("panic: %s\n%s", what, e.Stack)
}

func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{v, debug.Stack()}
		}
	}()
	return f()
}
