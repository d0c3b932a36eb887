package handlers

import (
	"context"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// answer says something about the called command, privately where the command
// or the message is confidential.
func (t *turn) answer(ctx context.Context, said ...chat.Message) error {
	private := t.spec.Private
	for _, m := range said {
		private = private || m.Confidential || t.event.Chat.Group && asks(m)
	}
	if private {
		return t.privately(ctx, said...)
	}
	return t.reply(ctx, said...)
}

// asks tells whether a message waits for something that belongs into a
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

// neutral is all that a group hears of a private answer: the same whatever was
// asked and whatever the answer.
const neutral = "已私信回复；没收到请先私聊我一句"

// privately says something in the private chat; a group gets one neutral line.
func (t *turn) privately(ctx context.Context, said ...chat.Message) error {
	if !t.event.Chat.Group {
		return t.reply(ctx, said...)
	}
	if err := t.say(ctx, t.event.Chat, chat.Message{Text: neutral}); err != nil {
		return err
	}
	for _, m := range said {
		if err := t.say(ctx, t.event.From.Private(), m); err != nil {
			return err
		}
	}
	return nil
}

// reply says something where it was asked.
func (t *turn) reply(ctx context.Context, said ...chat.Message) error {
	for _, m := range said {
		if err := t.say(ctx, t.event.Chat, m); err != nil {
			return err
		}
	}
	return nil
}

func (t *turn) say(ctx context.Context, to chat.Address, m chat.Message) error {
	person := t.person.ID
	if to.Group {
		person = ""
	}
	return t.desk.o.Post.Answer(ctx, t.tx, to, person, m, t.desk.o.Now(), func(o store.Outgoing) { t.owed = append(t.owed, o) })
}
