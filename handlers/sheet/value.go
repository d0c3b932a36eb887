package sheet

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Value is what one cell holds. The zero Value is an empty cell.
type Value struct {
	kind kind
	text string
	n    int64
	time time.Time
}

type kind int

// The kinds: kept values hold their numbers, so that new ones come last.
const (
	empty kind = iota
	text
	count
	money
	rate
	day
	moment
)

// Text is words as somebody wrote them.
func Text(s string) Value { return Value{kind: text, text: s} }

// Count is a whole number.
func Count(n int) Value { return Value{kind: count, n: int64(n)} }

// Money is an amount in 分.
func Money(fen int64) Value { return Value{kind: money, n: fen} }

// Rate is a share in tenths of a percent.
func Rate(tenths int64) Value { return Value{kind: rate, n: tenths} }

// kept is a Value as it is kept.
type kept struct {
	Kind kind      `json:"k"`
	Text string    `json:"t,omitempty"`
	N    int64     `json:"n,omitempty"`
	Time time.Time `json:"at,omitzero"`
}

// MarshalJSON lets a table be kept as it was shown.
func (v Value) MarshalJSON() ([]byte, error) { return json.Marshal(kept{v.kind, v.text, v.n, v.time}) }

// UnmarshalJSON reads a value that was kept.
func (v *Value) UnmarshalJSON(data []byte) error {
	var k kept
	if err := json.Unmarshal(data, &k); err != nil {
		return err
	}
	*v = Value{k.Kind, k.Text, k.N, k.Time}
	return nil
}

// Unset stands where a rate has no divisor.
func Unset() Value { return Text(dash) }

const dash = "—"

// Day is the date of t as its own zone has it.
func Day(t time.Time) Value { return Value{kind: day, time: t} }

// Moment is a date with its time of the day, in t's own zone.
func Moment(t time.Time) Value { return Value{kind: moment, time: t} }

// number is what a cell of a number holds.
func (k kind) number(n int64) float64 {
	switch k {
	case money:
		return float64(n) / 100
	case rate:
		return float64(n) / 1000
	}
	return float64(n)
}

// content is what the writer of the file takes for a value.
func (v Value) content() any {
	switch v.kind {
	case empty:
		return nil
	case text:
		return clean(v.text)
	case day, moment:
		return v.time
	}
	return v.kind.number(v.n)
}

const (
	maxUnits = 32767 // of UTF-16: what a cell holds
	cutNote  = "…（内容过长，已截断）"
)

// Words are a value as a cell shows it.
func (v Value) Words() string {
	switch v.kind {
	case empty:
		return ""
	case count:
		return grouped(v.n)
	case money:
		sign, n := "", v.n
		if n < 0 {
			sign, n = "-", -n
		}
		return fmt.Sprintf("%s%s.%02d", sign, grouped(n/100), n%100)
	case rate:
		return fmt.Sprintf("%.1f%%", float64(v.n)/10)
	case day:
		return v.time.Format(time.DateOnly)
	case moment:
		return v.time.Format(time.DateTime)
	}
	return clean(v.text)
}

// grouped is a number with a comma before each three digits.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > len(s)-len(strings.TrimLeft(s, "-")); i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Clean makes a text that every document can hold.
func Clean(s string) string { return clean(s) }

// clean makes a text that a file of XML can hold, cut to what a cell can.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if legal(r) {
			return r
		}
		return utf8.RuneError
	}, s) // bytes that are no character come as RuneError
	units := 0
	for i, r := range s {
		if units += utf16.RuneLen(r); units > maxUnits {
			return fit(s[:i]) + cutNote
		}
	}
	return s
}

// fit takes away as many characters as cutNote needs room for.
func fit(s string) string {
	for range utf8.RuneCountInString(cutNote) {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return s
}

// legal reports whether XML 1.0 can hold a character.
func legal(r rune) bool {
	switch {
	case r == '\t', r == '\n', r == '\r', r >= ' ' && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000:
		return true
	}
	return false
}

// formulaLike reports whether somebody who edits a text may make a formula of
// it unawares.
func formulaLike(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠"+string(utf8.RuneError), first)
}
