package customer

import (
	"context"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

var (
	zone  = handlerstest.Zone
	flat  = handlerstest.Flat
	wants = handlerstest.Wants
	lacks = handlerstest.Lacks
)

// office is a department with this area's commands.
type office struct {
	*handlerstest.Office
	h Handler
}

// newOffice opens on Tuesday 2026-11-24, 09:30, with the settings of who has
// set nothing.
func newOffice(t testing.TB) *office { return openOffice(t, Defaults()) }

func openOffice(t testing.TB, config Config) *office {
	t.Helper()
	h := Handler{Rules: handlerstest.Rules(t), Config: config}
	o := &office{handlerstest.New(t, h, "2026-11-24 09:30"), h}
	o.Subjects, o.Policy = true, config.Policy()
	o.Register("刘洋", store.Salesperson)
	o.Register("小林", store.OtherEmployee)
	return o
}

// look opens a file through the door, as the desk would note it.
func (o *office) look(as, customer, act, why string) vault.File {
	o.T.Helper()
	var f vault.File
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		c, _, err := vault.In(tx).Customer(ctx, customer)
		if err != nil {
			return err
		}
		a := o.h.Config.Policy().Access(o.People[as], c, store.Grant{}, o.Now)
		f, err = vault.In(tx).Open(ctx, a, ledger.Entry{At: o.Now, Person: o.People[as].ID, Act: act, Clause: a.Clause, Look: ledger.Look{Why: why}})
		return err
	})
	return f
}
