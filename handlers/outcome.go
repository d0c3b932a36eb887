package handlers

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
	"marketbot/store/ledger"
)

// Times of the conversation.
const (
	undoTime     = 5 * time.Minute  // how long 撤销 works
	questionTime = 30 * time.Minute // how long a question waits for its answer
	confirmTime  = 30 * time.Minute // how long a preview can be confirmed
)

// maxSkew is how far our clock may be ahead of a platform's.
const maxSkew = 5 * time.Minute

// asked is since when what the answer asks is there: what was sent before cannot
// be about it.
func (m *matter) asked() time.Time {
	if late := m.now.Add(-maxSkew); m.event.Sent.Before(late) {
		return late
	}
	return m.event.Sent
}

// outcome is all that comes of an event, but for what a step wrote: either it
// is decided, and [turn.write] writes it, or a command is to be run first.
type outcome struct {
	run *call // the command to run; with it only question and notices may be set

	ended    ledger.Outcome      // for the receipt; empty counts as done
	audit    *ledger.Entry       // without its id; nil: the step recorded itself
	replies  []reply             // to whoever sent the event, in this order
	notices  []chat.Notice       // to others
	question *store.Dialog       // waits for the person's next private message
	offer    *store.Confirmation // a preview that waits for 确认
	write    *store.Write        // what 撤销 would take back
	fault    *fault              // ours; nil: none
}

// reply is one message of an answer.
type reply struct {
	privately bool // in the private chat, although the event came from a group
	chat.Message
}

// fault is an error of ours, which the person was told the number of.
type fault struct {
	err     error
	ref     string
	command string // that failed
}

// call is a command line on its way to its step.
type call struct {
	spec      *command.Spec
	line      string            // as typed or carried, the answer to a question behind it
	rest      string            // of the line, behind the command's name
	confirmed string            // the version that is being confirmed; empty: none
	form      map[string]string // values of a form that was handed in; nil: none
	filling   string            // the line that they were written in, where it was no form
	means     string            // the number that is being confirmed, where none was typed
	doubts    string            // what was said to the question that this line asks, and answers nothing
	answers   bool              // what was written stands behind the line as the answer to its question
}

// again is the line that does the same once more, with what a form held.
func (c *call) again() string {
	if c.filling != "" || c.form == nil {
		return cmp.Or(c.filling, c.line)
	}
	form := chat.Form{Command: c.line}
	for _, name := range slices.Sorted(maps.Keys(c.form)) {
		form.Fields = append(form.Fields, chat.Field{Name: name, Value: c.form[name]})
	}
	return form.Template()
}

// receipt tells the adapter how it went.
func (o *outcome) receipt() chat.Receipt {
	switch o.ended {
	case ledger.Done, "":
		return chat.Receipt{OK: true, Toast: "已收到", Done: o.used()}
	case ledger.Failed:
		return chat.Receipt{Toast: "出错了，请看消息"}
	default:
		return chat.Receipt{Toast: "没有办成，请看消息"}
	}
}

// used is what is shown in the place of the buttons of the card that was pressed;
// empty: nothing.
func (o *outcome) used() string {
	for _, n := range o.notices {
		if n.Changes() {
			return n.Message.Card.Done
		}
	}
	return ""
}

// here are messages that are said where the event came from.
func here(said ...chat.Message) []reply {
	list := make([]reply, len(said))
	for i, m := range said {
		list[i].Message = m
	}
	return list
}

// remarked are messages of which the first says one thing more.
func remarked(replies []reply, more string) []reply {
	replies = slices.Clone(replies)
	for i := range replies {
		if replies[i].Text != neutral {
			replies[i].Message = remark(replies[i].Message, more)
			break
		}
	}
	return replies
}

// remark is a message that says one thing more.
func remark(m chat.Message, more string) chat.Message {
	if m.Summary != "" {
		m.Summary += "\n" + more
	}
	if m.Card == nil {
		m.Text += "\n" + more
		return m
	}
	card := *m.Card
	card.Blocks = append(slices.Clip(card.Blocks), chat.Block{Text: more})
	m.Card = &card
	return m
}

// neutral is all that a group hears of a private answer: the same whatever was
// asked and whatever the answer.
const neutral = "已私信回复；没收到请先私聊我一句"

// privately are messages for the private chat; a group gets one neutral line.
func (m *matter) privately(said ...chat.Message) []reply {
	list := here(said...)
	if !m.event.Chat.Group {
		return list
	}
	for i := range list {
		list[i].privately = true
	}
	return append(here(chat.Message{Text: neutral}), list...)
}

// answer are messages about a command, private where the command or one of
// them is confidential.
func (m *matter) answer(spec *command.Spec, said ...chat.Message) []reply {
	private := spec.Private
	for _, s := range said {
		private = private || s.Confidential || m.event.Chat.Group && asks(s)
	}
	if private {
		return m.privately(said...)
	}
	return here(said...)
}

// beside puts a card into the answer where that is one private card or line of
// which nothing is secret, else before it.
func (m *matter) beside(replies []reply, card chat.Card) []reply {
	if len(replies) > 0 && !m.event.Chat.Group && !replies[0].Confidential && replies[0].File == nil && (replies[0].Card == nil || replies[0].Card.Form == nil) {
		first := replies[0].Message
		whole := chat.Card{Title: card.Title, Tone: card.Tone, Blocks: []chat.Block{{Text: first.Text}}}
		if first.Card != nil {
			whole = *first.Card
		}
		if whole.Title != card.Title {
			whole.Blocks = append(slices.Clip(whole.Blocks), chat.Block{Text: card.Title})
		}
		whole.Blocks = append(slices.Clip(whole.Blocks), card.Blocks...)
		whole.Buttons = append(slices.Clone(card.Buttons), whole.Buttons...)
		replies = slices.Clone(replies)
		replies[0].Text, replies[0].Card = "", &whole
		return replies
	}
	return append([]reply{{privately: m.event.Chat.Group, Message: chat.Message{Card: &card}}}, replies...)
}

// asks reports whether a message waits for something that belongs into a
// private chat: a form, or a confirmation.
func asks(m chat.Message) bool {
	if m.Card == nil {
		return false
	}
	for _, b := range m.Card.Buttons {
		if strings.HasPrefix(b.Command, confirmWord+" ") {
			return true
		}
	}
	return m.Card.Form != nil
}
