package command

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// Folded is a text made alike for reading only: wide letters, digits and
// punctuation narrow, Latin small, dashes and blanks the same, what is
// invisible gone. What is kept is always the raw text, to which every place in
// a folded one leads back.
type Folded struct {
	Text string
	at   []int32 // by byte of Text: where its rune begins in the raw text; one more for the end
}

// Fold folds a text. Bytes that are not UTF-8 become U+FFFD.
func Fold(raw string) Folded {
	var b strings.Builder
	b.Grow(len(raw))
	at := make([]int32, 0, len(raw)+1)
	for i, r := range raw {
		r, ok := foldRune(r)
		if !ok {
			continue
		}
		b.WriteRune(r)
		for range utf8.RuneLen(r) {
			at = append(at, int32(i))
		}
	}
	return Folded{Text: b.String(), at: append(at, int32(len(raw)))}
}

// Raw is where in the raw text the rune at byte i of Text begins; the raw
// text's length for len(Text).
func (f Folded) Raw(i int) int { return int(f.at[i]) }

// foldRune folds one rune; false when nothing is to be read there.
func foldRune(r rune) (rune, bool) {
	switch {
	case r >= 0x4e00 && r <= 0x9fff: // nearly everything people write here
		return r, true
	case r >= utf8.RuneSelf:
		return foldWide(r)
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A', true
	case r == '\n' || r > ' ' && r < 0x7f:
		return r, true
	case r == ' ' || r >= '\t' && r <= '\r':
		return ' ', true
	default:
		return 0, false
	}
}

func foldWide(r rune) (rune, bool) {
	switch {
	case r == '\u2028' || r == '\u2029':
		return '\n', true
	case unicode.IsSpace(r):
		return ' ', true
	case unseen(r):
		return 0, false
	case unicode.Is(unicode.Pd, r), r == '−':
		return '-', true
	}
	switch r { // look alike, but are no wide forms
	case '﹕', '∶', '꞉', '︰', '︓':
		return ':', true
	case '﹐', '︐':
		return ',', true
	case '﹔', '︔':
		return ';', true
	case '﹦':
		return '=', true
	case '﹫':
		return '@', true
	case '〜', '∼':
		return '~', true
	}
	return unicode.ToLower(narrow(r)), true
}

// narrow also takes the doubles of ideographs (⾏, 行 U+FA08) for the usual ones.
func narrow(r rune) rune {
	if f := width.LookupRune(r).Folded(); f != 0 {
		return f
	}
	if r >= 0x2e80 && r <= 0x2fdf || r >= 0xf900 && r <= 0xfaff || r >= 0x2f800 && r <= 0x2fa1f {
		if one := []rune(norm.NFKC.String(string(r))); len(one) == 1 {
			return one[0]
		}
	}
	return r
}

// unseen tells whether nothing of a rune is to be seen: controls, format
// characters, variation selectors, fillers.
func unseen(r rune) bool {
	switch {
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef, r >= 0x180b && r <= 0x180f:
		return true
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x3164, r == 0xffa0:
		return true
	default:
		return unicode.In(r, unicode.Cf, unicode.Cc)
	}
}

// readMost is how many folded runes a reader looks at. Nothing that it reads
// (a date, a week, an amount) is longer.
const readMost = 64

// reader reads what stands at the beginning of a text, folded. It is loaded
// on the stack, so that reading makes no garbage.
type reader struct {
	runes [readMost]rune
	ends  [readMost]int // where each rune ends in the raw text
	n, i  int
}

// load folds the beginning of raw.
func (r *reader) load(raw string) {
	for at := 0; at < len(raw) && r.n < readMost; {
		c, size := utf8.DecodeRuneInString(raw[at:])
		at += size
		if c, ok := foldRune(c); ok {
			r.runes[r.n], r.ends[r.n] = c, at
			r.n++
		}
	}
}

// used is how many bytes of the raw text were read.
func (r *reader) used() int {
	if r.i == 0 {
		return 0
	}
	return r.ends[r.i-1]
}

// peek is the next rune; 0 at the end.
func (r *reader) peek() rune { return r.ahead(0) }

// ahead is the rune k places further; 0 beyond the end.
func (r *reader) ahead(k int) rune {
	if r.i+k >= r.n {
		return 0
	}
	return r.runes[r.i+k]
}

// take reads a word if it stands here.
func (r *reader) take(word string) bool {
	i := r.i
	for _, c := range word {
		if i >= r.n || r.runes[i] != c {
			return false
		}
		i++
	}
	r.i = i
	return true
}

// takeOne reads the first of the words that stands here, so the longer ones
// go first.
func (r *reader) takeOne(words ...string) bool {
	for _, w := range words {
		if r.take(w) {
			return true
		}
	}
	return false
}

// any tells whether the next rune is one of set.
func (r *reader) any(set string) bool {
	return r.i < r.n && strings.ContainsRune(set, r.peek())
}

// blanks reads white space.
func (r *reader) blanks() {
	for r.i < r.n && blank(r.peek()) {
		r.i++
	}
}

// edge tells whether no Latin letter, digit or ideograph follows.
func (r *reader) edge() bool {
	return !wordy(r.peek())
}

// wordy tells whether a rune is part of a word.
func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func blank(r rune) bool { return r == ' ' || r == '\n' }
