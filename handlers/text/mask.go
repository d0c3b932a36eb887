package text

import (
	"regexp"
	"strings"
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
	// world is a number of another country, behind + or 00; near one of Hong Kong or Macau alone.
	world  = regexp.MustCompile(`^(?:00)?(?:1[2-9]\d{9}|7\d{10}|8(?:52|53)[2-9]\d{7}|886[2-9]\d{7,8}|8[124]\d{8,10}|6[0-6]\d{8,10}|[349]\d{9,11}|2\d{10,11}|9[67]\d{9,11})$`)
	near   = regexp.MustCompile(`^85[23][2-9]\d{7}$`)
	within = regexp.MustCompile(`1[3-9]\d{9}|0\d{2,3}\d{7,8}|400\d{7}`)
	before = regexp.MustCompile(`(?i)(?:电话|手机|座机|固话|传真|微信|联系方式|tel|phone|mobile)号?码?[是为:：. ]{0,3}$`)
	dialed = regexp.MustCompile(`(?i)(?:打|拨|拨通|致电|回电|来电|call)[ :：]{0,2}$`)
	local  = regexp.MustCompile(`^[2-8]\d{6,7}$`)
	// more is an extension behind a local number, paid what makes digits an amount.
	more = regexp.MustCompile(`^ ?(?:转|分机|ext)[ .:：]?\d`)
	paid = regexp.MustCompile(`^[ .,]?\d*[ ]?[元块万亿]`)
)

// How many digits a phone has of which only the word before it tells that, and
// a number that is no extension.
const (
	minCalled, maxCalled = 7, 13
	leastAlone           = 5
)

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

// HasPhone reports whether a number in a text is a phone by itself. Within a longer one,
// 20261128001, may stand what only looks like one.
func HasPhone(s string) bool {
	for _, run := range runs(s) {
		for len(run) > 0 {
			if callable(s, run) > 0 {
				return true
			}
			run = run[1:]
		}
	}
	return false
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

// phoneIn is how many of the digits a run begins with are to be hidden: a phone, or a
// single number with one in it (an account's).
func phoneIn(s string, run []digits) int {
	n := callable(s, run)
	if n == 0 && within.MatchString(run[0].text) {
		return 1
	}
	return n
}

// callable is how many of the digits a run begins with are a phone: the longest that
// is one.
func callable(s string, run []digits) int {
	lead := strings.TrimRight(s[max(0, run[0].start-60):run[0].start], "(（ ")
	plus := strings.HasSuffix(lead, "+") || strings.HasSuffix(lead, "＋")
	lead = strings.TrimRight(lead, "+＋(（ ")
	longest := 0
	for n := 1; n <= len(run); n++ {
		number := joined(run[:n])
		if len(number) > 2*maxCalled {
			break
		}
		if !shaped(run[:n]) {
			continue
		}
		switch {
		case phone.MatchString(number), (plus || n > 1) && abroad.MatchString(number):
			longest = n
		case (plus || strings.HasPrefix(number, "00")) && world.MatchString(number), n > 1 && near.MatchString(number):
			longest = n
		case len(number) >= minCalled && len(number) <= maxCalled && before.MatchString(lead):
			longest = n
		case local.MatchString(number) && (more.MatchString(s[run[n-1].end:]) || dialed.MatchString(lead) && !paid.MatchString(s[run[n-1].end:])):
			longest = n
		}
	}
	if k := sameScript(run); longest > k && phoneIn(s, run[k:]) > 0 { // 周一400-800-1234
		return 0
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
