package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"

	"marketbot/store/internal/seal"
)

// Tx is a transaction. It is for one goroutine.
type Tx struct {
	db    *DB
	run   runner
	depth int
	wrote bool   // something, since the innermost Nested began
	group *group // of updates without savepoints; nil: savepoints

	damaged []Damage // rows that were passed over
	counted []string // to be written down before the commit, those of neighbours first
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
	counted := len(tx.counted)
	tx.depth++
	defer func() { tx.depth-- }()
	name := fmt.Sprintf("s%d", tx.depth)
	if _, err := tx.run.ExecContext(ctx, "SAVEPOINT "+name); err != nil {
		return fmt.Errorf("savepoint: %w", err)
	}
	err := guard(f)
	if err != nil {
		tx.counted = tx.counted[:counted]
		if _, e := tx.run.ExecContext(ctx, "ROLLBACK TO SAVEPOINT "+name); e != nil {
			return errors.Join(&brokenError{e, true}, err)
		}
	}
	if _, e := tx.run.ExecContext(ctx, "RELEASE SAVEPOINT "+name); e != nil {
		return errors.Join(&brokenError{e, true}, err)
	}
	return err
}

// Broken reports whether err means that the store itself failed, so that the
// transaction cannot go on.
func Broken(err error) bool {
	var b *brokenError
	return errors.As(err, &b)
}

// Again reports whether err ended a transaction that was under way, so that the
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

// Keys are what the values of the database are sealed under.
func (tx *Tx) Keys() *seal.Keys { return tx.db.keys }

func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{v, debug.Stack()}
		}
	}()
	return f()
}
