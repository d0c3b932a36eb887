package message

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"marketbot/handlers/chat"
)

const (
	maxText  = 2048 // bytes of one text
	maxTexts = 10   // of one message
)

// NewMark is what makes a text unlike every other: the platform drops texts
// that are equal, although two check-ins have equal answers.
func NewMark() string { return strings.ToLower(rand.Text()[:markSize]) }

const (
	markSize = 6
	markBits = 5 // of each character of a mark
)

// What a mark is written in: people have no use for it, and see nothing of it.
const (
	zeroBit = '\u200c'
	oneBit  = '\u2060'
)

const markAlphabet = "abcdefghijklmnopqrstuvwxyz234567"

// hidden is a mark as nobody sees it.
func hidden(mark string) string {
	var out strings.Builder
	for _, r := range mark {
		at := strings.IndexRune(markAlphabet, r)
		for bit := range markBits {
			if at>>bit&1 == 1 {
				out.WriteRune(oneBit)
			} else {
				out.WriteRune(zeroBit)
			}
		}
	}
	return out.String()
}

// marks finds what hidden makes, numberedLine what numbered adds to it where there
// are several texts, with the blanks that copying may add.
var (
	marks        = regexp.MustCompile(`[\x{200c}\x{2060}]{30}`)
	numberedLine = regexp.MustCompile(`(?m)^（\d+/\d+）[\t\v\f\r\x{85}\p{Z}]*$\n?`)
)

// Unmark takes the mark off a text, and tells which it was.
func Unmark(text string) (rest, mark string) {
	at := marks.FindStringIndex(text)
	if at == nil {
		return text, ""
	}
	bits := []rune(text[at[0]:at[1]])
	for i := 0; i < len(bits); i += markBits {
		n := 0
		for bit := range markBits {
			if bits[i+bit] == oneBit {
				n |= 1 << bit
			}
		}
		mark += markAlphabet[n : n+1]
	}
	return text[:at[0]] + text[at[1]:], mark
}

// numbered is the end of one text of several; mark may be empty.
func numbered(mark string, i, n int) string {
	if n == 1 {
		return hidden(mark)
	}
	return fmt.Sprintf("\n（%d/%d）", i+1, n) + hidden(mark)
}

// Texts is a message as plain texts, each short enough and, with a mark, unlike
// any other.
// What has to be typed stands in texts of its own where all does not fit into
// one, so that it can be copied.
func Texts(m chat.Message, mark string) []string {
	room := maxText - len(numbered(mark, 9, 10))
	says := inert(body(m))
	pieces := []string{says, inert(typed(m.Card, ""))}
	if m.Card != nil && m.Card.Form != nil {
		pieces = append(pieces, formHelp, inert(template(m.Card.Form)))
	}
	pieces = slices.DeleteFunc(pieces, func(s string) bool { return strings.TrimSpace(s) == "" })
	all := strings.Join(pieces, "\n")
	list := []string{all}
	if len(all) > room {
		list = nil
		for i, p := range pieces {
			most := maxTexts
			if i > 0 || says == "" {
				most = 1 << 20 // what has to be typed is never cut
			}
			parts, whole := cut(p, room-len(cutNote), most)
			if !whole {
				parts[len(parts)-1] += cutNote
			}
			list = append(list, parts...)
		}
	}
	list = slices.DeleteFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
	for i := range list {
		list[i] += numbered(mark, i, len(list))
	}
	return list
}

// formHelp stands before a form.
const formHelp = "复制下面这段，填好后整段发回（分成几条的，合在一起发）："
