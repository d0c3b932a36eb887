package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/command"
	"marketbot/handlers/customer"
	"marketbot/handlers/staff"
	"marketbot/store"
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

// The customers of the tables. All but ofLiu are 张伟's.
const (
	ofZhang    = "K1"
	ofLiu      = "K2"
	lentOut    = "K3" // lent to 李娜, 刘洋 and 小林, each by a grant of their own
	lentBefore = "K4" // lent to the same until now
	lentElse   = "K5" // lent to 周助
	bait       = "K6" // a canary
	noSuch     = "K99"
)

// files are all of them, in the order of the tables.
func files() []string { return []string{ofZhang, ofLiu, lentOut, lentBefore, lentElse, bait, noSuch} }

// nameOf is what a customer is called; nobody bears that of noSuch.
func nameOf(customer string) string { return "东莞市" + customer[1:] + "号有限公司" }

// phoneOf stands masked in the file, valueOf open.
func phoneOf(customer string) string { return "1380013800" + customer[1:2] }
func valueOf(customer string) string { return "密情" + customer }

// What may come of a command about a file.
const (
	yes      = 'y' // done
	no       = '-' // denied: the command is not for the post
	readOnly = 'r' // denied: the file may be read, not changed
	hiddenIs = 'h' // denied (档-6): nothing is said of the customer
	noFile   = 'n' // refused: whoever may read every file hears that there is no such customer
)

// rights are what comes of a kind of command: a line for each of files, and in
// it a sign for each of everyPost (赵陈周王李张刘林).
type rights [7]string

// setting is a choice that the rule book leaves open (C1, C2), with what it
// makes of 档-4 and 档-6.
type setting struct {
	name              string
	steward           bool
	see               string
	read              rights // 档-4: these posts, whom the general manager let for that customer (档-6)
	note              rights // progress: readers, but with leave one only looks
	write, keep, lead rights // 档-4, 档-7: the supervisor and the director, salespeople their own
}

// settings are all four. The supervisor reads as who organises the files, and
// like others by a grant where the files are kept from them.
func settings() []setting {
	leads := rights{"---yy---"}
	return []setting{
		{
			"all", true, customer.SeeAll,
			rights{"yyyyyyyh", "yyyyyyyh", "yyyyyyyy", "yyyyyyyh", "yyyyyyyh", "yyyyyyyh", "nnnnnnnh"},
			rights{"yyyyyyyh", "yyyyyyyh", "yyyyyyyr", "yyyyyyyh", "yyyyyyyh", "yyyyyyyh", "nnnnnnnh"},
			rights{"---yyyr-", "---yyry-", "---yyyr-", "---yyyr-", "---yyyr-", "---yyyr-", "---nnnn-"},
			rights{"---yy---", "---yy---", "---yy---", "---yy---", "---yy---", "---yy---", "---nn---"}, leads,
		},
		{
			"own", true, customer.SeeOwn,
			rights{"yyyyyyhh", "yyyyyhyh", "yyyyyyyy", "yyyyyyhh", "yyyyyyhh", "yyyyyyhh", "nnnnnhhh"},
			rights{"yyyyyyhh", "yyyyyhyh", "yyyyyyrr", "yyyyyyhh", "yyyyyyhh", "yyyyyyhh", "nnnnnhhh"},
			rights{"---yyyh-", "---yyhy-", "---yyyr-", "---yyyh-", "---yyyh-", "---yyyh-", "---nnhh-"},
			rights{"---yy---", "---yy---", "---yy---", "---yy---", "---yy---", "---yy---", "---nn---"}, leads,
		},
		{
			"all, no steward", false, customer.SeeAll,
			rights{"yyyyhyyh", "yyyyhyyh", "yyyyyyyy", "yyyyhyyh", "yyyyhyyh", "yyyyhyyh", "nnnnhnnh"},
			rights{"yyyyhyyh", "yyyyhyyh", "yyyyryyr", "yyyyhyyh", "yyyyhyyh", "yyyyhyyh", "nnnnhnnh"},
			rights{"---yhyr-", "---yhry-", "---yryr-", "---yhyr-", "---yhyr-", "---yhyr-", "---nhnn-"},
			rights{"---yh---", "---yh---", "---yr---", "---yh---", "---yh---", "---yh---", "---nh---"}, rights{"---yd---"},
		},
		{
			"own, no steward", false, customer.SeeOwn,
			rights{"yyyyhyhh", "yyyyhhyh", "yyyyyyyy", "yyyyhyhh", "yyyyhyhh", "yyyyhyhh", "nnnnhhhh"},
			rights{"yyyyhyhh", "yyyyhhyh", "yyyyryrr", "yyyyhyhh", "yyyyhyhh", "yyyyhyhh", "nnnnhhhh"},
			rights{"---yhyh-", "---yhhy-", "---yryr-", "---yhyh-", "---yhyh-", "---yhyh-", "---nhhh-"},
			rights{"---yh---", "---yh---", "---yr---", "---yh---", "---yh---", "---yh---", "---nh---"}, rights{"---yd---"},
		},
	}
}

// fileCommand is a command about one customer's file.
type fileCommand struct {
	line   string // %s: the customer's code, %n: its name, %d: a number of its own
	may    func(setting) rights
	clause string // of whoever has no right to the command at all
	only   string // of whoever may read the file and no more
	opens  bool   // the file: the answer shows of it, under a trace code
	shows  bool   // the phone, too
}

