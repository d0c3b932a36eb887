package text

import (
	"strings"
	"unicode/utf8"
)

// quoteMax is how many characters of what somebody typed are said back.
const quoteMax = 20

// Cut is the first n characters of a text, and … behind them when there are
// more. It gives UTF-8, whatever it got.
func Cut(s string, n int) string { return CutWith(s, n, "…") }

// CutWith is Cut with other words behind what was cut.
func CutWith(s string, n int, more string) string {
	for i := range s {
		if n == 0 {
			return strings.ToValidUTF8(s[:i], "\ufffd") + more
		}
		n--
	}
	return strings.ToValidUTF8(s, "\ufffd")
}

// CutLine is Cut of the text in one line.
func CutLine(s string, n int) string { return Cut(Line(s), n) }

// CutBytes is at most n bytes of a text, whole characters.
func CutBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// Quote is a text of people inside a sentence of ours: 「…」, in one line, cut
// when it is long. It stays plain text.
func Quote(s string) string { return "「" + CutLine(CutBytes(s, 8*quoteMax), quoteMax) + "」" }
