package message

import (
	"regexp"
	"strings"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// Offering is a message whose form can also be filled in question by question.
func Offering(m chat.Message) chat.Message {
	if m.Card == nil || m.Card.Form == nil {
		return m
	}
	card := *m.Card
	ask := chat.Button{Label: chat.QuestionsWord, Command: card.Form.Line(chat.QuestionsWord)}
	card.Buttons = append(card.Buttons[:len(card.Buttons):len(card.Buttons)], ask)
	m.Card = &card
	return m
}

// template is a form as text to fill in. What is filled in beforehand is cut
// where it would take the room of everything else.
func template(f *chat.Form) string {
	all := 0
	for _, field := range f.Fields {
		all += len(field.Value)
	}
	if all <= valueBytes {
		return f.Template()
	}
	short := *f
	short.Fields = append([]chat.Field(nil), f.Fields...)
	for i, field := range short.Fields {
		if kept, whole := cut(field.Value, valueBytes/len(f.Fields), 1); !whole {
			short.Fields[i].Value = kept[0]
		}
	}
	return short.Template()
}

// What clients put around the message that a reply is to: 「张伟：…」, or the words of a
// phone, and a line of dashes below.
var (
	quote  = regexp.MustCompile(`^「[^：「」\n]{1,40}：`)
	quoted = regexp.MustCompile(`^这是一条引用/回复消息：\n(?s:".*?")\r?\n-[- ]*\r?\n`)
	dashes = regexp.MustCompile(`^\r?\n-[- ]*\r?\n`)
)

// unquoted is a reply without the messages that it is to.
func unquoted(typed string) string {
	for {
		own := typed[len(quoted.FindString(typed)):]
		if quote.MatchString(own) {
			own = behindQuote(own)
		}
		if own == typed {
			return typed
		}
		typed = own
	}
}

// behindQuote is what stands below a quote, in which others may stand, and the dashes.
func behindQuote(typed string) string {
	depth := 0
	for i, c := range typed {
		switch c {
		case '「':
			depth++
		case '」':
			depth--
		}
		if c != '」' || depth > 0 {
			continue
		}
		behind := typed[i+len("」"):]
		if line := dashes.FindString(behind); line != "" {
			return behind[len(line):]
		}
		return typed
	}
	return typed
}

// Read is what somebody wrote, without the mention of the bot. Of a template
// that came back, what was copied along goes: the words before it, the marks
// that keep texts apart, the looks of its heads.
func Read(typed string) string {
	typed = text.Typed(Worn(unquoted(marks.ReplaceAllString(typed, ""))))
	if !strings.Contains(typed, "\n【") { // as nearly every text
		return typed
	}
	_, form, ok := strings.Cut("\n"+numberedLine.ReplaceAllString(typed, ""), "\n"+chat.TemplateWord+" ")
	if !ok {
		return typed
	}
	lines := strings.Split(form, "\n")
	for i, l := range lines {
		if i == 0 || strings.HasPrefix(l, "【") {
			lines[i] = narrow.Replace(l)
		}
	}
	return chat.TemplateWord + " " + strings.TrimSpace(strings.Join(lines, "\n"))
}
