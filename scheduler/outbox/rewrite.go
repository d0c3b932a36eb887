package outbox

import (
	"strings"

	"marketbot/handlers/chat"
)

// againMark stands in front of what is said a second time because nobody knows
// whether the first arrived.
const againMark = "【补发】"

// again marks a message; false when it is marked already.
func again(m chat.Message) (chat.Message, bool) {
	switch {
	case m.Card != nil:
		if strings.HasPrefix(m.Card.Title, againMark) {
			return m, false
		}
		c := *m.Card
		c.Title = againMark + c.Title
		m.Card = &c
	case m.File != nil:
		if strings.HasPrefix(m.File.Name, againMark) {
			return m, false
		}
		m.File = &chat.File{Name: againMark + m.File.Name, Recipe: m.File.Recipe}
	default:
		if strings.HasPrefix(m.Text, againMark) {
			return m, false
		}
		m.Text = againMark + m.Text
	}
	return m, true
}

// plain says what a message says in text only; false when it was text already.
func plain(m chat.Message) (chat.Message, bool) {
	switch {
	case m.Card != nil:
		lines := []string{}
		if m.Text != "" {
			lines = append(lines, m.Text)
		}
		m.Text, m.Card = strings.Join(append(lines, cardLines(m.Card)...), "\n"), nil
	case m.File != nil:
		m.Text, m.File = "文件《"+m.File.Name+"》没有发送成功，请稍后再要一次。", nil
	default:
		return m, false
	}
	return m, true
}

// harmlessText is what is said where nothing else will be shown. No platform
// finds anything in it.
const harmlessText = "有一条消息在这里显示不了，内容没有发出来。请再发一次，还不行请找管理员。"

// harmless stands for a message that will not be shown; false when it did
// already.
func harmless(m chat.Message) (chat.Message, bool) {
	if m.Text == harmlessText {
		return m, false
	}
	return chat.Message{Text: harmlessText}, true
}

func cardLines(c *chat.Card) []string {
	lines := []string{c.Title}
	for _, b := range c.Blocks {
		lines = append(lines, blockLines(b)...)
	}
	if c.Form != nil {
		lines = append(lines, "请回复 "+c.Form.Line(chat.QuestionsWord)+"，或复制下面这段，填好后整段发回：", c.Form.Template())
	}
	for _, b := range c.Buttons {
		lines = append(lines, b.Label+"：请回复 "+b.Command)
	}
	return lines
}

func blockLines(b chat.Block) []string {
	var lines []string
	for _, s := range []string{b.Text, b.Note} {
		if s != "" {
			lines = append(lines, s)
		}
	}
	for _, f := range b.Facts {
		lines = append(lines, f.Label+"："+f.Value)
	}
	if b.Table != nil {
		lines = append(lines, strings.Join(b.Table.Heads, " | "))
		for _, r := range b.Table.Rows {
			lines = append(lines, strings.Join(r, " | "))
		}
	}
	if b.Chart != nil {
		lines = append(lines, b.Chart.Words())
	}
	if b.Fold != nil {
		lines = append(lines, b.Fold.Title, b.Fold.Text)
	}
	return lines
}
