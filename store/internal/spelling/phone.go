package spelling

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	lastDigits = 4  // of a number, by which it is found
	minLocal   = 7  // digits of a number without its area
	maxDigits  = 20 // of one number
	maxNumbers = 8  // in one text
)

// PhoneWords are the digits by which the numbers in a text are found: the whole
// of each, its last four, and the number without its area where that stands apart.
func PhoneWords(text string) []string {
	var list []string
	for _, n := range phoneNumbers(text) {
		list = append(list, n.whole, n.whole[len(n.whole)-lastDigits:])
		if n.local != "" {
			list = append(list, n.local)
		}
	}
	return list
}

// phoneNumber is a number's digits, without the country's.
type phoneNumber struct {
	whole string
	local string // without the area, when that stands apart
}

var extension = regexp.MustCompile(`(?i)(转|分机|ext\.?|x)[ :]*[0-9]+`)

// phoneNumbers reads the numbers in a text: digits with blanks, dashes, dots
// and brackets among them. An extension (转) is none of its own.
func phoneNumbers(text string) []phoneNumber {
	text = norm.NFKC.String(strings.ToValidUTF8(clip(text), ""))
	text = extension.ReplaceAllString(text, ";")
	var list []phoneNumber
	for _, one := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune(" -.()+–—", r) }) {
		for _, parts := range apart(strings.FieldsFunc(fraction.ReplaceAllString(one, "$1"), func(r rune) bool { return !digit(r) })) {
			whole := strings.Join(parts, "")
			if len(whole) < lastDigits || len(whole) > maxDigits || len(list) == maxNumbers {
				continue
			}
			n := phoneNumber{whole: withoutCountry(whole)}
			if last := parts[len(parts)-1]; len(parts) > 1 && len(last) >= minLocal {
				n.local = last
			}
			list = append(list, n)
		}
	}
	return list
}

// fraction is what a spreadsheet makes of a number.
var fraction = regexp.MustCompile(`^\s*([0-9]{7,})\.0+\s*$`)

// mobile is a mobile number in one piece: two of them are two numbers.
var mobile = regexp.MustCompile(`^(?:86)?1[3-9][0-9]{9}$`)

// apart cuts groups of digits into numbers.
func apart(groups []string) [][]string {
	var list [][]string
	begin := true
	for _, g := range groups {
		alone := mobile.MatchString(g)
		if begin || alone && !slices.Contains([]string{"86", "0086"}, strings.Join(list[len(list)-1], "")) {
			list = append(list, nil)
		}
		list[len(list)-1] = append(list[len(list)-1], g)
		begin = alone
	}
	return list
}

func digit(r rune) bool { return r >= '0' && r <= '9' }

// withoutCountry takes China's code off a number; an area gets its 0 back.
func withoutCountry(digits string) string {
	for _, code := range []string{"0086", "86"} {
		rest, found := strings.CutPrefix(digits, code)
		switch {
		case !found || len(rest) < 9:
		case len(rest) == 11 && rest[0] == '1':
			return rest
		case len(rest) <= 11 && rest[0] >= '1':
			return "0" + rest
		case len(rest) <= 12 && rest[0] == '0':
			return rest
		}
	}
	return digits
}
