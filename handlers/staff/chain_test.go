package staff

import (
	"context"
	"testing"
	"time"

	"marketbot/store"
)

// entered records an entry of the audit.
func (o *office) entered() {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Record(ctx, store.Audit{ID: tx.NewID(o.Now), At: o.Now, Person: "p", Act: "签到", Outcome: store.Done})
	})
}

// The head of the audit's chain goes to the general manager, once for every
// day that has entries.
func TestAuditHead(t *testing.T) {
	o := newOffice(t)
	if list := o.Job(o.h.AuditHead, store.Week{}); len(list) != 0 {
		t.Errorf("nothing was entered, yet %+v", list)
	}
	o.entered()
	first := o.Job(o.h.AuditHead, store.Week{})
	if len(first) != 1 || first[0].To != o.People["陈总"].ID || first[0].Urgent {
		t.Fatalf("%+v", first)
	}
	wants(t, first[0].Message.Text, "审计链头 1-")
	o.Now = o.Now.Add(24 * time.Hour)
	if again := o.Job(o.h.AuditHead, store.Week{}); again[0].Key != first[0].Key {
		t.Errorf("%+v after a day without entries; before %+v", again, first)
	}
	o.entered()
	next := o.Job(o.h.AuditHead, store.Week{})
	wants(t, next[0].Message.Text, "审计链头 2-")
	wants(t, o.Say("王芳", "自检"), "审计记录|正常", "链头 2-")

	o.Update(func(ctx context.Context, tx *store.Tx) error { return tx.StopPerson(ctx, o.People["陈总"].ID, o.Now) })
	if vacant := o.Job(o.h.AuditHead, store.Week{}); len(vacant) != 1 || vacant[0].To != o.People["王芳"].ID {
		t.Errorf("without a general manager: %+v", vacant)
	}
}
