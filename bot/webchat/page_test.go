package webchat_test

import (
	"context"
	"strings"
	"testing"

	"marketbot/bot/webchat"
	"marketbot/bot/webchat/pagetest"
	"marketbot/handlers/chat"
)

// echo answers what it hears with a card that repeats it in every place where
// people's text may stand.
func (s *site) echo(ctx context.Context, e chat.Event) (chat.Receipt, error) {
	receipt, err := s.Receive(ctx, e)
	if err != nil || receipt.Duplicate || !e.ToBot || e.Kind == chat.Opened || e.Kind == chat.BotJoined {
		return receipt, err
	}
	heard := e.Text + e.Command + e.Place + e.Values["week"]
	payload, err := s.chat.Render(ctx, e.Chat, chat.Message{Card: echoCard(heard), Secrecy: chat.Secrecy{Confidential: !e.Chat.Group}}, nil)
	if err != nil {
		return chat.Receipt{}, err
	}
	file, err := s.chat.Render(ctx, e.Chat, chat.Message{File: &chat.File{Name: "第48周 汇总.xlsx"}}, []byte("PK"))
	if err != nil {
		return chat.Receipt{}, err
	}
	if err := s.chat.Send(ctx, e.Chat, payload, e.ID); err != nil {
		return chat.Receipt{}, err
	}
	return chat.Receipt{OK: true, Toast: "已收到"}, s.chat.Send(ctx, e.Chat, file, e.ID+"f")
}

func echoCard(heard string) *chat.Card {
	return &chat.Card{
		Title: "听到：" + heard, Tone: chat.Good,
		Blocks: []chat.Block{
			{Text: "正文 " + heard + "\n第二行"},
			{Facts: []chat.Fact{{Label: "广州", Value: "已登记出差"}, {Label: "今天", Value: "第 1 次"}}},
			{Table: &chat.Table{Heads: []string{"姓名", "状态", "时间", "字数"}, Rows: [][]string{{"张伟", "已交", "11-27 09:12", "268"}, {"刘洋", "未交", "", ""}}}},
			{Fold: &chat.Folded{Title: "展开原文", Text: heard}},
			{Note: "第48周（11-23 至 11-29）"},
		},
		Buttons: []chat.Button{{Label: "催交", Command: "催交", Primary: true}, {Label: "汇总", Command: "汇总"}, {Label: "撤销", Command: "撤销", Danger: true}},
		Form: &chat.Form{Command: "周报", Submit: "提交周报", Fields: []chat.Field{
			{Name: "week", Label: "本周完成", Lines: 3, Value: "1. 拜访华东机电", Required: true},
			{Name: "state", Label: "上周计划", Options: []string{"完成", "部分", "未完成"}},
			{Name: "money", Label: "预计回款", Hint: "如 12.5万"},
		}},
	}
}

func newEchoSite(t *testing.T) *site {
	s := &site{t: t}
	s.now = newClock().now
	s.chat = webchat.New(s.options(s.echo))
	s.url = serve(t, s.chat)
	return s
}

func TestThePageOnADesk(t *testing.T) {
	s := newEchoSite(t)
	p := pagetest.Open(t, s.url, 1360, 820)
	p.WaitText("这里是市场部群")

	hostile := `<img src=x onerror=alert(1)> [x](http://evil.example)`
	p.Say(hostile)
	p.WaitText("听到：" + hostile)
	if n := pagetest.Eval[int](p, `document.querySelectorAll("#lines img, #lines a[href^=http]").length`); n != 0 {
		t.Error("people's text became markup")
	}
	p.Screenshot("echo_group")

	p.Click("#mention")
	p.Say("中午吃什么")
	p.WaitText("中午吃什么")
	p.Click("[data-persona=wangfang]")
	p.Click("[data-button=催交]")
	p.WaitText("听到：催交")
	p.WaitText("按「催交」")

	p.Click("[data-room=private]")
	p.WaitText("这里只有你和市场部助手")
	p.Click("#place")
	p.Click(`[data-place^=深圳]`)
	p.WaitText("听到：深圳 · 福田会展中心")
	p.WaitText("仅你可见 · 不可转发")
	p.Fill("[data-field=week]", "2. 回款 12.5万")
	p.Screenshot("echo_private")
	p.Click("[data-submit]")
	p.WaitText("听到：周报2. 回款 12.5万")
	p.Click("[data-quick=汇总]")
	p.WaitText("听到：汇总")

	p.Click("[data-moment=fri-1200]")
	p.Wait(`document.querySelector("#now").textContent === "2026-11-27 周五 12:00"`, "Friday 12:00")
	p.Click(".traffic.in summary")
	p.Click("[data-again]")
	p.Wait(`document.querySelector("#toast").textContent.includes("重复投递")`, "the redelivery")
	p.Screenshot("echo_flow")
	p.Fits()
	p.NoErrors()
	s.heard(t, "中午吃什么")
}

