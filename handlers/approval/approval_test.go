package approval

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
)

var zone = time.FixedZone("CST", 8*3600)

// office is a department in a real store, with the area's commands.
type office struct {
	t      *testing.T
	db     *store.DB
	router *command.Router
	h      Handler
	now    time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	h := Handler{Rules: rulebook.Rules{Zone: zone}, Files: rulebook.FilePolicy{SupervisorIsSteward: true}}
	router, err := command.NewRouter(h.Commands())
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: storetest.Open(t, storetest.SQLite), router: router, h: h, now: time.Date(2026, 11, 26, 9, 30, 0, 0, zone)}
	o.register("陈总", store.GeneralManager)
	o.register("周敏", store.GMAssistant)
	o.register("王芳", store.MarketingDirector, store.Administrator)
	o.register("张伟", store.Salesperson)
	o.register("小林", store.OtherEmployee)
	o.register("小何", store.OtherEmployee)
	o.customer("K1", "华东机电有限公司", "张伟")
	o.customer("K2", "南湖 酒店", "张伟")
	o.customer("K3", "华南建材有限公司", "")
	return o
}

func (o *office) update(f func(ctx context.Context, tx *store.Tx) error) {
	o.t.Helper()
	if err := o.db.Update(o.t.Context(), func(tx *store.Tx) error { return f(o.t.Context(), tx) }); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) register(name string, post store.Post, duties ...store.Duty) {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddPerson(ctx, store.Person{ID: "p/" + name, Name: name, Post: post, Duties: duties, Since: o.now})
	})
}

func (o *office) customer(id, name, owner string) {
	o.t.Helper()
	if owner != "" {
		owner = "p/" + owner
	}
	o.update(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AddCustomer(ctx, store.Customer{ID: id, Name: name, Owner: owner, Stage: "维护", Created: o.now, Author: owner}); err != nil {
			return err
		}
		return tx.AddName(ctx, store.CustomerName{ID: "n/" + id, Customer: id, Name: name, Kind: store.FullName, Since: o.now})
	})
}

// try runs a command line the way the desk does: what a refused step wrote is
// undone.
func (o *office) try(as, line string) (command.Answer, error) {
	o.t.Helper()
	spec, rest, ok := o.router.Match(line)
	if !ok {
		o.t.Fatalf("%q calls nothing", line)
	}
	var a command.Answer
	err := o.db.Update(o.t.Context(), func(tx *store.Tx) error {
		ctx := o.t.Context()
		who, _, err := tx.Person(ctx, "p/"+as)
		if err != nil {
			return err
		}
		if !rulebook.Allows(spec.Who, who) {
			return &command.Refusal{Text: "只有" + rulebook.Holders(spec.Who) + "可以用。", Denied: true}
		}
		args, err := command.Parse(ctx, spec, rest, command.Env{Tx: tx, Now: o.now})
		if err != nil {
			return err
		}
		a, err = spec.Run(ctx, command.NewCall(command.Call{Tx: tx, Person: who, Now: o.now, Spec: spec, Line: line}, args))
		return err
	})
	return a, err
}

// say runs a line that must go through, and gives the answer's words.
func (o *office) say(as, line string) (string, []chat.Notice) {
	o.t.Helper()
	a, err := o.try(as, line)
	if err != nil {
		o.t.Fatalf("%s: %s: %v", as, line, err)
	}
	return flat(a.Reply), a.Notices
}

// refused runs a line that must be refused.
func (o *office) refused(as, line string) *command.Refusal {
	o.t.Helper()
	a, err := o.try(as, line)
	var r *command.Refusal
	if !errors.As(err, &r) {
		o.t.Fatalf("%s: %s: answer %q, error %v; want a refusal", as, line, flat(a.Reply), err)
	}
	return r
}

// reads tells by which grant somebody may read a customer now; empty: not.
func (o *office) reads(who, customer string) string {
	o.t.Helper()
	var id string
	o.update(func(ctx context.Context, tx *store.Tx) error {
		p, _, err := tx.Person(ctx, "p/"+who)
		if err != nil {
			return err
		}
		k, _, err := tx.Customer(ctx, customer)
		if err != nil {
			return err
		}
		g, err := tx.GrantFor(ctx, p.ID, customer, o.now)
		id = o.h.Files.Access(p, k, g, o.now).Grant
		return err
	})
	return id
}

// clock lets time pass and runs what the store started meanwhile.
func (o *office) clock(d time.Duration) (list []chat.Notice) {
	o.t.Helper()
	o.now = o.now.Add(d)
	o.update(func(ctx context.Context, tx *store.Tx) error {
		due, err := o.h.AnyOver(ctx, tx, o.now)
		if err != nil || !due {
			return err
		}
		list, err = o.h.Over(ctx, tx, rulebook.Slot{At: o.now})
		return err
	})
	return list
}

// told is what somebody hears of notices.
func told(list []chat.Notice, who string) string {
	var words []string
	for _, n := range list {
		if n.To == "p/"+who {
			words = append(words, flat(n.Message))
		}
	}
	return strings.Join(words, "\n")
}

// flat is all the words of a message.
func flat(m chat.Message) string {
	var b strings.Builder
	b.WriteString(m.Text)
	if m.Card == nil {
		return b.String()
	}
	b.WriteString(m.Card.Title + "\n")
	for _, x := range m.Card.Blocks {
		b.WriteString(x.Text + x.Note + "\n")
		for _, f := range x.Facts {
			b.WriteString(f.Label + "=" + f.Value + "\n")
		}
		if x.Table != nil {
			for _, row := range x.Table.Rows {
				b.WriteString(strings.Join(row, "|") + "\n")
			}
		}
	}
	for _, x := range m.Card.Buttons {
		b.WriteString("[" + x.Label + ":" + x.Command + "]")
	}
	return b.String()
}

// wants fails unless text has every fragment.
func wants(t *testing.T, text string, fragments ...string) {
	t.Helper()
	for _, f := range fragments {
		if !strings.Contains(text, f) {
			t.Errorf("%q lacks %q", text, f)
		}
	}
}

// lacks fails when text has one of the fragments.
func lacks(t *testing.T, text string, fragments ...string) {
	t.Helper()
	for _, f := range fragments {
		if strings.Contains(text, f) {
			t.Errorf("%q has %q", text, f)
		}
	}
}
