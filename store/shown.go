package store

import (
	"context"
	"fmt"
	"time"

	"marketbot/store/internal/engine"
)

// Keep keeps what was shown at a moment.
func (q Shown) Keep(ctx context.Context, id string, at time.Time, content string) error {
	_, err := q.tx.Exec(ctx, "keep what was shown", `INSERT INTO shown (id, at, content) VALUES ($1, $2, $3)`,
		id, engine.Millis(at), q.tx.SealText(content, "shown", engine.Joined(id, millis(at)), "content"))
	return err
}

// Content is what was shown; an error where it is not kept any more.
func (q Shown) Content(ctx context.Context, id string) (string, error) {
	var at time.Time
	var sealed []byte
	found, err := q.tx.One(ctx, "what was shown", `SELECT at, content FROM shown WHERE id = $1`, []any{id}, engine.At(&at), &sealed)
	if err == nil && !found {
		err = fmt.Errorf("what was shown as %s is not kept", id)
	}
	if err != nil {
		return "", err
	}
	content, err := q.tx.OpenText(sealed, "shown", engine.Joined(id, millis(at)), "content")
	return content, engine.InRow("shown", id, err)
}

// Forget forgets what was shown before a moment.
func (q Shown) Forget(ctx context.Context, before time.Time) error {
	_, err := q.tx.Exec(ctx, "trim what was shown", `DELETE FROM shown WHERE at < $1`, engine.Millis(before))
	return err
}
