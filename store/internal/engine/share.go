package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Shared reports whether other processes may serve the store at the same time.
func (db *DB) Shared() bool { return db.backend.shared() }

// Lock holds a name until the transaction ends; others who lock it wait, in
// this process and in every other. A transaction locks one name at most, before
// it reads what the name stands for, so that it sees what those before it wrote.
func (tx *Tx) Lock(ctx context.Context, name string) error { return tx.db.backend.lock(ctx, tx, name) }

// Hold holds a name until it is released or this process ends; held is false
// when another process has it. It is for work that must not be done twice at
// the same time and takes longer than a transaction.
func (db *DB) Hold(ctx context.Context, name string) (release func() error, held bool, err error) {
	return db.backend.hold(ctx, name)
}

// alone is a store that one process has to itself: the file is locked, and
// updates run one after the other.
type alone struct{}

func (alone) shared() bool                            { return false }
func (alone) lock(context.Context, *Tx, string) error { return nil }
func (alone) hold(context.Context, string) (func() error, bool, error) {
	return func() error { return nil }, true, nil
}

func (e *postgres) shared() bool { return true }

func (e *postgres) lock(ctx context.Context, tx *Tx, name string) error {
	_, err := tx.Exec(ctx, "lock", `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, name)
	return err
}

// hold keeps a connection: the lock ends with it.
func (e *postgres) hold(ctx context.Context, name string) (release func() error, held bool, err error) {
	conn, err := e.conns.Conn(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("hold %s: %w", name, err)
	}
	err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(hashtextextended($1, 1))`, name).Scan(&held)
	if err != nil || !held {
		return nil, false, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtextextended($1, 1))`, name)
		return errors.Join(err, conn.Close())
	}, true, nil
}

func (e *postgres) pool() *sql.DB { return e.conns }

func (e *sqlite) pool() *sql.DB { return e.readers }
