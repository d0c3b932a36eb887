package message

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

const (
	labelRunes = 60     // of a button or a field
	valueBytes = 14_000 // of all that is filled in beforehand in a form
	cutNote    = "…（内容过长，已截断）"
)

// body is everything a message says, line by line, but its form and buttons.
// It may be cut where there is no room.
func body(m chat.Message) string {
	var lines []string
	if m.Text != "" {
		lines = append(lines, m.Text)
	}
	if m.Card == nil {
		return strings.Join(lines, "\n")
	}
	if m.Card.Title != "" {
		lines = append(lines, "【"+m.Card.Title+"】")
	}
	for _, b := range m.Card.Blocks {
		lines = append(lines, blockLines(b)...)
	}
	if m.Card.Done != "" {
		lines = append(lines, m.Card.Done)
	}
	return strings.Join(lines, "\n")
}

func blockLines(b chat.Block) []string {
	var lines []string
	switch {
	case b.Text != "":
		lines = append(lines, b.Text)
	case b.Note != "":
		lines = append(lines, "（"+b.Note+"）")
	case b.Table != nil:
		lines = append(lines, strings.Join(b.Table.Heads, " | "))
		for _, r := range b.Table.Rows {
			lines = append(lines, strings.Join(r, " | "))
		}
	case b.Chart != nil:
		lines = append(lines, b.Chart.Words())
	case b.Fold != nil:
		lines = append(lines, b.Fold.Title+"：", b.Fold.Text)
	}
	for _, f := range b.Facts {
		lines = append(lines, f.Label+"："+f.Value)
	}
	return lines
}

// typed is how to say what a card's buttons do, line by line. It is never cut:
// without it nothing could be done. In a group the bot has to be mentioned.
func typed(c *chat.Card, mention string) string {
	if c == nil {
		return ""
	}
	lines := make([]string, len(c.Buttons))
	for i, b := range c.Buttons {
		lines[i] = "〔" + text.Cut(b.Label, labelRunes) + "〕回复：" + mention + b.Line()
	}
	return strings.Join(lines, "\n")
}

// inert makes people's words harmless where a platform reads addresses and
// tags in plain text: a character without width stands where such a thing
// would begin, so that the words look as they were written.
func inert(text string) string {
	var out strings.Builder
	before := ' '
	for len(text) > 0 {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		next, _ := utf8.DecodeRuneInString(text)
		out.WriteRune(r)
		switch {
		case r == '<', r == '@', r == ':' && next == '/', r == '.' && !unicode.IsSpace(before) && isLetter(next):
			out.WriteRune(widthless)
		}
		before = r
	}
	return out.String()
}

// widthless is the zero width space.
const widthless = '\u200b'

// Worn takes the characters of inert off again, where people copied them.
func Worn(text string) string { return strings.ReplaceAll(text, string(widthless), "") }

func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

// cut divides a text into at most parts pieces of at most room bytes, at ends
// of lines where it can; whole reports that nothing is lost.
func cut(text string, room, parts int) (list []string, whole bool) {
	for text != "" {
		if len(list) == parts {
			return list, false
		}
		if len(text) <= room {
			return append(list, text), true
		}
		at, skip := strings.LastIndexByte(text[:room+1], '\n'), 1
		if at < room/2 {
			at, skip = room, 0
			for !utf8.RuneStart(text[at]) {
				at--
			}
		}
		list, text = append(list, text[:at]), text[at+skip:]
	}
	return list, true
}
