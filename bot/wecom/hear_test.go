package wecom

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
)

var update = flag.Bool("update", false, "write golden files")

func callbackJSON(kind, more string) string {
	return fmt.Sprintf(`{"msgid":"m1","aibotid":"1","from":{"userid":"WangFang"},"msgtype":%q%s}`, kind, more)
}

func TestCallbacks(t *testing.T) {
	from := chat.Account{Platform: Name, ID: wangID}
	text := func(text string, change func(*chat.Event)) *chat.Event {
		e := &chat.Event{ID: "robot/m1", Kind: chat.Text, From: from, Chat: from.Private(), Sent: noon, ToBot: true, Text: text}
		if change != nil {
			change(e)
		}
		return e
	}
	grouped := func(e *chat.Event) { e.Chat = inGroup() }
	other := func(e *chat.Event) { e.Kind = chat.Other }
	const group = `,"chattype":"group","chatid":"wrGroup-Aa"`
	tests := []struct {
		name string
		json string
		want *chat.Event // nil: says nothing
	}{
		{"private text", callbackJSON("text", `,"chattype":"single","text":{"content":" 签到 广州 @市场部 助手 "}`), text(" 签到 广州 @市场部 助手 ", nil)},
		{"group text", callbackJSON("text", group+`,"text":{"content":"@市场部 助手 签到 深圳"}`), text("签到 深圳", grouped)},
		{"with a quotation", callbackJSON("text", group+`,"text":{"content":"@市场部 助手 批准 A12"},"quote":{"msgtype":"text","text":{"content":"@市场部 助手 x"}}`), text("批准 A12", grouped)},
		{"time of the platform", callbackJSON("text", `,"create_time":1795694000,"text":{"content":"好"}`), text("好", func(e *chat.Event) { e.Sent = time.Unix(1795694000, 0) })},
		{"time as text", callbackJSON("text", `,"create_time":"1795694000","text":{"content":"好"}`), text("好", func(e *chat.Event) { e.Sent = time.Unix(1795694000, 0) })},
		{"time ahead", callbackJSON("text", `,"create_time":4102444800,"text":{"content":"好"}`), text("好", nil)},
		{"voice", callbackJSON("voice", `,"voice":{"content":"签到广州"}`), text("签到广州", nil)},
		{"mixed", callbackJSON("mixed", group+`,"mixed":{"msg_item":[{"msgtype":"text","text":{"content":"@市场部 助手 签到"}},{"msgtype":"image","image":{"url":"u"}},{"msgtype":"text","text":{"content":"广州"}}]}`), text("签到\n广州", grouped)},
		{"only a picture in it", callbackJSON("mixed", `,"mixed":{"msg_item":[{"msgtype":"image","image":{"url":"u"}}]}`), text("", other)},
		{"picture", callbackJSON("image", `,"image":{"url":"u","aeskey":"k"}`), text("", other)},
		{"file", callbackJSON("file", `,"file":{"url":"u","aeskey":"k"}`), text("", other)},
		{"form", callbackJSON("text", `,"text":{"content":"填表 提交周报 2026-W48\n【本周】本周完成\n拜访\n三家\n【下周】\n"}`),
			text("填表 提交周报 2026-W48\n【本周】本周完成\n拜访\n三家\n【下周】", nil)},
		{"opened", callbackJSON("event", `,"create_time":1795694400,"event":{"eventtype":"enter_chat"}`), text("", func(e *chat.Event) { e.Kind = chat.Opened })},
		{"press", callbackJSON("event", `,"event":{"eventtype":"template_card_event","template_card_event":{"card_type":"button_interaction","event_key":"批准 A12","task_id":"t1"}}`),
			text("", func(e *chat.Event) { e.Kind, e.Command, e.Card = chat.Press, "批准 A12", "t1" })},
		{"press, flat, in a group", callbackJSON("event", group+`,"event":{"eventtype":"template_card_event","event_key":"批准 A12","task_id":"t1"}`),
			text("", func(e *chat.Event) {
				e.Kind, e.Command, e.Card, e.Chat = chat.Press, "批准 A12", "t1", inGroup()
			})},
		{"feedback", callbackJSON("event", `,"event":{"eventtype":"feedback_event"}`), nil},
		{"nobody", `{"msgid":"m1","msgtype":"text","text":{"content":"x"}}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := readCallback([]byte(tt.json))
			if err != nil {
				t.Fatal(err)
			}
			e, ok := c.event(wecomtest.RobotName, noon)
			if !ok {
				if tt.want != nil {
					t.Error("it says nothing")
				}
				return
			}
			if tt.want == nil {
				t.Fatalf("it says %+v", e)
			}
			if diff := cmp.Diff(*tt.want, e); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnmention(t *testing.T) {
	for _, tt := range []struct{ text, name, want string }{
		{"@小助 签到 广州", "小助", "签到 广州"},
		{"@小助\u2005签到", "小助", "签到"},
		{"@小助", "小助", ""},
		{"@小助 ", "小助", ""},
		{"谁没交 @小助", "小助", "谁没交"},
		{"表扬 @李雷 @小助 谢谢", "小助", "表扬 @李雷 谢谢"},
		{"@小助手 您好 @小助 签到", "小助", "@小助手 您好 签到"},
		{"@小助  两个空格", "小助", " 两个空格"},
		{"@小助 @小助 x", "小助", "@小助 x"},
		{"@市场部 助手 签到", "市场部 助手", "签到"},
		{"没有提到", "小助", "没有提到"},
		{"@谁 签到", "", "签到"},
		{"签到 @谁", "", "签到 @谁"},
		{"@谁", "", ""},
	} {
		if got := unmention(tt.text, tt.name); got != tt.want {
			t.Errorf("unmention(%q, %q) = %q, want %q", tt.text, tt.name, got, tt.want)
		}
	}
}

// TestRobotContents holds the bytes of each kind of message to a golden file.
func TestRobotContents(t *testing.T) {
	short := &chat.Card{
		Title: "申请 A12", Tone: chat.Warn,
		Blocks:  []chat.Block{{Text: "张伟申请出差"}, {Facts: []chat.Fact{{Label: "编号", Value: "A12"}, {Label: "去哪里", Value: "广州"}}}, {Note: "依据 2-4"}},
		Buttons: []chat.Button{{Label: "批准", Command: "批准 A12", Primary: true}, {Label: "驳回", Command: "驳回 A12", Danger: true}},
	}
	long := &chat.Card{
		Title: "第48周周报 还没交", Tone: chat.Warn,
		Blocks: []chat.Block{
			{Text: "今天 12:00 截止"},
			{Facts: []chat.Fact{{Label: "周期", Value: "第48周（11-23 至 11-29）"}, {Label: "负责人", Value: "<@WangFang> *星*"}}},
			{Table: &chat.Table{Heads: []string{"客户", "金额"}, Rows: [][]string{{"佛山 [x](http://y)", "125,000.00 元"}, {"缺"}}}},
			{Fold: &chat.Folded{Title: "上周计划", Text: "1. 一\n# 二"}},
			{Note: "依据 R12"},
		},
		Buttons: []chat.Button{{Label: "填写", Command: "周报", Primary: true}, {Label: "帮助", Command: "帮助"}},
	}
	form := &chat.Card{Title: "周报", Form: &chat.Form{Command: "提交周报 2026-W48", Submit: "提交", Fields: []chat.Field{
		{Name: "本周", Label: "本周完成", Value: "拜访 3 家", Hint: "一行一件", Lines: 5, Required: true},
		{Name: "计划1", Label: "上周计划 1：样品", Options: []string{"完成", "未完成"}},
	}}}
	b := newBooth(t, nil, nil)
	for _, tt := range []struct {
		name string
		to   chat.Address
		m    chat.Message
	}{
		{"robot_text", private(wangID), chat.Message{Text: "已签到：广州\n→ 11月27日 周五"}},
		{"robot_confidential", private(wangID), chat.Message{Text: "13800000000", Confidential: true, Summary: "华东机电，王芳，意向"}},
		{"robot_card", private(wangID), chat.Message{Card: short}},
		{"robot_card_group", inGroup(), chat.Message{Card: short}},
		{"robot_long_card", private(wangID), chat.Message{Card: long}},
		{"robot_form", private(wangID), chat.Message{Card: form}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			raw, err := b.Render(t.Context(), tt.to, tt.m, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := json.Indent(&got, raw, "", "  "); err != nil {
				t.Fatal(err)
			}
			text := regexp.MustCompile(`"task_id": "[^"]*"`).ReplaceAllString(got.String(), `"task_id": "…"`) + "\n"
			path := "testdata/" + tt.name + ".golden"
			if *update {
				if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What stands in a form already stands in its template uncut, as it is handed in
// with it.
func TestTemplateKeepsWhatIsThere(t *testing.T) {
	form := &chat.Form{Command: "提交"}
	for i := range 13 {
		form.Fields = append(form.Fields, chat.Field{Name: fmt.Sprint(i), Label: "项", Value: strings.Repeat("一", 300) + fmt.Sprint(i)})
	}
	_, rest := chat.CutTemplate(Read(template(form))[len(chat.TemplateWord):])
	for _, f := range form.Fields {
		if got := chat.FilledIn(rest, form.Fields)[f.Name]; got != f.Value {
			t.Errorf("field %s has %d bytes of %d", f.Name, len(got), len(f.Value))
		}
	}
}

// People's words are shown as they are, within the platform's length, whatever
// they hold.
func TestMarkdownShowsText(t *testing.T) {
	piece := rapid.SampledFrom([]string{"*", "**", "_", "`", "```", "~~", "#", "# ", ">", "- ", "1. ", "|", "---", "[", "](", ")", "![", "<", "<@", ">", "@all", "&amp;", `\`, "$", "http://", "a.cn", "\n", " ", "    ", "字", "x", "=", "\t"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 1, 40).Draw(t, "pieces"), "")
		mark := markdown(chat.Message{Text: text}, "")
		if strings.TrimSpace(text) == "" {
			return
		}
		if got := wecomtest.Rendered(mark); got != text {
			t.Errorf("%q is seen as %q", text, got)
		}
		if mentions, links := wecomtest.Markup(mark); len(mentions)+len(links) > 0 {
			t.Errorf("%q makes %q and %q of %q", text, mentions, links, mark)
		}
	})
}

func TestLongMarkdownIsCutAtLineEnds(t *testing.T) {
	card := &chat.Card{Title: "台账", Blocks: []chat.Block{{Text: strings.Repeat("第一行 <b> 很长\n", 3000)}}, Buttons: []chat.Button{{Label: "下一页", Command: "台账 2"}}}
	mark := markdown(chat.Message{Card: card}, "")
	if len(mark) > maxMarkdown || len(mark) < maxMarkdown*9/10 {
		t.Errorf("%d bytes", len(mark))
	}
	text := wecomtest.Rendered(mark)
	if !strings.HasSuffix(text, "很长"+cutNote+"\n〔下一页〕回复：台账 2") {
		t.Errorf("it ends with %q", text[len(text)-200:])
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte(`{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":` + callbackJSON("text", `,"chattype":"group","chatid":"g","create_time":1,"text":{"content":"@小助 签到"}`) + `}`))
	f.Add([]byte(`{"cmd":"aibot_event_callback","headers":{"req_id":"r"},"body":` + callbackJSON("event", `,"create_time":"x","event":{"eventtype":"template_card_event","template_card_event":{"event_key":"k","task_id":"t"}}`) + `}`))
	f.Add([]byte(`{"headers":{"req_id":"r"},"errcode":0,"errmsg":"ok","body":{"upload_id":"u"}}`))
	f.Add([]byte(`{"cmd":"x","body":{"msgid":[{}],"create_time":{"a":1}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fr, err := readFrame(data)
		if err != nil {
			return
		}
		c, err := readCallback(fr.Body)
		if err != nil {
			return
		}
		e, ok := c.event("小助", noon)
		if ok && (e.ID == "" || e.From.ID == "" || e.Chat.ID == "" || e.Sent.IsZero() || e.Kind == "") {
			t.Errorf("incomplete event %+v", e)
		}
		for _, s := range []string{e.ID, e.Text, e.Command, e.Chat.ID, e.From.ID} {
			if !utf8.ValidString(s) {
				t.Errorf("%q is not text", s)
			}
		}
	})
}

func FuzzUnmention(f *testing.F) {
	f.Add("@小助 签到", "小助")
	f.Add("x @a b c", "a b")
	f.Fuzz(func(t *testing.T, text, name string) {
		got := unmention(text, name)
		if len(got) > len(text) || utf8.ValidString(text) && utf8.ValidString(name) && !utf8.ValidString(got) {
			t.Errorf("unmention(%q, %q) = %q", text, name, got)
		}
	})
}
