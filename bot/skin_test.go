package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"marketbot/bot/webchat"
	"marketbot/bot/webchat/pagetest"
	"marketbot/handlers/chat"
)

// onLines evaluates an expression over the open room's transcript.
func onLines[T any](p *pagetest.Page, expression string) T {
	return pagetest.Eval[T](p, `((lines) => `+expression+`)(document.querySelector("#lines"))`)
}

// fillIn writes a value under the head of a field in the copied template.
func fillIn(p *pagetest.Page, field, value string) {
	text := pagetest.Eval[string](p, `document.querySelector("#text").value`)
	p.Fill("#text", refill(text, field, value))
}

// In WeCom's clothes a report is handed in through the text template, and a
// customer's file is text that cannot be passed on.
func TestTheDemoInWeComsClothes(t *testing.T) {
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 1360, 820)
	p.Click("[data-persona=zhangwei]")
	p.Click("[data-room=private]")
	p.Say("周报")
	p.Wait(`document.querySelector("[data-form]")`, "the form")

	p.Click("[data-skin-to=wecom]")
	p.WaitText("填表 提交周报")
	if n := onLines[int](p, `lines.querySelectorAll("[data-form], .card").length`); n != 0 {
		t.Errorf("%d cards keep Feishu's look", n)
	}
	p.Screenshot("wecom_form")
	p.Axe("a form in WeCom's clothes")
	p.Click("[data-copy]")
	fillIn(p, "本周", "拜访华东机电，确认展位需求")
	fillIn(p, "下周", "与华东机电谈合同\n拜访南方家居")
	p.Click("#send")
	p.WaitText("按时")
	p.Screenshot("wecom_report")

	p.Say("客户 hdjd")
	p.WaitText("保密消息")
	p.Wait(`[...document.querySelectorAll("#lines .bare")].pop().textContent.includes("负责")`, "the customer")
	bare := onLines[string](p, `(() => { const last = [...lines.querySelectorAll(".bare")].pop(); last.open = true; return last.innerText; })()`)
	if !strings.Contains(bare, "东莞市华东机电") || strings.Contains(bare, "139") || strings.Contains(bare, "联系人") {
		t.Errorf("a robot alone says %q", bare)
	}
	if way := onLines[string](p, `[...lines.querySelectorAll("[data-way]")].pop().dataset.way`); way != "safe" {
		t.Errorf("the file is %s", way)
	}
	p.Axe("a customer in WeCom's clothes")
	p.Resize(1360, 960)
	onLines[bool](p, `{ [...lines.querySelectorAll(".said:has(.safe)")].pop().scrollIntoView({ block: "start" }); return true; }`)
	p.Screenshot("wecom")
	p.Resize(1360, 820)

	p.Click("[data-skin-to=feishu]")
	p.Wait(`document.querySelector(".card") && !document.querySelector(".safe")`, "Feishu's look")
	p.Fits()
	p.NoErrors()
}

// In WeCom's clothes a form can also be filled in question by question.
func TestTheDemoAsksFieldByFieldInWeComsClothes(t *testing.T) {
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 1360, 820)
	p.Click("[data-persona=zhangwei]")
	p.Click("[data-room=private]")
	p.Click("[data-skin-to=wecom]")
	p.Say("周报")
	p.WaitText("填表 提交周报")
	p.WaitText("〔逐项填写〕回复：逐项填写 提交周报") // what may not be passed on has no buttons
	p.Say("逐项填写 周报")
	for n := 1; ; n++ {
		p.Wait(fmt.Sprintf(`document.querySelector("#lines").innerText.includes("（%d/")`, n), "the next question")
		asked := onLines[string](p, `[...lines.querySelectorAll(".bubble")].pop().innerText`)
		answer := "跳过"
		switch {
		case strings.Contains(asked, "）本周完成"):
			answer = "拜访华东机电，确认展位需求"
		case strings.Contains(asked, "）下周计划"):
			answer = "与华东机电谈合同"
		case strings.Contains(asked, "部分完成"):
			answer = "1"
		}
		p.Say(answer)
		if strings.Contains(asked, fmt.Sprintf("（%d/%d）", n, n)) {
			break
		}
	}
	p.WaitText("按时")
	p.Screenshot("wecom_questions")
	p.NoErrors()
}

