package main

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"marketbot/bot/feishu"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// naughty are the strings that have broken other programs (515 of them), and
// some that break databases and chats.
func naughty(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile("../handlers/command/testdata/blns/blns.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 515 {
		t.Fatalf("%d naughty strings", len(list))
	}
	return append(list, "\x00", "a\x00b", "\x00\x00 前后 \x00", "\u202e倒着写", `<at id=all></at>`, `<at user_id="all">所有人</at>`,
		"[点这里](https://evil.example)", "<person id='ou_0'></person>", strings.Repeat("长", 3000))
}

// trimmed is what a command leaves of the free text behind it.
func trimmed(s string) string { return strings.TrimFunc(s, unicode.IsSpace) }

// blank reports whether a text shows nothing, or marks alone that end or part
// sentences, so that it may be refused.
func blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Mn, unicode.Lm) && !strings.ContainsRune(".,;!?", r)
	})
}

// Every naughty string goes through the whole bot as every free text that
// people can give: nothing breaks, what is kept is what was typed, byte for
// byte, and what comes back mentions nobody and leads nowhere. The other
// database takes the hardest of them; what rests there is the same bytes (see
// the store's own test).
func TestNaughtyStrings(t *testing.T) {
	all := naughty(t)
	const each = 64 // a department that said more would only be slow
	for part := range slices.Chunk(all, each) {
		t.Run(storetest.SQLite, func(t *testing.T) { playNaughty(t, storetest.SQLite, part) })
	}
	t.Run(storetest.Postgres, func(t *testing.T) { playNaughty(t, storetest.Postgres, all[len(all)-each/2:]) })
}

func playNaughty(t *testing.T, backend string, part []string) {
	t.Parallel()
	o := openOffice(t, storetest.Prepared(t, backend), onFeishu, department(), thursday())
	form := o.reportForm("刘洋")
	o.hear("张伟", "周报 本周：布展 下周：总结")
	for i, s := range part {
		o.clock.Add((4 * time.Second).Milliseconds()) // the same form at once would be a double click
		o.naughtyTrip(s)
		o.naughtyReport(form, s)
		o.naughtyWords(i, s)
		o.naughtyRequest(i, s)
		o.naughtyFile(i, s)
	}
	o.clock.Store(thursday().Add(24 * time.Hour).UnixMilli())
	o.hear("王芳", "上报")
	o.screens.press("王芳", o.newest("王芳", "确认"), 0)
	o.deliver()
	for _, s := range part {
		o.naughtyComment(s)
	}
	o.harmless()
}

// reportForm is the form of the weekly report.
func (o *office) reportForm(name string) message {
	o.t.Helper()
	o.hear(name, "周报")
	return o.newest(name, "")
}

// newest is the newest message of a private chat, with a button.
func (o *office) newest(name, button string) message {
	o.t.Helper()
	for _, m := range slices.Backward(o.screens.messages(name)) {
		if button == "" || m.button(button) == 0 {
			return m
		}
	}
	o.t.Fatalf("%s sees no %s", name, button)
	return message{}
}

// naughtyTrip is a trip, a check-in, a place and leave, with what is kept.
func (o *office) naughtyTrip(s string) {
	o.t.Helper()
	o.screens.say("张伟", private, "签到 "+s)
	if strings.ContainsFunc(s, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) || unicode.IsSymbol(c) }) { // marks alone are no progress
		o.kept("progress", s, o.lastCheckIn("张伟").Progress)
	}
	o.screens.say("张伟", mentioned, "签到 广州 "+s)
	o.screens.place("李娜", s)
	o.screens.say("李娜", private, s)
	o.screens.say("李娜", private, "取消")
	o.screens.say("李娜", private, "出差 广州 今天 "+s)
	o.screens.say("李娜", private, "出差 "+s+" 明天")
	o.screens.say("小林", private, "请假 明天 因为 "+s) // 明天 -1 would be a range of days
	o.update(func(ctx context.Context, tx *store.Tx) error {
		p, _, err := tx.People().Named(ctx, "小林")
		if err != nil {
			return err
		}
		list, err := tx.Leaves().Of(ctx, p.ID, "2026-11-27")
		if len(list) == 1 {
			o.kept("leave", "因为 "+s, list[0].Reason)
		} else {
			o.t.Errorf("leave with %q: %d leaves", s, len(list))
		}
		return err
	})
	o.screens.say("小林", private, "销假")
	o.deliver()
}

// kept compares what rests with what was typed. What shows nothing may have
// been refused, so that something older rests.
func (o *office) kept(what, typed, rests string) {
	o.t.Helper()
	if want := trimmed(typed); rests != want && !blank(typed) {
		o.t.Errorf("%s %q rests as %q", what, want, rests)
	}
}

