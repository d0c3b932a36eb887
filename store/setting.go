package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Setting is what a setting is from a moment on.
type Setting struct {
	Name   string // contracts.archive_days
	At     time.Time
	Value  string // as people read it, never a credential; empty: there is no such setting any more
	Digest string // of what Value does not say; empty: it says all
}

// place is what the sealed value of a row is bound to.
func (s Setting) place(id string) string { return engine.Joined(id, s.Name, millis(s.At)) }

// SettingChange is a setting and what it was before.
type SettingChange struct{ Was, Is Setting }

// Note remembers the settings of a start: those that are not as they were before. It
// gives what was changed since the start before.
func (q Settings) Note(ctx context.Context, list []Setting, at time.Time) (changes []SettingChange, err error) {
	all, err := q.All(ctx)
	if err != nil {
		return nil, err
	}
	last := map[string]Setting{}
	for _, s := range all {
		last[s.Name] = s
	}
	for _, s := range list {
		before, known := last[s.Name]
		delete(last, s.Name)
		if known && before.Value == s.Value && before.Digest == s.Digest {
			continue
		}
		if s.At = at; err == nil {
			err = q.put(ctx, s)
		}
		if known {
			changes = append(changes, SettingChange{before, s})
		}
	}
	for _, s := range last {
		if s.Value != "" && err == nil {
			err = q.put(ctx, Setting{Name: s.Name, At: at})
		}
	}
	return changes, err
}

func (q Settings) put(ctx context.Context, s Setting) error {
	id := q.tx.NewID(s.At)
	_, err := q.tx.Exec(ctx, "put setting", `INSERT INTO setting (id, name, at, value) VALUES ($1, $2, $3, $4)`,
		id, s.Name, engine.Millis(s.At), q.tx.SealText(engine.Joined(s.Value, s.Digest), "setting", s.place(id), "value"))
	return err
}

// All is all that settings were, by name and then by time.
func (q Settings) All(ctx context.Context) ([]Setting, error) {
	return engine.Sound(ctx, q.tx, "settings", `SELECT id, name, at, value FROM setting ORDER BY name, at, id`, nil, func(scan engine.Scan) (s Setting, err error) {
		var id string
		var sealed []byte
		if err = scan(&id, &s.Name, engine.At(&s.At), &sealed); err != nil {
			return s, err
		}
		said, err := q.tx.OpenText(sealed, "setting", s.place(id), "value")
		if err != nil {
			return s, engine.InRow("setting", id, err)
		}
		w, err := parted(said, 2)
		if err != nil {
			return s, err
		}
		s.Value, s.Digest = w[0], w[1]
		return s, nil
	})
}
