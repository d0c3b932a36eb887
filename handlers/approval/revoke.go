package approval

import (
	"cmp"
	"context"
	"slices"
	"time"

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
	g, err := h.running(ctx, c)
	if err != nil {
		return nil, err
	}
	ended := false
	if c.Now.Before(g.Until) && !g.From.After(c.Now) { // sent before it was given, it meant another
		if ended, err = c.Tx.Grants().End(ctx, g, c.Now); err != nil {
			return nil, err
		}
	}
	if !ended {
		return nil, noneRuns(c)
	}
	return h.revoked(ctx, c, g)
}

// running is the grant that the caller means: without a number the only one that
// runs.
func (h Handler) running(ctx context.Context, c *command.Call) (store.Grant, error) {
	if c.Has("编号") {
		g, _, err := c.Tx.Grants().ByID(ctx, text.Code(c.Text("编号")))
		return g, err
	}
	list, err := c.Tx.Grants().Ending(ctx, c.Now, c.Now.Add(mostLength))
	list = slices.DeleteFunc(list, func(g store.Grant) bool { return g.From.After(c.Now) })
	if err != nil || len(list) == 0 {
		return store.Grant{}, cmp.Or(err, error(noneRuns(c)))
	}
	grants := command.Numbered[store.Grant]{What: "查阅授权", List: "查阅申请", Clause: clause,
		Code: func(g store.Grant) string { return g.ID }, At: func(g store.Grant) time.Time { return g.From }}
	return grants.Only(ctx, c, "编号", nil, func(context.Context, *command.Call) ([]store.Grant, error) { return list, nil })
}

func noneRuns(c *command.Call) *command.Refusal {
	which := ""
	if c.Has("编号") {
		which = text.Quote(c.Text("编号"))
	}
	return &command.Refusal{Text: "没有正在生效的查阅授权" + which + "。", Hint: "查阅申请", Clause: clause}
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
