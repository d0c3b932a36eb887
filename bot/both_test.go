package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/wecom"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/storetest"
)

// twofold is a department whose general manager sits on Feishu and whose
// salespeople on WeCom; the director has an account on both.
type twofold struct {
	*office
	t      *testing.T
	feishu *company
	wecom  *firm
	read   map[screens]map[string]int
}

func openBoth(t *testing.T, now time.Time) *twofold {
	t.Helper()
	b := &twofold{t: t, read: map[screens]map[string]int{}}
	people := []staff.Entry{
		{Name: "陈总", Post: store.GeneralManager}, {Name: "张伟", Post: store.Salesperson},
		{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}},
	}
	b.office = openOffice(t, storetest.Prepared(t, storetest.SQLite), func(o *office) screens {
		b.feishu, b.wecom = onFeishu(o).(*company), onWeCom(o).(*firm)
		o.also = append(o.also, b.feishu.platform())
		o.staff[0].Accounts = map[string]string{feishu.Name: b.feishu.ids["陈总"]}
		o.staff[2].Accounts = map[string]string{feishu.Name: b.feishu.ids["王芳"], wecom.Name: b.wecom.ids["王芳"]}
		return b.wecom
	}, people, now)
	return b
}

// unread takes what a person has not read on a platform.
func (b *twofold) unread(on screens, name string) string {
	if b.read[on] == nil {
		b.read[on] = map[string]int{}
	}
	all := on.messages(name)
	var words []string
	for _, m := range all[b.read[on][name]:] {
		words = append(words, m.words())
	}
	b.read[on][name] = len(all)
	return strings.Join(words, "\n")
}

// expect checks that a person reads something on one platform and nothing on
// the other.
func (b *twofold) expect(on screens, name string, want string) {
	b.t.Helper()
	other := screens(b.feishu)
	if on == other {
		other = b.wecom
	}
	if got := b.unread(on, name); !strings.Contains(got, want) {
		b.t.Errorf("%s: want %q in:\n%s", name, want, got)
	}
	if got := b.unread(other, name); got != "" {
		b.t.Errorf("%s reads elsewhere:\n%s", name, got)
	}
}

func (b *twofold) say(on screens, name, text string) {
	b.t.Helper()
	on.say(name, private, text)
	b.deliver()
}

// confirm presses the newest 确认.
func (b *twofold) confirm(on screens, name string) {
	b.t.Helper()
	for _, m := range slices.Backward(on.messages(name)) {
		if i := m.button("确认"); i >= 0 {
			on.press(name, m, i)
			b.deliver()
			return
		}
	}
	b.t.Errorf("%s has nothing to confirm", name)
}

// A question is answered where it was asked, and what is said unasked comes to
// the platform that the person used last.
func TestOnePersonOnTwoPlatforms(t *testing.T) {
	b := openBoth(t, time.Date(2026, 11, 26, 9, 30, 0, 0, shanghai))
	b.say(b.wecom, "张伟", "周报 本周：拜访华东机电 下周：签滨海新材料")
	b.expect(b.wecom, "张伟", "第48周")
	b.say(b.feishu, "王芳", "谁没交")
	b.expect(b.feishu, "王芳", "张伟")
	b.move(time.Date(2026, 11, 30, 9, 20, 0, 0, shanghai))
	b.unread(b.wecom, "王芳")
	b.unread(b.feishu, "王芳")
	b.say(b.wecom, "王芳", "谁没交 上周")
	b.expect(b.wecom, "王芳", "张伟")
	b.move(time.Date(2026, 11, 30, 9, 40, 0, 0, shanghai))
	b.expect(b.wecom, "王芳", "11:00")
	b.move(time.Date(2026, 11, 30, 10, 25, 0, 0, shanghai))
	b.say(b.feishu, "王芳", "我的")
	b.unread(b.feishu, "王芳")
	b.move(time.Date(2026, 11, 30, 10, 40, 0, 0, shanghai))
	b.expect(b.feishu, "王芳", "11:00")
	b.say(b.wecom, "王芳", "上报")
	b.confirm(b.wecom, "王芳")
	if got := b.unread(b.feishu, "陈总"); !strings.Contains(got, "拜访华东机电") {
		t.Errorf("the general manager reads:\n%s", got)
	}
	b.say(b.feishu, "陈总", "批示 滨海新材料要本月签下来")
	b.confirm(b.feishu, "陈总")
	if got := b.unread(b.wecom, "王芳") + b.unread(b.feishu, "王芳"); !strings.Contains(got, "滨海新材料要本月签下来") {
		t.Errorf("the director reads:\n%s", got)
	}
}

// A code from one platform binds an account of the other to the same person.
func TestBindingAcrossPlatforms(t *testing.T) {
	b := openBoth(t, time.Date(2026, 11, 26, 9, 30, 0, 0, shanghai))
	b.say(b.wecom, "张伟", "绑定")
	code := regexp.MustCompile(`[A-Z0-9]{4}-[A-Z0-9]{4}`).FindString(b.unread(b.wecom, "张伟"))
	b.say(b.feishu, newcomer, "绑定 "+code)
	if got := b.unread(b.feishu, newcomer); code == "" || !strings.Contains(got, "张伟") {
		t.Errorf("with %q:\n%s", code, got)
	}
	b.move(time.Date(2026, 11, 27, 10, 50, 0, 0, shanghai))
	if got := b.unread(b.feishu, newcomer); !strings.Contains(got, "周报") {
		t.Errorf("the reminder does not come to the platform used last:\n%s", got)
	}
}

// Where WeCom trusts the address no more, the administrator is told on the
// other platform, with the address in it, and nothing is lost.
func TestUntrustedAddressIsTold(t *testing.T) {
	b := openBoth(t, time.Date(2026, 11, 26, 9, 30, 0, 0, shanghai))
	b.say(b.feishu, "王芳", "帮助")
	b.unread(b.feishu, "王芳")
	b.wecom.app.Fail("/cgi-bin/message/send", 1, wecomtest.Refuse(60020, "not allow to access from your ip"))
	b.wecom.place("张伟", "广州塔") // through the app, and so answered
	b.deliver()
	if got := b.unread(b.feishu, "王芳"); !strings.Contains(got, "60020") || !strings.Contains(got, "203.0.113.7") {
		t.Errorf("the administrator reads:\n%s", got)
	}
	if got := b.unread(b.wecom, "张伟"); got != "" {
		t.Errorf("it went out all the same:\n%s", got)
	}
	b.move(time.Date(2026, 11, 26, 9, 50, 0, 0, shanghai))
	if got := b.unread(b.wecom, "张伟"); got == "" {
		t.Error("the answer was lost")
	}
}
