package text

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Hidden stands for what is masked.
const Hidden = "****"

// What may be called, digits only: a mobile number or a landline of China, with
// the country's code or without. Amounts and years are shorter or begin
// otherwise.
var (
	phone  = regexp.MustCompile(`^(?:(?:00)?86)?(?:1[3-9]\d{9}|0\d{2,3}\d{7,8}|[48]00\d{7})$`)
	abroad = regexp.MustCompile(`^(?:00)?86[1-9]\d{8,10}$`) // behind +86 an area has no 0
	within = regexp.MustCompile(`1[3-9]\d{9}|0\d{2,3}\d{7,8}|400\d{7}`)
	before = regexp.MustCompile(`(?i)(?:电话|手机|座机|固话|传真|微信|联系方式|tel|phone|mobile)号?码?[是为:：. ]{0,3}$`)
)

// How many digits a phone has of which only the word before it tells that, and
// a number that is no extension.
const (
	minCalled, maxCalled = 7, 13
	leastAlone           = 5
)

// digits are some that stand together in a text, but for what is invisible.
type digits struct {
	text       string // narrow
	start, end int    // in the text
	han        bool   // 一三八
}

// MaskPhones hides the middle of every phone number in a text: 138****5678. It
// is found however its digits are written and grouped: wide or as ideographs,
// with blanks, dots, dashes, brackets or what is invisible among them.
func MaskPhones(s string) string {
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	var b strings.Builder
	done := 0
	for _, run := range runs(s) {
		for len(run) > 0 {
			n := phoneIn(s, run)
			if n > 0 {
				start := done + len(strings.TrimRight(s[done:run[0].start], "+＋(（"))
				b.WriteString(s[done:start] + MaskPhone(joined(run[:n])))
				done = run[n-1].end
			}
			run = run[max(1, n):]
		}
	}
	b.WriteString(s[done:])
	return b.String()
}

// MaskNumbers is all that is shown of a text of phone numbers: a little of each
// that may be called, to tell them apart, nothing of others.
func MaskNumbers(s string) string {
	var list []string
	for _, number := range Phones(s) {
		if len(list) == 0 || len(number) >= leastAlone {
			list = append(list, MaskPhone(number))
		}
	}
	if len(list) == 0 {
		return Hidden
	}
	return strings.Join(list, "、")
}

// Phones are the numbers in a text of phones, in digits alone.
func Phones(s string) (list []string) {
	for _, run := range runs(s) {
		for len(run) > 0 {
			n := max(1, phoneIn(s, run))
			list = append(list, joined(run[:n]))
			run = run[n:]
		}
	}
	return list
}

// MaskPhone is all that is shown of a number: the first three digits and the
// last four of a long one, nothing of a short one.
func MaskPhone(number string) string {
	if len(number) < 10 {
		return Hidden
	}
	return number[:3] + Hidden + number[len(number)-4:]
}

// phoneIn is how many of the digits a run begins with are a phone: the longest
// that is one, or a single one with a phone in it (an account's number).
func phoneIn(s string, run []digits) int {
	plus := strings.HasSuffix(strings.TrimRight(s[:run[0].start], "(（ "), "+") || strings.HasSuffix(s[:run[0].start], "＋")
	called := func() bool {
		return before.MatchString(strings.TrimRight(s[max(0, run[0].start-60):run[0].start], "+＋(（ "))
	}
	longest := 0
	for n := 1; n <= len(run); n++ {
		number := joined(run[:n])
		if len(number) > 2*maxCalled {
			break
		}
		switch {
		case phone.MatchString(number), (plus || n > 1) && abroad.MatchString(number):
			longest = n
		case len(number) >= minCalled && len(number) <= maxCalled && called():
			longest = n
		}
	}
	if longest == 0 && within.MatchString(run[0].text) {
		return 1
	}
	return longest
}

func joined(run []digits) string {
	var b strings.Builder
	for _, d := range run {
		b.WriteString(d.text)
	}
	return b.String()
}

// runs are the digits in a text that may belong together, because no more than
// a few marks part them.
func runs(s string) [][]digits {
	const most = 3 // marks
	var list [][]digits
	marks := most + 1
	joins := false // the digit before stands right here
	for i, r := range s {
		value, han := digitOf(r)
		switch {
		case value == 0 && !unicode.IsSpace(r) && !Visible(r):
			continue // splits nothing
		case value == 0:
			joins = false
			if marks++; !strings.ContainsRune(" -./()·•_~", mark(r)) {
				marks = most + 1
			}
			continue
		}
		end := i + utf8.RuneLen(r)
		if n := len(list) - 1; n >= 0 && marks <= most && list[n][len(list[n])-1].han == han {
			last := &list[n][len(list[n])-1]
			if joins {
				last.text, last.end = last.text+string(value), end
			} else {
				list[n] = append(list[n], digits{string(value), i, end, han})
			}
		} else {
			list = append(list, []digits{{string(value), i, end, han}})
		}
		marks, joins = 0, true
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

// digitOf is a digit, however it is written, as '0' to '9'; zero for none.
func digitOf(r rune) (value rune, han bool) {
	if r < utf8.RuneSelf {
		if r >= '0' && r <= '9' {
			return r, false
		}
		return 0, false
	}
	if i := strings.IndexRune("〇零一幺二三四五六七八九", r); i >= 0 {
		return rune("001123456789"[utf8.RuneCountInString("〇零一幺二三四五六七八九"[:i])]), true
	}
	if n := Narrow(r); n >= '0' && n <= '9' {
		return n, false
	}
	if r >= '①' && r <= '⑨' {
		return r - '①' + '1', false
	}
	return 0, false
}
