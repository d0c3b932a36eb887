package rulebook

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"marketbot/store"
)

// Numbering is how contract forms are numbered: the pattern of the settings,
// ZYX-{year}{month}-{seq:3}. It does not change once made.
type Numbering struct {
	parts []numberPart
	read  *regexp.Regexp
}

// numberPart is some letters as they stand, or what a word in braces stands for.
type numberPart struct {
	text  string
	word  string // year, month, day, seq; empty: text
	width int    // of seq, at least
}

// maxSeqWidth is how many zeros a number may have before it.
const maxSeqWidth = 9

var (
	placeholder = regexp.MustCompile(`\{([a-z]*)(?::([0-9]*))?\}`)
	plainNumber = regexp.MustCompile(`^[A-Za-z0-9-]*$`)
)

// widths are how many digits the parts of a date have.
var widths = map[string]int{"year": 4, "month": 2, "day": 2}

// ParseNumbering reads a pattern. Its error says to people what is wrong with it.
func ParseNumbering(pattern string) (Numbering, error) {
	var n Numbering
	at, seqs := 0, 0
	add := func(text string) {
		if text != "" {
			n.parts = append(n.parts, numberPart{text: text})
		}
	}
	for _, m := range placeholder.FindAllStringSubmatchIndex(pattern, -1) {
		add(pattern[at:m[0]])
		at = m[1]
		p := numberPart{word: pattern[m[2]:m[3]]}
		switch {
		case p.word == "seq":
			seqs++
			if p.width = 1; m[4] >= 0 {
				p.width, _ = strconv.Atoi(pattern[m[4]:m[5]])
			}
			if p.width < 1 || p.width > maxSeqWidth {
				return n, fmt.Errorf("{seq:位数} 的位数是 1 到 %d", maxSeqWidth)
			}
		case widths[p.word] == 0 || m[4] >= 0:
			return n, fmt.Errorf("不认识 %s，可以用 {year} {month} {day} {seq:3}", pattern[m[0]:m[1]])
		}
		n.parts = append(n.parts, p)
	}
	add(pattern[at:])
	if seqs != 1 {
		return n, errors.New("要有一个 {seq:3}，只能有一个")
	}
	return n, n.check()
}

// check refuses letters that nobody could type as a number, and makes what reads
// one.
func (n *Numbering) check() error {
	expr := "^"
	for i, p := range n.parts {
		switch {
		case p.word == "" && !plainNumber.MatchString(p.text):
			return errors.New("大括号外只能用字母、数字和短横线")
		case p.word == "":
			expr += foldedNumber(p.text)
		case p.word == "seq":
			expr += `([0-9]+)`
			if digitBeside(n.parts, i) {
				return errors.New("{seq} 两边要用字母或短横线隔开，不能直接挨着数字")
			}
		default:
			expr += fmt.Sprintf(`[0-9]{%d}`, widths[p.word])
		}
	}
	n.read = regexp.MustCompile(expr + "$")
	if customerCode.MatchString(n.Number("2026-01-01", 1)) {
		return errors.New("只有 K 和数字的是客户编号，请加短横线或别的字母，如 K-{year}{seq:3}")
	}
	return nil
}

// customerCode is a customer's number, which is read as one wherever a contract's may stand.
var customerCode = regexp.MustCompile(`^[Kk][0-9]{1,12}$`)

// digitBeside reports whether a digit follows the part, so that nobody could tell
// where the running number ends.
func digitBeside(parts []numberPart, i int) bool {
	if i+1 >= len(parts) {
		return false
	}
	next := parts[i+1]
	return next.word != "" || next.text[0] >= '0' && next.text[0] <= '9'
}

// foldedNumber is a number's letters and digits alone, in capitals.
func foldedNumber(number string) string {
	return strings.ToUpper(strings.ReplaceAll(number, "-", ""))
}

// Number is the number of a running one within the series of a day.
func (n Numbering) Number(day store.Day, seq int) string {
	return n.fill(day, func(p numberPart) string { return fmt.Sprintf("%0*d", p.width, seq) })
}

// Series is what a number of a day belongs to, within which the running number is
// given once: it restarts with whatever parts of the date stand in the pattern.
// Dashes, capitals and the width make no other series, as they make no other
// number.
func (n Numbering) Series(day store.Day) string {
	return foldedNumber(n.fill(day, func(numberPart) string { return "#" }))
}

// fill is the pattern with the date of a day, and what seq makes of the running
// number.
func (n Numbering) fill(day store.Day, seq func(numberPart) string) string {
	date := map[string]string{"year": string(day[:4]), "month": string(day[5:7]), "day": string(day[8:])}
	var b strings.Builder
	for _, p := range n.parts {
		switch p.word {
		case "":
			b.WriteString(p.text)
		case "seq":
			b.WriteString(seq(p))
		default:
			b.WriteString(date[p.word])
		}
	}
	return b.String()
}

// Read reads the series and the running number of a number, however its dashes
// and zeros stand; false where it is none of this pattern.
func (n Numbering) Read(number string) (series string, seq int, ok bool) {
	folded := foldedNumber(number)
	m := n.read.FindStringSubmatchIndex(folded)
	if m == nil {
		return "", 0, false
	}
	seq, err := strconv.Atoi(folded[m[2]:m[3]])
	return folded[:m[2]] + "#" + folded[m[3]:], seq, err == nil && seq > 0
}

// InSeries is a number that the pattern gives a running one of a series, which
// may be from before the pattern was changed.
func (n Numbering) InSeries(series string, seq int) string {
	for _, p := range n.parts {
		if p.word == "seq" {
			return strings.Replace(series, "#", fmt.Sprintf("%0*d", p.width, seq), 1)
		}
	}
	return series
}
