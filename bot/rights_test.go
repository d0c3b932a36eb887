package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/approval"
	"marketbot/handlers/command"
	"marketbot/handlers/customer"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// everyPost is somebody in every post, two of them salespeople.
func everyPost() []staff.Entry {
	return []staff.Entry{
		{Name: "赵董", Post: store.ExecutiveDirector},
		{Name: "陈总", Post: store.GeneralManager},
		{Name: "周助", Post: store.GMAssistant},
		{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}},
		{Name: "李娜", Post: store.Supervisor},
		{Name: "张伟", Post: store.Salesperson},
		{Name: "刘洋", Post: store.Salesperson},
		{Name: "小林", Post: store.OtherEmployee},
	}
}

// Every post tries every command on their own customer, on another's, on one
// that they were let look at, on one for which that is over or is another's,
// on a canary and on nobody, under every setting: nobody gets more than the
// tables say, every denial is audited with its clause, and who may not read
// hears the same whether or not there is such a customer.
func TestRights(t *testing.T) {
	for _, s := range settings() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			config := customer.Defaults()
			config.SupervisorIsSteward, config.SalespeopleSee, config.Canaries = s.steward, s.see, []string{nameOf(bait)}
			o := openOffice(t, storetest.Prepared(t, storetest.SQLite), func(o *office) screens {
				o.customers = &config
				return onPage(o)
			}, everyPost(), thursday())
			o.fileCabinet()
			for n, c := range fileCommands() {
				for at, file := range files() {
					for i, may := range c.may(s)[at] {
						o.tryFile(everyPost()[i].Name, file, fmt.Sprint(n, i), may, c)
					}
				}
			}
			o.hear("小林", "提供线索 "+nameOf(ofZhang)+" 听说要搬")
			o.hear("王芳", "活动 新增 内训 类型=洽谈 时间=12-05")
			o.hear("王芳", "议题 展会分工")
			o.hear("王芳", "月会 开始 11月")
			for n, c := range slices.Concat(otherCommands(), leadCommands(s), plainCommands()) {
				for i, may := range c.may {
					o.tryOther(everyPost()[i].Name, fmt.Sprint(n, i), may, c)
				}
			}
			o.baitAlarms(s)
		})
	}
}

// Whatever can be said about a customer or a request stands in the tables.
func TestRightsNameEveryCommand(t *testing.T) {
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, everyPost(), thursday())
	tried := map[string]bool{}
	for _, c := range fileCommands() {
		tried[strings.Fields(c.line)[0]] = true
	}
	for _, c := range slices.Concat(otherCommands(), leadCommands(settings()[0])) {
		tried[strings.Fields(c.line)[0]] = true
	}
	b := o.bot.Load()
	var owned []command.Spec
	for _, area := range b.areas {
		switch area.(type) {
		case *customer.Handler, *approval.Handler:
			owned = append(owned, area.Commands()...)
		}
	}
	for _, spec := range b.desk.Specs() {
		ours := slices.ContainsFunc(owned, func(s command.Spec) bool { return s.Name == spec.Name })
		takes := slices.ContainsFunc(spec.Args, func(a command.Arg) bool { return a.Kind == command.Customer })
		if (ours || takes) && !tried[spec.Name] {
			t.Errorf("no table says who may use %s", spec.Name)
		}
	}
}

