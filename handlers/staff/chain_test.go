package staff

import (
	"context"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// entered records an entry of the audit.
func (o *office) entered() {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Record(ctx, store.Audit{ID: tx.NewID(o.now), At: o.now, Person: "p", Act: "签到", Outcome: store.Done})
	})
}

// heads is what the daily job says.
func (o *office) heads() (list []chat.Notice) {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = o.h.AuditHead(ctx, tx, rulebook.Slot{At: o.now})
		return err
	})
	return list
}

// The head of the audit's chain goes to the general manager, once for every
// day that has entries.
func TestAuditHead(t *testing.T) {
	o := newOffice(t)
	if list := o.heads(); len(list) != 0 {
		t.Errorf("nothing was entered, yet %+v", list)
	}
	o.entered()
	first := o.heads()
	if len(first) != 1 || first[0].To != o.people["陈总"].ID || first[0].Urgent {
		t.Fatalf("%+v", first)
	}
	wants(t, first[0].Message.Text, "审计链头 1-")
	o.now = o.now.Add(24 * time.Hour)
	if again := o.heads(); again[0].Key != first[0].Key {
		t.Errorf("%+v after a day without entries; before %+v", again, first)
	}
	o.entered()
	next := o.heads()
	wants(t, next[0].Message.Text, "审计链头 2-")
	wants(t, flat(o.say("王芳", "自检").Reply), "审计记录|正常", "链头 2-")

	o.update(func(ctx context.Context, tx *store.Tx) error { return tx.StopPerson(ctx, o.people["陈总"].ID, o.now) })
	if vacant := o.heads(); len(vacant) != 1 || vacant[0].To != o.people["王芳"].ID {
		t.Errorf("without a general manager: %+v", vacant)
	}
}
