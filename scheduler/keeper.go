package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"marketbot/store"
	"marketbot/store/upkeep"
)

// Keeper looks after the store while the bot runs: it links what was entered
// in the audit, and changes the key when another process asks for it. Neither
// is for the timetable: nothing is made up of what a stop left out but the
// whole at the next start.
type Keeper struct {
	DB  *store.DB
	Now func() time.Time
	Log *slog.Logger
}

const (
	linkEvery  = time.Minute     // until then a deleted entry is missed, but not known which
	linkAll    = 24 * time.Hour  // how often old entries are looked through
	linkStep   = 100             // entries in one transaction
	orderEvery = 2 * time.Second // how soon an order is seen
	lastLinks  = 2 * time.Second // for what a stop leaves to link
)

// Run keeps until ctx is done, and links what is left then. Its error is ctx's.
func (k Keeper) Run(ctx context.Context) error {
	var orders sync.WaitGroup
	orders.Go(func() { repeat(ctx, orderEvery, func() { k.obey(ctx) }) })
	var whole time.Time
	repeat(ctx, linkEvery, func() { whole = k.link(ctx, whole) })
	orders.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastLinks)
	defer cancel()
	k.link(last, k.Now())
	return ctx.Err()
}

// repeat calls f at once and then every so often until ctx is done.
func repeat(ctx context.Context, every time.Duration, f func()) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for ctx.Err() == nil {
		f()
		select {
		case <-ctx.Done():
		case <-ticker.C:
		}
	}
}

// link links what is new, or everything when that was done long ago, and tells
// when it was done.
func (k Keeper) link(ctx context.Context, whole time.Time) time.Time {
	now := k.Now()
	recent := now
	if now.Sub(whole) >= linkAll {
		recent = time.Time{}
	}
	switch err := LinkAudit(ctx, k.DB, recent, now); {
	case err != nil && ctx.Err() == nil:
		k.Log.Error("link the audit", "error", err)
	case err == nil && recent.IsZero():
		return now
	}
	return whole
}

// LinkAudit links the entries of the last day before recent, or all that are
// not linked when it is zero, a few at a time.
func LinkAudit(ctx context.Context, db *store.DB, recent, now time.Time) error {
	for after := ""; ; {
		var ids []string
		err := db.View(ctx, func(tx *store.Tx) (err error) {
			ids, err = tx.Audit().Unlinked(ctx, recent, after, 25*linkStep)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		for step := range slices.Chunk(ids, linkStep) {
			if err := db.Update(ctx, func(tx *store.Tx) error { return tx.Audit().Lay(ctx, step, now) }); err != nil {
				return fmt.Errorf("lay the chain: %w", err)
			}
		}
		after = ids[len(ids)-1]
	}
}

// obey follows an order to rekey, if there is one that no other process follows.
func (k Keeper) obey(ctx context.Context) {
	_, open, err := k.order(ctx)
	if err == nil && open {
		err = k.rekey(ctx)
	}
	if err != nil && ctx.Err() == nil {
		k.Log.Error("rekey", "error", err)
	}
}

func (k Keeper) order(ctx context.Context) (order upkeep.Order, open bool, err error) {
	err = k.DB.View(ctx, func(tx *store.Tx) (err error) {
		order, open, err = upkeep.OpenOrder(ctx, tx)
		return err
	})
	return order, open, err
}

func (k Keeper) rekey(ctx context.Context) (err error) {
	release, held, err := k.DB.Hold(ctx, "rekey")
	if err != nil || !held {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	order, open, err := k.order(ctx) // another may have followed it just now
	if err != nil || !open {
		return err
	}
	k.Log.Info("rekey begins")
	order, err = upkeep.Obey(ctx, k.DB, order)
	k.Log.Info("rekey ended", "state", string(order.State), "done", order.Done, "lost", len(order.Lost))
	return err
}
