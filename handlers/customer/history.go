package customer

import (
	"context"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

// historyPage is how many entries one answer shows, historyText how many
// characters of each value.
const (
	historyPage = 10
	historyText = 80
)

// event is one thing that happened to a file.
type event struct {
	at   time.Time
	by   string // person id
	text string
}

// history is 客户历史.
func (h Handler) history(ctx context.Context, c *command.Call) (*command.Answer, error) {
	r, err := c.Customer(ctx, "客户")
	if err != nil {
		return nil, err
	}
	past, notices, err := h.openHistory(ctx, c, r)
	if err != nil {
		return nil, err
	}
	names := &namer{tx: c.Tx, people: map[string]store.Person{}, customers: map[string]string{}}
	events, err := events(ctx, names, past)
	if err != nil {
		return nil, err
	}
	page, err := c.Page(len(events), historyPage, "客户历史 "+r.ID)
	if err != nil {
		return nil, err
	}
	card, err := h.historyCard(ctx, names, command.Rows(page, events))
	if err != nil {
		return nil, err
	}
	card.Title = "客户历史 · " + r.Name
	card.Buttons = append(card.Buttons, page.Turn("更早的")...)
	card.Blocks = append(card.Blocks, lacking(past.Lacks)...)
	card.Blocks = append(card.Blocks, h.footer(c, r, past.Trace))
	owner, err := command.OwnerName(ctx, c.Tx, r.Customer)
	if err != nil {
		return nil, err
	}
	a := h.secret(c, r, card, owner)
	a.Notices = notices
	return a, nil
}

func (h Handler) historyCard(ctx context.Context, names *namer, some []event) (chat.Card, error) {
	card := chat.Card{Tone: chat.Warn}
	var facts []chat.Fact
	for _, e := range some {
		by, err := names.person(ctx, e.by)
		if err != nil {
			return card, err
		}
		facts = append(facts, chat.Fact{Label: e.at.In(h.Rules.Zone).Format("2006-01-02 15:04") + " " + by.Name, Value: e.text})
	}
	if len(facts) == 0 {
		card.Blocks = []chat.Block{{Text: "还没有变更和跟进。"}}
		return card, nil
	}
	card.Blocks = []chat.Block{{Facts: facts}}
	return card, nil
}

// events are all that happened to a file, the newest first.
func events(ctx context.Context, names *namer, past vault.History) ([]event, error) {
	list := slices.Concat(changeEvents(past.Changes), progressEvents(past.Progress))
	owners, err := ownerEvents(ctx, names, past.Owners)
	list = append(list, owners...)
	slices.SortStableFunc(list, func(a, b event) int { return b.at.Compare(a.at) })
	return list, err
}

// place is where a value stands: a field of the company or of a person.
type place struct{ person, field string }

func changeEvents(changes []vault.Fact) []event {
	called := map[string]string{} // people as they are called now
	for _, f := range changes {
		if f.Field == vault.NameField && !f.Erased {
			called[f.Person] = f.Value
		}
	}
	was := map[place]vault.Fact{}
	var list []event
	for _, f := range changes {
		at := place{f.Person, f.Field}
		list = append(list, event{f.At, f.Author, changeWords(was[at], f, called[f.Person])})
		was[at] = f
	}
	slices.Reverse(list)
	return list
}

// changeWords says what a field was and became, from where and why (档-8).
func changeWords(was, f vault.Fact, person string) string {
	field := f.Field
	switch {
	case f.Person != "" && person == "":
		return "联系人（已删除）的" + field
	case f.Person != "" && field != vault.NameField:
		field = person + " " + field
	case f.Person != "":
		field = "联系人"
	}
	line := field + "："
	if was.ID != "" {
		line += pastValue(was) + " → "
	}
	line += pastValue(f)
	var beside []string
	if f.Source != "" {
		beside = append(beside, "来源 "+text.CutLine(shown("", f.Source, false, false), historyText))
	}
	if f.Why != "" {
		beside = append(beside, "原因 "+text.CutLine(shown("", f.Why, false, false), historyText))
	}
	if len(beside) > 0 {
		line += "（" + strings.Join(beside, "，") + "）"
	}
	return line
}

func pastValue(f vault.Fact) string {
	if f.Value == "" {
		return "（空）"
	}
	return text.CutLine(shown(f.Field, f.Value, f.Person != "", false), historyText)
}

func progressEvents(list []vault.Progress) []event {
	var events []event
	for _, p := range slices.Backward(list) {
		said := "跟进：" + text.CutLine(shown("进展", p.Words, false, false), 2*historyText)
		if p.Stage != "" {
			said += "；阶段 " + p.Stage
		}
		if p.Amount != 0 {
			said += "；金额 " + words.Money(p.Amount)
		}
		if p.Next.Day != "" {
			said += "；下次 " + string(p.Next.Day) + " " + text.CutLine(shown(fieldNext, p.Next.What, false, false), historyText)
		}
		if !p.Undone.IsZero() {
			said += "（已撤销）"
		}
		events = append(events, event{p.At, p.Author, said})
	}
	return events
}

func ownerEvents(ctx context.Context, names *namer, list []vault.Ownership) ([]event, error) {
	var events []event
	for _, o := range slices.Backward(list) {
		p, err := names.person(ctx, o.Person)
		if err != nil {
			return nil, err
		}
		events = append(events, event{o.From, o.By, "负责人：" + p.Name})
	}
	return events, nil
}
