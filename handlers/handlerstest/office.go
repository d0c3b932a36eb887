// Package handlerstest is a department for the tests of the areas: people in a
// real store who say lines to one area, which are run as the desk runs them. It
// is used by tests only, knows no area, and leaves out what the desk adds to an
// answer: audit, confirmation, delivery.
package handlerstest

import (
	"context"
	"errors"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/daily"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// Zone is the company's.
var Zone = time.FixedZone("CST", 8*3600)

// platform is where everybody has an account, under their name.
const platform = "webchat"

// Rules are those of a company that has set nothing; it asks for no check-ins.
func Rules(t testing.TB) rulebook.Rules {
	t.Helper()
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return rulebook.Rules{Zone: Zone, Calendar: calendar, Report: rulebook.WeeklyReport(), Consolidated: rulebook.Consolidated(), Keep: rulebook.DefaultRetention()}
}

// Office is a department with one area.
type Office struct {
	T      testing.TB
	DB     *store.DB
	Now    time.Time
	People map[string]store.Person // by name, as they were registered
	// Subjects says that all answers, even those that only show something, name
	// their subject for the audit.
	Subjects bool
	Policy   rulebook.FilePolicy // who reads customers' files
	area     command.Area
	router   *command.Router
}

// New opens an office with those whom every department has: 陈总, 王芳 (director
// and administrator), 李娜 (supervisor) and 张伟 (salesperson).
func New(t testing.TB, area command.Area, at string) *Office {
	t.Helper()
	o := &Office{T: t, DB: storetest.Open(t, storetest.SQLite), People: map[string]store.Person{}}
	o.Serve(area)
	o.Clock(at)
	o.Register("陈总", store.GeneralManager)
	o.Register("王芳", store.MarketingDirector, store.Administrator)
	o.Register("李娜", store.Supervisor)
	o.Register("张伟", store.Salesperson)
	return o
}

// Serve puts an area in place of the one before.
func (o *Office) Serve(area command.Area) {
	o.T.Helper()
	router, err := command.NewRouter(area.Commands())
	if err != nil {
		o.T.Fatal(err)
	}
	o.area, o.router = area, router
}

// Clock moves the clock: "2026-11-27 12:00", with seconds or without.
func (o *Office) Clock(at string) {
	o.T.Helper()
	if len(at) == len("2006-01-02 15:04") {
		at += ":00"
	}
	now, err := time.ParseInLocation(time.DateTime, at, Zone)
	if err != nil {
		o.T.Fatal(err)
	}
	o.Now = now
}

// Update runs f in a transaction that must go through.
func (o *Office) Update(f func(ctx context.Context, tx *store.Tx) error) {
	o.T.Helper()
	if err := o.DB.Update(o.T.Context(), func(tx *store.Tx) error { return f(o.T.Context(), tx) }); err != nil {
		o.T.Fatal(err)
	}
}

// Register registers somebody with the account of their name.
func (o *Office) Register(name string, post store.Post, duties ...store.Duty) {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		p := store.Person{ID: tx.NewID(o.Now), Name: name, Post: post, Duties: duties, Since: o.Now}
		o.People[name] = p
		if err := tx.People().Add(ctx, p); err != nil {
			return err
		}
		return tx.Accounts().Bind(ctx, store.Account{Platform: platform, ID: name, Person: p.ID}, o.Now)
	})
}

// Leave enters somebody's leave for one day.
func (o *Office) Leave(name string, day store.Day, by string) {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		return tx.Leaves().Add(ctx, store.Leave{ID: tx.NewID(o.Now), Person: o.People[name].ID, First: day, Last: day, By: o.People[by].ID, Entered: o.Now})
	})
}

// Customer enters a customer as if it had been found in a drawer: K1, K2 and so
// on. The owner may be nobody.
func (o *Office) Customer(name, owner string) store.Customer {
	o.T.Helper()
	c := store.Customer{Name: name, Owner: o.People[owner].ID, Stage: "初步接触", Created: o.Now, Author: o.People["李娜"].ID}
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		if c.ID, err = vault.In(tx).NewCode(ctx); err != nil {
			return err
		}
		if err := vault.In(tx).Add(ctx, c); err != nil {
			return err
		}
		return vault.Search(tx).AddName(ctx, vault.Name{ID: tx.NewID(o.Now), Customer: c.ID, Name: name, Kind: vault.FullName, Since: o.Now})
	})
	return c
}

// Owes is what somebody owes or waits for.
func (o *Office) Owes(name string) (items []command.Item) {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		items, err = o.area.Owes(ctx, &command.Call{Tx: tx, Person: o.People[name], Now: o.Now})
		return err
	})
	return items
}

// Job runs a job of the clock now; week is for those that are about one.
func (o *Office) Job(do func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error), week store.Week) (list []chat.Notice) {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = do(ctx, tx, rulebook.Slot{At: o.Now, Week: week})
		return err
	})
	return list
}

