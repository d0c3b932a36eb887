package store

import "context"

// Exec runs a statement that the store has no word for, in the transaction
// itself: for tests that break things.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) error {
	_, err := tx.exec(ctx, "test", query, args...)
	return err
}
