package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// CountStale is how many files were last changed or found right before a
// moment (档-8).
func (tx *Tx) CountStale(ctx context.Context, before time.Time) (n int, err error) {
	_, err = tx.e.One(ctx, "count stale", `SELECT COUNT(*) FROM customer WHERE checked < $1`, []any{engine.Millis(before)}, &n)
	return n, err
}

// CustomersEntered lists the customers whose file was begun in [from, to), by
// the time they were.
func (tx *Tx) CustomersEntered(ctx context.Context, from, to time.Time) ([]Customer, error) {
	return engine.All(ctx, tx.e, "customers entered", `SELECT `+customerColumns+` FROM customer WHERE created >= $1 AND created < $2 ORDER BY created, id`,
		[]any{engine.Millis(from), engine.Millis(to)}, tx.scanCustomer)
}
