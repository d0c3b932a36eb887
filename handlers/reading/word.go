package reading

import (
	"slices"
	"strings"
	"unicode"

	"marketbot/handlers/text"
)

// FirstWord is the raw text up to the first white space, comma or semicolon.
func FirstWord(s string) string {
	if i := strings.IndexFunc(s, func(c rune) bool { return unicode.IsSpace(c) || strings.ContainsRune(",;，；", c) }); i >= 0 {
		return s[:i]
	}
	return s
}

// IsCustomerCode reports whether a text is written like a customer's code: K12,
// ｋ１２.
func IsCustomerCode(typed string) bool {
	digits, ok := strings.CutPrefix(text.Fold(text.CutBytes(typed, 4*maxRead)).Text, "k")
	return ok && digits != "" && len(digits) <= 12 && strings.Trim(digits, "0123456789") == ""
}

// IsNumber reports whether a text is written like what a numbered thing is called
// by: A12, #a12, ZYX-202611-001, 12; not like a length (24h).
func IsNumber(typed string) bool {
	code := text.Code(typed)
	digits := strings.TrimLeft(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")
	return digits != "" && (len(digits) < len(code) || strings.Trim(code, "0123456789") == "")
}

// FirstCode is the raw number that a text begins with: its first word, or what of
// that stands before words that were typed right behind it: Y4找人, K1：送了样品. It is
// empty where the text begins with none.
func FirstCode(s string) string {
	word := FirstWord(s)
	if IsNumber(word) {
		return word
	}
	for i, raw := range word {
		c, _ := text.FoldRune(raw)
		if !unicode.Is(unicode.Han, c) && !strings.ContainsRune(":、。(", c) {
			continue
		}
		if code := text.Code(word[:i]); IsNumber(code) && code[0] > '9' && code[len(code)-1] <= '9' {
			return word[:i]
		}
		return ""
	}
	return ""
}

// Turns reports whether a word turns a list over without saying to which page: 下一页,
// 最后一页.
func Turns(word string) bool {
	word, ok := strings.CutSuffix(text.TrimStops(text.Bare(word)), "页")
	return ok && slices.Contains([]string{"下", "下一", "上", "上一", "前一", "后一", "末", "最后", "最后一", "首"}, word)
}

// PageNumber reads 第2页, 第二页.
func PageNumber(word string) (no int, ok bool) {
	var r reader
	r.load(word)
	if !r.take("第") {
		return 0, false
	}
	r.blanks()
	no, _, ok = r.number()
	r.blanks()
	return no, ok && r.take("页") && r.i == r.n && no > 0
}
