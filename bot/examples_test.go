package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// department is somebody in every post that has rights of its own, and one of
// none.
func department() []staff.Entry {
	return []staff.Entry{
		{Name: "陈总", Post: store.GeneralManager},
		{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}},
		{Name: "李娜", Post: store.Supervisor},
		{Name: "张伟", Post: store.Salesperson},
		{Name: "刘洋", Post: store.Salesperson},
		{Name: "小林", Post: store.OtherEmployee},
	}
}

// thursday is an ordinary one.
func thursday() time.Time { return time.Date(2026, 11, 26, 9, 30, 0, 0, shanghai) }

// lastAudit is how the newest entry says that something ended.
func (o *office) lastAudit() (last ledger.Entry) {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) error {
		tail, forged, err := tx.Audit().Tail(ctx, 1)
		if err == nil && len(tail) == 1 && len(forged) == 0 {
			last = tail[0]
		}
		return err
	})
	return last
}

// person is who the store has under a name.
func (o *office) person(name string) (p store.Person) {
	o.t.Helper()
	o.update(func(ctx context.Context, tx *store.Tx) (err error) {
		p, _, err = tx.People().Named(ctx, name)
		return err
	})
	return p
}

// hear lets somebody say something in private and is the words of the answer.
func (o *office) hear(name, text string) string {
	o.t.Helper()
	before := len(o.screens.messages(name))
	o.screens.say(name, private, text)
	o.deliver()
	var words []string
	for _, m := range o.screens.messages(name)[before:] {
		words = append(words, m.words())
	}
	if len(words) == 0 {
		o.t.Errorf("%s hears nothing after %q", name, text)
	}
	return strings.Join(words, "\n")
}

// Every example of every command does what it says for whoever may, and is
// refused with the clause, and audited, for whoever may not.
func TestExamples(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday())
	specs := o.bot.Load().desk.Specs()
	for _, spec := range specs {
		t.Run(spec.Name, func(t *testing.T) {
			o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday())
			for _, line := range spec.Examples {
				o.tryExample(spec, line)
			}
		})
	}
}

func (o *office) tryExample(spec *command.Spec, line string) {
	o.t.Helper()
	clause := spec.Clause
	if clause == "" {
		clause = rulebook.ClauseOf(spec.Who)
	}
	if spec.Name != "绑定" { // the only one open to everybody
		if said := o.hear(stranger, line); said != staff.Unregistered+"\n" || o.lastAudit().Outcome != ledger.Unknown {
			o.t.Errorf("%s by a stranger: %+v, %q", line, o.lastAudit(), said)
		}
	}
	who := ""
	for _, e := range o.staff {
		p := o.person(e.Name)
		may := rulebook.Allows(spec.Who, p)
		if spec.Suits(p) || may && who == "" {
			who = e.Name
		}
		if may {
			continue
		}
		said, a := o.hear(e.Name, line), o.lastAudit()
		if a.Outcome != ledger.Denied || a.Person != p.ID || a.Act != spec.Name || a.Clause != clause {
			o.t.Errorf("%s by %s: audited as %+v", line, e.Name, a)
		}
		if !strings.Contains(said, "只有"+rulebook.Holders(spec.Who)+"可以") || !strings.Contains(said, clause) {
			o.t.Errorf("%s by %s: denied with %q", line, e.Name, said)
		}
	}
	if spec.Who == rulebook.HandIn || spec.Who == rulebook.CheckIn || strings.Contains(line, "周报") {
		who = "张伟" // some of these are for those who owe reports only
	}
	said, a := o.hear(who, line), o.lastAudit()
	o.t.Logf("%s by %s: %s %q", line, who, a.Outcome, said)
	if spec.Replaces != nil { // no preview waits
		if a.Outcome != ledger.Unknown {
			o.t.Errorf("%s by %s: audited as %+v, said %q", line, who, a, said)
		}
		return
	}
	if a.Person != o.person(who).ID || a.Act != spec.Name && !slices.Contains(handOver(), spec.Name) || a.Outcome != ledger.Done && a.Outcome != ledger.Refused && spec.Name != "人员 绑定码" { // everybody here has an account, so that nobody gets a code
		o.t.Errorf("%s by %s: audited as %+v, said %q", line, who, a, said)
	}
}
