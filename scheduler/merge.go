package scheduler

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// message is what goes out as one.
type message struct {
	chat.Notice
	class store.Class
}

// What one card may hold; more begins another.
const (
	maxBytes   = 12 << 10 // of the notices' content
	maxBlocks  = 30
	maxButtons = 8
	maxTables  = 4
)

// merge makes one message for each receiver of what is due and what to
// remember, in the order in which receivers first come up. Files and forms
// stay alone, behind the words about them, and so does what does not fit into
// one card. What is confidential is never merged with what is not.
func merge(due, reminders []chat.Notice) []message {
	var order []string
	all := map[string][]chat.Notice{}
	first := map[string]store.Class{}
	due, reminders = apart(due), apart(reminders)
	for i, n := range append(due[:len(due):len(due)], reminders...) {
		if _, known := all[n.To]; !known {
			order = append(order, n.To)
			first[n.To] = store.ClassReminder
			if i < len(due) {
				first[n.To] = store.ClassDue
			}
		}
		all[n.To] = append(all[n.To], n)
	}
	var list []message
	for _, to := range order {
		for _, n := range join(all[to]) {
			list = append(list, message{n, first[to]})
		}
	}
	return list
}

// apart puts the files behind notices beside them.
func apart(notices []chat.Notice) []chat.Notice {
	var list []chat.Notice
	for _, n := range notices {
		list = append(list, n.Apart()...)
	}
	return list
}

// join makes as few messages as fit of what is said to one receiver.
func join(notices []chat.Notice) []chat.Notice {
	var list, open, alone []chat.Notice
	slices.SortStableFunc(notices, func(a, b chat.Notice) int { return confidence(a) - confidence(b) })
	flush := func() {
		if len(open) > 0 {
			list = append(list, one(open))
		}
		open = nil
	}
	for _, n := range notices {
		if n.Message.File != nil || n.Message.Card != nil && n.Message.Card.Form != nil {
			alone = append(alone, n)
			continue
		}
		if !fits(append(open[:len(open):len(open)], n)) {
			flush()
		}
		open = append(open, n)
	}
	flush()
	return append(list, alone...)
}

func fits(notices []chat.Notice) bool {
	bytes, blocks, buttons, tables := 0, 0, 0, 0
	for _, n := range notices {
		if n.Message.Confidential != notices[0].Message.Confidential {
			return false
		}
		bytes += size(n)
		blocks += 2
		if c := n.Message.Card; c != nil {
			blocks += len(c.Blocks)
			buttons += len(c.Buttons)
			for _, b := range c.Blocks {
				if b.Table != nil {
					tables++
				}
			}
		}
	}
	return bytes <= maxBytes && blocks <= maxBlocks && buttons <= maxButtons && tables <= maxTables
}

// size is how much a notice says, in bytes.
func size(n chat.Notice) int {
	data, err := json.Marshal(n.Message)
	if err != nil {
		return maxBytes // the outbox will say why
	}
	return len(data)
}

func confidence(n chat.Notice) int {
	if n.Message.Confidential {
		return 1
	}
	return 0
}

// one is a single message that says it all.
func one(notices []chat.Notice) chat.Notice {
	if len(notices) == 1 {
		return notices[0]
	}
	card := chat.Card{Title: fmt.Sprintf("提醒（%d 项）", len(notices))}
	merged := chat.Notice{Key: joinKeys(notices), To: notices[0].To}
	for i, n := range notices {
		m := n.Message
		merged.Message.Confidential = merged.Message.Confidential || m.Confidential
		heading := fmt.Sprintf("%d. ", i+1)
		if m.Card == nil {
			card.Blocks = append(card.Blocks, chat.Block{Text: heading + m.Text})
			continue
		}
		card.Blocks = append(card.Blocks, chat.Block{Text: heading + m.Card.Title})
		if m.Text != "" {
			card.Blocks = append(card.Blocks, chat.Block{Text: m.Text})
		}
		card.Blocks = append(card.Blocks, m.Card.Blocks...)
		card.Buttons = append(card.Buttons, m.Card.Buttons...)
		card.Tone = graver(card.Tone, m.Card.Tone)
	}
	merged.Message.Card, merged.Message.Summary = &card, summaries(notices)
	return merged
}

// summaries are those of several notices; none where one of them has none, so
// that nobody takes the others for all.
func summaries(notices []chat.Notice) string {
	var list []string
	for _, n := range notices {
		if n.Message.Summary == "" {
			return ""
		}
		list = append(list, n.Message.Summary)
	}
	return strings.Join(list, "\n")
}

// graver is the tone that matters more.
func graver(a, b chat.Tone) chat.Tone {
	for _, t := range []chat.Tone{chat.Bad, chat.Warn, chat.Good} {
		if a == t || b == t {
			return t
		}
	}
	return chat.Plain
}