func fileCommands() []fileCommand {
	read := func(s setting) rights { return s.read }
	note := func(s setting) rights { return s.note }
	write := func(s setting) rights { return s.write }
	keep := func(s setting) rights { return s.keep }
	return []fileCommand{
		{line: "客户 %s", may: read, opens: true},
		{line: "客户 %n", may: read, opens: true},
		{line: "看电话 %s 核实地址", may: read, opens: true, shows: true},
		{line: "客户历史 %s", may: read, opens: true},
		{line: "跟进 %s 电话沟通", may: note, only: "档-6"},
		{line: "改客户 %s 行业=行业%d", may: write, clause: "档-8", only: "档-4"},
		{line: "联系人 %s 某人%d 职务=经理", may: write, clause: "档-1", only: "档-4"},
		{line: "核对 %s", may: keep, clause: "档-8", only: "档-4"},
		{line: "移交客户 %s 王芳", may: keep, clause: "档-4", only: "档-4"},
		{line: "删除联系人 %s 李明 本人要求", may: keep, clause: "档-8", only: "档-4"},
	}
}

// otherCommand is a command of the same areas that opens no file: who may use
// it, by post. Where it is silent nobody learns from it whether there is such
// a customer.
type otherCommand struct {
	line   string
	may    string // y, - and d: as -, but for want of a delegation or a setting
	clause string
	silent bool
}

func otherCommands() []otherCommand {
	return []otherCommand{
		{"新客户 东莞市新来%d有限公司", "---yyyy-", "档-7", false},
		{"我的客户", "yyyyyyyy", "档-8", false},
		{"提供线索 %s 听说要搬", "yyyyyyyy", "档-2", true},
		{"查阅记录", "yy-y----", "档-3", false},
		{"查阅记录 %s", "yy-y----", "档-3", false},
		{"溯源 AAAAAA", "yy-y----", "档-5", false},
		{"申请查阅 %s 核实地址", "yyyyyyyy", "档-6", true},
		{"查阅申请", "yyyyyyyy", "档-6", false},
		{"查阅申请 A1", "yyyyyyyy", "档-6", false},
		{"撤回申请 A1", "yyyyyyyy", "档-6", false},
		{"批准 A1", "dyd-----", "档-6", false},
		{"驳回 A1", "dyd-----", "档-6", false},
		{"收回查阅 A1", "dyd-----", "档-6", false},
		{"授权 周助 3天", "-y------", "档-6", false},
		{"收回授权 周助", "-y------", "档-6", false},
	}
}

func leadCommands(s setting) []otherCommand {
	var list []otherCommand
	for _, line := range []string{"线索", "线索 L1", "采纳 L1", "不采纳 L1 没有这回事"} {
		list = append(list, otherCommand{line, s.lead[0], "档-7", false})
	}
	return list
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
			o := openOffice(t, storetest.Options(t, storetest.SQLite), func(o *office) screens {
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
			for n, c := range slices.Concat(otherCommands(), leadCommands(s)) {
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
	o := openOffice(t, storetest.Options(t, storetest.SQLite), onPage, everyPost(), thursday())
	tried := map[string]bool{}
	for _, c := range fileCommands() {
		tried[strings.Fields(c.line)[0]] = true
	}
	for _, c := range slices.Concat(otherCommands(), leadCommands(settings()[0])) {
		tried[strings.Fields(c.line)[0]] = true
	}
	b := o.bot.Load()
	owned := slices.Concat(b.areas.customer.Commands(), b.areas.approval.Commands())
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
			if err := tx.AddGrant(ctx, store.Grant{
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
	p, _, err := tx.PersonNamed(ctx, name)
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
		case a.Outcome != store.Done || reveals != c.shows || c.opens && !shown:
			problem("not done as it should be")
		case c.opens && (a.Trace == "" || a.Customer != file || !strings.Contains(said, a.Trace)):
			problem("leaves no trace")
		}
		return
	}
	want := map[rune]string{no: c.clause, readOnly: c.only, hiddenIs: "档-6"}[may]
	switch {
	case shown || reveals || strings.Contains(said, valueOf("")) || a.Trace != "":
		problem("something of the file is told")
	case may == noFile && a.Outcome != store.Refused:
		problem("not refused")
	case may != noFile && (a.Outcome != store.Denied || a.Clause != want || !strings.Contains(said, want)):
		problem("not denied by " + want)
	case (may == readOnly || may == hiddenIs && file != noSuch) && a.Customer != file:
		problem("denied without saying for whom")
	}
	if may != hiddenIs || file == noSuch {
		return
	}
	again := o.hear(name, about(c.line, noSuch, number))
	if inOtherWords(again, noSuch) != inOtherWords(said, file) {
		o.t.Errorf("%s: %s says %q, but of nobody %q", name, line, said, again)
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
	if a.Person != o.person(name).ID || denied != (a.Outcome == store.Denied) || a.Outcome == store.Failed || a.Outcome == store.Unknown ||
		denied && (a.Clause != c.clause || !strings.Contains(said, c.clause)) {
		o.t.Errorf("%s: %s (%c): audited as %+v, %q", name, line, may, a, said)
	}
	if strings.Contains(said, valueOf("")) || strings.Contains(said, phoneOf(ofZhang)) || a.Trace != "" {
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
	if a.Outcome == store.Done && numberless(inOtherWords(again, noSuch)) != numberless(inOtherWords(said, ofZhang)) {
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
