package engine

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Times of turns.
const (
	turnLook = 500 * time.Millisecond // how often a turn is asked for that another has
	turnKeep = time.Second            // how often whoever has it shows that it lives
	turnSlow = 2 * time.Second        // of the database, to answer that
	turnLost = 5 * time.Second        // the database ends the turn of whoever was silent for so long
)

// errTurn is a turn that ended because the database did not answer in time.
var errTurn = errors.New("the turn was lost")

// Turn lets one process at a time, of all that serve the store, work on what
// name names: it waits for its turn, calls work, and ends work's context when
// the turn is lost. Whoever stops without a word loses it after 5 s, and knows
// before another gets it. A store that is not shared has nobody to wait for.
func (db *DB) Turn(ctx context.Context, name string, work func(ctx context.Context) error) error {
	return db.backend.turn(ctx, name, work)
}

func (alone) turn(ctx context.Context, _ string, work func(ctx context.Context) error) error {
	return work(ctx)
}

// turn: a turn is a lock of a connection of its own, which the server closes,
// and with it the turn, when it hears nothing.
func (e *postgres) turn(ctx context.Context, name string, work func(ctx context.Context) error) error {
	c, err := e.conns.Conn(ctx)
	if err != nil {
		return fmt.Errorf("turn %s: %w", name, err)
	}
	defer func() { // not for anything else again
		if err := c.Raw(func(any) error { return driver.ErrBadConn }); err != nil {
			c.Close()
		}
	}()
	do := func(ctx context.Context, query string, args ...any) (yes bool, err error) {
		ctx, cancel := context.WithTimeout(ctx, turnSlow)
		defer cancel()
		err = c.QueryRowContext(ctx, query, args...).Scan(&yes)
		return yes, err
	}
	if _, err := do(ctx, `SELECT set_config('idle_session_timeout', $1, false) <> ''`, fmt.Sprint(turnLost.Milliseconds())); err != nil {
		return fmt.Errorf("turn %s (PostgreSQL 14 or newer is needed): %w", name, err)
	}
	for {
		mine, err := do(ctx, `SELECT pg_try_advisory_lock(hashtextextended($1, 1))`, name)
		if err != nil {
			return fmt.Errorf("turn %s: %w", name, err)
		}
		if mine {
			break
		}
		if !Rest(ctx, turnLook) {
			return ctx.Err()
		}
	}
	own, lose := context.WithCancelCause(ctx)
	var keeping sync.WaitGroup
	keeping.Go(func() {
		for Rest(own, turnKeep) {
			if _, err := do(own, `SELECT true`); err != nil {
				lose(fmt.Errorf("%w: %w", errTurn, err))
			}
		}
	})
	err = work(own)
	lose(nil)
	keeping.Wait()
	if lost := context.Cause(own); errors.Is(lost, errTurn) {
		return fmt.Errorf("turn %s: %w", name, lost)
	}
	return err
}

// Rest waits, and reports whether ctx still lasts.
func Rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
