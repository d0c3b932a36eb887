package handlers

import (
	"context"
	"fmt"
	"slices"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// maxAskedButtons is how many commands of what is to be done have a button.
const maxAskedButtons = 5

// duties is 职责: what the clauses ask of a person, each with its command and what is to
// be done today. Of others no more is said than how much, and that only of what the
// caller might do as well: that incidents are open is not for everybody (档-5).
func (d *Desk) duties(ctx context.Context, c *command.Call) (*command.Answer, error) {
	p, own := c.Person, true
	if c.Has("姓名") {
		p = c.Who("姓名")
		own = p.ID == c.Person.ID
	}
	if !own && !rulebook.Allows(rulebook.SeeDepartment, c.Person) {
		return nil, &command.Refusal{
			Text: "别人的职责只有" + rulebook.Holders(rulebook.SeeDepartment) + "可以看。", Hint: "看自己的：职责", Clause: "总则", Denied: true, Private: true,
		}
	}
	owed, rest, err := d.owedBy(ctx, c, p)
	if err != nil {
		return nil, err
	}
	card := chat.Card{Title: p.Name + "（" + string(p.Post) + "）的职责"}
	if own {
		card.Title = "我的职责（" + string(p.Post) + "）"
	}
	for _, a := range owed {
		what := a.Clause + " " + a.What
		if a.spec.Due != "" {
			what += "（" + a.spec.Due + "）"
		}
		switch {
		case own:
			what += " → " + a.Command
			card.Buttons = append(card.Buttons, buttons(a.items)...)
			what += listed("\n　· ", a.items)
		case len(a.items) > 0 && a.spec.Suits(c.Person):
			what += fmt.Sprintf("：%d 件要办", len(a.items))
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: what})
	}
	if !own {
		card.Blocks = append(card.Blocks, chat.Block{Note: "你办不了的不写件数。"})
	}
	if own && len(rest) > 0 {
		card.Blocks = append(card.Blocks, chat.Block{Text: "另外：" + listed("\n　· ", rest)})
		card.Buttons = append(card.Buttons, buttons(rest)...)
	}
	card.Buttons = card.Buttons[:min(len(card.Buttons), maxAskedButtons)]
	a := command.Card(card)
	a.Subject = "person/" + p.ID
	return a, nil
}

func listed(before string, items []command.Item) (all string) {
	for _, i := range items {
		all += before + i.Text
	}
	return all
}

func buttons(items []command.Item) (list []chat.Button) {
	for _, i := range items {
		if i.Button != nil {
			list = append(list, *i.Button)
		}
	}
	return list
}

// asked is what a clause asks of somebody, with what there is to be done of it.
type asked struct {
	rulebook.Ask
	spec  *command.Spec
	items []command.Item
}

// owedBy is what the clauses ask of somebody, each with what they owe or wait for by the
// command that it leads to, and what else they do.
func (d *Desk) owedBy(ctx context.Context, c *command.Call, p store.Person) (list []asked, rest []command.Item, err error) {
	for _, a := range rulebook.Asks(p) {
		if spec := named(d.router, a.Command); spec != nil && spec.Suits(p) {
			list = append(list, asked{Ask: a, spec: spec})
		}
	}
	of := *c
	of.Person, of.Offers = p, func(name string) bool { s := named(d.router, name); return s != nil && s.Suits(p) }
	for _, a := range d.o.Areas {
		items, err := a.Owes(ctx, &of)
		if err != nil {
			return nil, nil, err
		}
		for _, item := range items {
			if at := d.askFor(list, item); at >= 0 {
				list[at].items = append(list[at].items, item)
			} else {
				rest = append(rest, item)
			}
		}
	}
	return list, rest, nil
}

// askFor is which of what is asked an item belongs to: the first of a clause that its
// command serves; -1 when none.
func (d *Desk) askFor(list []asked, i command.Item) int {
	if i.Button == nil {
		return -1
	}
	spec, _, ok := d.router.Match(i.Button.Command)
	if !ok {
		return -1
	}
	for _, clause := range append([]string{spec.Clause}, spec.Also...) {
		if at := slices.IndexFunc(list, func(a asked) bool { return a.Clause == clause }); at >= 0 {
			return at
		}
	}
	return -1
}
