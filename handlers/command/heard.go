package command

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/reading"
	"marketbot/handlers/text"
	"marketbot/store"
)

// Marks stand for what a text names in how people speak of commands; for a code it
// is its letter.
const (
	personMark   = '@'
	customerMark = '&'
	contractMark = '#'
	moneyMark    = '$'
	daysMark     = '%'
	cityMark     = '^'
	apart        = '|' // between clauses
)

// slot is what stands in a text that an argument may take.
type slot struct {
	mark     rune
	from, to int // of the text, in bytes
	said     string
	called   bool // by its name, not by its code
}

// token is a character of a text as likeness sees it: folded, a mark, or apart.
type token struct {
	c        rune
	from, to int // of the text, in bytes
}

// hear takes a text apart into what it names and the characters between.
func hear(typed string, k Known) (slots []slot, tokens []token) {
	f := text.Fold(typed)
	for i, c := range f.Text {
		at := f.Raw(i)
		if n := len(tokens); n > 0 && at < tokens[n-1].to {
			continue
		}
		s := named(typed, at, c, k)
		switch {
		case s.mark != 0:
			slots = append(slots, s)
			tokens = append(tokens, token{s.mark, s.from, s.to})
		case text.Wordy(c):
			tokens = append(tokens, token{c, at, f.Raw(i + len(string(c)))})
		case strings.ContainsRune("-./~%", c) && i > 0 && f.Text[i-1] < utf8.RuneSelf && text.Wordy(rune(f.Text[i-1])):
			tokens = append(tokens, token{'-', at, f.Raw(i + len(string(c)))})
		default:
			tokens = append(tokens, token{apart, at, f.Raw(i + len(string(c)))})
		}
	}
	return slots, tokens
}

// Figures reports whether a text holds a sum, or digits that are none of a code or of
// days.
func Figures(typed string) bool {
	slots, tokens := hear(typed, Known{})
	return slices.ContainsFunc(slots, func(s slot) bool { return s.mark == moneyMark }) ||
		slices.ContainsFunc(tokens, func(t token) bool { return unicode.IsDigit(t.c) })
}

// named is what a text names where a character of it begins; none: without a mark.
func named(typed string, at int, c rune, k Known) slot {
	rest := typed[at:]
	is := func(mark rune, n int) slot { return slot{mark: mark, from: at, to: at + n, said: rest[:n]} }
	if k.Customer != "" && strings.HasPrefix(rest, k.Customer) {
		return is(customerMark, len(k.Customer))
	}
	for _, t := range k.Things {
		if t.mark != 0 && strings.HasPrefix(rest, t.Words) {
			return slot{mark: t.mark, from: at, to: at + len(t.Words), said: t.said, called: true}
		}
	}
	for _, name := range k.People {
		if strings.HasPrefix(strings.TrimLeft(rest, "@＠"), name) {
			return is(personMark, strings.Index(rest, name)+len(name))
		}
	}
	if n := len(codes.FindString(rest)); n == len("004") && c == '0' && endOfNumber(rest[:n]) { // 006号合同 is of no day
		return is(contractMark, n)
	}
	if code, n := ordinal(rest); n > 0 {
		return slot{mark: codeMark(code), from: at, to: at + n, said: code}
	}
	days, money := 0, 0
	if (strings.ContainsRune(beginDays, c) || unicode.IsDigit(c)) && !(c == '下' && strings.HasSuffix(typed[:at], "一")) { // 催一下周报
		days = wholeDays(rest, k)
	}
	if (unicode.IsDigit(c) || strings.ContainsRune(beginMoney, c)) && !isIdentifier(typed[:at], rest) {
		money = sumAt(rest, k)
	}
	switch {
	case money > 0 && money >= days:
		return is(moneyMark, money)
	case days > 0:
		return is(daysMark, days)
	case c < 0x80 && text.Wordy(c):
		n := len(codes.FindString(rest))
		mark := codeMark(text.Code(rest[:n]))
		if at > 0 && text.Wordy(rune(typed[at-1])) && typed[at-1] < 0x80 || n == 0 {
			return slot{}
		}
		if mark == 0 { // K3谈 is told by its beginning, 7K2M by nothing
			return slot{}
		}
		return is(mark, n)
	}
	if runes := []rune(text.CutBytes(rest, 12)); len(runes) > 1 {
		for n := min(len(runes), 3); n > 1; n-- {
			if _, known := reading.City(string(runes[:n])); known {
				return is(cityMark, len(string(runes[:n])))
			}
		}
	}
	return slot{}
}

