package feishu

import (
	"bytes"
	"encoding/json"
	"flag"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"marketbot/bot/platform/platformtest"
	"marketbot/handlers/chat"
)

var update = flag.Bool("update", false, "write golden files")

// TestCardJSON holds the bytes of each kind of message to a golden file.
func TestCardJSON(t *testing.T) {
	reminder := &chat.Card{
		Title: "第48周周报 还没交", Tone: chat.Warn,
		Blocks: []chat.Block{
			{Text: "今天 12:00 截止"},
			{Facts: []chat.Fact{{Label: "周期", Value: "第48周（11-23 至 11-29）"}, {Label: "负责人", Value: "<at id=all></at>"}}},
			{Table: &chat.Table{Heads: []string{"客户", "金额"}, Rows: [][]string{{"佛山 [x](http://y)", "125,000.00 元"}, {"缺"}}}},
			{Fold: &chat.Folded{Title: "上周计划", Text: "一\n二"}},
			{Note: "依据 R12"},
		},
		Buttons: []chat.Button{{Label: "填写", Command: "周报", Primary: true}, {Label: "撤销", Command: "撤销", Danger: true}, {Label: "帮助", Command: "帮助"}},
	}
	form := &chat.Card{Title: "周报", Form: &chat.Form{Command: "周报", Submit: "提交", Fields: []chat.Field{
		{Name: "done", Label: "本周完成", Value: "拜访 3 家", Hint: "一行一件", Lines: 5, Required: true},
		{Name: "mood", Label: "进度", Value: "正常", Options: []string{"提前", "正常"}},
		{Name: "note", Label: "备注"},
	}}}
	tests := []struct {
		name  string
		m     chat.Message
		group bool
	}{
		{"text", chat.Message{Text: "已签到：广州\n→ 11月27日 周五"}, false},
		{"text_markup", chat.Message{Text: "已签到：<at user_id=\"all\">"}, false},
		{"text_confidential", chat.Message{Text: "13800000000", Secrecy: chat.Secrecy{Confidential: true}}, false},
		{"card", chat.Message{Card: reminder}, true},
		{"card_confidential", chat.Message{Text: "前言", Card: &chat.Card{Title: "客户", Tone: chat.Good, Blocks: []chat.Block{{Text: "密"}}}, Secrecy: chat.Secrecy{Confidential: true}}, false},
		{"form", chat.Message{Card: form}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			kind, raw, err := content(tt.m, tt.group)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			text := kind + "\n" + got.String() + "\n"
			platformtest.Golden(t, tt.name, text, *update)
		})
	}
}

func TestTextThatIsNotLiteralBecomesACard(t *testing.T) {
	tests := map[string]bool{
		"已签到：广州": true, "金额 125,000.00 元，3.5 天": true, "第48周（11-23 至 11-29）": true, "1. 一\n2. 二": true, "完。OK": true, "a。b": true, "句末.": true, "U+1F600 😀 & 'x' \"y\"": true,
		"<b>粗</b>": false, "[x](y)": false, "http://x": false, "www.example": false, "看 example.com": false, "例子.com": false, "a@b": false, "@所有人": false,
		"**粗**": false, "~~删~~": false, "__下__": false, "`码`": false,
	}
	for text, want := range tests {
		if got := literal(text); got != want {
			t.Errorf("literal(%q) = %v, want %v", text, got, want)
		}
	}
}

// TestAnyMessageFits draws messages of any size and hands them to the
// stand-in, which refuses what the platform refuses.
func TestAnyMessageFits(t *testing.T) {
	w := newWorld(t, nil, nil)
	to := eyes{w}.Person().Private()
	text := rapid.OneOf(rapid.String(), rapid.Custom(func(t *rapid.T) string {
		unit := rapid.SampledFrom([]string{"长", "\"", "\\", "\n", "\x01", "\u2028", "\xff", "<", "a", "👍"}).Draw(t, "unit")
		return strings.Repeat(unit, rapid.IntRange(0, 20_000).Draw(t, "times"))
	}))
	block := rapid.Custom(func(t *rapid.T) chat.Block {
		s := text.Draw(t, "text")
		return rapid.SampledFrom([]chat.Block{
			{Text: s}, {Note: s}, {Facts: []chat.Fact{{Label: "项", Value: s}, {Label: s}}}, {Fold: &chat.Folded{Title: s, Text: s}},
			{Table: &chat.Table{Heads: []string{"甲", s}, Rows: slices.Repeat([][]string{{"1", "2"}, {s}, {}}, 30)}},
			{Table: &chat.Table{Heads: slices.Repeat([]string{"甲"}, 51)}},
		}).Draw(t, "block")
	})
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		m := chat.Message{Text: text.Draw(r, "lead"), Secrecy: chat.Secrecy{Confidential: rapid.Bool().Draw(r, "confidential")}}
		if rapid.Bool().Draw(r, "card") {
			m.Card = &chat.Card{Title: "题" + text.Draw(r, "title"), Blocks: rapid.SliceOfN(block, 0, 60).Draw(r, "blocks")}
			for range rapid.IntRange(0, 6).Draw(r, "buttons") {
				m.Card.Buttons = append(m.Card.Buttons, chat.Button{Label: "钮" + text.Draw(r, "label"), Command: "看"})
			}
			if rapid.Bool().Draw(r, "form") {
				value := text.Draw(r, "value")
				m.Card.Form = &chat.Form{Command: "填", Submit: text.Draw(r, "submit"), Fields: []chat.Field{
					{Name: "a", Label: value, Value: value, Hint: value, Lines: 9}, {Name: "b", Label: "b", Value: value},
					{Name: "c", Label: value, Options: []string{"一", "二"}}}}
			}
		}
		if strings.TrimSpace(m.Text) == "" && m.Card == nil {
			return
		}
		payload, err := w.Render(t.Context(), to, m, nil)
		if err != nil {
			r.Fatalf("render: %v", err)
		}
		n++
		if err := w.Send(t.Context(), to, payload, string(encode(n))); err != nil {
			r.Fatalf("send %d bytes: %v", len(payload), err)
		}
	})
}

func TestEmptyMessageIsRefused(t *testing.T) {
	for _, m := range []chat.Message{{}, {Text: " \n"}, {Card: &chat.Card{}}} {
		if kind, content, err := content(m, false); err == nil {
			t.Errorf("%+v became %s %s", m, kind, content)
		}
	}
}

func TestCommandLinesAreNeverCut(t *testing.T) {
	m := chat.Message{Card: &chat.Card{Title: "t", Buttons: []chat.Button{{Label: "l", Command: strings.Repeat("长", 20_000)}}}}
	if _, _, err := content(m, false); err == nil {
		t.Error("a command line beyond the card's size went through")
	}
}

// TestFormKeepsALongPart holds the inputs of a form with many questions to the
// 900 characters that the weekly report fills in.
func TestFormKeepsALongPart(t *testing.T) {
	long := strings.Repeat("长", 900)
	f := &chat.Form{Command: "提交周报", Submit: "提交"}
	for range 8 {
		f.Fields = append(f.Fields, chat.Field{Name: "计划", Label: "上周计划", Options: []string{"完成", "未完成"}})
	}
	for range 5 {
		f.Fields = append(f.Fields, chat.Field{Name: "本周", Label: "本周完成", Value: long, Lines: 4})
	}
	_, raw, err := content(chat.Message{Card: &chat.Card{Title: "周报", Form: f}}, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(raw), long); got != 5 {
		t.Errorf("%d of 5 parts are whole", got)
	}
}
