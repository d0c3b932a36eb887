package main

import (
	"strings"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/storetest"
)

// openFirm is an office on WeCom with two who owe a report.
func openFirm(t *testing.T) (*office, *firm) {
	people := []staff.Entry{
		{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}},
		{Name: "张伟", Post: store.Salesperson}, {Name: "刘洋", Post: store.Salesperson},
	}
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onWeCom, people, time.Date(2026, 11, 26, 9, 30, 0, 0, shanghai))
	return o, o.screens.(*firm)
}

func (f *firm) back() {
	f.t.Helper()
	platformtest.Eventually(f.t, "the connection", func() bool { return f.robot.Connected() && f.adapter.Ready() == nil })
}

// The platform is away when reminders are due: they come once it is back, once.
func TestRobotAway(t *testing.T) {
	o, f := openFirm(t)
	f.robot.Away(true)
	platformtest.Eventually(f.t, "the end of the connection", func() bool { return f.adapter.Ready() != nil })
	reminders := time.Date(2026, 11, 26, 16, 47, 0, 0, shanghai)
	o.move(reminders)
	o.move(reminders.Add(10 * time.Minute))
	for _, name := range []string{"张伟", "刘洋"} {
		if n := len(f.messages(name)); n != 0 {
			t.Fatalf("%s got %d messages from a platform that is away", name, n)
		}
	}
	f.robot.Away(false)
	f.back()
	for i := range 3 {
		o.move(reminders.Add(time.Duration(20+i) * time.Minute))
	}
	for _, name := range []string{"张伟", "刘洋"} {
		if list := f.messages(name); len(list) != 1 || !strings.Contains(list[0].words(), "周报") || strings.Contains(list[0].words(), "补发") {
			t.Errorf("%s sees %+v", name, list)
		}
	}
}

// The connection breaks after a reminder was shown and before that was told:
// it comes once more, and says so.
func TestRobotAnswerLost(t *testing.T) {
	o, f := openFirm(t)
	f.robot.Cut("aibot_send_msg", 1)
	reminders := time.Date(2026, 11, 26, 16, 47, 0, 0, shanghai)
	o.move(reminders)
	platformtest.Eventually(f.t, "another connection", func() bool { return f.robot.Subscribed() == 2 })
	f.back()
	for i := range 30 {
		o.move(reminders.Add(time.Duration(i+1) * time.Minute))
	}
	again := 0
	for _, name := range []string{"张伟", "刘洋"} {
		list := f.messages(name)
		if n := len(list); n < 1 || n > 2 || n == 2 && (strings.Contains(list[0].words(), "补发") || !strings.Contains(list[1].words(), "补发")) {
			t.Errorf("%s sees %+v", name, list)
		}
		again += len(list) - 1
	}
	if again < 1 { // the other may have been under way as well
		t.Error("nothing came again")
	}
}

// Everything that people did comes five times, shuffled: one effect, one
// answer.
func TestRobotRepeats(t *testing.T) {
	o, f := openFirm(t)
	for _, line := range []string{"出差 广州 3天", "签到 广州 拜访客户", "我的", "帮助"} {
		f.say("张伟", private, line)
		o.deliver()
	}
	before := len(f.messages("张伟"))
	for range 4 {
		f.hears(4, func() error { f.robot.Repeat(true); return nil })
		o.deliver()
	}
	if n := len(f.messages("张伟")); n != before || before != 4 {
		t.Errorf("%d answers, then %d", before, n)
	}
}

// The settings write an account in other capitals than the platform does: it is
// that person's all the same, for commands and for reminders.
func TestCapitalsOfAnAccount(t *testing.T) {
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), func(o *office) screens {
		f := onWeCom(o).(*firm)
		o.staff[0].Accounts = map[string]string{wecom.Name: strings.ToLower(f.ids["王芳"])}
		o.staff[1].Accounts = map[string]string{wecom.Name: strings.ToUpper(f.ids["张伟"])}
		return f
	}, []staff.Entry{
		{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}}, {Name: "张伟", Post: store.Salesperson},
	}, time.Date(2026, 11, 26, 9, 30, 0, 0, shanghai))
	f := o.screens.(*firm)
	f.say("张伟", private, "我的")
	o.deliver()
	o.move(time.Date(2026, 11, 26, 16, 48, 0, 0, shanghai))
	list := f.messages("张伟")
	if len(list) != 2 || !strings.Contains(list[0].words(), "我的待办") || !strings.Contains(list[1].words(), "周报") {
		t.Errorf("张伟 sees %+v", list)
	}
}
