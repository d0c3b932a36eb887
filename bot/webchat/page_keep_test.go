package webchat_test

import (
	"fmt"
	"net"
	"net/http/httptest"
	"testing"

	"marketbot/bot/webchat"
	"marketbot/bot/webchat/pagetest"
	"marketbot/handlers/chat"
)

// scrollTo scrolls the transcript and lets the browser notice it.
func scrollTo(p *pagetest.Page, top string) {
	pagetest.Eval[bool](p, `new Promise((done) => {
		const lines = document.querySelector("#lines");
		lines.scrollTop = `+top+`;
		requestAnimationFrame(() => requestAnimationFrame(() => done(true)));
	})`)
}

// scrolled is how far the transcript is scrolled.
func scrolled(p *pagetest.Page) int {
	return pagetest.Eval[int](p, `Math.round(document.querySelector("#lines").scrollTop)`)
}

const atEnd = `((l) => l.scrollHeight - l.scrollTop - l.clientHeight < 2)(document.querySelector("#lines"))`

func TestAReaderIsNotPulledDown(t *testing.T) {
	s := newEchoSite(t)
	s.tellMuch(s.Group())
	p := pagetest.Open(t, s.url, 1360, 820)
	p.WaitText("最后一条")
	p.Wait(atEnd, "the end of the room")

	scrollTo(p, "300")
	s.post("/say", map[string]any{"as": "lina", "room": "#group", "text": "大家好"})
	s.tell(s.Group(), chat.Message{Text: "通知"})
	p.WaitText("通知")
	if at := scrolled(p); at != 300 {
		t.Errorf("a new message moved the reader from 300 to %d", at)
	}
	p.Wait(`document.querySelector("#fresh").checkVisibility() && document.querySelector("#fresh").textContent.includes("2 条新消息")`, "the notice of new messages")
	p.Screenshot("keep_fresh")
	p.Axe("with new messages")
	p.Click("#fresh")
	p.Wait(atEnd, "the end of the room")
	p.Wait(`!document.querySelector("#fresh").checkVisibility()`, "the notice to go")

	s.tell(s.Group(), chat.Message{Text: "又一条"})
	p.WaitText("又一条")
	p.Wait(atEnd, "a reader at the end to follow")

	scrollTo(p, "300")
	p.Say("我来了")
	p.WaitText("听到：我来了")
	p.Wait(atEnd, "the answer to what the reader said")

	p.Click("[data-room=private]")
	p.Click("[data-room=group]")
	scrollTo(p, "450")
	p.Click("[data-room=private]")
	s.tell(s.Group(), chat.Message{Text: "不在时"})
	p.Wait(`document.querySelector("[data-room=group] .badge").textContent === "1"`, "an unread message")
	p.Click("[data-room=group]")
	p.WaitText("不在时")
	if at := scrolled(p); at != 450 {
		t.Errorf("coming back the reader is at %d, want 450", at)
	}
}

func TestAReaderOfTheTrafficIsNotPulledDown(t *testing.T) {
	s := newEchoSite(t)
	s.tellMuch(s.Group())
	p := pagetest.Open(t, s.url, 1360, 820)
	p.WaitText("最后一条")
	newest := `((b) => b.scrollHeight - b.scrollTop - b.clientHeight < 2)(document.querySelector("#traffic"))`
	more := func() {
		t.Helper()
		before := pagetest.Eval[int](p, `document.querySelectorAll(".traffic").length`)
		s.tell(s.Group(), chat.Message{Text: "通知"})
		p.Wait(fmt.Sprintf(`document.querySelectorAll(".traffic").length > %d`, before), "more traffic")
	}
	p.Wait(newest, "the newest traffic")
	p.Resize(1360, 700)
	more()
	p.Wait(newest, "the newest traffic in a smaller window")

	for what, read := range map[string]string{
		"scrolled up": `(document.querySelector("#traffic").scrollTop = 100, true)`,
		"unfolds":     `(document.querySelector("#traffic").scrollTop = 1e9, [...document.querySelectorAll(".traffic summary")].pop().click(), true)`,
	} {
		pagetest.Eval[bool](p, read)
		at := pagetest.Eval[int](p, `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(document.querySelector("#traffic").scrollTop))))`)
		more()
		if now := pagetest.Eval[int](p, `document.querySelector("#traffic").scrollTop`); now != at {
			t.Errorf("who %s was moved by new traffic from %d to %d", what, at, now)
		}
	}
}

