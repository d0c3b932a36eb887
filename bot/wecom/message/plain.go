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

const markSize = 6

// marked finds the line that numbered adds, with the blanks that copying may add.
var marked = regexp.MustCompile(`(?m)^#[a-z2-7]{6}(?: \d+/\d+)?[\t\v\f\r\x{85}\p{Z}]*$\n?`)

// numbered is the end of one text of several; mark may be empty.
func numbered(mark string, i, n int) string {
	switch {
	case n == 1 && mark == "":
		return ""
	case n == 1:
		return "\n#" + mark
	case mark == "":
		return fmt.Sprintf("\n（%d/%d）", i+1, n)
	}
	return fmt.Sprintf("\n#%s %d/%d", mark, i+1, n)
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
