package meeting

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/text"
	"marketbot/store"
)

// Holdings are the decisions that somebody owns and that are not done, and the items
// that were shelved with them (2-7).
func (h Handler) Holdings(ctx context.Context, tx *store.Tx, of store.Person, _ time.Time) ([]leaving.Held, error) {
	open, err := tx.Decisions().Open(ctx)
	if err != nil {
		return nil, err
	}
	var list []leaving.Held
	for _, d := range open {
		if d.Owner != of.ID {
			continue
		}
		list = append(list, leaving.Held{
			Kind: "决议", Ref: d.Code, Name: fmt.Sprintf("期限 %s，%s", d.Due.String(), d.State),
			Move: func(ctx context.Context, c *command.Call, to store.Person) ([]chat.Notice, error) {
				return nil, h.handOver(ctx, c, d.Code, to)
			},
		})
	}
	waiting, err := tx.Agenda().Waiting(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range waiting {
		if i.State != store.ItemShelved || i.Owner != of.ID {
			continue
		}
		list = append(list, leaving.Held{
			Kind: "议题", Ref: i.Code, Name: "搁置到 " + i.Due.String() + "，" + text.CutLine(i.Title, inLine),
			Move: func(ctx context.Context, c *command.Call, to store.Person) ([]chat.Notice, error) {
				return nil, h.handOverItem(ctx, c, i.Code, to)
			},
		})
	}
	return list, nil
}

// handOver makes a decision another's, as it stands.
func (h Handler) handOver(ctx context.Context, c *command.Call, code string, to store.Person) error {
	was, found, err := c.Tx.Decisions().Get(ctx, code)
	if err == nil && !found {
		err = fmt.Errorf("decision %s is gone", code)
	}
	if err != nil {
		return err
	}
	saved, err := c.Tx.Decisions().Save(ctx, was, was.With(to.ID), deed(c, ""))
	if err != nil || !saved {
		return orRaced(err, code)
	}
	return nil
}

// handOverItem makes a shelved item another's to bring back.
func (h Handler) handOverItem(ctx context.Context, c *command.Call, code string, to store.Person) error {
	was, found, err := c.Tx.Agenda().Get(ctx, code)
	if err == nil && !found {
		err = fmt.Errorf("item %s is gone", code)
	}
	if err != nil {
		return err
	}
	is := was
	is.Owner = to.ID
	saved, err := c.Tx.Agenda().Save(ctx, was, is, deed(c, ""))
	if err != nil || !saved {
		return orRaced(err, code)
	}
	return nil
}
