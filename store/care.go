package store

import (
	"context"
	"time"
)

// CountStale is how many files were last changed or found right before a
// moment (档-8).
func (tx *Tx) CountStale(ctx context.Context, before time.Time) (n int, err error) {
	_, err = tx.one(ctx, "count stale", `SELECT COUNT(*) FROM customer WHERE checked < $1`, []any{millis(before)}, &n)
	return n, err
}

// CustomersEntered lists the customers whose file was begun in [from, to), by
// the time they were.
func (tx *Tx) CustomersEntered(ctx context.Context, from, to time.Time) ([]Customer, error) {
	return all(ctx, tx, "customers entered", `SELECT `+customerColumns+` FROM customer WHERE created >= $1 AND created < $2 ORDER BY created, id`,
		[]any{millis(from), millis(to)}, tx.scanCustomer)
}
