package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Seed is an entry of the config file as it was last applied.
type Seed struct {
	Name    string
	Content string
	Person  string // id of who it is; empty for one that was applied long ago
}

// All are the entries as they were last applied, by name.
func (q Seeds) All(ctx context.Context) (map[string]Seed, error) {
	seeds := map[string]Seed{}
	err := engine.Each(ctx, q.tx, "seeds", `SELECT name, content, person FROM seed`, nil, func(scan engine.Scan) error {
		var s Seed
		err := scan(&s.Name, &s.Content, &s.Person)
		seeds[s.Name] = s
		return err
	})
	return seeds, err
}

// Set remembers an entry as applied; what the same person was called in the file
// before is forgotten.
func (q Seeds) Set(ctx context.Context, s Seed, at time.Time) error {
	if s.Person != "" {
		if _, err := q.tx.Exec(ctx, "forget seed", `DELETE FROM seed WHERE person = $1 AND name <> $2`, s.Person, s.Name); err != nil {
			return err
		}
	}
	_, err := q.tx.Exec(ctx, "seed", `INSERT INTO seed (name, content, applied, person) VALUES ($1, $2, $3, $4)
		ON CONFLICT (name) DO UPDATE SET content = excluded.content, applied = excluded.applied, person = excluded.person`,
		s.Name, s.Content, engine.Millis(at), s.Person)
	return err
}
