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
	stays bool     // it stays in the text likewise, whose other words go where they belong
}

const gap = "…"

// told is what stands before what is told by those who mean a command: it belongs to
// the text that the command takes.
const told = "~"

// phrasesOf are the ways to speak of the commands, the longest first.
func phrasesOf(specs []*Spec) []phrase {
	var list []phrase
	add := func(s *Spec, said string, own, tells bool) {
		said, stays := strings.CutPrefix(said, told)
		p := phrase{spec: s, own: own, tells: tells, stays: stays, leads: strings.HasPrefix(said, gap)}
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
	also   []string // the lines beside the first, for others who are named
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
func (s *speech) line(typed string, k Known, l *likeness) (line string, ok bool) {
	if s.tells {
		line = s.spec.Name + " " + strings.TrimSpace(typed)
		return line, (!s.spec.takes(Customer) || s.names(typed)) && s.spec.fits(typed, k.Now) && !s.spec.ofOthers(typed)
	}
	slots, tokens := hear(typed, k)
	f := newFilling(s.spec, typed, slots, tokens, k, l)
	f.spoken(s)
	line, ok = f.line()
	s.also = f.also
	if len(s.spec.By) > 0 && !s.spec.takes(Passage) && strings.ContainsFunc(f.left, unicode.IsDigit) {
		return "", false // a list is narrowed by no amount
	}
	return line, ok && f.left == ""
}

// names reports whether the customer may stand before what is told: a word of its own.
func (s *speech) names(typed string) bool {
	head, _, more := strings.Cut(strings.TrimSpace(typed), " ")
	return more && !strings.Contains(head, s.parts[0])
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

// longestDays is how many bytes of a text are looked at for days that other
// words follow at once (上周的周报).
const longestDays = 18

// daysAt is how much of a text are days, as an argument of a kind takes them.
func daysAt(kind Kind, typed string, k Known) int {
	most := readDays(kind, typed, k)
	for end := min(len(typed)-1, longestDays); end > most; end-- {
		if utf8.RuneStart(typed[end]) && readDays(kind, typed[:end], k) == end {
			return end
		}
	}
	return most
}

func readDays(kind Kind, typed string, k Known) (n int) {
	var err error
	today := store.DayOf(k.Now)
	switch kind {
	case Week:
		_, n, err = reading.Week(typed, today)
	case Month:
		_, n, err = reading.Month(typed, reading.Base{Today: today})
	case Date:
		_, n, err = reading.OneDay(typed, reading.Base{Today: today})
	default:
		_, n, err = reading.Span(typed, reading.Base{Today: today, Halves: true})
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
