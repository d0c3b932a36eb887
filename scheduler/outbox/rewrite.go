package outbox

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
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

// plainAgain says in text only, and marked, what may have arrived; false when it
// was text already.
func plainAgain(m chat.Message) (chat.Message, bool) {
	if m.Card == nil {
		return m, false
	}
	m, _ = plain(m)
	return again(m)
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

// delayedText is said of a message that the platform does not take, while it is
// tried again.
const delayedText = "有一条消息暂时送不到这里，还在重试；着急的话请再发一次。"

// wordKey begins the key of what is said of another message.
const wordKey = "word/"

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
		lines = append(lines, b.Label+"：请回复 "+b.Line())
	}
	if c.Done != "" {
		lines = append(lines, c.Done)
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

// Of what is told in one message.
const (
	maxGathered = 100   // messages
	maxGathers  = 24000 // bytes of what they say, as it is kept
)

// gather takes what can be told in the same message as the first of some that
// wait in its chat: nothing that was tried before, nor files.
func gather(first *item, list []*item) (with []*item) {
	size := len(first.Content)
	for _, it := range list {
		size += len(it.Content)
		if !first.fits(it) || size > maxGathers || len(with)+1 == maxGathered {
			break
		}
		with = append(with, it)
	}
	return with
}

// fits reports whether a message can be told within another. What is
// confidential takes what is not along, as confidential as itself.
func (i *item) fits(j *item) bool {
	m, ok := i.fresh()
	n, ok2 := j.fresh()
	return ok && ok2 && i.Class == j.Class && i.Person == j.Person && (i.Secret || !j.Secret) && (n.Right == "" || m.Right == n.Right)
}

// fresh is what a message says that can be told with others: nothing that was
// tried before, and no file.
func (i *item) fresh() (m chat.Message, ok bool) {
	if i.Tries > 0 || !i.FirstTry.IsZero() || i.unreadable || i.changes() {
		return m, false
	}
	err := json.Unmarshal(i.Content, &m)
	return m, err == nil && m.File == nil
}

// together are messages in one, nothing of them left out.
func together(list []chat.Message) chat.Message {
	var all chat.Message
	var texts, summaries []string
	for _, m := range list {
		all.Confidential, all.Right = all.Confidential || m.Confidential, cmp.Or(all.Right, m.Right)
		all.Customers = append(all.Customers, m.Customers...)
		if p, ok := plain(m); ok {
			m = p
		}
		texts = append(texts, m.Text)
		summaries = append(summaries, m.Redacted().Text)
	}
	all.Text = fmt.Sprintf("以下 %d 条合在一起：\n\n%s", len(list), strings.Join(texts, "\n\n"))
	if all.Confidential {
		all.Summary = strings.Join(slices.Compact(summaries), "\n")
	}
	return all
}
