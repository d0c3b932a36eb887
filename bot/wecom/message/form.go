package message

import (
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

// Read is what somebody wrote, without the mention of the bot. Of a template
// that came back, what was copied along goes: the words before it, the marks
// that keep texts apart, the looks of its heads.
func Read(typed string) string {
	typed = text.Typed(Worn(marks.ReplaceAllString(typed, "")))
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
