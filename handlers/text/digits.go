package text

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// digits are some that stand together in a text, but for what is invisible.
type digits struct {
	text       string // narrow
	start, end int    // in the text
	han        bool   // 一三八
	loose      bool   // what parts them from those before parts other things too
}

// What parts the digits of one number: marks that do little else, and those that
// do, which need the groups of a phone. More marks than mostTight are loose too.
const (
	tightMarks = " -./()·•_~"
	looseMarks = "、,|+=:;'\"\n[]{}<>【】〔〕「」\\…—#&空杠横"
	mostTight  = 3
	mostMarks  = 8
)

// groups are the lengths of the digits of a phone as people part them.
var groups = regexp.MustCompile(`^(?:(?:2|4)-)?(?:3-4-4|3-8|7-4|3-3-5|5-6|6-5|4-7|4-8|3-7|4-3-4|4-4-4|3-4-3|3-3-4)$`)

// shaped reports whether digits may be of one number, as they are parted.
func shaped(run []digits) bool {
	if !slices.ContainsFunc(run[1:], func(d digits) bool { return d.loose }) {
		return true
	}
	var lengths []string
	for _, d := range run {
		lengths = append(lengths, strconv.Itoa(len(d.text)))
	}
	return groups.MatchString(strings.Join(lengths, "-"))
}

// sameScript is how many of a run are written like the first.
func sameScript(run []digits) int {
	for i, d := range run {
		if d.han != run[0].han {
			return i
		}
	}
	return len(run)
}

// runs are the digits in a text that may belong together, because no more than
// a few marks part them.
func runs(s string) [][]digits {
	var list [][]digits
	marks, loose := mostMarks+1, false
	for i, r := range s {
		value, han := digitOf(r)
		if (r == 'O' || r == 'o' || r == 'Ｏ') && marks == 0 { // 138OO138OOO
			value = '0'
		}
		switch {
		case value == 0 && (!unicode.IsSpace(r) && !Visible(r) || unicode.In(r, unicode.Mn, unicode.Me)):
			continue // splits nothing
		case value == 0:
			marks++
			switch m := mark(r); {
			case strings.ContainsRune(tightMarks, m):
			case strings.ContainsRune(looseMarks, m):
				loose = true
			default:
				marks = mostMarks + 1
			}
			continue
		}
		this := digits{string(value), i, i + utf8.RuneLen(r), han, loose || marks > mostTight}
		n := len(list) - 1
		switch {
		case n < 0 || marks > mostMarks:
			this.loose = false
			list = append(list, []digits{this})
		case marks == 0 && list[n][len(list[n])-1].han == han:
			last := &list[n][len(list[n])-1]
			last.text, last.end = last.text+this.text, this.end
		default:
			list[n] = append(list[n], this)
		}
		marks, loose = 0, false
	}
	return list
}

// mark is a mark among digits, narrow.
func mark(r rune) rune {
	if r, seen := FoldRune(r); seen {
		return r
	}
	return ' '
}

// Digits in Chinese, and what stands for the first of nine in a circle or like it.
const (
	hanDigits     = "〇零一幺二三四五六七八九壹贰叁肆伍陆柒捌玖貳參陸"
	hanValues     = "001123456789123456789236"
	circledDigits = "①⑴⒈⓵❶➀➊㈠㊀"
)

// digitOf is a digit, however it is written, as '0' to '9'; zero for none.
func digitOf(r rune) (value rune, han bool) {
	if r < utf8.RuneSelf {
		if r >= '0' && r <= '9' {
			return r, false
		}
		return 0, false
	}
	if i := strings.IndexRune(hanDigits, r); i >= 0 {
		return rune(hanValues[utf8.RuneCountInString(hanDigits[:i])]), true
	}
	if n := Narrow(r); n >= '0' && n <= '9' {
		return n, false
	}
	for _, one := range circledDigits {
		if r >= one && r < one+9 {
			return r - one + '1', false
		}
	}
	switch {
	case r == '⓪' || r == '⓿' || r == '🄋':
		return '0', false
	case r >= '𝟎' && r <= '𝟿':
		return (r-'𝟎')%10 + '0', false
	case unicode.IsDigit(r): // ٣
		n := rune(0)
		for n < 9 && unicode.IsDigit(r-n-1) {
			n++
		}
		return n + '0', false
	}
	return 0, false
}
