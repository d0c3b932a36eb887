package outbox

import (
	"context"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// writer writes verdicts: the only place where the outbox changes the store.
type writer struct {
	db   *store.DB
	post *handlers.Post
}

// ruling is a verdict on a message; on none when it is news only.
type ruling struct {
	it *item
	verdict
}

// write commits rulings, all or none, each with the news of it.
func (w writer) write(ctx context.Context, now time.Time, list ...ruling) error {
	return w.db.Update(ctx, func(tx *store.Tx) error {
		for _, r := range list {
			if err := r.write(ctx, tx, now); err != nil {
				return err
			}
			if err := w.tell(ctx, tx, r, now); err != nil {
				return err
			}
			if err := w.say(ctx, tx, r, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r ruling) write(ctx context.Context, tx *store.Tx, now time.Time) error {
	switch r.kind {
	case freeze:
		return tx.Outbox().Freeze(ctx, r.it.ID, r.payload, now)
	case sent:
		return tx.Outbox().Sent(ctx, r.it.ID, r.it.Card, now)
	case retry:
		return tx.Outbox().Retry(ctx, r.it.ID, r.due, r.reason, r.unsure)
	case rewrite:
		if err := tx.Outbox().Rewrite(ctx, r.it.ID, r.content); err != nil {
			return err
		}
		for _, it := range r.absorb {
			if err := tx.Outbox().Absorb(ctx, it.ID, r.it.ID, now); err != nil {
				return err
			}
		}
	case deadLetter:
		return tx.Outbox().DeadLetter(ctx, r.it.ID, r.reason, now)
	}
	return nil
}

// tell owes the news to the administrators, once a day for each subject.
func (w writer) tell(ctx context.Context, tx *store.Tx, r ruling, now time.Time) error {
	if r.news == nil {
		return nil
	}
	text := r.news.text
	if r.news.to != "" {
		who, err := receiver(ctx, tx, r.it)
		if err != nil {
			return err
		}
		text = r.news.to + who + text
	}
	return w.post.Tell(ctx, tx, r.news.subject+"/"+string(w.post.Day(now)), text, now, r.news.avoid)
}

// say owes whoever waits for a message a line about it, once.
func (w writer) say(ctx context.Context, tx *store.Tx, r ruling, now time.Time) error {
	if !r.word {
		return nil
	}
	return w.post.Message(ctx, tx, address(r.it), r.it.Person, wordKey+r.it.ID, chat.Message{Text: delayedText}, store.ClassAlarm, now)
}

func receiver(ctx context.Context, tx *store.Tx, it *item) (string, error) {
	if it.Group {
		return "部门群", nil
	}
	p, ok, err := tx.People().ByID(ctx, it.Person)
	if !ok {
		p.Name = "未登记的人"
	}
	return p.Name, err
}
