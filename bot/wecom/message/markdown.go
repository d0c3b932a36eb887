package message

import (
	"strings"

	"marketbot/handlers/chat"
)

// maxMarkdown is what the robot takes in one message, in bytes.
const maxMarkdown = 20480

// Markdown is a message as the robot's markdown that shows every character as
// it is: it uses no markup of its own, and people's words cannot make any. The
// words give way where there is no room; what has to be typed never does. It
// is empty when nothing is left or that alone does not fit.
func Markdown(m chat.Message, mention string) string {
	var tail []string
	if says := typed(m.Card, mention); says != "" {
		tail = append(tail, says)
	}
	if m.Card != nil && m.Card.Form != nil {
		tail = append(tail, formHelp, mention+template(m.Card.Form))
	}
	end := literal(strings.Join(tail, "\n"))
	room := maxMarkdown - len(end) - len(lineEnd) - len(cutNote)
	words := literal(body(m))
	if room < 0 || strings.TrimSpace(words+end) == "" {
		return ""
	}
	if parts, whole := cut(words, room, 1); !whole {
		words = strings.TrimSuffix(parts[0], strings.TrimSuffix(lineEnd, "\n")) + cutNote
	}
	if words != "" && end != "" {
		words += lineEnd
	}
	return words + end
}

// narrow takes wide off again.
var narrow = strings.NewReplacer("＊", "*", "｀", "`", "～", "~", "＄", "$")

// lineEnd ends a line in every dialect of markdown.
const lineEnd = "  \n"

// wide are characters whose markup a character without width would not keep
// away; their wide forms look alike, and commands read them as the same.
var wide = strings.NewReplacer("*", "＊", "`", "｀", "~", "～", "$", "＄")

// literal makes markdown that shows text as it is. The platform documents no
// escapes, so a character without width stands wherever markup would begin.
func literal(text string) string {
	text = wide.Replace(inert(text))
	var out strings.Builder
	for line := range strings.SplitAfterSeq(text, "\n") {
		line, more := strings.CutSuffix(line, "\n")
		if startsMarkup(line) || line == "" && more {
			out.WriteRune(widthless)
		}
		for _, r := range line {
			if r == '_' {
				out.WriteRune(widthless)
			}
			out.WriteRune(r)
			if strings.ContainsRune(`_\[]!&#|`, r) {
				out.WriteRune(widthless)
			}
		}
		if more {
			out.WriteString(lineEnd)
		}
	}
	return out.String()
}

// startsMarkup reports whether a line begins with what could be a heading, a
// quotation, a list, a rule or code.
func startsMarkup(line string) bool {
	return line != "" && strings.IndexByte(" \t#>-+=|0123456789", line[0]) >= 0
}
