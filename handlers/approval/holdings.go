package approval

import (
	"context"
	"time"

	"marketbot/handlers/leaving"
	"marketbot/handlers/text"
	"marketbot/store"
)

// Holdings are the requests that somebody has made and nobody has answered yet (2-7).
// A yes is for the one who asked alone and ends with them (档-6): whoever takes one over
// takes note, and asks in their own name.
func (h Handler) Holdings(ctx context.Context, tx *store.Tx, of store.Person, at time.Time) ([]leaving.Held, error) {
	open, err := tx.Requests().Open(ctx, at)
	var list []leaving.Held
	for _, r := range open {
		if r.Asker == of.ID {
			list = append(list, leaving.Held{Kind: "查阅申请", Ref: r.Code, Name: text.Quote(r.Words) + "，等批准"})
		}
	}
	return list, err
}
