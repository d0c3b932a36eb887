package approval

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
)

// maxShown is how many requests one answer lists.
const maxShown = 8

// shownFor is how many days back one's own requests are listed.
const shownFor = 30

// show is 查阅申请: one request, or what waits and what was asked.
func (h Handler) show(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if c.Has("编号") {
		return h.showOne(ctx, c)
	}
	card := chat.Card{Title: "查阅申请"}
	waiting, err := h.waiting(ctx, c)
	if err != nil {
		return nil, err
	}
	for i, item := range waiting {
		card.Blocks = append(card.Blocks, chat.Block{Text: "• " + item.Text})
		if i < maxShown {
			card.Buttons = append(card.Buttons, *item.Button)
		}
	}
	if err := h.own(ctx, c, &card); err != nil {
		return nil, err
	}
	if len(card.Blocks) == 0 {
		card.Blocks = []chat.Block{{Text: "没有查阅申请。要查某个客户发：申请查阅 客户 理由"}}
	}
	return command.Card(card), nil
}

// own adds what the caller asked lately and may read now.
func (h Handler) own(ctx context.Context, c *command.Call, card *chat.Card) error {
	asked, err := c.Tx.Requests().Of(ctx, c.Person.ID, c.Now.AddDate(0, 0, -shownFor))
	if err != nil {
		return err
	}
	for _, r := range asked[:min(len(asked), maxShown)] {
		line, err := h.listed(ctx, c, r)
		if err != nil {
			return err
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: "• " + line})
	}
	grants, err := c.Tx.Grants().Of(ctx, c.Person.ID, c.Now, c.Clock())
	if err != nil {
		return err
	}
	for _, g := range grants {
		name, err := named(ctx, c.Tx, g.Customer)
		if err != nil {
			return err
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: "• 授权 " + g.ID + "：可以看 " + name + "，到 " + h.at(g.Until)})
		card.Buttons = append(card.Buttons, chat.Button{Label: "看 " + g.Customer, Command: "客户 " + g.Customer})
	}
	return nil
}

// showOne shows a request to its asker, and with the buttons to whoever may
// decide it. Others hear what they would hear of one that does not exist.
func (h Handler) showOne(ctx context.Context, c *command.Call) (*command.Answer, error) {
	d, err := h.deciders(ctx, c.Tx, c.Clock(), c.Clock())
	if err != nil {
		return nil, err
	}
	r, err := h.requests().Get(ctx, c, "编号", func(r store.Request) bool {
		return r.Asker == c.Person.ID || d.has(c.Person.ID)
	})
	if err != nil {
		return nil, err
	}
	own := r.Asker == c.Person.ID
	var a *command.Answer
	switch {
	case own && r.Open(c.Now):
		a = command.Card(h.receipt(r, d))
		a.Reply.About = askedBy(r)
	case r.Open(c.Now):
		reply, err := h.request(ctx, c.Tx, r)
		if err != nil {
			return nil, err
		}
		a = &command.Answer{Reply: reply}
	default:
		line, err := h.listed(ctx, c, r)
		if err != nil {
			return nil, err
		}
		a = command.Card(chat.Card{Title: "查阅申请 " + r.Code, Blocks: endedBlocks(line, r)})
	}
	a.Subject = "request/" + r.Code
	return a, nil
}

func endedBlocks(line string, r store.Request) []chat.Block {
	blocks := []chat.Block{{Text: line}}
	if text.HasWords(r.Reason) {
		blocks = append(blocks, chat.Block{Text: "理由：" + text.Continued(r.Reason)})
	}
	return blocks
}
