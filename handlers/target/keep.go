package target

import (
	"context"
	"time"

	"marketbot/handlers/closing"
	"marketbot/store"
)

// Keep is what the area keeps of a month that freezes: its table, and what that is
// made of, so that it can be told later what changed.
func (h Handler) Keep(ctx context.Context, tx *store.Tx, month store.Day, at time.Time) ([]store.KeptTable, error) {
	r := h.reader(tx, at, cut{at: at})
	t, err := r.live(ctx, month)
	if err != nil {
		return nil, err
	}
	own, err := r.credits(ctx, month, month.NextMonth())
	if err != nil {
		return nil, err
	}
	corrections, _, err := r.pending(ctx)
	if err != nil {
		return nil, err
	}
	table, err := closing.Table(month, keptTable, t)
	if err != nil {
		return nil, err
	}
	of, err := closing.Table(month, keptCredits, credits{own, corrections})
	return []store.KeptTable{table, of}, err
}
