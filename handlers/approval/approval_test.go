package approval

import (
	"context"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/vault"
)

var (
	flat  = handlerstest.Flat
	wants = handlerstest.Wants
	lacks = handlerstest.Lacks
)

// office is a department with this area's commands.
type office struct {
	*handlerstest.Office
	h Handler
}

func newOffice(t *testing.T) *office {
	t.Helper()
	h := Handler{Rules: handlerstest.Rules(t)}
	o := &office{handlerstest.New(t, h, "2026-11-26 09:30"), h}
	o.Policy = rulebook.FilePolicy{SupervisorIsSteward: true}
	o.Register("周敏", store.GMAssistant)
	o.Register("小林", store.OtherEmployee)
	o.Register("小何", store.OtherEmployee)
	o.Customer("华东机电有限公司", "张伟")
	o.Customer("南湖 酒店", "张伟")
	o.Customer("华南建材有限公司", "")
	return o
}

// heard runs a line that must go through: the reply's words, and what others
// are told.
func (o *office) heard(as, line string) (string, []chat.Notice) {
	o.T.Helper()
	a := o.Answer(as, line)
	return flat(a.Reply), a.Notices
}

// reads tells by which grant somebody may read a customer now; empty: not.
func (o *office) reads(who, customer string) (grant string) {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		p, _, err := tx.People().ByID(ctx, o.People[who].ID)
		if err != nil {
			return err
		}
		k, _, err := vault.In(tx).Customer(ctx, customer)
		if err != nil {
			return err
		}
		g, err := tx.Grants().For(ctx, p.ID, customer, o.Now, o.Now)
		grant = o.Policy.Access(p, k, g, o.Now).Grant
		return err
	})
	return grant
}

// after lets time pass and runs what the store started meanwhile.
func (o *office) after(d time.Duration) (list []chat.Notice) {
	o.T.Helper()
	o.Now = o.Now.Add(d)
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		due, err := o.h.AnyOver(ctx, tx, o.Now)
		if err != nil || !due {
			return err
		}
		list, err = o.h.Over(ctx, tx, rulebook.Slot{At: o.Now})
		return err
	})
	return list
}
