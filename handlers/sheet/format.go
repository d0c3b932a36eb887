package sheet

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/nfp"
)

// format is what a number format makes of a number.
type format struct {
	date    bool
	percent bool
	mark    string // what it writes beside the number that changes its worth: $, 万元
	prefix  string // of a number with leading zeros: ZYX-001
	width   int
	suffix  string
}

// builtIn is a format that every Excel has.
func builtIn(id int) format { return format{date: builtInDate(id), percent: id == 9 || id == 10} }

// builtInDate reports whether a format that every Excel has is a date's or a
// time's; from 27 on they are those of Chinese ones.
func builtInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

var (
	// symbol is a currency with the language of its place, or that alone.
	symbol = regexp.MustCompile(`\[\$([^\]-]*)(?:-([0-9A-Fa-f]+))?\]`)
	// currencies are money that is no 元; ¥ in Japanese is yen.
	currencies = regexp.MustCompile(`(?i)US\$|HK\$|NT\$|\$|€|£|₩|USD|HKD|EUR|JPY|GBP|美元|美金|港币|港元|欧元|日元|英镑`)
	// scaled is a format that writes a number shorter than it is.
	scaled = regexp.MustCompile(`[0#?][^0#?;]*,[^0#?,.]*(;|$)`)
	units  = regexp.MustCompile(`[千万亿]元?`)
	padded = regexp.MustCompile(`^((?:"[^"]*"|\\.|[- ])*)(00+)((?:"[^"]*"|\\.)*)(?:;.*)?$`)
)

// formatOf reads a format as somebody wrote it.
func formatOf(code string) (f format) {
	parser := nfp.NumberFormatParser()
	for _, section := range parser.Parse(code) {
		for _, token := range section.Items {
			f.date = f.date || token.TType == nfp.TokenTypeDateTimes || token.TType == nfp.TokenTypeElapsedDateTimes
			f.percent = f.percent || token.TType == nfp.TokenTypePercent
		}
	}
	if f.date || f.percent {
		return f
	}
	shown := symbol.ReplaceAllStringFunc(code, func(s string) string {
		m := symbol.FindStringSubmatch(s)
		if m[1] == "¥" && strings.HasSuffix(strings.ToLower(m[2]), "411") {
			return "日元"
		}
		return m[1]
	})
	shown, _, _ = strings.Cut(shown, ";")
	if f.mark = currencies.FindString(shown); f.mark == "" && !scaled.MatchString(shown) {
		f.mark = units.FindString(shown)
	}
	if m := padded.FindStringSubmatch(code); m != nil {
		literal := strings.NewReplacer(`"`, "", `\`, "")
		f.prefix, f.width, f.suffix = literal.Replace(m[1]), len(m[2]), literal.Replace(m[3])
	}
	return f
}

// show is how a number is seen where that is another text than its digits:
// 30%, ZYX-001, 14:30; empty where it is not.
func (f format) show(n float64, digits string) string {
	whole := strings.Trim(digits, "0123456789") == ""
	switch {
	case f.percent:
		return strconv.FormatFloat(n*100, 'g', 15, 64) + "%"
	case f.date && n >= 0 && n < 1:
		minutes := int(n*24*60 + 0.5)
		return strconv.Itoa(minutes/60) + ":" + strconv.Itoa(100 + minutes%60)[1:]
	case f.width > 0 && whole && f.prefix+f.suffix+strings.Repeat("0", max(0, f.width-len(digits))) != "":
		return f.prefix + strings.Repeat("0", max(0, f.width-len(digits))) + digits + f.suffix
	}
	return ""
}
