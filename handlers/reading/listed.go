package reading

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// byLaw is what a firm is by law, with what may follow it in a list of shares.
var byLaw = regexp.MustCompile(`(?i)^(?:(?:co|ltd|limited|inc|incorporated|corp|corporation|llc|llp|lp|plc|gmbh|pte|pty)\b\.?\s*)+(?:$|[=＝:：(（\d])`)

// Listed parts a list at its commas, semicolons and lines. The comma in front of what a
// firm is by law belongs to its name: ABC Trading Co., Ltd.
func Listed(value string) (list []string) {
	begin := 0 // of the last one
	for from := 0; from < len(value); {
		n := strings.IndexAny(value[from:], "、,，;；\n")
		if n < 0 {
			n = len(value) - from
		}
		switch one := strings.TrimSpace(value[from : from+n]); {
		case one == "":
		case len(list) > 0 && byLaw.MatchString(one):
			list[len(list)-1] = strings.TrimSpace(value[begin : from+n])
		default:
			list, begin = append(list, one), from
		}
		_, size := utf8.DecodeRuneInString(value[from+n:])
		from += n + size
	}
	return list
}