const (
	beginDays  = "今明后後听聽赶寻琴昨前上下这本周星礼月年第大一二两三四五六七八九十"
	beginMoney = "¥￥一二两三四五六七八九十"
)

// counted is a code as it is spoken: 二号活动.
var counted = regexp.MustCompile(`^第?([0-9]{1,4}|[一二三四五六七八九十]{1,3})号(活动|决议|议题|线索|事件|申请)`)

// ordinal is the code that a text begins with as it is spoken, and how many bytes it
// takes.
func ordinal(rest string) (code string, n int) {
	m := counted.FindStringSubmatch(text.CutBytes(rest, maxName))
	if m == nil {
		return "", 0
	}
	number, ok := reading.LineNumber(m[1])
	if !ok {
		return "", 0
	}
	letter := map[string]string{"活动": "H", "决议": "D", "议题": "Y", "线索": "L", "事件": "S", "申请": "A"}[m[2]]
	return letter + strconv.Itoa(number), len(m[0])
}

// codeMark is the mark of a code; 0 where it is none.
func codeMark(code string) rune {
	switch letter := letterOf(code); {
	case letter == customers:
		return customerMark
	case letter == Contracts, lacksLetters(code), endOfNumber(code):
		return contractMark
	case letter != "":
		return rune(letter[0])
	}
	return 0
}

// endOfNumber reports whether a code is how people call a contract by the end of its
// number.
func endOfNumber(code string) bool {
	return len(code) == 3 && code[0] == '0' && strings.Trim(code, "0123456789") == ""
}

// isIdentifier reports whether the digits that a text goes on in are no amount: a mobile
// phone's, or what stands behind 号, 电话 and the like.
func isIdentifier(before, rest string) bool {
	digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
	switch unit, _ := utf8.DecodeRuneInString(rest[len(digits):]); {
	case digits == "", strings.ContainsRune("万千百亿元块wW.", unit) && unit != utf8.RuneError:
		return false
	}
	return len(digits) == len("13800000000") && digits[0] == '1' || numbered.MatchString(before)
}

// numbered is what ends right before digits that are a number of something.
var numbered = regexp.MustCompile(`(?:[^0-9一二三四五六七八九十]号|号码|电话|手机|座机|传真|微信|[Qq]{2})[是为:： ]*$`)

// sumAt is how much of a text is money beyond doubt: with its unit, or of four digits.
func sumAt(rest string, k Known) int {
	_, n, err := reading.Money(rest)
	if i := strings.IndexAny(rest, "，,"); err != nil && i > 0 && !unicode.IsDigit(rune(rest[i-1])) && wholeDays(strings.TrimLeft(rest[i:], "，, "), k) > 0 {
		_, n, err = reading.Money(rest[:i]) // 6万，12月10日到的 is one sum
	}
	if err != nil || n == 0 {
		return 0
	}
	if said := strings.TrimSpace(rest[:n]); (len(said) >= 4 || strings.HasSuffix(strings.ToLower(said), "w")) && said[0] != '0' {
		return len(strings.TrimRightFunc(rest[:n], unicode.IsSpace))
	}
	return 0
}

// wholeDays is how much of a text is days, weeks or months, the most that is read.
func wholeDays(rest string, k Known) (most int) {
	for _, kind := range []Kind{Span, Week, Month} {
		most = max(most, daysAt(kind, rest, k))
	}
	if _, n, err := reading.Year(rest, store.DayOf(k.Now)); err == nil {
		most = max(most, n)
	}
	if strings.HasSuffix(rest[:most], "天") && strings.HasPrefix(rest[most:], "天") { // 这周天天
		most -= len("天")
	}
	return len(strings.TrimRightFunc(rest[:most], unicode.IsSpace))
}

func isYear(said string, k Known) bool {
	_, n, err := reading.Year(said, store.DayOf(k.Now))
	return err == nil && n == len(said)
}

// daysOf reports whether days as typed are such as an argument takes.
func daysOf(said string, kind Kind, k Known) bool {
	return readDays(kind, said, k) == len(said)
}
