package message

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
)

// A text of several parts is numbered, within the platform's length, and loses
// nothing.
func TestTextsAreCutAtLineEnds(t *testing.T) {
	line := strings.Repeat("客户", 40)
	long := strings.Join(slices.Repeat([]string{line}, 30), "\n")
	list := Texts(chat.Message{Text: long}, "abcdef")
	if len(list) < 3 {
		t.Fatalf("%d parts", len(list))
	}
	var all []string
	for _, part := range list {
		if len(part) > maxText {
			t.Errorf("a part has %d bytes", len(part))
		}
		words, mark := Unmark(part)
		if mark != "abcdef" {
			t.Errorf("the mark is %q", mark)
		}
		words, _, _ = strings.Cut(words, "\n（")
		all = append(all, words)
	}
	if strings.Join(all, "\n") != long {
		t.Error("the parts are not the whole")
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
		mark := Markdown(chat.Message{Text: text}, "")
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
	mark := Markdown(chat.Message{Card: card}, "")
	if len(mark) > maxMarkdown || len(mark) < maxMarkdown*9/10 {
		t.Errorf("%d bytes", len(mark))
	}
	text := wecomtest.Rendered(mark)
	if !strings.HasSuffix(text, "很长"+cutNote+"\n〔下一页〕回复：台账 2") {
		t.Errorf("it ends with %q", text[len(text)-200:])
	}
}

// A reply is read without the message that it is to, and words in brackets stay.
func TestReplies(t *testing.T) {
	for typed, want := range map[string]string{
		"「刘洋：去不去？\n确认 A12」\n- - - - - - - - - - - - - - -\n签到 广州 「新品」谈妥": "签到 广州 「新品」谈妥",
		"「李娜：「张伟：去不去」\n- - -\n去」\n- - -\n确认 A12":                         "确认 A12",
		"这是一条引用/回复消息：\n\"市场部助手：\n编号：A12\"\n------\n确认":                   "确认",
		"「晨星」已签，「南湖」回访\n「百汇」\n----\n下周去珠海":                               "「晨星」已签，「南湖」回访\n「百汇」\n----\n下周去珠海",
		"「新品」\n谈妥": "「新品」\n谈妥", "「张伟：在」\n- 二\n三": "「张伟：在」\n- 二\n三", "「张伟：「在」\n---\n去": "「张伟：「在」\n---\n去",
	} {
		if got := Read(typed); got != want {
			t.Errorf("Read(%q) = %q, want %q", typed, got, want)
		}
	}
}

func FuzzForm(f *testing.F) {
	f.Add("「一：「二：」\n--\n「三：四」\n-\n五")
	f.Add("填表 提交周报\n【本周】本周完成（必填）\n拜访\n（1/2）" + hidden("abcdef") + "\n【下周】x\n")
	f.Add("填表 x\n【】\n【a")
	f.Add("填表 x\n【本周】\n拜访\n（1/2）" + hidden("abcdef") + " \n（2/2）\u3000")
	f.Fuzz(func(t *testing.T, text string) {
		if once := Read(text); Read(once) != once {
			t.Errorf("%q reads as %q, and that as %q", text, once, Read(once))
		}
		for _, part := range []string{inert(text), literal(text)} {
			if strings.Contains(part, "://") || strings.Contains(part, "<a") {
				t.Errorf("%q is not inert", part)
			}
		}
	})
}

// What fits goes into one card with its buttons and the words to type: tables and
// long facts as lines, a long title above them, the words alone where there is no
// room for labels. What does not fit uncut goes into none.
func TestWholeCard(t *testing.T) {
	press := []chat.Button{{Label: "撤销（5分钟内）", Command: "撤销 01a2239bdd7d", Typed: "撤销"}, {Label: "补充进展", Command: "签到"}}
	text := func(n int) []chat.Block { return []chat.Block{{Text: strings.Repeat("字", n)}} }
	for _, tt := range []struct {
		name, want string // want: the text below the title; empty: no card
		card       chat.Card
	}{
		{"an answer", "今天第 1 次\n〔撤销（5分钟内）〕回复：撤销\n〔补充进展〕回复：签到", chat.Card{Title: "签到成功", Blocks: []chat.Block{{Text: "今天第 1 次"}, {Facts: []chat.Fact{{Label: "地点", Value: "广州"}}}}}},
		{"a table", "客户 | 金额\n佛山 | 1.00 元\n（依据 R12）\n〔撤销（5分钟内）〕回复：撤销\n〔补充进展〕回复：签到", chat.Card{Title: "表", Blocks: []chat.Block{{Table: &chat.Table{Heads: []string{"客户", "金额"}, Rows: [][]string{{"佛山", "1.00 元"}}}}, {Note: "依据 R12"}}}},
		{"a long title", strings.Repeat("题", 30) + "\n〔撤销（5分钟内）〕回复：撤销\n〔补充进展〕回复：签到", chat.Card{Title: strings.Repeat("题", 30)}},
		{"little room", strings.Repeat("字", 90) + "\n或回复：撤销 / 签到", chat.Card{Title: "满", Blocks: text(90)}},
		{"no room", "", chat.Card{Title: "满", Blocks: text(112)}},
	} {
		tt.card.Buttons = press
		c := WholeCard(chat.Message{Card: &tt.card}, "task")
		if (c == nil) != (tt.want == "") || c != nil && c.Text != tt.want {
			t.Errorf("%s: %+v", tt.name, c)
		}
		if c != nil && (len(c.Buttons) != 2 || c.Buttons[0].Key != press[0].Command || c.Title.Desc != "") {
			t.Errorf("%s: the buttons are %+v", tt.name, c.Buttons)
		}
	}
}

// A form as the app's texts, however many, comes back with the values that stood in
// it: of what was copied along nothing is taken for somebody's words.
func TestTemplateComesBack(t *testing.T) {
	piece := rapid.SampledFrom([]string{"拜访华东机电", "12.5万", "（1/2）前", "#abcdef", "- ", "1. ", "@all", "<b>", "https://a.example/b", "，", "：", "*", "_", "\n", " ", "👍", "【华东机电】", "没有"})
	rapid.Check(t, func(t *rapid.T) {
		form := &chat.Form{Command: "提交周报 2026-W48 ab12"}
		want := map[string]string{}
		for i := range rapid.IntRange(1, 6).Draw(t, "fields") {
			value := strings.TrimSpace(strings.Join(rapid.SliceOfN(piece, 0, 60).Draw(t, "value"), ""))
			form.Fields = append(form.Fields, chat.Field{Name: fmt.Sprint("项", i), Label: "第几项", Value: value})
			want[form.Fields[i].Name] = value
		}
		texts := Texts(Offering(chat.Message{Card: &chat.Card{Title: "周报", Blocks: []chat.Block{{Text: "说明"}}, Form: form}}), NewMark())
		typed := Read(strings.Join(texts, "\n"))
		line, rest := chat.CutTemplate(strings.TrimPrefix(typed, chat.TemplateWord))
		if diff := cmp.Diff(want, chat.FilledIn(rest, form.Fields)); diff != "" || line != form.Command {
			t.Errorf("%q is read as %q: %s", texts, line, diff)
		}
	})
}
