package main

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// lates are how much later Feishu delivers again what it could not deliver.
func lates() []time.Duration {
	return []time.Duration{15 * time.Second, 5 * time.Minute, time.Hour, 6 * time.Hour, 7 * time.Hour}
}

// arrives hands in an event that was sent some time ago.
func (o *office) arrives(name string, by time.Duration, e chat.Event) chat.Receipt {
	o.t.Helper()
	e.From = o.screens.account(name)
	e.Chat, e.ToBot, e.Sent = e.From.Private(), true, o.now()
	o.late.Store(int64(by))
	defer o.late.Store(0)
	r, err := o.receive(context.Background(), e)
	o.must(err)
	return r
}

// ways are all ways in which a command line arrives.
func ways(id, line string) []chat.Event {
	return []chat.Event{
		{ID: id + "/text", Kind: chat.Text, Text: line},
		{ID: id + "/press", Kind: chat.Press, Command: line, Card: id},
		{ID: id + "/menu", Kind: chat.Menu, Command: line},
		{ID: id + "/submit", Kind: chat.Submit, Command: line, Values: map[string]string{"本周": "拜访"}, Card: id + "/form"},
	}
}

// holder is a post, or else a duty, that has a right.
func holder(r rulebook.Right) (store.Post, store.Duty) {
	for _, p := range store.Posts {
		if rulebook.Allows(r, store.Person{ID: "x", Post: p}) {
			return p, ""
		}
	}
	for _, d := range store.Duties {
		if rulebook.Allows(r, store.Person{ID: "x", Post: store.OtherEmployee, Duties: []store.Duty{d}}) {
			return store.OtherEmployee, d
		}
	}
	return "", ""
}

// No command, press, menu or form that was sent before somebody had the right to
// it does anything, however late it is delivered after they got it (abuse 23).
func TestEveryCommandLate(t *testing.T) {
	people := append(department(), staff.Entry{Name: "周敏", Post: store.OtherEmployee})
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, people, thursday().AddDate(0, 0, -1))
	o.move(thursday())
	tried := 0
	for _, spec := range o.bot.Load().desk.Specs() {
		if rulebook.Allows(spec.Who, store.Person{ID: "x", Post: store.OtherEmployee}) {
			continue
		}
		tried++
		o.rises(spec)
		for _, by := range lates() {
			for _, e := range ways(spec.Name+by.String(), spec.Examples[0]) {
				r, a := o.arrives("周敏", by, e), o.lastAudit()
				if r.OK || a.Outcome != ledger.Denied || a.Act != spec.Name {
					t.Errorf("%s (%s), %v late: %+v, audited as %s %s", spec.Name, e.Kind, by, r, a.Act, a.Outcome)
				}
			}
		}
		o.falls()
	}
	if tried < 15 {
		t.Errorf("only %d commands tried", tried)
	}
}

// rises gives 周敏 what a command takes, now.
func (o *office) rises(spec *command.Spec) {
	p := o.person("周敏")
	post, duty := holder(spec.Who)
	o.update(func(ctx context.Context, tx *store.Tx) error {
		if duty != "" {
			return tx.People().GiveDuty(ctx, p.ID, duty, o.now())
		}
		return tx.People().SetPost(ctx, p.ID, post, o.now())
	})
}

// falls takes all of it from 周敏 again, before anything else is sent.
func (o *office) falls() {
	p := o.person("周敏")
	o.update(func(ctx context.Context, tx *store.Tx) error {
		for _, d := range p.Duties {
			if err := tx.People().TakeDuty(ctx, p.ID, d, o.now()); err != nil {
				return err
			}
		}
		if p.Post == store.OtherEmployee {
			return nil
		}
		return tx.People().SetPost(ctx, p.ID, store.OtherEmployee, o.now())
	})
}

// Whatever can be taken back is not, by a 撤销 that was sent before.
func TestEveryUndoLate(t *testing.T) {
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday().AddDate(0, 0, -1))
	o.move(thursday())
	for _, spec := range o.bot.Load().desk.Specs() {
		if spec.Undo == nil || spec.Hidden {
			continue
		}
		for _, e := range o.staff {
			if !spec.Suits(o.person(e.Name)) {
				continue
			}
			o.hear(e.Name, spec.Examples[len(spec.Examples)-1])
			for _, by := range lates() {
				o.arrives(e.Name, by, chat.Event{ID: "undo/" + spec.Name + e.Name + by.String(), Kind: chat.Text, Text: "撤销"})
				if a := o.lastAudit(); a.Act != "撤销" || a.Outcome == ledger.Done {
					t.Errorf("%s by %s: 撤销 of %v before is audited as %+v", spec.Name, e.Name, by, a)
				}
			}
			break
		}
		o.clock.Add((23 * time.Minute).Milliseconds()) // so that none of these times lies within 5 minutes after another
	}
}

