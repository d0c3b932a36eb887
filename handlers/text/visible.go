package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Visible reports whether a character leaves ink. White space, controls,
// format characters, variation selectors and fillers do not, nor does the blank
// Braille pattern, which counts as a symbol.
func Visible(r rune) bool {
	return r != '\u2800' && !unicode.IsSpace(r) && !unicode.In(r,
		unicode.Cc, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector, unicode.Noncharacter_Code_Point)
}

// HasWords reports whether there is anything to read in a text. Accents that
// stand alone are nothing, and so are marks that end or part sentences and bytes that
// are not UTF-8.
func HasWords(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return r != utf8.RuneError && Visible(r) && !unicode.Is(unicode.Mn, r) && !isStop(r)
	})
}

// stops are the marks that end a sentence, or part one, and that a keyboard puts
// behind anything.
const stops = "。！？!?…～，、；.,;"

func isStop(r rune) bool { return strings.ContainsRune(stops, r) }

// TrimStops is a text without the marks behind it that only end a sentence. One full
// stop right behind a word may belong to it: Co., Ltd.
func TrimStops(s string) string {
	word := strings.TrimRightFunc(s, func(r rune) bool { return unicode.IsSpace(r) || isStop(r) })
	if marks := s[len(word):]; word != "" && strings.HasPrefix(marks, ".") && !strings.HasPrefix(marks, "..") {
		return word + "."
	}
	return word
}

// Line is a text in one line: each run of white space one blank, none around it.
func Line(s string) string { return strings.Join(strings.Fields(s), " ") }

// Clean is a text in one line, without what nobody sees.
func Clean(s string) string {
	return Line(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !Visible(r):
			return -1
		default:
			return r
		}
	}, strings.ToValidUTF8(s, "")))
}
