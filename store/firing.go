package store

import (
	"context"
	"time"
)

// Fire claims a slot of a job for ever: true for exactly one caller.
func (tx *Tx) Fire(ctx context.Context, job string, due, at time.Time, missed bool) (bool, error) {
	state := "done"
	if missed {
		state = "missed"
	}
	n, err := tx.exec(ctx, "fire", `INSERT INTO firing (job, due, state, at) VALUES ($1, $2, $3, $4) ON CONFLICT (job, due) DO NOTHING`,
		job, millis(due), state, millis(at))
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
	return all(ctx, tx, "firings", `SELECT job, due, state FROM firing WHERE due >= $1 ORDER BY due, job`, []any{millis(from)},
		func(scan func(...any) error) (Firing, error) {
			var f Firing
			var due int64
			var state string
			err := scan(&f.Job, &due, &state)
			f.Due, f.Missed = moment(due), state == "missed"
			return f, err
		})
}

// Mark remembers a moment under a name (how far the clock was followed, when
// the store was created).
func (tx *Tx) Mark(ctx context.Context, name string, at time.Time) error {
	_, err := tx.exec(ctx, "mark", `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		name, at.UTC().Format(time.RFC3339Nano))
	return err
}

// Marked is a moment remembered by Mark; zero when never.
func (tx *Tx) Marked(ctx context.Context, name string) (time.Time, error) {
	var s string
	found, err := tx.one(ctx, "marked", `SELECT value FROM meta WHERE name = $1`, []any{name}, &s)
	if err != nil || !found {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, s)
}
