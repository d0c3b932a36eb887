package text

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
		r, ok := FoldRune(r)
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

// Bare is a text folded, without blanks: equal for texts that differ in
// spelling only.
func Bare(raw string) string {
	return strings.Map(func(r rune) rune {
		if r, ok := FoldRune(r); ok && !Blank(r) {
			return r
		}
		return -1
	}, raw)
}

// Code reads a number as people type it: a12, Ａ１２, #A12, A 12,
// zyx－202611－００１. It is empty where a text is none.
func Code(typed string) string {
	code := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return -1
		case unicode.Is(unicode.Pd, r):
			return '-'
		}
		return unicode.ToUpper(r)
	}, Fold(CutBytes(typed, codeMax)).Text)
	code = strings.TrimPrefix(code, "编号")
	code = strings.TrimLeft(code, "#:")
	if strings.Trim(code, "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return code
}

// codeMax is how many bytes of text may be a number.
const codeMax = 200

// Blank reports whether a folded rune is white space.
func Blank(r rune) bool { return r == ' ' || r == '\n' }

// Wordy reports whether a rune is part of a word.
func Wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// FoldRune folds one rune; false when nothing is to be read there.
func FoldRune(r rune) (rune, bool) {
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
	case !Visible(r):
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
	return unicode.ToLower(narrowHan(Narrow(r))), true
}

// Narrow is the narrow form of a wide letter, digit or mark (Ａ, １, ～).
func Narrow(r rune) rune {
	if f := width.LookupRune(r).Folded(); f != 0 {
		return f
	}
	return r
}

// narrowHan takes the doubles of ideographs (⾏, 行 U+FA08) for the usual ones.
func narrowHan(r rune) rune {
	if r >= 0x2e80 && r <= 0x2fdf || r >= 0xf900 && r <= 0xfaff || r >= 0x2f800 && r <= 0x2fa1f {
		if one := []rune(norm.NFKC.String(string(r))); len(one) == 1 {
			return one[0]
		}
	}
	return r
}
