package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// What came and went is forgotten after a month and not before.
func TestOldMessagesAreForgotten(t *testing.T) {
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday())
	at := o.screens.account("张伟")
	came := store.Received{Platform: "x", ID: "once", At: o.now()}
	sent := store.Outgoing{
		ID: "1", Key: "sent", Due: o.now(),
		Platform: at.Platform, Address: at.ID, Person: o.person("张伟").ID, Class: store.ClassDue, Created: o.now(), Content: []byte(`{"text":"x"}`),
	}
	o.update(func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Inbox().Receive(ctx, came, time.Second)
		_, err2 := tx.Outbox().Enqueue(ctx, &sent)
		return errors.Join(err, err2)
	})
	o.deliver()
	for _, c := range []struct {
		days int
		kept bool
	}{{30, true}, {31, false}} {
		o.move(thursday().AddDate(0, 0, c.days))
		o.update(func(ctx context.Context, tx *store.Tx) error {
			fresh, err := tx.Inbox().Receive(ctx, came, time.Second)
			owes, err2 := tx.Outbox().Owes(ctx, "sent")
			if fresh == c.kept || owes != c.kept {
				t.Errorf("after %d days: came before %t, sent before %t", c.days, !fresh, owes)
			}
			return errors.Join(err, err2)
		})
	}
}
