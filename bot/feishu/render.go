package feishu

import (
	"errors"
	"strings"
	"unicode"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// maxText keeps a text message, quoted twice, well below the platform's 150 KB.
const maxText = 140 * 1024

var errEmpty = errors.New("message without content")

// body is what is sent, without the key that Send adds.
type body struct {
	ReceiveID string `json:"receive_id,omitempty"` // not of a reply
	MsgType   string `json:"msg_type"`
	Content   string `json:"content"`
}

// content is a message's type and content without the file.
func content(m chat.Message, group bool) (kind string, content []byte, err error) {
	if m.Card == nil && strings.TrimSpace(m.Text) == "" {
		return "", nil, errEmpty
	}
	if m.Card == nil && !m.Confidential && literal(m.Text) {
		text, whole := fit(m.Text, maxText)
		if !whole {
			text += cutNote
		}
		return "text", encode(map[string]string{"text": text}), nil
	}
	content, err = cardContent(m, group)
	return "interactive", content, err
}

// cardContent is a message as a card. Most fit as they are; only what does not
// is weighed block by block.
func cardContent(m chat.Message, group bool) ([]byte, error) {
	card, err := buildCard(m, group, &draft{endless: true, bytes: maxBytes, tags: maxTags})
	if err != nil {
		return nil, err
	}
	content := encode(card)
	if size, tags := measure(content); size <= maxBytes && tags <= maxTags {
		return content, nil
	}
	if card, err = buildCard(m, group, &draft{bytes: maxBytes, tags: maxTags}); err != nil {
		return nil, err
	}
	return encode(card), nil
}

// literal reports whether a text message shows the text as it is. Such messages
// know <at …>, a few tags and [links](…), and clients make addresses of the web
// and of e-mail tappable; a text that might hold any of these, and one that
// must not be forwarded, goes out as a card of one paragraph instead.
func literal(text string) bool {
	if strings.ContainsAny(text, "<>[]@`*~") || strings.Contains(text, "//") || strings.Contains(text, "__") {
		return false
	}
	before := ' '
	for i, r := range text {
		if r == '.' && !unicode.IsSpace(before) && i+1 < len(text) && isLetter(text[i+1]) {
			return false
		}
		before = r
	}
	return true
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

func buildCard(m chat.Message, group bool, d *draft) (cardJSON, error) {
	out := cardJSON{Schema: "2.0", Config: cardConfig{UpdateMulti: true, EnableForward: !m.Confidential}}
	var blocks []chat.Block
	if m.Text != "" {
		blocks = append(blocks, chat.Block{Text: m.Text})
	}
	var tail []any
	if c := m.Card; c != nil {
		if c.Title != "" {
			out.Header = &cardHeader{plain(text.Cut(c.Title, titleRunes)), template(c.Tone)}
		}
		blocks = append(blocks, c.Blocks...)
		tail = tailOf(c, placeOf(m, group))
	} else if !m.Confidential { // the chat list shows no line of what is confidential
		out.Config.Summary = &cardSummary{text.Cut(m.Text, labelRunes)}
	}
	ending := note(cutNote)
	d.elements = []any{}
	d.reserve(append([]any{out, ending}, tail...)...)
	if d.bytes < 0 || d.tags < 0 {
		return out, errors.New("buttons and form alone exceed what a card may hold")
	}
	for _, b := range blocks {
		if !d.addBlock(b) {
			d.elements = append(d.elements, ending)
			break
		}
	}
	out.Body.Elements = append(d.elements, tail...)
	if len(out.Body.Elements) == 0 && out.Header == nil {
		return out, errEmpty
	}
	return out, nil
}

func template(t chat.Tone) string {
	switch t {
	case chat.Good:
		return "green"
	case chat.Warn:
		return "orange"
	case chat.Bad:
		return "red"
	}
	return "blue"
}

// tailOf is what may never be cut off: buttons and form.
func tailOf(c *chat.Card, in place) []any {
	var tail []any
	if c.Form != nil {
		tail = append(tail, form(c.Form, in))
	}
	if len(c.Buttons) > 0 {
		row := columnsElement{Tag: "column_set", FlexMode: "flow"}
		for _, b := range c.Buttons {
			row.Columns = append(row.Columns, columnElement{"column", "auto", []any{button(b, in)}})
		}
		tail = append(tail, row)
	}
	if c.Done != "" {
		tail = append(tail, note(text.Cut(c.Done, labelRunes)))
	}
	return tail
}

// place is where a card stands.
type place int

const (
	private place = iota
	inGroup
	inTopic // of a group
)

func placeOf(m chat.Message, group bool) place {
	switch {
	case !group:
		return private
	case m.Topic != "":
		return inTopic
	}
	return inGroup
}

func pressed(command string, in place) []behavior {
	return []behavior{{"callback", carried{command, in}}}
}

func button(b chat.Button, in place) buttonElement {
	kind := "default"
	switch {
	case b.Danger:
		kind = "danger"
	case b.Primary:
		kind = "primary"
	}
	return buttonElement{Tag: "button", Text: plain(text.Cut(b.Label, labelRunes)), Type: kind, Behaviors: pressed(b.Command, in)}
}

func form(f *chat.Form, in place) formElement {
	out := formElement{Tag: "form", Name: "form"}
	inputs := 0
	for _, field := range f.Fields {
		if len(field.Options) == 0 {
			inputs++
		}
	}
	room := maxBytes / 2 / max(inputs, 1) // what is prefilled leaves half to the rest
	for _, field := range f.Fields {
		if len(field.Options) > 0 {
			out.Elements = append(out.Elements, div(text.Cut(field.Label, labelRunes)), choice(field))
			continue
		}
		out.Elements = append(out.Elements, input(field, room))
	}
	label := f.Submit
	if label == "" {
		label = "提交"
	}
	out.Elements = append(out.Elements, buttonElement{Tag: "button", Text: plain(text.Cut(label, labelRunes)), Type: "primary",
		Name: "submit_button", FormActionType: "submit", Behaviors: pressed(f.Command, in)})
	return out
}

func input(f chat.Field, room int) inputElement {
	value, _ := fit(f.Value, room)
	value = text.CutWith(value, valueRunes, "")
	e := inputElement{Tag: "input", Name: f.Name, Required: f.Required, Label: plain(text.Cut(f.Label, labelRunes)), LabelPosition: "top",
		DefaultValue: value, Width: "fill", MaxLength: valueRunes, InputType: "text"}
	if f.Hint != "" {
		hint := plain(text.Cut(f.Hint, labelRunes-1))
		e.Placeholder = &hint
	}
	if f.Lines > 1 || strings.Contains(value, "\n") {
		e.InputType, e.Rows = "multiline_text", min(max(f.Lines, 2), 20)
	}
	return e
}

func choice(f chat.Field) selectElement {
	hint := f.Hint
	if hint == "" {
		hint = "请选择"
	}
	e := selectElement{Tag: "select_static", Name: f.Name, Required: f.Required, Placeholder: plain(text.Cut(hint, labelRunes-1)), Width: "fill"}
	for i, option := range f.Options[:min(len(f.Options), maxOptions)] {
		e.Options = append(e.Options, selectOption{plain(text.Cut(option, labelRunes)), text.Cut(option, valueRunes)})
		if option == f.Value {
			e.InitialIndex = i + 1
		}
	}
	return e
}

// fileType is the platform's name for a kind of file.
func fileType(name string) string {
	ext := strings.ToLower(name[strings.LastIndexByte(name, '.')+1:])
	switch ext {
	case "xlsx", "xls", "csv":
		return "xls"
	case "docx", "doc":
		return "doc"
	case "pptx", "ppt":
		return "ppt"
	case "pdf":
		return "pdf"
	}
	return "stream"
}
