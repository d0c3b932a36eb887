package report

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

// office is a department in a real store. It runs command lines the way the
// desk does.
type office struct {
	t      *testing.T
	db     *store.DB
	router *command.Router
	h      Handler
	now    time.Time
	people map[string]store.Person
}

// newOffice is the department on a Monday morning: 陈总, 王芳 (director and
// administrator), 李娜 (supervisor) and three salespeople.
func newOffice(t *testing.T) *office {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite)
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	h := Handler{
		Rules:  rulebook.Rules{Zone: zone, Calendar: calendar, Report: rulebook.WeeklyReport(), Consolidated: rulebook.Consolidated()},
		Config: Defaults(),
	}
	router, err := command.NewRouter(h.Commands())
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, router: router, h: h, people: map[string]store.Person{}}
	o.at("2026-01-05 08:00")
	o.register("陈总", store.GeneralManager)
	o.register("王芳", store.MarketingDirector, store.Administrator)
	o.register("李娜", store.Supervisor)
	o.register("张伟", store.Salesperson)
	o.register("刘洋", store.Salesperson)
	o.register("赵磊", store.Salesperson)
	o.at("2026-11-23 09:00")
	return o
}

// at moves the clock: "2026-11-27 12:00", with seconds or without.
func (o *office) at(s string) {
	o.t.Helper()
	for _, layout := range []string{"2006-01-02 15:04", time.DateTime} {
		if now, err := time.ParseInLocation(layout, s, zone); err == nil {
			o.now = now
			return
		}
	}
	o.t.Fatalf("clock %q", s)
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
		p := store.Person{ID: tx.NewID(o.now), Name: name, Post: post, Duties: duties, Since: o.now}
		o.people[name] = p
		return tx.AddPerson(ctx, p)
	})
}

// leave enters leave for one day.
func (o *office) leave(name string, day store.Day, by string) {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddLeave(ctx, store.Leave{ID: tx.NewID(o.now), Person: o.people[name].ID, First: day, Last: day, By: o.people[by].ID, Entered: o.now})
	})
}

// run runs a command line, with a form's values or a confirmed version.
func (o *office) run(as, line string, form map[string]string, confirmed string) (command.Answer, error) {
	o.t.Helper()
	spec, rest, ok := o.router.Match(line)
	if !ok {
		o.t.Fatalf("%q calls nothing", line)
	}
	who := o.people[as]
	if !rulebook.Allows(spec.Who, who) {
		return command.Answer{}, &command.Refusal{Text: "只有" + rulebook.Holders(spec.Who) + "可以"}
	}
	var a command.Answer
	err := o.db.Update(o.t.Context(), func(tx *store.Tx) error {
		ctx := o.t.Context()
		args, err := command.Parse(ctx, spec, rest, command.Env{Tx: tx, Now: o.now})
		if err != nil {
			return err
		}
		c := command.Call{Tx: tx, Person: who, Now: o.now, Spec: spec, Line: line, Form: form, Confirmed: confirmed}
		a, err = spec.Run(ctx, command.NewCall(c, args))
		return err
	})
	return a, err
}

func (o *office) say(as, line string) command.Answer {
	o.t.Helper()
	a, err := o.run(as, line, nil, "")
	if err != nil {
		o.t.Fatalf("%s: %s: %v", as, line, err)
	}
	return a
}

// refused is a refusal's or question's words.
func (o *office) refused(as, line string) string {
	o.t.Helper()
	a, err := o.run(as, line, nil, "")
	var r *command.Refusal
	var q *command.Question
	switch {
	case errors.As(err, &r):
		return r.Text + "\n" + r.Hint
	case errors.As(err, &q):
		return q.Prompt + "\n" + q.Prefix
	}
	o.t.Fatalf("%s: %s: %q, %v; want a refusal", as, line, flat(a.Reply), err)
	return ""
}

// undo takes an answer back.
func (o *office) undo(as, name string, a command.Answer) (string, error) {
	o.t.Helper()
	spec, _, _ := o.router.Match(name)
	var text string
	err := o.db.Update(o.t.Context(), func(tx *store.Tx) (err error) {
		text, err = spec.Undo(o.t.Context(), command.NewCall(command.Call{Tx: tx, Person: o.people[as], Now: o.now, Spec: spec}, nil), a.Undo)
		return err
	})
	return text, err
}

// confirm runs a line and confirms its preview.
func (o *office) confirm(as, line string) command.Answer {
	o.t.Helper()
	p := o.say(as, line)
	if p.Confirm == "" {
		o.t.Fatalf("%s: no preview: %s", line, flat(p.Reply))
	}
	a, err := o.run(as, line, nil, p.Confirm)
	if err != nil {
		o.t.Fatalf("%s confirmed: %v", line, err)
	}
	return a
}

// job runs a reminder for its slot.
func (o *office) job(do func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error), w store.Week) []chat.Notice {
	o.t.Helper()
	var list []chat.Notice
	o.update(func(ctx context.Context, tx *store.Tx) (err error) {
		list, err = do(ctx, tx, rulebook.Slot{At: o.now, Week: w})
		return err
	})
	return list
}

// to lists what was said to somebody; "" is the group.
func (o *office) to(list []chat.Notice, name string) []string {
	var out []string
	for _, n := range list {
		if name == "" && n.To == "" || name != "" && n.To == o.people[name].ID {
			out = append(out, flat(n.Message))
		}
	}
	return out
}

// flat is everything that a message shows.
func flat(m chat.Message) string {
	parts := []string{m.Text}
	if m.File != nil {
		parts = append(parts, m.File.Name)
	}
	if c := m.Card; c != nil {
		parts = append(parts, c.Title)
		for _, b := range c.Blocks {
			parts = append(parts, b.Text, b.Note)
			for _, f := range b.Facts {
				parts = append(parts, f.Label+"："+f.Value)
			}
			if b.Table != nil {
				for _, row := range append([][]string{b.Table.Heads}, b.Table.Rows...) {
					parts = append(parts, strings.Join(row, "|"))
				}
			}
			if b.Fold != nil {
				parts = append(parts, b.Fold.Title, b.Fold.Text)
			}
		}
		if c.Form != nil {
			for _, f := range c.Form.Fields {
				parts = append(parts, f.Label, f.Value, strings.Join(f.Options, "/"))
			}
		}
		for _, b := range c.Buttons {
			parts = append(parts, "["+b.Label+"]", b.Command)
		}
	}
	return strings.Join(parts, "\n")
}

// has holds a text to its fragments; one that begins with ! must be absent.
func has(t *testing.T, text string, fragments ...string) {
	t.Helper()
	for _, f := range fragments {
		absent := strings.HasPrefix(f, "!")
		if strings.Contains(text, strings.TrimPrefix(f, "!")) == absent {
			t.Errorf("want %q in:\n%s", f, text)
		}
	}
}

// one is the only text of a list.
func one(t *testing.T, list []string) string {
	t.Helper()
	if len(list) != 1 {
		t.Fatalf("%d messages, want 1: %q", len(list), list)
	}
	return list[0]
}

var week48 = store.Week{Year: 2026, Number: 48}
