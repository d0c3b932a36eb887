package staff

import (
	"context"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
	"marketbot/store/ledger"
)

// entered records an entry of the audit.
func (o *office) entered() {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Audit().Record(ctx, ledger.Entry{ID: tx.NewID(o.Now), At: o.Now, Person: "p", Act: "签到", Outcome: ledger.Done})
	})
}

// The head of the audit's chain goes to the general manager, once for every
// day that has entries.
func TestAuditHead(t *testing.T) {
	o := newOffice(t)
	o.rulesRead()
	morning := func() []chat.Notice {
		o.Now = o.Now.Add(24 * time.Hour)
		return o.Daily()
	}
	if list := morning(); len(list) != 0 {
		t.Errorf("nothing was entered, yet %+v", list)
	}
	o.entered()
	first := morning()
	if len(first) != 1 || first[0].To != o.People["陈总"].ID || first[0].Urgent {
		t.Fatalf("%+v", first)
	}
	wants(t, first[0].Message.Text, "审计链头 1-")
	if again := morning(); len(again) != 0 {
		t.Errorf("%+v after a day without entries", again)
	}
	o.entered()
	o.Leave("陈总", store.DayOf(o.Now.Add(24*time.Hour).In(zone)), "陈总")
	if away := morning(); len(away) != 0 {
		t.Errorf("%+v on leave", away)
	}
	next := morning()
	wants(t, next[0].Message.Text, "审计链头 2-")
	wants(t, o.Say("王芳", "自检"), "审计记录|正常", "链头 2-")

	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Stop(ctx, o.People["陈总"].ID, o.Now)
	})
	o.entered()
	if vacant := morning(); len(vacant) != 1 || vacant[0].To != o.People["王芳"].ID {
		t.Errorf("without a general manager: %+v", vacant)
	}
}
