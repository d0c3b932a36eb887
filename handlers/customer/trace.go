package customer

import (
	"cmp"
	"context"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// traceBack is 溯源.
func (h Handler) traceBack(ctx context.Context, c *command.Call) (*command.Answer, error) {
	code := text.Code(c.Text("追踪码"))
	look, found, err := c.Tx.Audit().ByTrace(ctx, code)
	if err != nil {
		return nil, err
	}
	names := &namer{tx: c.Tx, people: map[string]store.Person{}, customers: map[string]string{}}
	viewer, err := names.person(ctx, look.Person)
	if err != nil {
		return nil, err
	}
	if !found || !traces(c.Person, viewer) {
		return nil, &command.Refusal{
			Text: "没有追踪码" + text.Quote(cmp.Or(code, c.Text("追踪码"))) + "的查阅，或不在你可以查的范围。", Hint: "查阅记录 今天",
		}
	}
	customer, err := names.customer(ctx, look.Customer)
	if err != nil {
		return nil, err
	}
	a := command.Card(h.traceCard(look, viewer, customer))
	a.Reply.Confidential = true
	a.Reply.Summary = "查阅记录是机密，这里不能保密，不显示。"
	a.Subject = "trace/" + look.Trace
	return a, nil
}

func (h Handler) traceCard(look ledger.Entry, viewer store.Person, customer string) chat.Card {
	at := look.At.In(h.Rules.Zone)
	facts := []chat.Fact{
		{Label: "谁看的", Value: audience.Called(viewer) + "（" + cmp.Or(look.Post, string(viewer.Post)) + "）"},
		{Label: "时间", Value: store.DayOf(at).String() + " " + at.Format("15:04:05")},
		{Label: "客户", Value: customer},
		{Label: "做什么", Value: look.Act},
		{Label: "结果", Value: outcomeWords(look)},
		{Label: "依据", Value: strings.TrimRight(look.Clause+"，"+basisWords(store.Basis(look.Basis)), "，")},
	}
	if look.Why != "" {
		facts = append(facts, chat.Fact{Label: "理由", Value: shown("理由", look.Why, false, false)})
	}
	card := chat.Card{Title: "溯源 · " + look.Trace, Blocks: []chat.Block{
		{Facts: facts},
		{Note: "泄露客户档案的处理见 制度 档-5；系统只保存证据。"},
	}}
	if viewer.Active() {
		card.Buttons = append(card.Buttons, chat.Button{Label: viewer.Name + "的查阅记录", Command: "查阅记录 " + viewer.Name})
	}
	card.Buttons = append(card.Buttons, chat.Button{Label: "这个客户的查阅记录", Command: "查阅记录 " + look.Customer})
	return card
}

// basisWords says what opened a file.
func basisWords(b store.Basis) string {
	switch b {
	case store.ByPost:
		return "凭岗位"
	case store.BySteward:
		return "凭管理档案"
	case store.ByOwner:
		return "凭负责"
	}
	return ""
}

// namer looks the names behind ids up, each once.
type namer struct {
	tx        *store.Tx
	people    map[string]store.Person
	customers map[string]string
}

// person is a person by id, active or not.
func (n *namer) person(ctx context.Context, id string) (store.Person, error) {
	if p, ok := n.people[id]; ok {
		return p, nil
	}
	p, found, err := n.tx.People().ByID(ctx, id)
	if err != nil {
		return p, err
	}
	if !found {
		p = store.Person{Name: "未登记", Post: store.OtherEmployee}
	}
	n.people[id] = p
	return p, nil
}

// told are the customers of a look: the one, or those that it listed.
func (n *namer) told(ctx context.Context, l ledger.Entry) (string, error) {
	ids := l.Lists()
	if len(ids) == 0 {
		return n.customer(ctx, l.Customer)
	}
	var list []string
	for _, id := range ids {
		name, err := n.customer(ctx, id)
		if err != nil {
			return "", err
		}
		list = append(list, name)
	}
	return strings.Join(list, "、"), nil
}

// customer is a customer's name and code.
func (n *namer) customer(ctx context.Context, id string) (string, error) {
	if id == "" {
		return "不明", nil
	}
	if name, ok := n.customers[id]; ok {
		return name, nil
	}
	found, ok, err := vault.In(n.tx).Sound(ctx, id)
	if err != nil {
		return "", err
	}
	n.customers[id] = id
	if ok {
		n.customers[id] = found.Name + " " + id
	}
	return n.customers[id], nil
}
