package command

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// firstWord is the raw text up to the first white space, comma or semicolon.
func firstWord(s string) string {
	if i := strings.IndexFunc(s, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",;，；", c) }); i >= 0 {
		return s[:i]
	}
	return s
}

// word is what a Word argument takes: a mention whole, even with blanks in the
// name, and nothing of the days that somebody wrote right behind it (广州3天).
func (p *parser) word(a *Arg) string {
	if c, size := utf8.DecodeRuneInString(p.left); c == '@' || c == '＠' {
		if _, n, ok := p.mention(p.left[size:]); ok {
			return p.left[:size+n]
		}
	}
	word := firstWord(p.left)
	if !p.lastWord() || !p.daysAfter(a) || len(word) > nameMost {
		return word
	}
	for i := range word {
		if _, _, err := ReadSpan(word[i:], p.env.Now); i > 0 && err == nil {
			return word[:i]
		}
	}
	return word
}

// daysAfter tells whether the argument after a is a date or span that comes
// with it: a needed one, or both are optional (出差 alone, 出差 广州 3天).
func (p *parser) daysAfter(a *Arg) bool {
	for i := range p.spec.Args[:len(p.spec.Args)-1] {
		next := &p.spec.Args[i+1]
		if &p.spec.Args[i] == a {
			return (a.Optional || !next.Optional) && (next.Kind == Span || next.Kind == Date)
		}
	}
	return false
}

// dayFirst tells whether the days of the next argument stand before the word
// of the i-th.
func (p *parser) dayFirst(i int) bool {
	a := &p.spec.Args[i]
	if a.Kind != Word || !p.daysAfter(a) {
		return false
	}
	p.skip()
	_, n, err := ReadSpan(p.left, p.env.Now)
	return err == nil && n >= len(firstWord(p.left))
}

func (p *parser) lastWord() bool {
	return strings.TrimSpace(p.left[len(firstWord(p.left)):]) == ""
}
