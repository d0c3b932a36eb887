package spelling

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Query is what a person typed, to find a name or a number by.
type Query struct {
	Plain   string
	Words   []string // Plain, as they stand apart
	Letters string   // of a text in Latin letters (and digits) alone, ü as v
	Digits  string   // of a phone, or nothing
}

// Read reads what a person typed.
func Read(text string) Query {
	q := Query{Plain: Plain(text)}
	for _, w := range strings.Fields(clip(text)) {
		if w = Plain(w); strings.ContainsFunc(w, wordRune) { // no token has marks
			q.Words = append(q.Words, w)
		}
	}
	letters := strings.ReplaceAll(q.Plain, "ü", "v")
	if !strings.ContainsFunc(letters, func(r rune) bool { return r >= utf8.RuneSelf || !wordRune(r) }) && strings.ContainsFunc(letters, unicode.IsLetter) {
		q.Letters = letters
	}
	if numbers := phoneNumbers(text); len(numbers) == 1 && len(keep(q.Plain, digit)) == len(q.Plain) {
		q.Digits = numbers[0].whole
	}
	return q
}

// Parts are tokens that every name has that holds the words. Nil means that
// the tokens cannot tell.
func (q Query) Parts() []string { return partTokens(q.Words) }

// PartAt is where a plain name holds the text; behind its end when it holds the
// words apart, which is worse, and -1 when it does not hold them all.
func (q Query) PartAt(name string) int {
	if at := strings.Index(name, q.Plain); at >= 0 {
		return at
	}
	if slices.ContainsFunc(q.Words, func(w string) bool { return !strings.Contains(name, w) }) {
		return -1
	}
	return len(name)
}

// Spelled are, for each way to cut the letters into syllables, tokens that every
// name has that is said so.
func (q Query) Spelled() [][]string { return tokensOf(spellings(q.Letters, false), spellingTokens) }

// Begun is Spelled where the last syllable is only begun.
func (q Query) Begun() [][]string { return tokensOf(spellings(q.Letters, true), begunTokens) }

func tokensOf(spellings [][]string, tokens func([]string) []string) (ways [][]string) {
	for _, s := range spellings {
		ways = append(ways, tokens(s))
	}
	return ways
}

// SoundsAt is the rune of a plain name from which on it sounds like the letters,
// the last syllable of which may be only begun; -1 for none.
func (q Query) SoundsAt(name string) int { return soundsAt(sounds(name), q.Letters) }

// Initials are tokens that every name has whose sounds begin with the letters.
func (q Query) Initials() []string { return initialTokens(q.Letters) }

// InitialsAt is the rune of a plain name from which on its sounds begin with the
// letters; -1 for none.
func (q Query) InitialsAt(name string) int { return initialsAt(sounds(name), q.Letters) }

// Long reports whether there are more letters than one syllable has: so many
// that sound like a name are hardly meant as first letters.
func (q Query) Long() bool { return len(q.Letters) > maxSyllable }
