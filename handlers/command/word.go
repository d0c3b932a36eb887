package command

import (
	"strings"
	"unicode/utf8"

	"marketbot/handlers/reading"
	"marketbot/store"
)

// word is what a Word argument takes: a mention whole, even with blanks in the
// name, and nothing of the days that somebody wrote right behind it (广州3天).
func (p *parser) word(a *Arg) string {
	if c, size := utf8.DecodeRuneInString(p.left); c == '@' || c == '＠' {
		if _, n, ok := p.mention(p.left[size:]); ok {
			return p.left[:size+n]
		}
	}
	word := reading.FirstWord(p.left)
	if !p.lastWord() || !p.daysAfter(a) || len(word) > maxName {
		return word
	}
	today := store.DayOf(p.env.Now)
	for i := range word {
		if _, _, err := reading.Span(word[i:], today); i > 0 && err == nil {
			return word[:i]
		}
	}
	return word
}

// daysAfter reports whether the argument after a is a date or span that comes
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

// dayFirst reports whether the days of the next argument stand before the word
// of the i-th.
func (p *parser) dayFirst(i int) bool {
	a := &p.spec.Args[i]
	if a.Kind != Word || !p.daysAfter(a) {
		return false
	}
	p.skip()
	_, n, err := reading.Span(p.left, store.DayOf(p.env.Now))
	return err == nil && n >= len(reading.FirstWord(p.left))
}

func (p *parser) lastWord() bool {
	return strings.TrimSpace(p.left[len(reading.FirstWord(p.left)):]) == ""
}
