package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Fire claims a slot of a job for ever: true for exactly one caller.
func (tx *Tx) Fire(ctx context.Context, job string, due, at time.Time, missed bool) (bool, error) {
	state := "done"
	if missed {
		state = "missed"
	}
	n, err := tx.e.Exec(ctx, "fire", `INSERT INTO firing (job, due, state, at) VALUES ($1, $2, $3, $4) ON CONFLICT (job, due) DO NOTHING`,
		job, engine.Millis(due), state, engine.Millis(at))
	return n == 1, err
}

// Firing is a slot that fired or was missed.
type Firing struct {
	Job    string
	Due    time.Time
	Missed bool
}

// Firings lists the slots from a time on, by due.
func (tx *Tx) Firings(ctx context.Context, from time.Time) ([]Firing, error) {
	return engine.All(ctx, tx.e, "firings", `SELECT job, due, state FROM firing WHERE due >= $1 ORDER BY due, job`, []any{engine.Millis(from)},
		func(scan engine.Scan) (Firing, error) {
			var f Firing
			var due int64
			var state string
			err := scan(&f.Job, &due, &state)
			f.Due, f.Missed = engine.Moment(due), state == "missed"
			return f, err
		})
}

// Mark remembers a moment under a name (how far the clock was followed, when
// the store was created).
func (tx *Tx) Mark(ctx context.Context, name string, at time.Time) error {
	_, err := tx.e.Exec(ctx, "mark", `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		name, at.UTC().Format(time.RFC3339Nano))
	return err
}

// Marked is a moment remembered by Mark; zero when never.
func (tx *Tx) Marked(ctx context.Context, name string) (time.Time, error) {
	var s string
	found, err := tx.e.One(ctx, "marked", `SELECT value FROM meta WHERE name = $1`, []any{name}, &s)
	if err != nil || !found {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, s)
}