// heard wants that a text came in without being said to the bot.
func (s *site) heard(t *testing.T, text string) {
	t.Helper()
	for _, e := range s.Events() {
		if e.Text == text && !e.ToBot {
			return
		}
	}
	t.Errorf("no event says %q without the bot's mention", text)
}

func TestThePageOnAPhone(t *testing.T) {
	s := newEchoSite(t)
	p := pagetest.Open(t, s.url, 390, 780)
	p.WaitText("这里是市场部群")
	p.Click("[data-tab-to=who]")
	p.Screenshot("echo_phone_who")
	p.Click("[data-persona=liuyang]")
	p.Say("帮助")
	p.WaitText("听到：帮助")
	p.Fits()
	p.Screenshot("echo_phone")
	p.Click("[data-tab-to=flow]")
	p.Wait(`document.querySelector("#audit").innerText.includes("签到 → 完成")`, "the audit")
	p.Fits()
	p.Screenshot("echo_phone_flow")
	p.Click(".more summary")
	p.Screenshot("echo_phone_more")
	p.Click("[data-reset]")
	p.Click("[data-tab-to=chat]")
	p.WaitText("这里是市场部群")
	p.NoErrors()
	if s.resets != 1 {
		t.Errorf("%d resets, want 1", s.resets)
	}
}

func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/", "/page/style.css", "/page/app.js", "/page/cards.js", "/page/composer.js", "/page/dom.js", "/page/keep.js", "/page/place.js", "/page/suggest.js", "/page/tour.js", "/page/wecom.js", "/page/wecom.css"} {
		text := string(s.get(path))
		for _, bad := range []string{"innerHTML", "insertAdjacentHTML", "document.write", "eval(", "https://", "//cdn"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %s", path, bad)
			}
		}
	}
}

func TestTheTourPlaysItsSteps(t *testing.T) {
	s := newEchoSite(t)
	p := pagetest.Open(t, s.url, 1360, 820)
	p.Click("[data-tour-start]")
	p.Wait(`document.querySelector("#tour").dataset.tourState === "ready"`, "the tour")
	p.Click("[data-tour-next]")
	p.Wait(`document.querySelector("#tour").dataset.tourState === "done"`, "the first step")
	p.WaitText(webchat.Tour()[0].Say)
	p.Screenshot("echo_tour")
	p.Click("#tour-auto")
	p.Wait(`document.querySelector("#tour").dataset.tourStep === "2"`, "the second step by itself")
	p.Click("#tour-leave")
	p.NoErrors()
	if s.resets != 1 {
		t.Errorf("%d resets, want one at the tour's start", s.resets)
	}
}

func TestEveryStepOfTheTourCanBePlayed(t *testing.T) {
	known := map[string]bool{"": true}
	for _, p := range webchat.Sample() {
		known[p.Account] = true
	}
	for i, step := range webchat.Tour() {
		set := 0
		for _, done := range []string{step.Say, step.Aside, step.Place, step.Press, step.Moment} {
			if done != "" {
				set++
			}
		}
		if step.Submit != nil {
			set++
		}
		if set > 1 || step.Caption == "" || step.As == "" || !known[step.As] || !known[step.See.As] {
			t.Errorf("step %d does %d things as %q, seen by %q", i+1, set, step.As, step.See.As)
		}
		if step.Room != webchat.RoomGroup && (step.Room != webchat.RoomPrivate || step.Aside != "") {
			t.Errorf("step %d is in room %q", i+1, step.Room)
		}
	}
}

// A photo is chosen and sent; in the group there is no way to.
func TestAPhotoIsSent(t *testing.T) {
	s := newEchoSite(t)
	p := pagetest.Open(t, s.url, 390, 844)
	p.Wait(`document.querySelector("#photo").hidden`, "no photo in the group")
	p.Click("[data-tab-to=who]")
	p.Click("[data-room=private]")
	p.Wait(`document.querySelector("#photo").checkVisibility()`, "the photo's button")
	p.Fits()
	if rows := pagetest.Eval[int](p, `new Set(["text", "place", "photo", "send"].map((id) => document.querySelector("#" + id).getBoundingClientRect().bottom)).size`); rows != 1 {
		t.Errorf("the composer has %d rows", rows)
	}
	pagetest.Eval[bool](p, `(() => {
		const chosen = new DataTransfer();
		chosen.items.add(new File(["a picture"], "现场.jpg", { type: "image/jpeg" }));
		const input = document.querySelector("#photo-file");
		input.files = chosen.files;
		input.dispatchEvent(new Event("change"));
		return true;
	})()`)
	p.WaitText("[照片]")
	p.NoErrors()
	all := s.Events()
	if e := all[len(all)-1]; e.Kind != chat.Picture {
		t.Errorf("%+v", e)
	} else if data, err := e.Fetch(t.Context()); err != nil || string(data) != "a picture" {
		t.Errorf("%q, %v", data, err)
	}
}
