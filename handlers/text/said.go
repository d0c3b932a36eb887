package text

import (
	"strings"
	"unicode"
)

// saidMark stands before lines that people wrote.
const saidMark = "│ "

// Said is what people wrote, on lines of its own: each bears a mark, so that
// none looks like a line of the bot's.
func Said(s string) string { return saidMark + Continued(s) }

// Continued is Said where the words begin behind the bot's own, on one line.
func Continued(s string) string {
	return strings.ReplaceAll(Shown(s), "\n", "\n"+saidMark)
}

// Typed is a text as somebody typed it: without what the bot or a client put
// around it, see [Unlinked], when they copied what they were shown.
func Typed(s string) string {
	if strings.HasPrefix(s, saidMark) || strings.Contains(s, "\n"+saidMark) {
		s = strings.TrimPrefix(strings.ReplaceAll("\n"+s, "\n"+saidMark, "\n"), "\n")
	}
	return Unlinked(s)
}

// mostBlanks is how wide a gap in a line may be: a wider one would push what
// follows to the next line of a screen, where no mark stands.
const mostBlanks = 8

// Shown is a text without what changes how the words around it look: what
// turns their direction, erases or hides, and gaps as wide as a line. All ends
// of lines are \n, and tabs are blanks. Emoji stay whole.
func Shown(s string) string {
	if !strings.ContainsFunc(s, odd) && !strings.Contains(s, strings.Repeat(" ", mostBlanks+1)) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	blanks := 0
	for _, r := range strings.ReplaceAll(s, "\r\n", "\n") {
		switch {
		case endsLine(r):
			r, blanks = '\n', 0
		case unicode.IsSpace(r):
			if blanks++; blanks > mostBlanks {
				continue
			}
			if r == '\t' {
				r = ' '
			}
		case joins(r):
		case !Visible(r):
			continue
		default:
			blanks = 0
		}
		b.WriteRune(r)
	}
	return b.String()
}

// odd reports whether Shown has to look closer at a rune.
func odd(r rune) bool {
	switch {
	case r >= ' ' && r < 0x7f, r >= 0x4e00 && r <= 0x9fff, r == '\n', joins(r):
		return false
	}
	return endsLine(r) || unicode.IsSpace(r) || !Visible(r)
}

// endsLine reports whether a client may begin a new line at a rune.
func endsLine(r rune) bool {
	return r >= '\n' && r <= '\r' || r == '\u0085' || r == '\u2028' || r == '\u2029'
}

// joins reports whether a rune only says how an emoji looks.
func joins(r rune) bool { return r == '\u200d' || r == '\ufe0e' || r == '\ufe0f' }
