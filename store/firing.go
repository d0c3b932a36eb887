package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Fire claims a slot of a job for ever: true for exactly one caller.
func (q Firings) Fire(ctx context.Context, job string, due, at time.Time, missed bool) (bool, error) {
	state := "done"
	if missed {
		state = "missed"
	}
	n, err := q.tx.Exec(ctx, "fire", `INSERT INTO firing (job, due, state, at) VALUES ($1, $2, $3, $4) ON CONFLICT (job, due) DO NOTHING`,
		job, engine.Millis(due), state, engine.Millis(at))
	return n == 1, err
}

// Firing is a slot that fired or was missed.
type Firing struct {
	Job    string
	Due    time.Time
	Missed bool
}

// Since lists the slots from a time on, by due.
func (q Firings) Since(ctx context.Context, from time.Time) ([]Firing, error) {
	return engine.All(ctx, q.tx, "firings", `SELECT job, due, state = 'missed' FROM firing WHERE due >= $1 ORDER BY due, job`, []any{engine.Millis(from)},
		func(scan engine.Scan) (f Firing, err error) {
			err = scan(&f.Job, engine.At(&f.Due), &f.Missed)
			return f, err
		})
}
