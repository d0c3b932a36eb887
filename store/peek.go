package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// errPeek refuses to write through Peek.
var errPeek = errors.New("the store is open for reading only")

// peek is a store that is only looked at.
type peek struct {
	db   *DB
	pool *sql.DB
}

// Peek opens an existing store for View only, beside whoever serves it: it
// takes no lock and changes no table. What it reads fails where the tables are
// older than this program. Its error says that there is no such store, or none
// that can be read.
func Peek(ctx context.Context, o Options) (*DB, error) {
	driver, source := "sqlite", dsn(o.Source, "ro")
	if onPostgres(o.Source) {
		driver, source = "pgx", o.Source
	}
	pool, err := sql.Open(driver, source)
	if err == nil {
		err = pool.PingContext(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("look into the store: %w", err)
	}
	db := &DB{index: indexOf(o.Source), share: alone{}, seals: o.Seals.all(), log: o.Log}
	db.engine = &peek{db, pool}
	return db, nil
}

func (e *peek) update(context.Context, func(*Tx) error) error { return errPeek }

func (e *peek) view(ctx context.Context, f func(*Tx) error) error {
	t, err := e.pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("view: %w", err)
	}
	tx := &Tx{db: e.db, run: t}
	err = guard(func() error { return f(tx) })
	return errors.Join(err, t.Rollback())
}

func (e *peek) close() error { return e.pool.Close() }