func (o *office) lastCheckIn(name string) (last store.CheckIn) {
	o.t.Helper()
	p := o.person(name)
	o.update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.CheckIns().Of(ctx, p.ID, o.now().Add(-time.Hour), o.now().Add(time.Hour))
		if len(list) > 0 {
			last = list[len(list)-1]
		}
		return err
	})
	return last
}

// naughtyReport fills every part of the report's form, and types it.
func (o *office) naughtyReport(form message, s string) {
	o.t.Helper()
	if s == "" { // the client refuses it
		return
	}
	values := map[string]string{}
	for _, f := range form.fields {
		values[f] = s
	}
	o.screens.submit("刘洋", form, values)
	text := o.lastReport("刘洋")
	for _, part := range []string{text.Done, text.Plan, text.Payment, text.Problem} {
		if part != s && !blank(s) {
			o.t.Errorf("the form's %q rests as %q", s, part)
		}
	}
	o.screens.say("刘洋", private, "周报 本周："+s+" 下周："+s)
	o.screens.say("刘洋", private, "改周报 问题："+s)
	o.screens.say("王芳", private, "上报 "+s)
	o.deliver()
}

func (o *office) lastReport(name string) (text store.ReportText) {
	o.t.Helper()
	p := o.person(name)
	o.update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.Reports().Of(ctx, p.ID, store.WeekOf(o.now()))
		if len(list) > 0 {
			text = list[len(list)-1].Text
		}
		return err
	})
	return text
}

// lookups are commands whose words are looked up, or taken for names and
// numbers; every string goes to some of them in turn.
func lookups() []string {
	return []string{
		"帮助 ", "制度 ", "人员 ", "确认 ", "人员 岗位 ", "签到记录 ", "谁没交 ", "取消 ", "催交 ", "汇总 ", "看周报 ", "撤销 ", "绑定 ",
	}
}

// naughtyWords are texts that are no command, looked up, and taken for names.
func (o *office) naughtyWords(i int, s string) {
	o.t.Helper()
	o.screens.say("王芳", private, s)
	o.screens.say("王芳", mentioned, s)
	for n, line := range lookups() {
		if n%4 == i%4 || s == "\x00" {
			o.screens.say("王芳", private, line+s)
		}
	}
	o.screens.say("王芳", private, "人员 添加 "+s+" 其他员工")
	o.screens.say(stranger, private, "绑定 "+s)
	o.deliver()
}

// naughtyComment is a comment of the general manager, passed on.
func (o *office) naughtyComment(s string) {
	o.t.Helper()
	o.screens.say("陈总", private, "批示 "+s)
	o.screens.say("陈总", private, "取消") // what was empty is asked for
	o.update(func(ctx context.Context, tx *store.Tx) error {
		list, err := tx.Weeks().Comments(ctx, store.WeekOf(o.now()))
		if len(list) > 0 {
			o.kept("comment", s, list[len(list)-1].Text)
		}
		return err
	})
	o.deliver()
}

// harmless looks at everything that was said and written down.
func (o *office) harmless() {
	o.t.Helper()
	for range 400 { // what one person causes another to hear comes together, a little each minute
		var q store.Queue
		o.update(func(ctx context.Context, tx *store.Tx) (err error) {
			q, err = tx.Outbox().Counts(ctx, o.now(), time.Time{})
			return err
		})
		if q.Waiting == 0 {
			break
		}
		o.move(o.now().Add(time.Minute))
	}
	c := o.screens.(*company)
	rooms := []string{feishuGroup}
	for _, id := range c.ids {
		rooms = append(rooms, id)
	}
	said := 0
	for _, at := range rooms {
		for _, m := range c.server.Seen(at) {
			said++
			if len(m.Mentions) > 0 || len(m.Links) > 0 {
				o.t.Errorf("mentions %q, leads to %q: %s", m.Mentions, m.Links, m.Text)
			}
		}
	}
	o.update(func(ctx context.Context, tx *store.Tx) error {
		tail, forged, err := tx.Audit().Tail(ctx, 1_000_000)
		for _, a := range tail {
			if a.Outcome == ledger.Failed {
				o.t.Errorf("failed: %+v", a)
			}
		}
		q, err2 := tx.Outbox().Counts(ctx, o.now(), time.Time{})
		o.t.Logf("%d commands, %d messages on %s, %d waiting, %d dead", len(tail), said, feishu.Name, q.Waiting, q.Dead)
		if len(forged) > 0 || err2 != nil || q.Waiting > 0 || q.Dead > 0 {
			o.t.Errorf("%d forged, queue %+v, %v", len(forged), q, err2)
		}
		return err
	})
}
