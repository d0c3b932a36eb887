package handlers

import (
	"cmp"
	"context"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// write writes what was decided, and is the one place that does: what the
// person can come back to, the audit entry, the answers and the notices.
func (t *turn) write(ctx context.Context) error {
	o := &t.out
	if err := t.remember(ctx); err != nil {
		return err
	}
	if o.audit != nil {
		o.audit.ID = t.tx.NewID(t.event.Sent)
		if err := t.tx.Audit().Record(ctx, *o.audit); err != nil {
			return err
		}
	}
	for _, r := range o.replies {
		if err := t.reply(ctx, r); err != nil {
			return err
		}
	}
	t.more = len(o.notices) > 0 || len(t.tx.Damaged()) > 0
	for i, n := range o.notices {
		if n.Changes() && n.Message.About == "" {
			if err := t.used(ctx, n.Message); err != nil {
				return err
			}
		}
		if !n.Urgent { // that waits for nothing
			o.notices[i].Cause = t.cause()
		}
	}
	if err := t.desk.o.Post.Notices(ctx, t.tx, o.notices, store.ClassAlarm, t.now); err != nil {
		return err
	}
	return t.desk.o.Post.Damaged(ctx, t.tx, t.now)
}

// used owes a card in the place of the one that was pressed.
func (t *turn) used(ctx context.Context, m chat.Message) error {
	if t.event.Card == "" {
		return nil
	}
	person := t.person.ID
	if t.event.Chat.Group {
		person = ""
	}
	m.Replaces = t.event.Card
	return t.desk.o.Post.replace(ctx, t.tx, t.event.Chat, person, m, t.now)
}

// remember keeps the write that 撤销 takes back, the preview that 确认 takes up,
// and the question that the next message answers.
func (t *turn) remember(ctx context.Context) error {
	o := &t.out
	if o.write != nil {
		if err := t.tx.Writes().Add(ctx, *o.write); err != nil {
			return err
		}
	}
	if o.offer != nil {
		if err := t.tx.Dialogs().Offer(ctx, *o.offer); err != nil {
			return err
		}
	}
	if o.question != nil {
		return t.tx.Dialogs().Ask(ctx, t.person.ID, *o.question)
	}
	return nil
}

// cause is whose event it is, for a fair turn: a person's, however many accounts
// they have, or that of an account that is nobody's.
func (t *turn) cause() string {
	return cmp.Or(t.person.ID, t.event.From.Platform+"/"+t.event.From.ID)
}

// reply owes one message of the answer.
func (t *turn) reply(ctx context.Context, r reply) error {
	to, person := t.event.Chat, t.person.ID
	if r.privately {
		to = t.event.From.Private()
	} else {
		r.Topic = t.event.Topic
	}
	if to.Group {
		person = ""
	}
	return t.desk.o.Post.Answer(ctx, t.tx, to, person, t.cause(), r.Message, t.desk.o.Now(), func(o store.Outgoing) { t.owed = append(t.owed, o) })
}
