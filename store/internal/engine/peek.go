package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
)

// errPeek refuses to write through Peek.
var errPeek = errors.New("the store is open for reading only")

// peek is a store that is only looked at.
type peek struct {
	alone
	db  *DB
	sql *sql.DB
}

// Peek opens an existing store for View only, beside whoever serves it: it
// takes no lock and changes no table. What it reads fails where the tables are
// older than this program. Its error says that there is no such store, or none
// that can be read.
func Peek(ctx context.Context, o Options) (*DB, error) {
	driver, source := "sqlite", DSN(o.Source, "ro")
	if OnPostgres(o.Source) {
		driver, source = "pgx", o.Source
	}
	pool, err := sql.Open(driver, source)
	if err != nil {
		return nil, fmt.Errorf("look into the store: %w", err)
	}
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(refused(fmt.Errorf("look into the store: %w", err)), pool.Close())
	}
	return o.peek(pool), nil
}

func (o Options) peek(pool *sql.DB) *DB {
	db := o.db()
	db.backend = &peek{db: db, sql: pool}
	return db
}

// Still is Peek of a SQLite file that nobody serves; it leaves nothing beside it.
func Still(o Options) (*DB, error) {
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: o.Source}).EscapedPath()+"?mode=ro&immutable=1")
	if err != nil {
		return nil, fmt.Errorf("look into %s: %w", o.Source, err)
	}
	return o.peek(pool), nil
}

func (e *peek) update(context.Context, func(*Tx) error) error { return errPeek }

func (e *peek) view(ctx context.Context, f func(*Tx) error) error {
	t, err := e.sql.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	tx := &Tx{db: e.db, run: t}
	err = guard(func() error { return f(tx) })
	return errors.Join(err, t.Rollback())
}

func (e *peek) pool() *sql.DB { return e.sql }

func (e *peek) close() error { return e.sql.Close() }
