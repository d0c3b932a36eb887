package store

import (
	"context"
	"time"
)

// alone is a store that one process has to itself: the file is locked, and
// updates run one after the other.
type alone struct{}

func (alone) lock(context.Context, *Tx, string) error                { return nil }
func (alone) name() string                                           { return "" }
func (alone) place(context.Context, *Tx, *Outgoing) error            { return nil }
func (alone) keep(context.Context, *DB, time.Duration) (bool, error) { return true, nil }
func (alone) yield(context.Context, *DB, []string) error             { return nil }
func (alone) retire(context.Context, *DB) error                      { return nil }
func (alone) claim(context.Context, *Tx, time.Time, int, []string) (Claimed, error) {
	return Claimed{}, nil
}
func (alone) hold(context.Context, *DB, string) (func() error, bool, error) {
	return func() error { return nil }, true, nil
}

// backlog reads an index only, so that it can be asked after every write.
func (alone) backlog(ctx context.Context, tx *Tx) ([]string, error) {
	return tx.ids(ctx, "backlog", `SELECT id FROM outbox WHERE state = 'waiting'`)
}
