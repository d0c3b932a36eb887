package command

import (
	"strings"
	"unicode/utf8"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
)

// rate tells how well what the text names fits the command: what it has no place for
// speaks against it.
func (f *filling) rate() {
	coded := false
	for i, taken := range f.taken {
		m := f.slots[i].mark
		code := (m == contractMark || m >= 'A' && m <= 'Z') && (taken || !f.slots[i].called)
		switch {
		case taken && code && !coded:
			coded = true
			f.fit += 0.25
		case taken:
		case code:
			f.fit -= 0.5
		case m == customerMark, m == moneyMark, f.slots[i].called:
			f.fit -= 0.2
		case m == personMark && f.slots[i].said != f.k.Name:
			f.fit -= 0.15
		case m == daysMark:
			f.fit -= 0.05
		}
	}
}

// take are the slots that an argument takes.
func (f *filling) take(kind Kind, a *Arg, most int) (words []string) {
	fits := func(s slot) bool {
		switch kind {
		case Person:
			return s.mark == personMark
		case Customer:
			return s.mark == customerMark
		case Contract:
			return s.mark == contractMark
		case Number:
			return f.ofSpec(s.mark)
		case Money:
			return s.mark == moneyMark
		case Date, Span, Week, Month:
			return s.mark == daysMark && (daysOf(s.said, kind, f.k) || kind == Month && a == nil && isYear(s.said, f.k))
		case Length:
			_, n, err := reading.Length(s.said)
			return s.mark == daysMark && err == nil && n == len(s.said)
		case Word:
			return s.mark == cityMark || s.mark == personMark || s.mark == customerMark && (!a.Optional || f.phraseEnd > 0 || f.spec.Lists) || f.ofSpec(s.mark) && a.Coded != ""
		}
		return false
	}
	if kind == Person && a != nil && len(f.spec.Args) > 1 { // 停用张伟，交给刘洋 is about who had something
		if i := f.receiver(); i >= 0 {
			return []string{f.use(i)}
		}
	}
	for i := f.first(fits); i >= 0 && len(words) < most; i = f.first(fits) {
		words = append(words, f.use(i))
	}
	switch {
	case len(words) > 0:
	case kind == Contract:
		if words = f.take(Customer, a, 1); len(words) == 0 && !a.Optional {
			words = f.name()
		}
	case (kind == Customer || kind == Word) && a != nil && !a.Optional:
		words = f.name()
	case kind == Post || kind == Duty:
		words = f.listed(kind)
	}
	return words
}

// first is the first slot that fits and is not taken, what something becomes before
// what it was (从5万改成8万); -1: there is none.
func (f *filling) first(fits func(slot) bool) int {
	first := -1
	for i, s := range f.slots {
		switch {
		case f.taken[i] || !fits(s):
		case f.becomes(s):
			return i
		case first < 0:
			first = i
		}
	}
	return first
}

// becomes reports whether a slot stands right behind what says that something is changed.
func (f *filling) becomes(s slot) bool {
	for i := range f.typed[:s.from] {
		if w := f.typed[i:s.from]; len(w) > len("了") && become.at(w) == w {
			return true
		}
	}
	return false
}

// receiver is who is to get something among several who are named; -1 where that is
// not said.
func (f *filling) receiver() int {
	for i, s := range f.slots {
		before, _ := utf8.DecodeLastRuneInString(f.typed[:s.from])
		if s.mark == personMark && !f.taken[i] && strings.ContainsRune("给到换由让归请", before) {
			return i
		}
	}
	return -1
}

// ofSpec reports whether the command is about codes of a letter.
func (f *filling) ofSpec(mark rune) bool {
	return mark >= 'A' && mark <= 'Z' && (f.spec.Of == string(mark) || f.shown(mark))
}

// shown reports whether an example of the command has something of a mark.
func (f *filling) shown(mark rune) bool {
	return strings.ContainsRune(f.like.shown[f.spec], mark)
}

// use takes a slot.
func (f *filling) use(i int) string {
	s := f.slots[i]
	f.taken[i] = true
	f.cut(s.from, s.to)
	for _, c := range f.clauses { // 地点惠州
		if c.from < s.from && s.from < c.to && useUp(text.Fold(f.typed[c.from:s.from]).Text, titles[s.mark], become) {
			f.cut(c.from, s.from)
		}
	}
	if s.mark == daysMark || s.mark == moneyMark {
		f.cut(s.to, s.to+len(about.at(f.typed[s.to:])))
	}
	return s.said
}

// titles are what people put before what they name, about what stands behind days and
// sums and says nothing more of them.
var (
	titles = map[rune]lexicon{
		daysMark: newLexicon(`时间 日期 期限 月份`), cityMark: newLexicon(`地点 地方 目的地 城市`), moneyMark: newLexicon(`金额`),
		personMark: newLexicon(`姓名`), contractMark: newLexicon(`合同号 合同编号`),
	}
	about = newLexicon(`前 之前 以前 左右 上下 起 走 整`)
)

func (f *filling) cut(from, to int) {
	for i := from; i < to; i++ {
		f.drop[i] = true
	}
}

// wordsOf are the words of an argument that the text names, in its order: several of
// a passage, of others the first.
func (f *filling) wordsOf(a *Arg) (words []string) {
	for _, word := range a.Words {
		if i := strings.Index(f.typed, word); i >= 0 && !f.drop[i] {
			f.cut(i, i+len(word))
			if words = append(words, word); a.Kind != Passage {
				break
			}
		}
	}
	return words
}

// listed is a post or a duty that stands anywhere in the text.
func (f *filling) listed(kind Kind) []string {
	names := postNames()
	for short := range shortPosts {
		names = append(names, short)
	}
	if kind == Duty {
		names = dutyNames()
	}
	words := newLexicon(names...)
	for i := range f.typed {
		if word := words.at(f.typed[i:]); word != "" && !f.drop[i] { // 升主管了
			f.cut(i, i+len(word))
			return []string{word}
		}
	}
	return nil
}
