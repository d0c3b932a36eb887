package storetest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/store"
)

// WriteStall stores s as every text of why customer i stands still, and of what is
// promised of them.
func WriteStall(ctx context.Context, tx *store.Tx, i int, s string) error {
	k := fmt.Sprint("K", i)
	return errors.Join(
		tx.Stalls().Add(ctx, store.Stall{ID: tx.NewID(Now), Customer: k, At: Now, By: "p", Until: "2026-11-30", Cause: s, Remedy: s}),
		tx.Promises().Add(ctx, store.PromiseEntry{ID: tx.NewID(Now), Customer: k, Month: "2026-12-01", At: Now, By: "p", Words: s}),
		tx.Promises().Add(ctx, store.PromiseEntry{ID: tx.NewID(Now), Customer: k, Month: "2026-12-01", Kept: store.PartlyMet, At: Now, By: "q", Words: s}),
	)
}

// ReadStall reads back what WriteStall stored.
func ReadStall(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	k := fmt.Sprint("K", i)
	stalls, err := tx.Stalls().Last(ctx, time.Time{}, k)
	promises, err1 := tx.Promises().Of(ctx, k)
	if err := errors.Join(err, err1); err != nil || len(stalls) != 1 || len(promises) != 2 {
		return fmt.Errorf("%+v, %+v, %w", stalls, promises, err)
	}
	got["cause"], got["remedy"] = stalls[0].Cause, stalls[0].Remedy
	got["promise"], got["how it was kept"] = promises[0].Words, promises[1].Words
	return nil
}
