package meeting

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
)

func ownersOf(list []store.Decision) map[string]bool {
	owners := map[string]bool{}
	for _, d := range list {
		owners[d.Owner] = true
	}
	return owners
}

// tellOwners tells everybody once of all that is theirs to do, or to help with, from
// the meeting.
func (h Handler) tellOwners(ctx context.Context, c *command.Call, m store.Meeting, roll audience.Roll, fresh []store.Decision, key string) (list []chat.Notice, err error) {
	today, n := roll.Day, audience.NewNames(c.Tx)
	for _, p := range roll.People() {
		var lines []string
		var buttons []chat.Button
		for _, d := range fresh {
			owner, err := answers(ctx, c.Tx, roll, d)
			if err != nil {
				return nil, err
			}
			if owner.ID != p.ID && !d.Concerns(p.ID) {
				continue
			}
			due, err := h.dueWords(ctx, n, d, today)
			if err != nil {
				return nil, err
			}
			part := "协办"
			if owner.ID == p.ID {
				part = "负责"
				buttons = append(buttons, chat.Button{Label: "完成 " + d.Code, Command: "完成 " + d.Code})
			}
			lines = append(lines, d.Code+"（"+part+"）"+text.Continued(d.Words)+"（"+due+"）")
		}
		if len(lines) == 0 {
			continue
		}
		card := chat.Card{Title: fmt.Sprintf("%s定了 %d 件事归你", title(m), len(lines)), Blocks: []chat.Block{{Text: strings.Join(lines, "\n")}, {Note: "办完发：完成 D… 说明…；期限前一天、当天和过期会提醒（会-1）。"}}, Buttons: buttons[:min(len(buttons), mostButtons)]}
		list = append(list, audience.Same(key+"/owner", []store.Person{p}, chat.Message{
			Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: fmt.Sprintf("%s定了 %d 件事归你。", outline(m), len(lines)) + elsewhere},
		})...)
	}
	return list, nil
}

// tellAside tells whose an item was, where the minutes do not go to them: who brought
// it, who is to bring it back, and who had the decision that was made anew.
func tellAside(v view, was store.Meeting, r record, roll audience.Roll, fresh []store.Decision, key string) (list []chat.Notice) {
	members := v.belong(roll)
	for _, p := range roll.People() {
		if slices.ContainsFunc(members, func(m store.Person) bool { return m.ID == p.ID }) {
			continue
		}
		var lines []string
		keeps := 0
		for _, i := range v.items {
			told := slices.ContainsFunc(fresh, func(d store.Decision) bool { return d.Code == i.Decision && d.Concerns(p.ID) })
			if told || !freshly(was, i) || !touches(p, i) {
				continue
			}
			lines = append(lines, i.Code+" "+text.Continued(i.Title)+"\n　→ "+r.item(i.Code).outcome(p))
			if i.State == store.ItemShelved && i.Owner == p.ID {
				keeps++
			}
		}
		if len(lines) == 0 {
			continue
		}
		card := chat.Card{Title: fmt.Sprintf("%s散会了，你的议题 %d 项", title(v.meeting), len(lines)), Blocks: []chat.Block{{Text: strings.Join(lines, "\n")}}}
		if keeps > 0 {
			card.Blocks = append(card.Blocks, chat.Block{Note: fmt.Sprintf("其中 %d 项由你准备，下次会自动列入（会-1）；先把要决定的想好。", keeps)})
		}
		list = append(list, audience.Same(key+"/aside", []store.Person{p}, chat.Message{
			Card: &card, Secrecy: chat.Secrecy{Confidential: true, Summary: fmt.Sprintf("%s散会了，你的议题 %d 项。", outline(v.meeting), len(lines)) + elsewhere},
		})...)
	}
	return list
}

// touches reports whether an item is somebody's own, or is about a decision that was
// theirs when it came on the agenda.
func touches(p store.Person, i store.AgendaItem) bool {
	return keeps(p, i) || i.Source == sourceDecision && slices.ContainsFunc(i.Lines, func(l store.ItemLine) bool { return l.Person == p.ID })
}

// mostButtons is how many buttons every platform shows.
const mostButtons = 6