// fileCabinet enters the customers and the grants.
func (o *office) fileCabinet() {
	o.t.Helper()
	for _, k := range files()[:6] {
		who := "张伟"
		if k == ofLiu {
			who = "刘洋"
		}
		o.hear(who, "新客户 "+nameOf(k)+" 业务状况="+valueOf(k))
		o.hear("王芳", "联系人 "+k+" 李明 电话="+phoneOf(k)+" 爱好="+valueOf(k))
	}
	o.update(func(ctx context.Context, tx *store.Tx) error {
		now := o.now()
		for i, g := range []struct {
			who, customer string
			from, until   time.Time
		}{
			{"李娜", lentOut, now, now.Add(24 * time.Hour)},
			{"刘洋", lentOut, now, now.Add(24 * time.Hour)},
			{"小林", lentOut, now, now.Add(24 * time.Hour)},
			{"李娜", lentBefore, now.Add(-48 * time.Hour), now},
			{"刘洋", lentBefore, now.Add(-48 * time.Hour), now},
			{"小林", lentBefore, now.Add(-48 * time.Hour), now},
			{"周助", lentElse, now, now.Add(24 * time.Hour)},
		} {
			if err := tx.Grants().Add(ctx, store.Grant{
				ID: fmt.Sprint("A90", i), Person: o.personIn(ctx, tx, g.who).ID, By: o.personIn(ctx, tx, "陈总").ID,
				Customer: g.customer, From: g.from, Until: g.until,
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (o *office) personIn(ctx context.Context, tx *store.Tx, name string) store.Person {
	p, _, err := tx.People().Named(ctx, name)
	o.must(err)
	return p
}

// about is a line about a customer.
func about(line, customer, number string) string {
	return strings.NewReplacer("%s", customer, "%n", nameOf(customer), "%d", number).Replace(line)
}

// tryFile lets somebody say a line and looks at what comes of it.
func (o *office) tryFile(name, file, number string, may rune, c fileCommand) {
	o.t.Helper()
	line := about(c.line, file, number)
	said, a := o.hear(name, line), o.lastAudit()
	problem := func(what string) {
		o.t.Helper()
		o.t.Errorf("%s: %s (%c): %s: %+v, %q", name, line, may, what, a, said)
	}
	if a.Person != o.person(name).ID || a.Act != strings.Fields(line)[0] {
		problem("audited as another's")
	}
	shown, reveals := strings.Contains(said, valueOf(file)), strings.Contains(said, phoneOf(file))
	if may == yes {
		switch {
		case a.Outcome != ledger.Done || reveals != c.shows || c.opens && !shown:
			problem("not done as it should be")
		case c.opens && (a.Trace == "" || a.Customer != file || !strings.Contains(said, a.Trace)):
			problem("leaves no trace")
		}
		return
	}
	want := map[rune]string{no: c.clause, readOnly: c.only, hiddenIs: "档-6"}[may]
	if told := denied(said, a, file, may, want); told != "" || shown || reveals {
		problem(told)
	}
	if may == hiddenIs && file != noSuch {
		o.sameOfNobody(name, said, file, about(c.line, noSuch, number))
	}
}

// denied is what is wrong with how somebody was denied a file by a clause.
func denied(said string, a ledger.Entry, file string, may rune, clause string) string {
	switch {
	case strings.Contains(said, valueOf("")) || a.Trace != "":
		return "something of the file is told"
	case may == noFile && a.Outcome != ledger.Refused:
		return "not refused"
	case may != noFile && (a.Outcome != ledger.Denied || a.Clause != clause || !strings.Contains(said, clause)):
		return "not denied by " + clause
	case (may == readOnly || may == hiddenIs && file != noSuch) && a.Customer != file:
		return "denied without saying for whom"
	}
	return ""
}

// sameOfNobody fails when somebody hears of a customer what they would not hear
// of one that there is not.
func (o *office) sameOfNobody(name, said, file, line string) {
	o.t.Helper()
	if again := o.hear(name, line); inOtherWords(again, noSuch) != inOtherWords(said, file) {
		o.t.Errorf("%s: of %s %q is said, of nobody %q", name, file, said, again)
	}
}

// inOtherWords leaves out what was typed.
func inOtherWords(said, customer string) string {
	return strings.NewReplacer(nameOf(customer), "甲", customer, "甲").Replace(said)
}

// tryOther is tryFile for what opens no file.
func (o *office) tryOther(name, number string, may rune, c otherCommand) {
	o.t.Helper()
	line := about(c.line, ofZhang, number)
	said, a := o.hear(name, line), o.lastAudit()
	denied := may != yes
	if a.Person != o.person(name).ID || denied != (a.Outcome == ledger.Denied) || a.Outcome == ledger.Failed || a.Outcome == ledger.Unknown ||
		denied && (a.Clause != c.clause || !strings.Contains(said, c.clause)) {
		o.t.Errorf("%s: %s (%c): audited as %+v, %q", name, line, may, a, said)
	}
	if strings.Contains(said, valueOf("")) || strings.Contains(said, phoneOf(ofZhang)) || a.Trace != "" && a.Lists() == nil {
		o.t.Errorf("%s: %s tells of the file: %q", name, line, said)
	}
	if !c.silent {
		return
	}
	if code := requestCode.FindString(said); strings.HasPrefix(code, "A") {
		o.hear(name, "撤回申请 "+code)
	}
	again := o.hear(name, about(c.line, noSuch, number))
	numberless := func(s string) string { return requestCode.ReplaceAllString(s, "甲") }
	if a.Outcome == ledger.Done && numberless(inOtherWords(again, noSuch)) != numberless(inOtherWords(said, ofZhang)) {
		o.t.Errorf("%s: %s says %q, but of nobody %q", name, line, said, again)
	}
}

// requestCode is the number of a request or a lead.
var requestCode = regexp.MustCompile(`\b[AL]\d+\b`)

// baitAlarms looks for the alarms of whoever opened the canary: to the general
// manager and the director, but for themselves.
func (o *office) baitAlarms(s setting) {
	o.t.Helper()
	for i, may := range s.read[slices.Index(files(), bait)] {
		name := everyPost()[i].Name
		for _, watcher := range []string{"陈总", "王芳"} {
			told := slices.ContainsFunc(o.screens.messages(watcher), func(m message) bool {
				return strings.Contains(m.words(), "诱饵") && strings.Contains(m.words(), name+"（")
			})
			if want := may == yes && watcher != name; told != want {
				o.t.Errorf("%s opened the canary: %s is told: %t", name, watcher, told)
			}
		}
	}
}
