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

// NoteChat remembers a note in place of the one before.
func (tx *Tx) NoteChat(ctx context.Context, n ChatNote) error {
	_, err := tx.e.Exec(ctx, "note chat", `INSERT INTO chat_note (platform, grp, address, note) VALUES ($1, $2, $3, $4)
		ON CONFLICT (platform, grp, address) DO UPDATE SET note = excluded.note`, n.Platform, engine.Flag(n.Group), n.Address, n.Note)
	return err
}

// ChatNotes are all notes of a platform.
func (tx *Tx) ChatNotes(ctx context.Context, platform string) ([]ChatNote, error) {
	return engine.All(ctx, tx.e, "chat notes", `SELECT grp, address, note FROM chat_note WHERE platform = $1 ORDER BY grp, address`, []any{platform},
		func(scan engine.Scan) (ChatNote, error) {
			n := ChatNote{Platform: platform}
			var group int
			err := scan(&group, &n.Address, &n.Note)
			n.Group = group != 0
			return n, err
		})
}