func TestAReloadKeepsWhoAndWhere(t *testing.T) {
	s := newEchoSite(t)
	lina := chat.Account{Platform: webchat.Platform, ID: "lina"}.Private()
	s.tellMuch(lina)
	p := pagetest.Open(t, s.url, 1360, 820)
	p.Click("[data-persona=lina]")
	p.Fill("#text", "@张伟 写到一半")
	p.Click("[data-room=private]")
	p.Say("周报")
	p.Wait(`document.querySelector("[data-form]")`, "the form")
	p.Fill("[data-field=week]", "拜访华东机电")
	p.Fill("#text", "签到 广州\n拜访")
	scrollTo(p, "500")

	p.Reload()
	p.WaitText("最后一条")
	p.Wait(`document.querySelector("[data-persona=lina]").ariaPressed === "true" && document.querySelector("[data-room=private]").ariaPressed === "true"`, "李娜's private chat")
	p.Wait(`Math.round(document.querySelector("#lines").scrollTop) === 500`, "the place in the chat")
	if text := pagetest.Eval[string](p, `document.querySelector("#text").value`); text != "签到 广州\n拜访" {
		t.Errorf("the draft is %q", text)
	}
	if week := pagetest.Eval[string](p, `[...document.querySelectorAll("[data-field=week]")].pop().value`); week != "拜访华东机电" {
		t.Errorf("in the form stands %q", week)
	}
	if p.Click("[data-room=group]"); pagetest.Eval[string](p, `document.querySelector("#text").value`) != "@张伟 写到一半" {
		t.Error("the draft in the group is gone")
	}
	if n := pagetest.Eval[int](p, `[...document.querySelectorAll("[data-persona=lina] .badge, [data-room] .badge")].filter((b) => b.checkVisibility()).length`); n != 0 {
		t.Errorf("%d chats that were read are unread", n)
	}
	p.NoErrors()
}

func TestEachChatKeepsItsDraft(t *testing.T) {
	s := newEchoSite(t)
	p := pagetest.Open(t, s.url, 390, 844)
	draft := func() string { return pagetest.Eval[string](p, `document.querySelector("#text").value`) }
	p.Fill("#text", "给群里")
	p.Click("[data-tab-to=who]")
	p.Click("[data-persona=wangfang]")
	if d := draft(); d != "" {
		t.Errorf("王芳 finds %q of somebody else", d)
	}
	p.Fill("#text", "上报 本周重点")
	p.Click("[data-tab-to=who]")
	p.Click("[data-persona=zhangwei]")
	if d := draft(); d != "给群里" {
		t.Errorf("张伟 finds %q", d)
	}
	p.Click("#send")
	p.WaitText("听到：给群里")
	p.Click("[data-tab-to=who]")
	p.Click("[data-persona=wangfang]")
	if d := draft(); d != "上报 本周重点" {
		t.Errorf("王芳 finds %q", d)
	}
	p.Click("[data-tab-to=who]")
	p.Click("[data-persona=zhangwei]")
	if d := draft(); d != "" {
		t.Errorf("what was sent is still there: %q", d)
	}
}

func TestThePageTellsThatTheServerIsGone(t *testing.T) {
	s := newEchoSite(t)
	first := httptest.NewServer(s.chat)
	address := first.Listener.Addr().String()
	again := func(c *webchat.Chat) *httptest.Server {
		t.Helper()
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(c)
		server.Listener.Close()
		server.Listener = l
		server.Start()
		return server
	}
	stop := func(server *httptest.Server) {
		server.CloseClientConnections()
		server.Close()
	}
	p := pagetest.Open(t, first.URL, 1360, 820)
	p.Click("[data-room=private]")
	p.Say("周报")
	p.Wait(`document.querySelector("[data-form]")`, "the form")
	p.Fill("[data-field=week]", "拜访华东机电")
	if pagetest.Eval[bool](p, `document.querySelector("#gone").checkVisibility()`) {
		t.Error("the server is gone before it went")
	}

	stop(first)
	p.Wait(`document.querySelector("#gone").checkVisibility()`, "the notice that the server is gone")
	p.Axe("server gone")
	p.Say("签到 广州 拜访")
	p.Wait(`document.querySelector("#text").value === "签到 广州 拜访"`, "what could not be sent")
	p.Screenshot("keep_gone")

	second := again(s.chat)
	p.Wait(`!document.querySelector("#gone").checkVisibility()`, "the server to be back")
	if week := pagetest.Eval[string](p, `[...document.querySelectorAll("[data-field=week]")].pop().value`); week != "拜访华东机电" {
		t.Errorf("in the form stands %q", week)
	}
	p.Click("#send")
	p.WaitText("听到：签到 广州 拜访")

	p.Fill("#text", "还没发")
	stop(second)
	p.Wait(`document.querySelector("#gone").checkVisibility()`, "the notice that the server is gone")
	fresh := webchat.New(s.options(s.echo))
	t.Cleanup(again(fresh).Close)
	t.Cleanup(fresh.Close)
	p.WaitText("这里只有你和市场部助手") // a demo that was started anew knows nothing
	p.Wait(`!document.querySelector("#gone").checkVisibility()`, "the server to be back")
	if text := pagetest.Eval[string](p, `document.querySelector("#text").value`); text != "还没发" {
		t.Errorf("the draft is %q", text)
	}
}

func TestEnterSendsAWholeWord(t *testing.T) {
	s := newEchoSite(t)
	p := pagetest.Open(t, s.url, 1360, 820)
	p.WaitText("这里是市场部群")
	press := func(how string) bool { // reports whether the browser would go on with a new line
		return pagetest.Eval[bool](p, `document.querySelector("#text").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, `+how+` }))`)
	}
	p.Fill("#text", "qian dao")
	for _, how := range []string{"isComposing: true", "keyCode: 229", "shiftKey: true"} {
		if !press(how) {
			t.Errorf("Enter with %s is taken", how)
		}
	}
	p.Fill("#text", "签到 广州")
	if press("") {
		t.Error("Enter is not taken")
	}
	p.WaitText("听到：签到 广州")
	if n := pagetest.Eval[int](p, `document.querySelectorAll("#lines [data-from=zhangwei]").length`); n != 1 {
		t.Errorf("%d messages were sent, want 1", n)
	}
}
