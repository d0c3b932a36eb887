package command

import (
	"errors"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/reading"
)

// word is what a Word argument takes: a mention whole, even with blanks in the
// name, and nothing of the days that somebody wrote right behind it (广州3天).
func (p *parser) word(a *Arg) string {
	if c, size := utf8.DecodeRuneInString(p.left); c == '@' || c == '＠' {
		if _, n, ok := p.mention(p.left[size:]); ok {
			return p.left[:size+n]
		}
		return p.left[:size+len(nameWord(p.left[size:]))]
	}
	word := reading.FirstWord(p.left)
	days := p.daysAfter(a)
	if !p.lastWord() || days == nil || len(word) > maxName {
		return word
	}
	for i := range word {
		if _, _, err := reading.Span(word[i:], p.base(days)); i > 0 && !errors.Is(err, reading.ErrNone) {
			return word[:i]
		}
	}
	return word
}

// mentions are the words with @ that stand here one behind the other.
func (p *parser) mentions(a *Arg) (any, int, error) {
	all, names := p.left, []string(nil)
	defer func() { p.left = all }()
	end := 0
	for strings.HasPrefix(p.left, "@") || strings.HasPrefix(p.left, "＠") {
		name := p.word(a)
		names, p.left = append(names, name), p.left[len(name):]
		end = len(all) - len(p.left)
		p.skip()
	}
	if len(names) == 0 {
		return nil, 0, reading.ErrNone
	}
	return names, end, nil
}

// daysAfter is the argument after a when it is a date or span that comes with it:
// a needed one, or both are optional (出差 alone, 出差 广州 3天); else nil.
func (p *parser) daysAfter(a *Arg) *Arg {
	for i := range p.spec.Args[:len(p.spec.Args)-1] {
		next := &p.spec.Args[i+1]
		if &p.spec.Args[i] == a && (a.Optional || !next.Optional) && (next.Kind == Span || next.Kind == Date) {
			return next
		}
	}
	return nil
}

// dayFirst reports whether the days of the next argument stand before the word
// of the i-th, or before its amount.
func (p *parser) dayFirst(i int) bool {
	a := &p.spec.Args[i]
	if a.Kind == Money && i+1 < len(p.spec.Args) && p.spec.Args[i+1].Kind == Date {
		p.skip()
		_, _, amount := reading.Money(p.left)
		_, n, day := reading.Date(p.left, p.base(&p.spec.Args[i+1]))
		return amount != nil && day == nil && n >= len(reading.FirstWord(p.left))
	}
	days := p.daysAfter(a)
	if a.Kind != Word || days == nil {
		return false
	}
	p.skip()
	_, n, err := reading.Span(p.left, p.base(days))
	if err != nil {
		return !errors.Is(err, reading.ErrNone)
	}
	word, rest := reading.FirstWord(p.left), p.left[n:]
	_, city := reading.City(reading.FirstWord(rest)) // 明天广州; 三月商贸 is a name
	return n >= len(word) || city || strings.HasPrefix(rest, "去") || strings.HasPrefix(rest, "到")
}

func (p *parser) lastWord() bool {
	return strings.TrimSpace(p.left[len(reading.FirstWord(p.left)):]) == ""
}
