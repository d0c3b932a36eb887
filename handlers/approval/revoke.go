package approval

import (
	"context"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
)

// revoke ends a grant before its time and shows how it was used.
func (h Handler) revoke(ctx context.Context, c *command.Call) (*command.Answer, error) {
	if _, err := h.mayDecide(ctx, c); err != nil {
		return nil, err
	}
	g, found, err := c.Tx.Grants().ByID(ctx, text.Code(c.Text("编号")))
	if err != nil {
		return nil, err
	}
	ended := false
	if found && c.Now.Before(g.Until) {
		if ended, err = c.Tx.Grants().End(ctx, g, c.Now); err != nil {
			return nil, err
		}
	}
	if !ended {
		return nil, &command.Refusal{Text: "没有正在生效的查阅授权" + text.Quote(c.Text("编号")) + "。", Hint: "查阅申请", Clause: clause}
	}
	return h.revoked(ctx, c, g)
}

func (h Handler) revoked(ctx context.Context, c *command.Call, g store.Grant) (*command.Answer, error) {
	g.Until = c.Now
	if _, err := c.Tx.Grants().Close(ctx, g.ID, c.Now); err != nil {
		return nil, err
	}
	if err := record(ctx, c, store.Request{Code: g.ID, Customer: g.Customer}, ""); err != nil {
		return nil, err
	}
	o, err := h.over(ctx, c.Tx, g)
	if err != nil {
		return nil, err
	}
	a := command.Card(h.overCard(o, "查阅授权已收回"))
	a.Recorded = true
	used := chat.Card{Title: "已批准 " + g.ID, Blocks: []chat.Block{{Facts: []chat.Fact{{Label: "申请人", Value: o.asker}, {Label: "客户", Value: o.customer}}}}}.Used(c.Done("收回"))
	a.Notices = []chat.Notice{{Message: chat.Message{Card: &used, About: given(g)}}, {Key: "approval/over/" + g.ID + "/" + g.Person, To: g.Person, Message: chat.Message{
		Text: "你的查阅授权 " + g.ID + "（" + o.customer + "）已由" + words.WithPost(c.Person) + "收回，从现在起不能再看。",
	}}}
	roll, err := audience.Read(ctx, c.Tx, h.Rules.Day(c.Now))
	card := h.overCard(o, "查阅授权已由"+words.WithPost(c.Person)+"收回")
	a.Notices = append(a.Notices, audience.Same("approval/over/"+g.ID, audience.But(watchers(roll, g), c.Person.ID), chat.Message{Card: &card})...)
	return a, err
}
