package words

import (
	"fmt"
	"strconv"
	"strings"
)

// Money is how people read an amount in 分: 125,000.00 元.
func Money(fen int64) string {
	s := strconv.FormatInt(fen, 10)
	s, negative := strings.CutPrefix(s, "-")
	s = strings.Repeat("0", max(0, 3-len(s))) + s
	whole, cents := s[:len(s)-2], s[len(s)-2:]
	var b strings.Builder
	if negative {
		b.WriteByte('-')
	}
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	return b.String() + "." + cents + " 元"
}

// Percent is a part in hundredths of a per cent: 30%, 33.33%.
func Percent(parts int) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", parts/100, parts%100), "0"), ".") + "%"
}
