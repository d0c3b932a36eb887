package spelling

import (
	"slices"
	"strings"
	"unicode"
)

// Version is to be raised when Tokens, Plain or Fold gives others than before: the index
// is made anew then, and with it what names are folded to.
const Version = 5

// What an index holds of a name is its single ideographs and pairs
// of runes, the first letters of what it sounds like by two to four, its
// syllables one by one and in pairs. A letter in front tells them apart.
// Names that have all tokens of a query are few; they are compared themselves.
const (
	tokenRunes    = "n"
	tokenInitials = "i"
	tokenSyllable = "p"
	between       = "0" // the two syllables of a pair
)

// Tokens are the tokens of a plain name, each once.
func Tokens(plain string) []string {
	runes, said := []rune(plain), sounds(plain)
	spoken := hasHan(runes) // another name is found as it is written
	var list []string
	for i, r := range runes {
		if !wordRune(r) {
			return nil // found by its beginning only
		}
		if i > 0 {
			list = append(list, tokenRunes+string(runes[i-1:i+1]))
		}
		if unicode.Is(unicode.Han, r) {
			list = append(list, tokenRunes+string(r))
			list = appendSounds(list, "", said[i:i+1])
		}
		if i > 0 && spoken {
			list = appendSounds(list, between, said[i-1:i+1])
		}
		for n := 2; n <= min(maxInitials, i+1) && spoken; n++ {
			list = appendInitials(list, tokenInitials, said[i+1-n:i+1])
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func hasHan(runes []rune) bool {
	return slices.ContainsFunc(runes, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// appendSounds adds every way to say one or two runes.
func appendSounds(list []string, sep string, said [][]string) []string {
	for _, a := range said[0] {
		if len(said) == 1 {
			list = append(list, tokenSyllable+a)
			continue
		}
		for _, b := range said[1] {
			list = append(list, tokenSyllable+a+sep+b)
		}
	}
	return list
}

// maxInitials is how many first letters one token has.
const maxInitials = 4

// appendInitials adds every sequence of first letters.
func appendInitials(list []string, front string, said [][]string) []string {
	if len(said) == 0 {
		return append(list, front)
	}
	for i, s := range said[0] {
		first := string([]rune(s)[:1])
		if !slices.ContainsFunc(said[0][:i], func(t string) bool { return strings.HasPrefix(t, first) }) {
			list = appendInitials(list, front+first, said[1:])
		}
	}
	return list
}

// maxWindows is how many tokens of a query are looked up. More of them would
// hardly leave out a name, for the names are compared themselves.
const maxWindows = 3

// windows are maxWindows pieces of n runes of a text, each beginning a rune
// after the other: those across two words are in the fewest names. Where there
// are more, not the first, which is a place's.
func windows(runes []rune, n int) []string {
	var list []string
	for i := min(1, max(0, len(runes)-n+1-maxWindows)); i+n <= len(runes) && len(list) < maxWindows; i++ {
		list = append(list, string(runes[i:i+n]))
	}
	return list
}

// usual are pairs of runes in every other name: they leave out little and cost
// much, so they are looked up only when there is nothing else.
var usual = []string{"有限", "限公", "公司", "集团", "科技", "技有", "份有", "股份", "责任", "限责", "任公", "商贸", "贸有", "贸易", "易有", "团有"}

// partTokens are what a name that contains all words has. Nil means that the
// index cannot tell.
func partTokens(words []string) []string {
	var all, rare []string
	for _, w := range words {
		runes := []rune(w)
		pieces := windows(runes, 2)
		if len(runes) == 1 && hasHan(runes) {
			pieces = []string{w}
		}
		for _, p := range pieces {
			all = append(all, tokenRunes+p)
			if !slices.Contains(usual, p) {
				rare = append(rare, tokenRunes+p)
			}
		}
	}
	if len(rare) > 0 {
		all = rare
	}
	return all[:min(len(all), 2*maxWindows)]
}

// initialTokens are what a name has that is said with these first letters.
func initialTokens(letters string) []string {
	runes := []rune(letters)
	var list []string
	for _, w := range windows(runes, min(maxInitials, max(2, len(runes)))) {
		list = append(list, tokenInitials+w)
	}
	return list
}

const (
	maxSpellings = 8 // ways to cut letters into syllables that are looked up
	maxSyllable  = 6 // letters
	maxSyllables = 4 // of each: what follows is compared, not looked up
)

// spellings are the ways to cut letters into syllables (xian: xian, xi an),
// long syllables first. With open, the last may be only begun (beij: bei j). Of
// each are told the first maxSyllables syllables.
func spellings(letters string, open bool) [][]string {
	c := cutter{letters: letters, open: open, can: make([]bool, len(letters)+1)}
	c.can[len(letters)] = true
	for from := len(letters) - 1; from >= 0; from-- {
		for n := 1; n <= c.longest(from); n++ {
			c.can[from] = c.can[from] || c.fits(from, n) && c.can[from+n]
		}
	}
	c.cut(nil, 0)
	return c.found
}

// cutter looks for spellings; can tells from where the rest can be cut.
type cutter struct {
	letters string
	open    bool
	can     []bool
	found   [][]string
}

func (c *cutter) longest(from int) int { return min(maxSyllable, len(c.letters)-from) }

// fits reports whether n letters are a syllable, or begin one where that is enough.
func (c *cutter) fits(from, n int) bool {
	whole, known := syllables()[c.letters[from:from+n]]
	return whole || c.open && known && from+n == len(c.letters)
}

func (c *cutter) cut(done []string, from int) {
	if from == len(c.letters) || len(done) == maxSyllables {
		if from > 0 && len(c.found) < maxSpellings {
			c.found = append(c.found, slices.Clone(done))
		}
		return
	}
	for n := c.longest(from); n > 0 && len(c.found) < maxSpellings; n-- {
		if c.fits(from, n) && c.can[from+n] {
			c.cut(append(done, c.letters[from:from+n]), from+n)
		}
	}
}

// spellingTokens are what a name has that is said so: a pair of syllables, and
// of more than two the first letters too. The pair in the middle is across two
// words, so it is in few names.
func spellingTokens(said []string) []string {
	if len(said) == 1 {
		return []string{tokenSyllable + said[0]}
	}
	middle := len(said) / 2
	list := []string{tokenSyllable + said[middle-1] + between + said[middle]}
	if len(said) > 2 {
		first := tokenInitials
		for _, s := range said[:min(len(said), maxInitials)] {
			first += s[:1]
		}
		list = append(list, first)
	}
	return list
}

// begunTokens are what a name has that is said so, when the last syllable is
// only begun.
func begunTokens(said []string) []string {
	last := len(said) - 1
	if last == 0 {
		return nil
	}
	return append(spellingTokens(said[:last]), tokenInitials+said[last-1][:1]+said[last][:1])
}
