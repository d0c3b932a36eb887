package store

import (
	"context"
	"errors"

	"marketbot/store/internal/engine"
)

// Backlog lists the ids of everything that waits in the outbox for this process
// to deliver it, whatever its due.
func (q Outbox) Backlog(ctx context.Context) ([]string, error) { return q.claims.backlog(ctx, q.tx) }

// ByID is a message that still waits; false when it was delivered or buried.
// With ErrUnreadable comes what is known of it beside what it says.
func (q Outbox) ByID(ctx context.Context, id string) (Outgoing, bool, error) {
	var unreadable error
	list, err := engine.All(ctx, q.tx, "owed message", `SELECT id, key, platform, grp, address, person, class, secret, due, created, tries, first_try, content, payload, print, error, claimed_by, cause, about
		FROM outbox WHERE id = $1 AND state = 'waiting'`, []any{id},
		func(scan engine.Scan) (Outgoing, error) {
			o, err := q.scan(scan)
			if errors.Is(err, ErrUnreadable) {
				unreadable, err = err, nil
			}
			return o, err
		})
	if err == nil {
		err = unreadable
	}
	return engine.First(list), len(list) > 0, err
}
