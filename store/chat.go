package store

import (
	"context"

	"marketbot/store/internal/engine"
)

// ChatNote is what a platform's adapter learnt about a chat, in words of its own.
type ChatNote struct {
	Platform string
	Group    bool
	Address  string
	Note     string
}

// Note remembers a note in place of the one before.
func (q Chats) Note(ctx context.Context, n ChatNote) error {
	_, err := q.tx.Exec(ctx, "note chat", `INSERT INTO chat_note (platform, grp, address, note) VALUES ($1, $2, $3, $4)
		ON CONFLICT (platform, grp, address) DO UPDATE SET note = excluded.note`, n.Platform, engine.Flag(n.Group), n.Address, n.Note)
	return err
}

// Notes are all notes of a platform.
func (q Chats) Notes(ctx context.Context, platform string) ([]ChatNote, error) {
	return engine.All(ctx, q.tx, "chat notes", `SELECT grp, address, note FROM chat_note WHERE platform = $1 ORDER BY grp, address`, []any{platform},
		func(scan engine.Scan) (ChatNote, error) {
			n := ChatNote{Platform: platform}
			err := scan(&n.Group, &n.Address, &n.Note)
			return n, err
		})
}
