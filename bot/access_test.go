package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

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

// The customers of the table. Each file holds a phone of its own.
const (
	ofZhang    = "K1" // 张伟's own
	ofLiu      = "K2" // 刘洋's own
	lentOut    = "K3" // 小林 may look
	lentBefore = "K4" // 小林 might have looked yesterday
	noSuch     = "K99"
)

func secretOf(customer string) string { return "1380013800" + customer[1:2] }

// What may come of a command.
const (
	yes      = "y" // done
	no       = "-" // denied: the command is not for the post
	readOnly = "r" // denied: the file may be read, not changed
	hiddenIs = "h" // denied: nothing is said of the customer
)

// fileCommand is a command about one customer's file, with what comes of it for
// each person of everyPost in turn.
type fileCommand struct {
	line  string // %s: the customer
	shows bool   // the phone is in the answer
	mine  string // K1
	other string // K2
	lent  string // K3
	over  string // K4
}

func fileCommands() []fileCommand {
	return []fileCommand{
		//                                              赵 陈 周 王 李 张 刘 林
		{"客户 %s", false /*               */, "y y y y y y y h", "y y y y y y y h", "y y y y y y y y", "y y y y y y y h"},
		{"看电话 %s 核实地址", true /*         */, "y y y y y y y h", "y y y y y y y h", "y y y y y y y y", "y y y y y y y h"},
		{"客户历史 %s", false /*             */, "y y y y y y y h", "y y y y y y y h", "y y y y y y y y", "y y y y y y y h"},
		{"跟进 %s 电话沟通", false /*          */, "y y y y y y y h", "y y y y y y y h", "y y y y y y y r", "y y y y y y y h"},
		{"改客户 %s 行业=行业%d", false /*      */, "- - - y y y r -", "- - - y y r y -", "- - - y y y r -", "- - - y y y r -"},
		{"联系人 %s 某人%d 职务=经理", false /* */, "- - - y y y r -", "- - - y y r y -", "- - - y y y r -", "- - - y y y r -"},
		{"核对 %s", false /*               */, "- - - y y - - -", "- - - y y - - -", "- - - y y - - -", "- - - y y - - -"},
		{"移交客户 %s 王芳", false /*          */, "- - - y y - - -", "- - - y y - - -", "- - - y y - - -", "- - - y y - - -"},
		{"删除联系人 %s 李明 本人要求", false /*  */, "- - - y y - - -", "- - - y y - - -", "- - - y y - - -", "- - - y y - - -"},
	}
}

// Every post tries every command on their own customer, on another's, on one
// they were granted and on one they were granted until yesterday: nobody gets
// more than the table says, and every denial is audited with its clause.
func TestAccess(t *testing.T) {
	o := openOffice(t, storetest.Options(t, storetest.SQLite), onPage, everyPost(), thursday())
	o.fileCabinet()
	for n, c := range fileCommands() {
		for _, file := range []struct{ customer, table string }{{ofZhang, c.mine}, {ofLiu, c.other}, {lentOut, c.lent}, {lentBefore, c.over}} {
			for i, may := range strings.Fields(file.table) {
				line := strings.ReplaceAll(strings.ReplaceAll(c.line, "%s", file.customer), "%d", fmt.Sprint(n, i))
				o.tryFile(everyPost()[i].Name, line, file.customer, may, c.shows)
			}
		}
	}
}

// fileCabinet enters the customers and the grants.
func (o *office) fileCabinet() {
	o.t.Helper()
	for _, line := range []struct{ who, line string }{
		{"张伟", "新客户 东莞市甲有限公司"}, {"刘洋", "新客户 东莞市乙有限公司"}, {"张伟", "新客户 东莞市丙有限公司"}, {"张伟", "新客户 东莞市丁有限公司"},
	} {
		o.hear(line.who, line.line)
	}
	for _, k := range []string{ofZhang, ofLiu, lentOut, lentBefore} {
		o.hear("李娜", "联系人 "+k+" 李明 电话="+secretOf(k))
	}
	o.update(func(ctx context.Context, tx *store.Tx) error {
		lin, manager := o.personIn(ctx, tx, "小林"), o.personIn(ctx, tx, "陈总")
		for id, g := range map[string]store.Grant{
			"A901": {Customer: lentOut, From: o.now(), Until: o.now().Add(24 * time.Hour)},
			"A902": {Customer: lentBefore, From: o.now().Add(-48 * time.Hour), Until: o.now()},
		} {
			g.ID, g.Person, g.By = id, lin.ID, manager.ID
			if err := tx.AddGrant(ctx, g); err != nil {
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

// tryFile lets somebody say a line and looks at what comes of it.
func (o *office) tryFile(name, line, customer, may string, shows bool) {
	o.t.Helper()
	said, a := o.hear(name, line), o.lastAudit()
	secret := strings.Contains(said, secretOf(customer))
	if a.Person != o.person(name).ID {
		o.t.Errorf("%s: %s is audited as %+v", name, line, a)
	}
	switch {
	case may == yes && (a.Outcome != store.Done || secret != shows):
		o.t.Errorf("%s: %s: %+v, %q", name, line, a, said)
	case may == yes && shows && (a.Trace == "" || a.Customer != customer || !strings.Contains(said, a.Trace)):
		o.t.Errorf("%s: %s leaves no trace: %+v", name, line, a)
	case may != yes && (a.Outcome != store.Denied || a.Clause == "" || !strings.Contains(said, a.Clause) || secret || a.Trace != ""):
		o.t.Errorf("%s: %s: %+v, %q", name, line, a, said)
	case (may == readOnly || may == hiddenIs) && a.Customer != customer:
		o.t.Errorf("%s: %s is denied without saying for whom: %+v", name, line, a)
	}
	if may != hiddenIs {
		return
	}
	again := o.hear(name, strings.Replace(line, customer, noSuch, 1))
	if strings.ReplaceAll(again, noSuch, customer) != said {
		o.t.Errorf("%s: %s says %q, but of nobody %q", name, line, said, again)
	}
}
