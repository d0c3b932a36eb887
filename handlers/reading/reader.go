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

// loadDays is load for what tells days: it drops the blanks that some put between
// numbers and what they count (12 月 1 日, 第 48 周, 3 天).
func (r *reader) loadDays(raw string) {
	r.load(raw)
	for i := r.n - 1; i > 0; i-- {
		if r.runes[i] == ' ' && (r.counts(i) || r.counted(i)) {
			copy(r.runes[i:], r.runes[i+1:r.n])
			copy(r.ends[i:], r.ends[i+1:r.n])
			r.n--
		}
	}
}

// behindUnit are the runes that may stand right behind a unit apart from its number;
// others make a word of it, of which nothing may be taken: 12月5 日程, 12月8 天气.
var behindUnit = map[rune]string{
	'年': "0123456789", '月': "0123456789份底末初中上下到至的", '日': "起止到至去回前后上中下早晚的和", '号': "起止到至去回前后上中下早晚的和",
	'天': "起到至左后前内多半的", '周': "起到至后前内半的", '点': "0123456789零一二三四五半整钟到至前后",
}

// isUnit reports whether the rune at i is a unit of days that its number stands apart
// from, and no word begins there.
func (r *reader) isUnit(i int) bool {
	behind, unit := behindUnit[r.at(i)]
	next := r.at(i + 1)
	return unit && (!text.Wordy(next) || strings.ContainsRune(behind, next))
}

// counts reports whether behind the blank at i stands what a number before it counts.
// Amounts and ends of dates are other numbers (11-26 周工), behind a month it is the day.
func (r *reader) counts(i int) bool {
	from, unit := i, r.at(i+1)
	for from > 0 && arabic(r.runes[from-1]) {
		from--
	}
	digits := i - from
	switch before := r.at(from - 1); {
	case digits == 0 || strings.ContainsRune("-/.,:~", before), before == '月' && unit != '日' && unit != '号':
		return false
	case unit == '个':
		return digits < 3 && strings.ContainsRune("月星礼", r.at(i+2))
	case unit == '年':
		return digits == 4 && r.isUnit(i+1)
	}
	return digits < 3 && r.isUnit(i+1)
}

// counted reports whether the blank at i stands before a number that belongs to what
// is before it: a day to its month, a month to its year, a week to 第. Others may stand
// there too (12月 10万).
func (r *reader) counted(i int) bool {
	to := i + 1
	for arabic(r.at(to)) {
		to++
	}
	digits := to - i - 1
	if r.at(to) == ' ' {
		to++
	}
	units := map[rune]string{'月': "日号", '年': "月", '第': "周"}[r.at(i-1)]
	return digits > 0 && digits < 3 && strings.ContainsRune(units, r.at(to)) && r.isUnit(to)
}

// at is the rune at a place; 0 beyond the ends.
func (r *reader) at(i int) rune {
	if i < 0 || i >= r.n {
		return 0
	}
	return r.runes[i]
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
	return r.at(r.i + k)
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
