package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// postgres runs every update in a transaction of its own; the server groups
// the commits.
type postgres struct {
	db   *DB
	pool *sql.DB
}

// poolMost bounds the connections of one replica.
const poolMost = 32

func openPostgres(ctx context.Context, db *DB, url string) (engine, error) {
	pool, err := sql.Open("pgx", url)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	pool.SetMaxOpenConns(poolMost)
	pool.SetMaxIdleConns(poolMost)
	if err := migrate(ctx, pool, "postgres"); err != nil {
		return nil, errors.Join(fmt.Errorf("open postgres: %w", err), pool.Close())
	}
	return &postgres{db, pool}, nil
}

func (e *postgres) update(ctx context.Context, f func(*Tx) error) error {
	return e.transact(ctx, nil, f)
}

func (e *postgres) view(ctx context.Context, f func(*Tx) error) error {
	return e.transact(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, f)
}

func (e *postgres) transact(ctx context.Context, o *sql.TxOptions, f func(*Tx) error) error {
	t, err := e.pool.BeginTx(ctx, o)
	if err != nil {
		return &brokenError{err}
	}
	tx := &Tx{db: e.db, run: t}
	if err := guard(func() error { return f(tx) }); err != nil {
		if e := t.Rollback(); e != nil && !errors.Is(e, sql.ErrTxDone) {
			return errors.Join(&brokenError{e}, err)
		}
		return err
	}
	if err := t.Commit(); err != nil {
		return &brokenError{err}
	}
	return nil
}

func (e *postgres) close() error { return e.pool.Close() }
