package store

import (
	"context"
	"time"
)

// Set remembers a moment under a name (how far the clock was followed, when
// the store was created).
func (q Marks) Set(ctx context.Context, name string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "mark", `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		name, at.UTC().Format(time.RFC3339Nano))
	return err
}

// At is a moment remembered by Mark; zero when never.
func (q Marks) At(ctx context.Context, name string) (time.Time, error) {
	var s string
	found, err := q.tx.One(ctx, "marked", `SELECT value FROM meta WHERE name = $1`, []any{name}, &s)
	if err != nil || !found {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339Nano, s)
}
