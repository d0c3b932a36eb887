package staff

import (
	"context"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/store"
)

// Holdings are the duties that somebody is charged with, or was until they went, and
// nobody else is (2-7): the next one has them beside.
func (h Handler) Holdings(ctx context.Context, tx *store.Tx, of store.Person, _ time.Time) ([]leaving.Held, error) {
	var list []leaving.Held
	for _, d := range of.Duties {
		others, err := tx.People().Holding(ctx, "", d)
		if err != nil {
			return nil, err
		}
		if len(audience.But(others, of.ID)) > 0 {
			continue
		}
		list = append(list, leaving.Held{
			Kind: "职责", Ref: string(d), Name: "没有别人承担",
			Move: func(ctx context.Context, c *command.Call, to store.Person) ([]chat.Notice, error) {
				return h.charge(ctx, c, to, d)
			},
		})
	}
	return list, nil
}

// charge charges whoever takes a duty over with it, at once or once the general
// manager has given the word.
func (h Handler) charge(ctx context.Context, c *command.Call, to store.Person, d store.Duty) ([]chat.Notice, error) {
	o, err := propose(ctx, c.Tx, c.Policy, c.Person, to, store.Change{Kind: store.ChangeHold, Duties: []store.Duty{d}, At: c.Now})
	if err != nil || o.waits() {
		return o.news(c.Tx), err
	}
	return o.news(c.Tx), c.Tx.People().GiveDuty(ctx, to.ID, d, c.Now)
}
