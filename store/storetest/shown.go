package storetest

import (
	"context"
	"fmt"
	"time"

	"marketbot/store"
)

// WriteShown stores s as what an answer showed.
func WriteShown(ctx context.Context, tx *store.Tx, n int, s string) error {
	return tx.Shown().Keep(ctx, fmt.Sprint("shown", n), time.Date(2026, 11, 26, 9, 30, 0, n, time.UTC), s)
}

// ReadShown reads back what WriteShown stored.
func ReadShown(ctx context.Context, tx *store.Tx, n int, got map[string]string) (err error) {
	got["shown"], err = tx.Shown().Content(ctx, fmt.Sprint("shown", n))
	return err
}
