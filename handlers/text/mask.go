package text

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Hidden stands for what is masked.
const Hidden = "****"

// phone is what may be called: a mobile or landline number of China, however
// its digits are grouped, with the digits that it stands among. Amounts and years
// are shorter or begin otherwise.
var phone = regexp.MustCompile(`(?:\+?86[ -]?)?\d*?(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{3,4}[ -]?\d{4}|400[ -]?\d{3,4}[ -]?\d{3,4})\d*`)

// MaskPhones hides the middle of every phone number in a text: 138****5678.
// Full-width digits count as digits.
func MaskPhones(s string) string {
	narrow := narrowDigits(s)
	var b strings.Builder
	rest, done := []rune(s), 0 // done in bytes of narrow
	for _, m := range phone.FindAllStringIndex(narrow, -1) {
		before := utf8.RuneCountInString(narrow[done:m[0]])
		b.WriteString(string(rest[:before]))
		b.WriteString(MaskPhone(narrow[m[0]:m[1]]))
		rest, done = rest[before+utf8.RuneCountInString(narrow[m[0]:m[1]]):], m[1]
	}
	b.WriteString(string(rest))
	return b.String()
}

// MaskPhone is all that is shown of a number: the first three digits and the
// last four of a long one, nothing of a short one.
func MaskPhone(number string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, narrowDigits(number))
	if len(digits) < 10 {
		return Hidden
	}
	return digits[:3] + Hidden + digits[len(digits)-4:]
}

// narrowDigits has narrow digits for the wide ones, rune for rune.
func narrowDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '－', r == '—', r == '–':
			return '-'
		case r == '＋':
			return '+'
		case r == '　', r == '\u00a0':
			return ' '
		}
		return r
	}, s)
}
