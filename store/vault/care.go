package vault

import (
	"context"
	"strconv"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
)

// CountStale is how many files were last changed or found right before a
// moment (档-8).
func (q Files) CountStale(ctx context.Context, before time.Time) (n int, err error) {
	_, err = q.tx.One(ctx, "count stale", `SELECT COUNT(*) FROM customer WHERE checked < $1`, []any{engine.Millis(before)}, &n)
	return n, err
}

// Unsaid lists the customers whose file was begun in [from, to) and of which
// nothing was said (see store.Said) under the key that prefix and their id make,
// the first begun first, most at most.
func (q Files) Unsaid(ctx context.Context, prefix string, from, to time.Time, most int) ([]store.Customer, error) {
	return engine.Sound(ctx, q.tx, "files unsaid", `SELECT `+customerColumns+` FROM customer LEFT JOIN said ON said.key = $1 || customer.id
		WHERE customer.created >= $2 AND customer.created < $3 AND said.key IS NULL ORDER BY customer.created, customer.id LIMIT $4`,
		[]any{prefix, engine.Millis(from), engine.Millis(to), most}, q.scanCustomer)
}

// QuietCustomer is a customer without progress.
type QuietCustomer struct {
	store.Customer
	Said int // the highest step that was said since their last progress; 0: none
}

// SaidKey is the key under which is said, with prefix before it, that there was
// no progress since the last.
func (c QuietCustomer) SaidKey(prefix string) string {
	return prefix + c.ID + "/" + strconv.FormatInt(engine.Millis(c.Progressed), 10)
}

// QuietUnsaid lists the customers whose last progress lies in [from, to) and of
// whom step was not said since, under their SaidKey, the longest ago first.
func (q Files) QuietUnsaid(ctx context.Context, prefix string, step int, from, to time.Time) ([]QuietCustomer, error) {
	return engine.Sound(ctx, q.tx, "quiet customers", `SELECT `+customerColumns+`, COALESCE(said.step, 0) FROM customer
		LEFT JOIN said ON said.key = $1 || customer.id || '/' || CAST(customer.progressed AS TEXT)
		WHERE customer.progressed >= $2 AND customer.progressed < $3 AND COALESCE(said.step, 0) < $4
		ORDER BY customer.progressed, customer.id`, []any{prefix, engine.Millis(from), engine.Millis(to), step},
		func(scan engine.Scan) (c QuietCustomer, err error) {
			c.Customer, err = q.scanCustomer(func(into ...any) error { return scan(append(into, &c.Said)...) })
			return c, err
		})
}
