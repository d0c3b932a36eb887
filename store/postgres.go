package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// postgres runs every update in a transaction of its own; the server groups
// the commits.
type postgres struct {
	db    *DB
	pool  *sql.DB
	guard *sql.Conn // holds the lock that keeps a second process off
}

const (
	poolMost  = 32               // connections of one process
	guardKey  = 0x6d61726b6574   // of the advisory lock; "market"
	guardTime = 20 * time.Second // a killed process's lock is freed by then
)

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
	conn, err := guardDatabase(ctx, pool)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open postgres: %w", err), pool.Close())
	}
	return &postgres{db, pool, conn}, nil
}

// guardDatabase keeps a second process off the same database, as lockFile does
// for SQLite: what is being sent is remembered by the process that sends it.
func guardDatabase(ctx context.Context, pool *sql.DB) (*sql.Conn, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, guardTime)
	defer stop()
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, guardKey); err != nil {
		if ctx.Err() != nil {
			err = errors.New("the database is in use by another process; stop that one first")
		}
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
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

func (e *postgres) close() error { return errors.Join(e.guard.Close(), e.pool.Close()) }
