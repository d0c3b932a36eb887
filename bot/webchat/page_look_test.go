package webchat_test

import (
	"fmt"
	"strings"
	"testing"

	"marketbot/bot/webchat/pagetest"
	"marketbot/handlers/chat"
)

// tell lets the bot say something in a room.
func (s *site) tell(to chat.Address, m chat.Message) {
	s.t.Helper()
	s.told++
	payload, err := s.chat.Render(s.t.Context(), to, m, nil)
	if err == nil {
		err = s.chat.Send(s.t.Context(), to, payload, fmt.Sprint("told ", s.told))
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// tellMuch fills a room with 200 messages.
func (s *site) tellMuch(to chat.Address) {
	s.t.Helper()
	for i := range 199 {
		s.tell(to, chat.Message{Text: fmt.Sprintf("第 %d 条：今天每人两次签到，周五十二点前交周报。", i+1)})
	}
	s.tell(to, chat.Message{Text: "最后一条"})
}

// lookRecord is the widest table that the bot prints.
func lookRecord() *chat.Card {
	t := &chat.Table{Heads: []string{"时间", "谁", "客户", "做什么", "结果", "理由", "追踪码"}}
	for range 3 {
		t.Rows = append(t.Rows, []string{"11-26 09:30", "阿卜杜热合曼", "东莞市华东机电设备制造有限公司", "查看档案", "按批准", "周五去布展，要送样品", "kzg67s"})
	}
	return &chat.Card{Title: "查阅记录", Blocks: []chat.Block{{Table: t}}}
}

func TestThePageFillsTheWindow(t *testing.T) {
	s := newEchoSite(t)
	p := pagetest.Open(t, s.url, 1360, 820)
	p.WaitText("这里是市场部群")
	for _, size := range [][2]int{{1360, 820}, {1000, 700}, {861, 1400}, {860, 700}, {390, 844}, {320, 480}} {
		p.Resize(size[0], size[1])
		p.Wait(fmt.Sprintf("innerWidth === %d && innerHeight === %d", size[0], size[1]), "the size")
		if foot := pagetest.Eval[int](p, `Math.round(document.querySelector("#composer").closest(".foot").getBoundingClientRect().bottom)`); foot != size[1] {
			t.Errorf("%v: the composer ends at %d", size, foot)
		}
		p.Fits()
	}
}

func TestThePageCanBeReadByEverybody(t *testing.T) {
	s := newEchoSite(t)
	p := pagetest.Open(t, s.url, 1360, 820)
	p.WaitText("这里是市场部群")
	p.Axe("first screen")

	p.Say("帮助")
	p.WaitText("听到：帮助")
	p.Click("#mention")
	p.Say("中午吃什么")
	p.WaitText("中午吃什么")
	p.Click(".traffic summary")
	for _, tone := range []chat.Tone{"", chat.Good, chat.Warn, chat.Bad} {
		s.tell(s.Group(), chat.Message{Card: &chat.Card{Title: "语气" + string(tone), Tone: tone}})
	}
	s.tell(s.Group(), chat.Message{Card: lookRecord()})
	p.WaitText("查阅记录")
	p.Axe("cards of all tones")

	p.Click("[data-room=private]")
	p.Say("周报")
	p.Wait(`document.querySelector("[data-form]")`, "the form")
	p.Axe("form open")
	p.Click("#place")
	p.Axe("dialog open")
	p.Click("#place-cancel")
	p.Click(".more summary")
	p.Axe("menu open")
	p.Click(".more summary")

	s.tellMuch(s.Person().Private())
	p.WaitText("最后一条")
	p.Axe("200 messages")
	p.Resize(390, 844)
	p.Axe("200 messages on a phone")
	for _, tab := range []string{"who", "flow", "chat"} {
		p.Click("[data-tab-to=" + tab + "]")
		p.Axe(tab + " on a phone")
	}

	p.Resize(1360, 820)
	p.Click("[data-tour-start]")
	p.Click("[data-tour-next]")
	p.Wait(`document.querySelector("#tour").dataset.tourState === "done"`, "the first step")
	p.Axe("tour running")
	p.Resize(390, 844)
	p.Axe("tour on a phone")
	p.NoErrors()
}

// A table that does not fit is read line by line.
func TestTablesFitTheirCards(t *testing.T) {
	s := newEchoSite(t)
	s.tell(s.Group(), chat.Message{Card: lookRecord()})
	s.tell(s.Group(), chat.Message{Card: echoCard("表")})
	p := pagetest.Open(t, s.url, 390, 844)
	p.WaitText("kzg67s")
	for _, width := range []int{390, 320, 768, 1000, 1360} {
		p.Resize(width, 844)
		p.Wait(fmt.Sprintf("innerWidth === %d", width), "the size")
		p.Screenshot(fmt.Sprint("table_", width))
		outside := pagetest.Eval[[]string](p, `[...document.querySelectorAll("#lines td")].filter((c) => {
			const cell = c.getBoundingClientRect(), card = c.closest(".card").getBoundingClientRect();
			return c.textContent && (cell.right > card.right || cell.width === 0 || card.right > innerWidth);
		}).map((c) => c.textContent)`)
		if len(outside) > 0 {
			t.Errorf("at %d pixels these cells are out of sight: %s", width, strings.Join(outside, ", "))
		}
		broken := pagetest.Eval[[]string](p, `[...document.querySelectorAll("#lines td")].filter((c) => /^[a-z0-9]{6}$/.test(c.textContent)).filter((c) => {
			const text = document.createRange();
			text.selectNodeContents(c);
			return text.getClientRects().length > 1;
		}).map((c) => c.textContent)`)
		if len(broken) > 0 {
			t.Errorf("at %d pixels these codes are broken: %s", width, strings.Join(broken, ", "))
		}
		p.Fits()
	}
}
