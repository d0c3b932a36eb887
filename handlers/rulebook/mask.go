package rulebook

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// hidden stands for what is masked.
const hidden = "****"

// maskedFields are the fields of a customer file that nobody sees without
// giving a reason (C2, C13), of the company and of its persons.
var maskedFields = map[bool][]string{
	false: {"电话"},
	true:  {"电话", "住址", "年龄", "家庭"},
}

// Masked tells whether a field, of a person or of the company, is shown masked
// until somebody gives a reason.
func Masked(field string, ofPerson bool) bool {
	for _, f := range maskedFields[ofPerson] {
		if f == field {
			return true
		}
	}
	return false
}

// phone is what may be called: a mobile or landline number of China, however
// its digits are grouped, with the digits that it stands among. Amounts and years
// are shorter or begin otherwise.
var phone = regexp.MustCompile(`(?:\+?86[ -]?)?\d*?(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{3,4}[ -]?\d{4}|400[ -]?\d{3,4}[ -]?\d{3,4})\d*`)

// MaskPhones hides the middle of every phone number in a text: 138****5678.
// Full-width digits count as digits.
func MaskPhones(text string) string {
	narrow := narrowDigits(text)
	var b strings.Builder
	rest, done := []rune(text), 0 // done in bytes of narrow
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
		return hidden
	}
	return digits[:3] + hidden + digits[len(digits)-4:]
}

// MaskField is the value of a masked field, hidden: of phones a little is left
// to tell them apart.
func MaskField(field, value string) string {
	if field != "电话" {
		return hidden
	}
	var list []string
	for _, one := range strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("、，,;；/\n", r) }) {
		list = append(list, MaskPhone(one))
	}
	return strings.Join(list, "、")
}

// narrowDigits has narrow digits for the wide ones, rune for rune.
func narrowDigits(text string) string {
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
	}, text)
}
