package staff

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"marketbot/handlers/command"
)

// longestName is how many characters a name may have.
const longestName = 20

// cleanName takes the mention sign and blanks around a typed name away.
func cleanName(typed string) string {
	return strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(typed), "@＠"))
}

// validName reports whether a name can be registered: short, visible, and
// without anything that a platform could take for a mention or a line of its own.
func validName(name string) bool {
	n := utf8.RuneCountInString(name)
	return n >= 1 && n <= longestName && utf8.ValidString(name) && name == strings.TrimSpace(name) && !strings.ContainsFunc(name, unfit)
}

func unfit(r rune) bool {
	switch {
	case r == ' ': // Ann Lee
		return false
	case strings.ContainsRune("@＠<>＜＞", r):
		return true
	case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector): // shown as nothing
		return true
	case unicode.Is(unicode.Mn, r): // accents that stand alone can be piled up
		return true
	default:
		return !unicode.IsPrint(r)
	}
}

// refuseName is what a name that cannot be registered is answered with.
func refuseName() error {
	return &command.Refusal{
		Text:   "姓名要 1–20 个字，不能有 @、尖括号、换行和看不见的字符。",
		Hint:   "人员 添加 张伟 业务员",
		Clause: "附-4",
	}
}