// Daily is the area's part of the daily message, said now.
func (o *Office) Daily() []chat.Notice {
	o.T.Helper()
	job := daily.Job{Rules: Rules(o.T), Grace: time.Hour, Areas: []daily.Area{o.area.(daily.Area)}}
	return o.Job(job.Run, store.Week{})
}

// Undo takes an answer back.
func (o *Office) Undo(as, line string, a *command.Answer) (text string, err error) {
	o.T.Helper()
	spec, _, _ := o.router.Match(line)
	err = o.DB.Update(o.T.Context(), func(tx *store.Tx) (err error) {
		text, err = spec.Undo(o.T.Context(), &command.Call{Tx: tx, Person: o.People[as], Now: o.Now, Spec: spec, Policy: o.Policy}, a.Undo)
		return err
	})
	return text, err
}

// How changes how a line is said: without it is an ordinary private message.
type How func(*command.Call)

// Confirmed says that a version was confirmed.
func Confirmed(version string) How { return func(c *command.Call) { c.Confirmed = version } }

// Filled hands in a form.
func Filled(values map[string]string) How { return func(c *command.Call) { c.Form = values } }

// From says it from another account.
func From(a chat.Account, name string) How {
	return func(c *command.Call) { c.Event.From, c.Event.FromName = a, name }
}

// Mentioning mentions somebody in it.
func Mentioning(m chat.Mention) How {
	return func(c *command.Call) { c.Event.Mentions = append(c.Event.Mentions, m) }
}

// InGroup says it in a group.
func InGroup(c *command.Call) { c.Event.Chat.Group = true }

// Try runs a command line.
func (o *Office) Try(as, line string, how ...How) (a *command.Answer, err error) {
	o.T.Helper()
	spec, rest, ok := o.router.Match(line)
	if !ok {
		o.T.Fatalf("%q calls nothing", line)
	}
	from := chat.Account{Platform: platform, ID: as}
	e := chat.Event{From: from, Chat: from.Private(), Text: line, Sent: o.Now}
	c := command.Call{Now: o.Now, Event: e, Spec: spec, Line: line, Policy: o.Policy, Calendar: Rules(o.T).Calendar}
	for _, f := range how {
		f(&c)
	}
	err = o.DB.Update(o.T.Context(), func(tx *store.Tx) (err error) {
		c.Tx = tx
		a, err = o.run(o.T.Context(), c, rest)
		return err
	})
	return a, err
}

func (o *Office) run(ctx context.Context, c command.Call, rest string) (*command.Answer, error) {
	var err error
	if c.Person, _, err = c.Tx.Accounts().Person(ctx, c.Event.From.Platform, c.Event.From.ID); err != nil {
		return nil, err
	}
	if c.Person.ID != "" && !rulebook.Allows(c.Spec.Who, c.Person) {
		return nil, &command.Refusal{Text: "只有" + rulebook.Holders(c.Spec.Who) + "可以。", Denied: true}
	}
	args, err := command.Parse(ctx, c.Spec, rest, c.Env())
	if err != nil {
		return nil, err
	}
	c.Serving = o.router.Serving()
	c.Offers = func(name string) bool {
		spec, _, ok := o.router.Match(name)
		return ok && spec.Suits(c.Person)
	}
	return c.Spec.Run(ctx, command.NewCall(c, args))
}

// Answer runs a line that must go through.
func (o *Office) Answer(as, line string, how ...How) *command.Answer {
	o.T.Helper()
	a, err := o.Try(as, line, how...)
	if err != nil {
		o.T.Fatalf("%s: %s: %v", as, line, err)
	}
	if spec, _, _ := o.router.Match(line); a.Undo != "" && spec.Undo == nil {
		o.T.Errorf("%s: %s: cannot take back what it says can be", as, line)
	}
	if o.Subjects && a.Subject == "" {
		o.T.Errorf("%s: %s: no subject for the audit", as, line)
	}
	return a
}

// Say runs a line that must go through, and gives all words of the reply.
func (o *Office) Say(as, line string, how ...How) string {
	o.T.Helper()
	return Flat(o.Answer(as, line, how...).Reply)
}

// Refusal runs a line that must be refused.
func (o *Office) Refusal(as, line string, how ...How) *command.Refusal {
	o.T.Helper()
	return failed[*command.Refusal](o, as, line, how)
}

// Refused runs a line that must be refused, and gives the refusal's words.
func (o *Office) Refused(as, line string, how ...How) string {
	o.T.Helper()
	r := o.Refusal(as, line, how...)
	return r.Text + "\n" + r.Hint
}

// Asked runs a line that must be answered by a question.
func (o *Office) Asked(as, line string, how ...How) *command.Question {
	o.T.Helper()
	return failed[*command.Question](o, as, line, how)
}

func failed[E error](o *Office, as, line string, how []How) (e E) {
	o.T.Helper()
	if a, err := o.Try(as, line, how...); !errors.As(err, &e) {
		o.T.Fatalf("%s: %s: answer %+v, error %v; want a %T", as, line, a, err, e)
	}
	return e
}
