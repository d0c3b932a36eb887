package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// All are the entries of the config file as they were last applied, by name.
func (q Seeds) All(ctx context.Context) (map[string]string, error) {
	seeds := map[string]string{}
	err := engine.Each(ctx, q.tx, "seeds", `SELECT name, content FROM seed`, nil, func(scan engine.Scan) error {
		var name, content string
		err := scan(&name, &content)
		seeds[name] = content
		return err
	})
	return seeds, err
}

// Set remembers an entry of the config file as applied.
func (q Seeds) Set(ctx context.Context, name, content string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "seed", `INSERT INTO seed (name, content, applied) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET content = excluded.content, applied = excluded.applied`, name, content, engine.Millis(at))
	return err
}
