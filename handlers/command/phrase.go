package command

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
)

// phrase is a way to speak of a command: its parts in this order, whatever
// stands around them.
type phrase struct {
	spec  *Spec
	parts []string // folded
	size  int      // in characters
	own   bool     // it is a name of the command
	leads bool     // what it is about stands before it
	tells bool     // it stays in the text, because it tells what is done
}

const gap = "…"

// phrasesOf are the ways to speak of the commands, the longest first.
func phrasesOf(specs []*Spec) []phrase {
	var list []phrase
	add := func(s *Spec, said string, own, tells bool) {
		p := phrase{spec: s, own: own, tells: tells, leads: strings.HasPrefix(said, gap)}
		for _, part := range strings.Split(said, gap) {
			if part = text.Fold(part).Text; part != "" {
				p.parts = append(p.parts, part)
				p.size += utf8.RuneCountInString(part)
			}
		}
		list = append(list, p)
	}
	for _, s := range specs {
		if s.Hidden {
			continue
		}
		for _, name := range append([]string{s.Name}, s.Aliases...) {
			if !latin(name) {
				add(s, strings.ReplaceAll(name, " ", ""), true, false)
			}
		}
		for _, said := range s.Said {
			add(s, said, false, false)
		}
		for _, said := range s.Tells {
			add(s, said, false, true)
		}
	}
	slices.SortStableFunc(list, func(a, b phrase) int {
		return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.rank(), b.rank()))
	})
	return list
}

// rank orders phrases of one size: 客户欠款 is about what is said of a customer, not
// about customers.
func (p *phrase) rank() int {
	if p.own && p.spec.Of == customers {
		return 1
	}
	return 0
}

// around is what stands before, between and behind the parts in a text, as
// typed. ok is false where they are not all there.
func (p *phrase) around(f text.Folded, typed string) (pieces []string, ok bool) {
	at, from := 0, 0
	for _, part := range p.parts {
		i := indexWord(f.Text[at:], part)
		if i < 0 {
			return nil, false
		}
		pieces = append(pieces, typed[from:f.Raw(at+i)])
		at += i + len(part)
		from = f.Raw(at)
	}
	return append(pieces, typed[from:]), true
}

// within reports whether a phrase with something before it is a piece of what is told:
// 华东机电打了电话 is no …电话, and nothing 打了…过来.
func (p *phrase) within(told []string) bool {
	return p.leads && !p.tells && slices.ContainsFunc(told, func(of string) bool {
		return slices.ContainsFunc(p.parts, func(part string) bool { return len(part) < len(of) && strings.Contains(of, part) })
	})
}

// indexWord finds a word; in Latin letters it stands alone.
func indexWord(folded, word string) int {
	for at := 0; ; {
		i := strings.Index(folded[at:], word)
		if i < 0 {
			return -1
		}
		i += at
		before, _ := utf8.DecodeLastRuneInString(folded[:i])
		if !latin(word) || !beginsLatin(folded[i+len(word):]) && !(before < utf8.RuneSelf && text.Wordy(before)) {
			return i
		}
		at = i + 1
	}
}

// speech is a text that speaks of a command.
type speech struct {
	phrase
	pieces []string // what stands before, between and behind the parts, as typed
}

// leftover is all of the text but the phrase, folded.
func (s *speech) leftover() string { return text.Fold(strings.Join(s.pieces, " ")).Text }

// close is what belongs to the phrase closely: all before it, and the word that
// is joined to it. What stands apart behind it is what is to be written down.
func (s *speech) close() string {
	last := len(s.pieces) - 1
	joined, _, _ := strings.Cut(text.Fold(s.pieces[last]).Text, " ")
	if i := strings.IndexAny(joined, ",:;"); i >= 0 {
		joined = joined[:i]
	}
	return text.Fold(strings.Join(s.pieces[:last], " ")).Text + " " + joined
}