// Delivered 7 hours late it counts from when it was sent, and once, however
// often it comes (fault 6).
func TestSevenHoursLate(t *testing.T) {
	at := time.Date(2026, 11, 27, 18, 59, 0, 0, shanghai) // a Friday: the report was due at noon
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), at.AddDate(0, 0, -1))
	o.move(at)
	for range 3 {
		o.arrives("张伟", 7*time.Hour, chat.Event{ID: "report", Kind: chat.Text, Text: "周报 本周：拜访 下周：签约"})
		o.arrives("张伟", 7*time.Hour, chat.Event{ID: "check-in", Kind: chat.Text, Text: "签到 广州 拜访客户"})
	}
	o.deliver()
	p, week := o.person("张伟"), store.WeekOf(at)
	o.update(func(ctx context.Context, tx *store.Tx) error {
		reports, err := tx.Reports().Of(ctx, p.ID, week)
		if err != nil {
			return err
		}
		sent := at.Add(-7 * time.Hour)
		if len(reports) != 1 || reports[0].Late != 0 || !reports[0].Sent.Equal(sent) {
			t.Errorf("reports %+v", reports)
		}
		ins, err := tx.CheckIns().Of(ctx, p.ID, at.AddDate(0, 0, -2), at.AddDate(0, 0, 2))
		if len(ins) != 1 || !ins[0].At.Equal(sent) || ins[0].Day != store.DayOf(sent) {
			t.Errorf("check-ins %+v", ins)
		}
		return err
	})
	answers := 0
	for _, m := range o.screens.messages("张伟") {
		answers += strings.Count(m.words(), "周报已收到") + strings.Count(m.words(), "签到成功")
	}
	if answers != 2 {
		t.Errorf("%d answers", answers)
	}
}

// settled takes people over as a start with other settings does.
func (o *office) settled(list []staff.Entry) {
	o.t.Helper()
	b := o.bot.Load()
	people, err := command.AreaOf[*staff.Handler](b.areas)
	o.must(err)
	o.update(func(ctx context.Context, tx *store.Tx) error {
		notices, err := people.Settle(ctx, tx, list, o.now())
		if err != nil {
			return err
		}
		return b.post.Notices(ctx, tx, notices, store.ClassAlarm, o.now())
	})
	o.deliver()
}

// A post that settings take away leaves nothing unheard of: who is above hears what the
// person may not hold any more.
func TestSettingsSayWhatIsStuck(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, department(), thursday())
	o.hear("张伟", "新客户 东莞市南湖酒店")
	list := slices.Clone(o.staff)
	list[slices.IndexFunc(list, func(e staff.Entry) bool { return e.Name == "张伟" })].Post = store.OtherEmployee
	before := len(o.screens.messages("李娜"))
	o.settled(list)
	said := ""
	for _, m := range o.screens.messages("李娜")[before:] {
		said += m.words()
	}
	if !strings.Contains(said, "张伟由业务员改为其他员工（配置文件）") || !strings.Contains(said, "名下还有客户 1") {
		t.Errorf("the supervisor hears: %s", said)
	}
}

// What the settings made of somebody stands before what was said of them earlier
// and arrives later, and before its 撤销.
func TestSettingsStandBeforeLateWords(t *testing.T) {
	o := openOffice(t, storetest.Options(t, storetest.SQLite), onPage, department(), thursday().AddDate(0, 0, -1))
	o.move(thursday())
	o.hear("王芳", "人员 岗位 张伟 其他员工")
	o.move(thursday().Add(4 * time.Minute))
	for _, post := range []store.Post{store.Supervisor, store.OtherEmployee} {
		list := slices.Clone(o.staff)
		list[slices.IndexFunc(list, func(e staff.Entry) bool { return e.Name == "张伟" })].Post = post
		o.settled(list)
	}
	for i, line := range []string{"撤销", "人员 岗位 张伟 市场主管", "人员 职责 张伟 财务", "人员 停用 张伟"} {
		o.arrives("王芳", 2*time.Minute, chat.Event{ID: "late/" + line, Kind: chat.Text, Text: line})
		p, a := o.person("张伟"), o.lastAudit()
		if a.Outcome != ledger.Refused || p.Post != store.OtherEmployee || len(p.Duties) > 0 {
			t.Errorf("%d %s: audited as %s %s, %+v", i, line, a.Act, a.Outcome, p)
		}
	}
}
