package handover

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/text"
	"marketbot/store"
)

// backRef begins the reference of what was given back.
const backRef = "back|"

// returned is what the caller took over from somebody who did not leave after all, and
// still has.
type returned struct {
	of    store.Departure
	to    store.Person
	items []leaving.Item
}

// returnable are the things that the caller may give back, by whose they were.
func (h Handler) returnable(ctx context.Context, c *command.Call) (list []returned, err error) {
	rows, err := c.Tx.Departures().Taken(ctx, c.Person.ID)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	held, err := leaving.All(ctx, c.Tx, h.Leaves, c.Person, c.Now)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, row := range slices.Backward(rows) {
		n := slices.IndexFunc(held, func(x leaving.Held) bool { return x.Key() == leaving.Key(row.Kind, row.Ref) && x.Move != nil })
		d, _, err := c.Tx.Departures().Get(ctx, row.Departure)
		if err != nil {
			return nil, err
		}
		if n < 0 || seen[held[n].Key()] || d.State != store.DepartureWithdrawn {
			continue
		}
		seen[held[n].Key()] = true
		p, _, err := c.Tx.People().ByID(ctx, d.Person)
		if err != nil {
			return nil, err
		}
		if !p.Active() || p.InNotice() || held[n].Takes != nil && !held[n].Takes(p) {
			continue
		}
		at := slices.IndexFunc(list, func(r returned) bool { return r.of.ID == d.ID })
		if at < 0 {
			at, list = len(list), append(list, returned{of: d, to: p})
		}
		list[at].items = append(list[at].items, leaving.Item{Held: held[n], Last: row})
	}
	return list, nil
}

// itemsOf are the things of all of that.
func itemsOf(all []returned) (list []leaving.Item) {
	for _, r := range all {
		list = append(list, r.items...)
	}
	return list
}

// givenBack gives back, to somebody who took their notice back, what the caller took
// over from them. More of it than was named one by one is asked first.
func (h Handler) givenBack(ctx context.Context, c *command.Call, typed []string, why string) (*command.Answer, error) {
	all, err := h.returnable(ctx, c)
	if err != nil {
		return nil, err
	}
	shows := []any{"不接收", why}
	asked := chat.Card{Tone: chat.Warn}
	total := 0
	every := itemsOf(all)
	for n := range all {
		r := &all[n]
		r.items = slices.DeleteFunc(r.items, func(i leaving.Item) bool {
			return !slices.ContainsFunc(typed, func(word string) bool { return has(meant(every, word), i) })
		})
		if total += len(r.items); len(r.items) > 0 {
			shows = append(shows, r.of.ID, keys(r.items))
			asked.Blocks = append(asked.Blocks, chat.Block{Text: r.to.Name + "的：\n" + leaving.Lines(keys(r.items))})
		}
	}
	version := command.VersionOf(shows...)
	if (slices.Contains(typed, allWord) || total > len(typed)) && !c.Confirms(version) {
		asked.Title = fmt.Sprintf("退还接收过的 %d 项？", total)
		asked.Blocks = append(asked.Blocks, chat.Block{Text: "理由：" + text.Continued(why)})
		return secret(asked, asked.Title, "departures").Preview(version), nil
	}
	card := chat.Card{Title: "已退还", Blocks: []chat.Block{}}
	var notices []chat.Notice
	var refs []string
	for _, r := range all {
		for _, i := range r.items {
			more, err := i.Move(ctx, c, r.to)
			if err != nil {
				return nil, err
			}
			row := i.Last
			row.State, row.At, row.Why = store.HandedRefused, c.Now, why
			if err := c.Tx.Departures().Put(ctx, row); err != nil {
				return nil, err
			}
			notices, refs = append(notices, more...), append(refs, r.of.ID+"/"+i.Kind+"/"+i.Ref)
		}
		if len(r.items) == 0 {
			continue
		}
		lines := leaving.Lines(keys(r.items))
		card.Blocks = append(card.Blocks, chat.Block{Text: r.to.Name + "的：\n" + lines})
		more, err := h.tellParties(ctx, c, r.of, "back", fmt.Sprintf("%s退还了 %d 项", c.Person.Name, len(r.items)), lines+"\n理由："+text.Continued(why))
		if err != nil {
			return nil, err
		}
		notices = append(notices, more...)
	}
	card.Blocks = append(card.Blocks, chat.Block{Text: "理由：" + text.Continued(why)})
	a := secret(card, fmt.Sprintf("已退还 %d 项。", len(refs)), "departures")
	a.Notices, a.Undo = notices, backRef+strings.Join(refs, "|")
	a.Reply.Card.Buttons = append(a.Reply.Card.Buttons, command.UndoButton)
	return a, nil
}

// undoBack gives the caller again what they gave back.
func (h Handler) undoBack(ctx context.Context, c *command.Call, refs []string) (string, error) {
	for _, ref := range refs {
		row, d, err := h.handed(ctx, c, ref, store.HandedRefused)
		if err != nil {
			return "", err
		}
		from, _, err := c.Tx.People().ByID(ctx, d.Person)
		if err != nil {
			return "", err
		}
		held, err := leaving.All(ctx, c.Tx, h.Leaves, from, c.Now)
		if err != nil {
			return "", err
		}
		key := leaving.Key(row.Kind, row.Ref)
		n := slices.IndexFunc(held, func(x leaving.Held) bool { return x.Key() == key && x.Move != nil })
		if n < 0 {
			return "", refuse("交接", "%s 后来又有变动，不能撤销了。", key)
		}
		if _, err := held[n].Move(ctx, c, c.Person); err != nil {
			return "", err
		}
		row.State, row.At, row.Why = store.HandedTaken, c.Now, ""
		if err := c.Tx.Departures().Put(ctx, row); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("退还的 %d 项，仍是你的", len(refs)), nil
}