// Buttons, tables and the group look as WeCom has them; what is pressed is
// done.
func TestTheDemosButtonsInWeComsClothes(t *testing.T) {
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 390, 780)
	p.Click("[data-skin-to=wecom]")
	p.Fits()
	p.Say("迁到")
	p.WaitText("你是不是想")
	p.WaitText("〔签到〕回复：@市场部助手 ")
	if n := onLines[int](p, `lines.querySelectorAll("[data-button]").length`); n != 0 {
		t.Errorf("the group shows %d buttons", n)
	}
	p.Screenshot("wecom_phone_group")

	p.Click("[data-tab-to=who]")
	p.Click("[data-persona=wangfang]")
	p.Click("[data-tab-to=who]")
	p.Click("[data-room=private]")
	p.Say("谁没交")
	p.WaitText("姓名 | ")
	p.Screenshot("wecom_phone_table")
	p.Click("[data-button^=催交]")
	p.WaitText("按「催交")
	p.WaitText("✓催交")
	p.Fits()
	p.Screenshot("wecom_phone")
	p.Axe("WeCom's clothes on a phone")
	p.NoErrors()
}

// In a group WeCom tells the bot only what mentions it.
func TestTheBotHearsNoAsideInWeComsClothes(t *testing.T) {
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 1360, 820)
	p.Click("[data-skin-to=wecom]")
	p.Say("客户 华东机电")
	p.WaitText("已私信回复")
	before := pagetest.Eval[int](p, `document.querySelectorAll(".traffic.in").length`)
	p.Click("#mention")
	p.Say("中午吃什么")
	p.WaitText("中午吃什么")
	p.Click("#mention")
	p.Say("帮助")
	p.Wait(`document.querySelectorAll(".traffic.in").length > `+strconv.Itoa(before), "the next event")
	if n := pagetest.Eval[int](p, `document.querySelectorAll(".traffic.in").length`); n != before+1 {
		t.Errorf("%d events came in, want %d", n, before+1)
	}
	p.NoErrors()
}

// The tour is made for the ordinary look.
func TestTheTourTakesWeComsClothesOff(t *testing.T) {
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 1360, 820)
	p.Click("[data-skin-to=wecom]")
	p.Click("[data-tour-start]")
	p.Wait(`document.querySelector("#tour").dataset.tourState === "ready"`, "the tour")
	p.Wait(`document.body.dataset.skin === "feishu" && document.querySelector("[data-skin-to=wecom]").disabled`, "the ordinary look")
	p.Click("#tour-leave")
	p.Click("[data-skin-to=wecom]")
	p.Wait(`document.body.dataset.skin === "wecom"`, "WeCom's look")
	p.NoErrors()
}

func TestWhatWeComsClothesShow(t *testing.T) {
	skin, err := wecomSkin(time.Now, quiet())
	if err != nil {
		t.Fatal(err)
	}
	me := chat.Address{Platform: webchat.Platform, ID: "zhangwei"}
	group := chat.Address{Platform: webchat.Platform, Group: true, ID: "market"}
	file := &chat.File{Name: "汇总.xlsx"}
	card := &chat.Card{Title: "八个按钮"}
	for i := range 8 {
		card.Buttons = append(card.Buttons, chat.Button{Label: strconv.Itoa(i), Command: "批准 A" + strconv.Itoa(i)})
	}
	for _, c := range []struct {
		name             string
		to               chat.Address
		say              chat.Message
		has, lacks, bare []string
	}{
		{"a card with too many buttons", me, chat.Message{Card: card}, []string{`"way":"robot"`, `"key":"批准 A5"`, "〔7〕回复：批准 A7"}, []string{`"key":"批准 A6"`}, nil},
		{"a card in a group", group, chat.Message{Card: card}, []string{"批准 A7"}, []string{"template_card"}, nil},
		{"a secret", me, chat.Message{Text: "很秘密", Secrecy: chat.Secrecy{Confidential: true, Summary: "摘要"}}, []string{`"way":"app"`, `"safe":1`, "很秘密"}, []string{"摘要"}, []string{"摘要"}},
		{"a secret in a group", group, chat.Message{Text: "很秘密", Secrecy: chat.Secrecy{Confidential: true, Summary: "摘要"}}, []string{`"way":"robot"`, "摘要"}, []string{"很秘密"}, nil},
		{"a secret file in a group", group, chat.Message{File: file, Secrecy: chat.Secrecy{Confidential: true, Summary: "摘要"}}, []string{"摘要"}, []string{"xlsx"}, nil},
		{"a file", me, chat.Message{File: file}, nil, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := skin.Dress(context.Background(), c.to, c.say)
			if err != nil {
				t.Fatal(err)
			}
			if c.has == nil {
				if d != nil {
					t.Errorf("it becomes %s", d.Parcel)
				}
				return
			}
			wants(t, string(d.Parcel), c.has, c.lacks)
			wants(t, string(d.Bare), c.bare, []string{"很秘密"})
		})
	}
}

// wants looks for words that a text has to hold, and others that it must not.
func wants(t *testing.T, text string, has, lacks []string) {
	t.Helper()
	for _, w := range has {
		if !strings.Contains(text, w) {
			t.Errorf("%q is missing in %s", w, text)
		}
	}
	for _, w := range lacks {
		if strings.Contains(text, w) {
			t.Errorf("%q stands in %s", w, text)
		}
	}
}
