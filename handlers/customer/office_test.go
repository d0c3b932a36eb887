package customer

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

// office is a department in a real store, with this area's commands.
type office struct {
	t      testing.TB
	db     *store.DB
	router *command.Router
	h      Handler
	now    time.Time
	group  bool
	// confirmed is the version that the next lines confirm.
	confirmed string
	people    map[string]store.Person
}

// newOffice opens on Tuesday 2026-11-24, 09:30, with the settings of who has
// set nothing.
func newOffice(t testing.TB) *office { return openOffice(t, Defaults()) }

func openOffice(t testing.TB, config Config) *office {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite)
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	h := Handler{Rules: rulebook.Rules{Zone: zone, Calendar: calendar}, Config: config}
	router, err := command.NewRouter(h.Commands())
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, router: router, h: h, people: map[string]store.Person{}}
	o.clock("2026-11-24 09:30")
	o.register("陈总", store.GeneralManager)
	o.register("王芳", store.MarketingDirector)
	o.register("李娜", store.Supervisor)
	o.register("张伟", store.Salesperson)
	o.register("刘洋", store.Salesperson)
	o.register("小林", store.OtherEmployee)
	return o
}

func (o *office) clock(s string) {
	o.t.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", s, zone)
	if err != nil {
		o.t.Fatal(err)
	}
	o.now = t
}

func (o *office) update(f func(ctx context.Context, tx *store.Tx) error) {
	o.t.Helper()
	if err := o.db.Update(o.t.Context(), func(tx *store.Tx) error { return f(o.t.Context(), tx) }); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) register(name string, post store.Post) {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) error {
		o.people[name] = store.Person{ID: tx.NewID(o.now), Name: name, Post: post, Since: o.now}
		return tx.AddPerson(ctx, o.people[name])
	})
}

// customer enters a customer as if it had been found in a drawer; owner may be
// nobody.
func (o *office) customer(name, owner string) store.Customer {
	o.t.Helper()
	c := store.Customer{Name: name, Owner: o.people[owner].ID, Stage: o.h.Config.Stages[0], Created: o.now, Author: o.people["李娜"].ID}
	o.update(func(ctx context.Context, tx *store.Tx) (err error) {
		if c.ID, err = tx.NewCustomerCode(ctx); err != nil {
			return err
		}
		if err := tx.AddCustomer(ctx, c); err != nil {
			return err
		}
		return tx.AddName(ctx, store.CustomerName{ID: tx.NewID(o.now), Customer: c.ID, Name: name, Kind: store.FullName, Since: o.now})
	})
	return c
}

// look opens a file through the door, as the desk would note it.
func (o *office) look(as, customer, act, why string) store.File {
	o.t.Helper()
	var f store.File
	o.update(func(ctx context.Context, tx *store.Tx) error {
		c, _, err := tx.Customer(ctx, customer)
		if err != nil {
			return err
		}
		a := o.h.Config.Policy().Access(o.people[as], c, store.Grant{}, o.now)
		f, err = tx.OpenCustomer(ctx, a, store.Audit{At: o.now, Person: o.people[as].ID, Act: act, Clause: a.Clause, Look: store.Look{Why: why}})
		return err
	})
	return f
}

// try runs a command line the way the desk does.
func (o *office) try(as, line string) (command.Answer, error) {
	o.t.Helper()
	spec, rest, ok := o.router.Match(line)
	if !ok {
		o.t.Fatalf("%q calls nothing", line)
	}
	var a command.Answer
	err := o.db.Update(o.t.Context(), func(tx *store.Tx) error {
		ctx, who := o.t.Context(), o.people[as]
		if !rulebook.Allows(spec.Who, who) {
			return &command.Refusal{Text: "只有" + rulebook.Holders(spec.Who) + "可以。"}
		}
		args, err := command.Parse(ctx, spec, rest, command.Env{Tx: tx, Now: o.now, Person: who})
		if err != nil {
			return err
		}
		e := chat.Event{Text: line, Sent: o.now, Chat: chat.Address{Group: o.group}}
		call := command.Call{Tx: tx, Person: who, Now: o.now, Event: e, Spec: spec, Line: line, Confirmed: o.confirmed}
		a, err = spec.Run(ctx, command.NewCall(call, args))
		return err
	})
	return a, err
}

// say runs a line that must go through and gives all its words.
func (o *office) say(as, line string) string { o.t.Helper(); return flat(o.answer(as, line).Reply) }

func (o *office) answer(as, line string) command.Answer {
	o.t.Helper()
	a, err := o.try(as, line)
	if err != nil {
		o.t.Fatalf("%s: %s: %v", as, line, err)
	}
	if a.Subject == "" {
		o.t.Errorf("%s: %s: no subject for the audit", as, line)
	}
	return a
}

// refused runs a line that must be refused, and gives the refusal's words.
func (o *office) refused(as, line string) string {
	o.t.Helper()
	a, err := o.try(as, line)
	var r *command.Refusal
	if !errors.As(err, &r) {
		o.t.Fatalf("%s: %s: answer %q, error %v; want a refusal", as, line, flat(a.Reply), err)
	}
	return r.Text + "\n" + r.Hint
}

// asked runs a line that must be answered by a question.
func (o *office) asked(as, line string) *command.Question {
	o.t.Helper()
	a, err := o.try(as, line)
	var q *command.Question
	if !errors.As(err, &q) {
		o.t.Fatalf("%s: %s: answer %q, error %v; want a question", as, line, flat(a.Reply), err)
	}
	return q
}

// undo takes an answer back.
func (o *office) undo(as, line string, a command.Answer) (string, error) {
	o.t.Helper()
	spec, _, _ := o.router.Match(line)
	var text string
	err := o.db.Update(o.t.Context(), func(tx *store.Tx) error {
		var err error
		text, err = spec.Undo(o.t.Context(), &command.Call{Tx: tx, Person: o.people[as], Now: o.now, Spec: spec}, a.Undo)
		return err
	})
	return text, err
}

// told is who hears what of some notices, by name.
func (o *office) told(notices []chat.Notice) map[string]string {
	words := map[string]string{}
	for _, n := range notices {
		for name, p := range o.people {
			if p.ID == n.To {
				words[name] += flat(n.Message)
			}
		}
	}
	return words
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
		if x.Fold != nil {
			b.WriteString(x.Fold.Title + "\n" + x.Fold.Text + "\n")
		}
	}
	for _, x := range m.Card.Buttons {
		b.WriteString("[" + x.Label + ":" + x.Command + "]")
	}
	return b.String()
}

// wants fails unless text has every fragment.
func wants(t testing.TB, text string, fragments ...string) {
	t.Helper()
	for _, f := range fragments {
		if !strings.Contains(text, f) {
			t.Errorf("%q lacks %q", text, f)
		}
	}
}

// lacks fails when text has one of the fragments.
func lacks(t testing.TB, text string, fragments ...string) {
	t.Helper()
	for _, f := range fragments {
		if strings.Contains(text, f) {
			t.Errorf("%q has %q", text, f)
		}
	}
}
