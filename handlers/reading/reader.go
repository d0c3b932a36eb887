package reading

import (
	"strings"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// maxRead is how many folded runes a reader looks at. Nothing that it reads
// (a date, a week, an amount) is longer.
const maxRead = 64

// reader reads what stands at the beginning of a text, folded. It is loaded
// on the stack, so that reading makes no garbage.
type reader struct {
	runes [maxRead]rune
	ends  [maxRead]int // where each rune ends in the raw text
	n, i  int
}

// load folds the beginning of raw.
func (r *reader) load(raw string) {
	for at := 0; at < len(raw) && r.n < maxRead; {
		c, size := utf8.DecodeRuneInString(raw[at:])
		at += size
		if c, ok := text.FoldRune(c); ok {
			r.runes[r.n], r.ends[r.n] = c, at
			r.n++
		}
	}
}

// used is how many bytes of the raw text were read.
func (r *reader) used() int {
	if r.i == 0 {
		return 0
	}
	return r.ends[r.i-1]
}

// peek is the next rune; 0 at the end.
func (r *reader) peek() rune { return r.ahead(0) }

// ahead is the rune k places further; 0 beyond the end.
func (r *reader) ahead(k int) rune {
	if r.i+k >= r.n {
		return 0
	}
	return r.runes[r.i+k]
}

// take reads a word if it stands here.
func (r *reader) take(word string) bool {
	i := r.i
	for _, c := range word {
		if i >= r.n || r.runes[i] != c {
			return false
		}
		i++
	}
	r.i = i
	return true
}

// takeOne reads the first of the words that stands here, so the longer ones
// go first.
func (r *reader) takeOne(words ...string) bool {
	for _, w := range words {
		if r.take(w) {
			return true
		}
	}
	return false
}

// takeBefore reads a word before one of a set, which stays.
func (r *reader) takeBefore(word, set string) bool {
	start := r.i
	if r.take(word) && r.any(set) {
		return true
	}
	r.i = start
	return false
}

// any reports whether the next rune is one of set.
func (r *reader) any(set string) bool {
	return r.i < r.n && strings.ContainsRune(set, r.peek())
}

// blanks reads white space.
func (r *reader) blanks() {
	for r.i < r.n && text.Blank(r.peek()) {
		r.i++
	}
}

// edge reports whether no Latin letter, digit or ideograph follows.
func (r *reader) edge() bool {
	return !text.Wordy(r.peek())
}
