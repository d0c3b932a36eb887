package staff

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

// office is a department in a real store, with everybody's commands.
type office struct {
	t      *testing.T
	db     *store.DB
	router *command.Router
	h      Handler
	now    time.Time
	people map[string]store.Person
}

// said is how a line is said; with only a name it is an ordinary message.
type said struct {
	as       string // name of a person, or of nobody
	account  chat.Account
	fromName string
	mentions []chat.Mention
	confirm  string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite)
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	h := Handler{
		Rules:  rulebook.Rules{Zone: zone, Calendar: calendar, Report: rulebook.WeeklyReport(), Consolidated: rulebook.Consolidated()},
		OwedBy: []store.Post{store.Salesperson},
	}
	router, err := command.NewRouter(h.Commands())
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: db, router: router, h: h, now: time.Date(2026, 11, 24, 9, 30, 0, 0, zone), people: map[string]store.Person{}}
	o.register("陈总", store.GeneralManager)
	o.register("王芳", store.MarketingDirector, store.Administrator)
	o.register("李娜", store.Supervisor)
	o.register("张伟", store.Salesperson)
	return o
}

func (o *office) update(f func(ctx context.Context, tx *store.Tx) error) {
	o.t.Helper()
	if err := o.db.Update(o.t.Context(), func(tx *store.Tx) error { return f(o.t.Context(), tx) }); err != nil {
		o.t.Fatal(err)
	}
}

// register registers somebody with the account of their name.
func (o *office) register(name string, post store.Post, duties ...store.Duty) {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) error {
		p := store.Person{ID: tx.NewID(o.now), Name: name, Post: post, Duties: duties, Since: o.now}
		o.people[name] = p
		if err := tx.AddPerson(ctx, p); err != nil {
			return err
		}
		return tx.Bind(ctx, store.Account{Platform: "webchat", ID: name, Person: p.ID}, o.now)
	})
}

// try runs a command line the way the desk does.
func (o *office) try(s said, line string) (command.Answer, error) {
	o.t.Helper()
	spec, rest, ok := o.router.Match(line)
	if !ok {
		o.t.Fatalf("%q calls nothing", line)
	}
	from := s.account
	if from.ID == "" {
		from = chat.Account{Platform: "webchat", ID: s.as}
	}
	var a command.Answer
	err := o.db.Update(o.t.Context(), func(tx *store.Tx) error {
		ctx := o.t.Context()
		who, _, err := tx.PersonBy(ctx, from.Platform, from.ID)
		if err != nil {
			return err
		}
		if who.ID != "" && !rulebook.Allows(spec.Who, who) {
			return &command.Refusal{Text: "只有" + rulebook.Holders(spec.Who) + "可以。"}
		}
		args, err := command.Parse(ctx, spec, rest, command.Env{Tx: tx, Now: o.now, Mentions: s.mentions})
		if err != nil {
			return err
		}
		e := chat.Event{From: from, FromName: s.fromName, Text: line, Mentions: s.mentions, Sent: o.now}
		offers := func(name string) bool {
			spec, _, ok := o.router.Match(name)
			return ok && spec.Suits(who)
		}
		a, err = spec.Run(ctx, command.NewCall(command.Call{
			Tx: tx, Person: who, Now: o.now, Event: e, Spec: spec, Line: line, Confirmed: s.confirm, Offers: offers,
		}, args))
		return err
	})
	return a, err
}

// say runs a line that must go through.
func (o *office) say(as, line string) command.Answer {
	o.t.Helper()
	a, err := o.try(said{as: as}, line)
	if err != nil {
		o.t.Fatalf("%s: %s: %v", as, line, err)
	}
	return a
}

// refused runs a line that must be refused, and gives the refusal's words.
func (o *office) refused(as, line string) string {
	o.t.Helper()
	a, err := o.try(said{as: as}, line)
	var r *command.Refusal
	if !errors.As(err, &r) {
		o.t.Fatalf("%s: %s: answer %q, error %v; want a refusal", as, line, flat(a.Reply), err)
	}
	return r.Text + "\n" + r.Hint
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

// person is a person as the store has them now.
func (o *office) person(name string) store.Person {
	o.t.Helper()
	var p store.Person
	o.update(func(ctx context.Context, tx *store.Tx) error {
		var err error
		p, _, err = tx.PersonNamed(ctx, name)
		return err
	})
	return p
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
		b.WriteString(x.Text + x.Note)
		for _, f := range x.Facts {
			b.WriteString(f.Label + "=" + f.Value + "\n")
		}
		if x.Table != nil {
			for _, row := range x.Table.Rows {
				b.WriteString(strings.Join(row, "|") + "\n")
			}
		}
		if x.Fold != nil {
			b.WriteString(x.Fold.Title + x.Fold.Text)
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

// notified is who is told what, by name.
func (o *office) notified(list []chat.Notice) map[string]string {
	by := map[string]string{}
	for _, n := range list {
		for name, p := range o.people {
			if p.ID == n.To {
				by[name] = flat(n.Message)
			}
		}
	}
	return by
}

func TestRulesAreAcknowledgedOnce(t *testing.T) {
	o := newOffice(t)
	wants(t, flat(o.say("张伟", "制度").Reply), "市场管理细则", "会-3", "展开全文", "[我已阅读:制度确认 "+rulebook.Version+"]")
	wants(t, flat(o.say("张伟", "制度 2-4").Reply), "2-4 出差每日联系", "[请假 怎么用:帮助 请假]", "我已阅读")
	if text := flat(o.say("张伟", "制度 附-4").Reply); !strings.Contains(text, "[人员 怎么用") || strings.Contains(text, "自检") {
		t.Errorf("offers what is refused: %s", text)
	}
	wants(t, flat(o.say("王芳", "制度 附-4").Reply), "[自检 怎么用:帮助 自检]")
	wants(t, flat(o.say("张伟", "制度 档").Reply), "找到 9 条", "档-1", "[档-2")
	wants(t, o.refused("张伟", "制度 天气预报"), "没有找到", "制度 会-3")
	wants(t, o.refused("张伟", "制度确认 2020-01-01"), "已更新")

	if items := o.owes("张伟"); len(items) != 1 || !strings.Contains(items[0].Text, "待阅读确认") {
		t.Errorf("owes %v", items)
	}
	wants(t, flat(o.say("张伟", "制度确认 "+rulebook.Version).Reply), "已记录", "2026-11-24 09:30", rulebook.Version)
	o.now = o.now.Add(time.Hour)
	wants(t, flat(o.say("张伟", "制度确认").Reply), "你已在 2026-11-24 09:30 确认过")
	if text := flat(o.say("张伟", "制度").Reply); strings.Contains(text, "我已阅读") {
		t.Error("the button stays after it was pressed")
	}
	if items := o.owes("张伟"); len(items) != 0 {
		t.Errorf("owes %v", items)
	}
	wants(t, flat(o.say("李娜", "人员 张伟").Reply), "2026-11-24 09:30 确认已读")
}

func (o *office) owes(name string) []command.Item {
	o.t.Helper()
	var items []command.Item
	o.update(func(ctx context.Context, tx *store.Tx) error {
		var err error
		items, err = o.h.Owes(ctx, &command.Call{Tx: tx, Person: o.people[name], Now: o.now})
		return err
	})
	return items
}
