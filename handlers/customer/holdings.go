package customer

import (
	"context"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/store"
	"marketbot/store/vault"
)

// Holdings are the customers that somebody owns, and the leads that they brought in
// and nobody has judged yet (2-7).
func (h Handler) Holdings(ctx context.Context, tx *store.Tx, of store.Person, _ time.Time) ([]leaving.Held, error) {
	own, err := vault.In(tx).Of(ctx, of.ID)
	if err != nil {
		return nil, err
	}
	var list []leaving.Held
	for _, k := range own {
		list = append(list, leaving.Held{
			Kind: leaving.Customer, Ref: k.ID, Said: k.Name, Name: k.Name + "，" + orNone(k.Stage), Takes: h.mayOwn,
			Move: func(ctx context.Context, c *command.Call, to store.Person) ([]chat.Notice, error) {
				return nil, vault.In(c.Tx).Move(ctx, k.ID, to.ID, c.Person.ID, c.Now)
			},
		})
	}
	leads, err := tx.Leads().OpenOf(ctx, of.ID)
	for _, code := range leads {
		list = append(list, leaving.Held{Kind: "线索", Ref: code, Name: "等着判断"})
	}
	return list, err
}