// line is the command with all that is said, in the order that it takes it;
// false where something is left over or does not fit.
func (s *speech) line(typed string, k Known) (line string, ok bool) {
	g := gathering{spec: s.spec, k: k}
	last := len(s.pieces) - 1
	if s.tells && g.has(Customer) && !s.names(typed) {
		return "", false
	}
	if s.tells {
		g.words = []string{strings.TrimSpace(typed)}
	} else {
		for i, piece := range s.pieces {
			if !g.take(piece, i == 0 && !s.leads, i == last) {
				return "", false
			}
		}
	}
	if len(g.spec.By) > 0 && !g.has(Passage) && slices.ContainsFunc(g.words, func(word string) bool { return strings.ContainsFunc(word, unicode.IsDigit) && text.Code(word) == "" }) {
		return "", false // a list is narrowed by no amount
	}
	rest, ok := g.arranged()
	if !ok {
		return "", false
	}
	if !s.spec.fits(rest, k.Now) || s.spec.ofOthers(rest) {
		return "", false
	}
	return strings.TrimSpace(s.spec.Name + " " + rest), true
}

// names reports whether the customer may stand before what is told: a word of its own.
func (s *speech) names(typed string) bool {
	head, _, more := strings.Cut(strings.TrimSpace(typed), " ")
	return more && !strings.Contains(head, s.parts[0])
}

// gathering are the pieces that a command's arguments are made of.
type gathering struct {
	spec      *Spec
	k         Known
	names     []string
	customers []string
	days      []string
	words     []string
}

func (g *gathering) has(kinds ...Kind) bool {
	return slices.ContainsFunc(g.spec.Args, func(a Arg) bool { return slices.Contains(kinds, a.Kind) }) ||
		slices.ContainsFunc(g.spec.By, func(k Kind) bool { return slices.Contains(kinds, k) })
}

// takeNames cuts out of a piece who is named in it, and what customer.
func (g *gathering) takeNames(piece string) string {
	if g.has(Person) {
		for _, name := range g.k.People {
			if head, tail, ok := strings.Cut(piece, name); ok {
				g.names = append(g.names, name)
				piece = head + " " + tail
			}
		}
	}
	if g.k.Customer != "" && g.has(Customer, Contract) {
		if head, tail, ok := strings.Cut(piece, g.k.Customer); ok {
			g.customers = append(g.customers, g.k.Customer)
			piece = head + " " + tail
		}
	}
	return piece
}

// take gathers what a piece says. Before the phrase only such words may stand
// as are somebody, some day, some place or whom it is about; what stands behind
// it keeps every word but a particle.
func (g *gathering) take(piece string, first, last bool) bool {
	piece = g.takeNames(piece)
	if g.has(Span, Week, Date, Month) {
		piece = g.takeDays(piece)
	}
	keeps := last && g.has(Free, Passage, Labels, Fields)
	for i, word := range strings.FieldsFunc(piece, unicode.IsSpace) {
		switch {
		case !keeps:
			word = trimSoft(word)
		case i == 0:
			word = trimParticle(word)
		}
		if g.has(Customer) && !last {
			word = strings.TrimPrefix(word, "客户")
		}
		if folded := text.Fold(word).Text; useUp(folded, particle) || !keeps && useUp(folded, soft) || g.spec.Lists && useUp(folded, vague) {
			continue
		}
		if first && !g.has(Span, Week, Date, Month) {
			word = strings.TrimPrefix(word, nowadays.at(text.Fold(word).Text))
		}
		if word == "" {
			continue
		}
		if first && !g.has(Customer, Contract) {
			city, known := reading.City(word)
			switch {
			case known && g.has(Word, Free):
				word = city
			case !g.has(Word, Number, Contract) || text.Code(word) == "":
				return false
			}
		}
		g.words = append(g.words, word)
	}
	return true
}

