package chattest

import (
	"bytes"
	"image"
	"image/png"
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/chat"
)

func full(text string) *chat.Card {
	return &chat.Card{
		Title: "题" + text, Tone: chat.Warn,
		Blocks: []chat.Block{
			{Text: "段" + text},
			{Note: "注" + text},
			{Facts: []chat.Fact{{Label: "项" + text, Value: "值" + text}}},
			{Table: &chat.Table{Heads: []string{"头" + text, "乙"}, Rows: [][]string{{"格" + text, "2"}, {"丙", ""}}}},
			{Fold: &chat.Folded{Title: "折" + text, Text: "里" + text}},
		},
		Buttons: []chat.Button{
			{Label: "甲" + text, Command: "看 " + text, Primary: true},
			{Label: "删" + text, Command: "删 " + text, Danger: true},
		},
		Form: &chat.Form{Command: "填 " + text, Submit: "交" + text, Fields: []chat.Field{
			{Name: "one", Label: "一" + text, Value: "预" + text, Hint: "提" + text, Required: true},
			{Name: "many", Label: "多" + text, Value: "长" + text, Lines: 4},
			{Name: "pick", Label: "选" + text, Value: "此" + text, Options: []string{"此" + text, "彼" + text}},
		}},
	}
}

// long is full with everything long but the command lines, which are never
// cut.
func long(text string) *chat.Card {
	card := full(text)
	for i := range card.Buttons {
		card.Buttons[i].Command = "看"
	}
	card.Form.Command = "填"
	return card
}

// parts are the pieces of full that must be readable.
func parts(text string) []string {
	var out []string
	for _, head := range []string{"题", "段", "注", "项", "值", "头", "格", "折", "里", "一", "预", "多", "长", "选", "此", "彼"} {
		out = append(out, head+text)
	}
	return out
}

func everyContentArrives(t *testing.T, w world) {
	for _, to := range []chat.Address{w.person(), w.Group()} {
		if m := w.send(to, chat.Message{Text: "收到：\n第二行"}, nil, "text/"+to.ID[:2]); m.Text != "收到：\n第二行" {
			t.Errorf("text is seen as %q", m.Text)
		}
		m := w.send(to, chat.Message{Card: full("")}, nil, "card/"+to.ID[:2])
		for _, part := range parts("") {
			if !strings.Contains(m.Text, part) {
				t.Errorf("%q is missing in the card: %q", part, m.Text)
			}
		}
		actable(t, m, "")
		if want := []string{"one", "many", "pick"}; !m.Typed && !sameSet(m.Fields, want) {
			t.Errorf("fields are %q, want %q", m.Fields, want)
		}
	}
}

// actable checks that everything that full(text) offers can be done.
func actable(t *testing.T, m Message, text string) {
	t.Helper()
	if want := []string{"甲" + text, "删" + text, "交" + text}; !m.Typed && !sameSet(m.Buttons, want) {
		t.Errorf("buttons are %q, want %q", m.Buttons, want)
	}
	for _, want := range []string{"甲" + text, "删" + text, "看 " + text, "删 " + text, "填 ", "one", "many", "pick"} {
		if m.Typed && !strings.Contains(m.Text, want) {
			t.Errorf("%q, which has to be typed, is missing in %q", want, m.Text)
		}
	}
}

func fileArrives(t *testing.T, w world) {
	content := []byte("PK\x03\x04 not really a table")
	m := w.send(w.person(), chat.Message{File: &chat.File{Name: "第48周 汇总.xlsx"}}, content, "file/1")
	if m.File != "第48周 汇总.xlsx" || string(m.Content) != string(content) {
		t.Errorf("the file is seen as %q with %d bytes", m.File, len(m.Content))
	}
}

// Draw draws charts for adapters under test: a small PNG, another for each title.
func Draw(c chat.Chart) ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, 8+len(c.Title), 8))
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}

// chartArrives: figures are always text, once; a chart is drawn by the client
// or shown as the picture that Draw made, or neither.
func chartArrives(t *testing.T, w world) {
	charts := []chat.Chart{
		{Title: "业绩", Kind: chat.Bars, Unit: chat.Yuan, Categories: []string{"张伟", "刘洋"}, AsOf: "截至 11月27日",
			Series: []chat.Series{{Name: "目标", Values: []int64{10_000_00, 0}}, {Name: "签约", Values: []int64{12_345_67, -5}}}},
		{Title: "提交率", Kind: chat.Line, Unit: chat.Percent, Categories: []string{"第47周", "第48周"}, Series: []chat.Series{{Name: "按时", Values: []int64{667, chat.NoValue}}}},
		{Title: "空的", Kind: chat.Stacked},
	}
	for i, to := range []chat.Address{w.person(), w.Group(), w.person()} {
		secret := i == 2
		card := &chat.Card{Title: "图", Blocks: []chat.Block{{Text: "前"}}, Buttons: []chat.Button{{Label: "好", Command: "好"}}}
		for _, c := range charts {
			card.Blocks = append(card.Blocks, chat.Block{Chart: &c})
		}
		m := w.send(to, chat.Message{Card: card, Secrecy: chat.Secrecy{Confidential: secret}}, nil, "chart/"+string(rune('a'+i)))
		for _, c := range charts {
			for _, line := range strings.Split(c.Words(), "\n") {
				if strings.Contains(m.Text, line) == m.Withheld && line != chat.NoFigures {
					t.Errorf("%q is not seen as it should in %q", line, m.Text)
				}
			}
			if want, err := Draw(c); err != nil || len(m.Pictures) > 0 && !slices.ContainsFunc(m.Pictures, func(p []byte) bool { return bytes.Equal(p, want) }) {
				t.Errorf("%s is not among the pictures, %v", c.Title, err)
			}
		}
		if n := len(m.Charts) + len(m.Pictures); n != 0 && n != len(charts) || m.Withheld && n > 0 {
			t.Errorf("%d charts and %d pictures are seen", len(m.Charts), len(m.Pictures))
		}
		if secret && !m.Locked && !m.Withheld {
			t.Error("a confidential chart can be forwarded")
		}
	}
}
