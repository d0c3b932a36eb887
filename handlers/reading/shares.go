package reading

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/text"
)

// WholeShare is all there is to share, in hundredths of a per cent.
const WholeShare = 100 * 100

// Share is somebody's part, in hundredths of a per cent.
type Share struct {
	Name  string
	Parts int
}

// Shares reads 张三=30%，李四=20.5% or 张伟60%,刘洋40%, also 张伟：60% and 张伟六成: parted
// by commas, by the mark of per cent, or by blanks where each is plainly one. The mark
// may be left out behind an equals sign or a colon. ok is false where a part cannot be read; what they come to is not looked
// at.
func Shares(value string) (list []Share, ok bool) {
	for _, part := range Listed(value) {
		for _, one := range pairsIn(strings.NewReplacer("%", "% ", "％", "％ ").Replace(part)) {
			s, ok := readShare(one)
			if !ok {
				return nil, false
			}
			list = append(list, s)
		}
	}
	return list, len(list) > 0
}

// pairsIn parts 张三=30% 李四=20% at the blanks, but not Li Lei=30%.
func pairsIn(part string) []string {
	var list []string
	for word := range strings.FieldsSeq(part) {
		if n := len(list); n > 0 && (!strings.ContainsAny(list[n-1], "=＝:：%％") || strings.Trim(word, "%％") == "") {
			list[n-1] += " " + word
			continue
		}
		list = append(list, word)
	}
	return list
}

func readShare(typed string) (Share, bool) {
	at := strings.LastIndexAny(typed, "=＝:：")
	digits := ""
	switch {
	case at >= 0:
		digits = text.Fold(typed[at:]).Text[1:]
	case strings.HasSuffix(text.Fold(typed).Text, "%"):
		name := strings.TrimRightFunc(typed, func(r rune) bool { return strings.ContainsRune("0123456789.% ", text.Narrow(r)) })
		at, digits = len(name), text.Fold(typed[len(name):]).Text
	case strings.HasSuffix(typed, "成"): // 张三三成 is of 张三
		before := strings.TrimSuffix(typed, "成")
		tenth, size := utf8.DecodeLastRuneInString(before)
		n := strings.IndexRune("0123456789", text.Narrow(tenth))
		if cn := []rune("零一二三四五六七八九十"); n < 0 {
			n = slices.Index(cn, tenth)
		}
		name := strings.TrimSpace(before[:len(before)-size])
		return Share{name, n * WholeShare / 10}, n > 0 && text.HasWords(name)
	default:
		return Share{}, false
	}
	name := strings.TrimSpace(typed[:at])
	digits = strings.TrimFunc(strings.TrimRight(digits, "% "), unicode.IsSpace)
	parts, ok := readPercent(digits)
	return Share{name, parts}, ok && text.HasWords(name)
}

// readPercent reads a per cent with up to two decimals.
func readPercent(digits string) (int, bool) {
	units, cents, _ := strings.Cut(digits, ".")
	if units == "" || len(units) > 3 || len(cents) > 2 || strings.Trim(units+cents, "0123456789") != "" {
		return 0, false
	}
	parts, err := strconv.Atoi(units + (cents + "00")[:2])
	return parts, err == nil && parts > 0
}