// trimParticle is a word without marks and particles before it.
func trimParticle(word string) string {
	for {
		was := word
		word = strings.TrimLeftFunc(word, func(c rune) bool { return strings.ContainsRune(",:;。，：；、！!", c) })
		word = strings.TrimPrefix(word, particle.at(word))
		for _, w := range []string{"的", "给"} {
			word = strings.TrimPrefix(word, w)
		}
		if word == was {
			return word
		}
	}
}

// takeDays cuts the days out of a piece.
func (g *gathering) takeDays(piece string) string {
	for i := 0; i < len(piece); {
		n := g.daysAt(piece[i:])
		if n > 0 && g.has(Money) {
			if _, sum, err := reading.Money(piece[i:]); err == nil && sum > n { // 6.4万
				i += sum
				continue
			}
		}
		if n > 0 {
			g.days = append(g.days, strings.TrimSpace(piece[i:i+n]))
			piece = piece[:i] + " " + piece[i+n:]
		}
		_, size := utf8.DecodeRuneInString(piece[i:])
		i += size
	}
	return piece
}

// longestDays is how many bytes of a text are looked at for days that other
// words follow at once (上周的周报).
const longestDays = 18

// daysAt is how much of a text is days.
func (g *gathering) daysAt(piece string) int {
	if n := g.readDays(piece); n > 0 {
		return n
	}
	for end := min(len(piece)-1, longestDays); end > 0; end-- {
		if utf8.RuneStart(piece[end]) && g.readDays(piece[:end]) == end {
			return end
		}
	}
	return 0
}

func (g *gathering) readDays(piece string) int {
	var n int
	var err error
	switch {
	case g.has(Week):
		_, n, err = reading.Week(piece, store.DayOf(g.k.Now))
	case g.has(Month):
		_, n, err = reading.Month(piece, reading.Base{Today: store.DayOf(g.k.Now)})
	default:
		_, n, err = reading.Span(piece, reading.Base{Today: store.DayOf(g.k.Now), Halves: true})
	}
	if err != nil {
		return 0
	}
	return n
}

// trimSoft is a word without the fillers and marks around it.
func trimSoft(word string) string {
	for {
		was := word
		word = strings.TrimFunc(word, func(c rune) bool { return !text.Wordy(c) && !strings.ContainsRune("@=+", c) })
		w := soft.at(word)
		if next, _ := utf8.DecodeRuneInString(word[len(w):]); w != "" && !strings.ContainsRune("月周星礼", next) { // 这个月
			word = word[len(w):]
		}
		for _, w := range []string{"的", "吧", "啊", "呢", "了", "一下", "呀", "哈", "给", "到", "我", "手上", "手里", "名下"} {
			word = strings.TrimSuffix(word, w)
		}
		if word == was {
			return word
		}
	}
}

// arranged puts the pieces in the order of the arguments; false where some are
// left over.
func (g *gathering) arranged() (string, bool) {
	var line []string
	by := func(kind Kind, of *[]string) {
		if len(*of) > 0 && slices.Contains(g.spec.By, kind) {
			line, *of = append(line, (*of)[0]), (*of)[1:]
		}
	}
	by(Customer, &g.customers)
	by(Person, &g.names)
	by(Month, &g.days)
	for i := range g.spec.Args {
		switch a := &g.spec.Args[i]; a.Kind {
		case Person:
			if len(g.names) > 0 {
				line, g.names = append(line, g.names[0]), g.names[1:]
			}
		case Span, Week, Date, Month:
			line, g.days = append(line, g.days...), nil
		case Customer, Contract, Word, Number, Money, Post, Duty:
			if (a.Kind == Customer || a.Kind == Contract) && len(g.customers) > 0 {
				line, g.customers = append(line, g.customers[0]), g.customers[1:]
			} else if len(g.words) > 0 {
				line, g.words = append(line, g.words[0]), g.words[1:]
			}
		case Free, Passage, Labels, Fields:
			line, g.words = append(line, g.words...), nil
		}
	}
	return strings.Join(line, " "), len(g.names)+len(g.customers)+len(g.days)+len(g.words) == 0
}
