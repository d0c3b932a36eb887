// Package spelling is how names and numbers are written and said, so that they
// are found by what people type: parts of a name, its sound (jingxi), the first
// letters of that (jx), the digits of a phone. It is made of pure functions and
// knows neither customers nor a database.
//
// # How a name is found
//
// [Tokens] are what an index holds of a name. [Read] reads what somebody typed,
// and the Query says which tokens every fitting name has ([Query.Parts],
// [Query.Spelled], [Query.Begun], [Query.Initials]). Those that have them are
// few, and may be some that do not fit; they are compared themselves
// ([Query.PartAt], [Query.SoundsAt], [Query.InitialsAt]).
package spelling

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"golang.org/x/text/unicode/norm"
)

const (
	maxPlain    = 128  // runes of a name that are searched
	maxText     = 1024 // bytes of a text that are looked at
	maxReadings = 5    // ways to say one character that are known
)

// Plain is how a name is compared: letters and digits only, narrow, small and in
// simplified characters (東莞 is 东莞), those that look alike being the same (⻓安, Ѕun).
// Of a text without any, what is to be seen of it. It is cut to maxPlain runes.
func Plain(text string) string {
	text = strings.ToLower(norm.NFKC.String(strings.ToValidUTF8(clip(text), "")))
	text = strings.Map(simplify, text)
	kept := keep(text, wordRune)
	if kept == "" {
		kept = keep(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
	}
	if r := []rune(kept); len(r) > maxPlain {
		return string(r[:maxPlain])
	}
	return kept
}

// clip cuts a text to what is looked at; what it cuts through is not UTF-8.
func clip(text string) string { return text[:min(maxText, len(text))] }

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func keep(text string, wanted func(rune) bool) string {
	return strings.Map(func(r rune) rune {
		if wanted(r) {
			return r
		}
		return -1
	}, text)
}

// forms are what follows a company's own name. A longer one stands before what
// it ends with.
var forms = []string{"国有独资", "国有控股", "自然人独资", "法人独资", "外商独资", "个体工商户", "特殊普通合伙", "普通合伙", "有限合伙", "合伙企业", "控股", "股份",
	"有限责任公司", "股份有限公司", "有限公司", "股份公司", "集团公司", "总公司", "公司", "集团",
	"companylimited", "coltd", "limited", "company", "ltd", "inc", "corp"}

// Fold is alike for names that may well be one company's: without blanks,
// punctuation, width and case, and without the form of the company behind
// (有限公司, 集团). A branch (分公司) is another company.
func Fold(name string) string {
	p := Plain(name)
	for i := 0; i < len(forms); i++ {
		short, found := strings.CutSuffix(p, forms[i])
		if found && short != "" && !strings.HasSuffix(p, "分公司") {
			p, i = short, -1 // another form may stand before it
		}
	}
	return p
}

// Signs are the marks of a name that make it another's, though Fold drops them:
// A&B is not AB.
func Signs(name string) string {
	return keep(norm.NFKC.String(strings.ToValidUTF8(clip(name), "")), func(r rune) bool { return strings.ContainsRune("&+@#", r) })
}

// sounds is how each rune of a plain name may be said, without tones. What is
// no ideograph stands for itself.
func sounds(name string) [][]string {
	list := make([][]string, 0, len(name)/3)
	for _, r := range name {
		list = append(list, readings(r))
	}
	return list
}

// readings are the ways to say a rune, the usual first (重: zhong, chong).
func readings(r rune) []string {
	if known := spoken()[r]; known != nil {
		return known
	}
	return []string{string(r)}
}

// spoken are the readings of all ideographs: every search asks for hundreds.
var spoken = sync.OnceValue(func() map[rune][]string {
	all := make(map[rune][]string, len(pinyin.PinyinDict))
	for r, said := range pinyin.PinyinDict {
		all[rune(r)] = readingsIn(said)
	}
	return all
})

func readingsIn(said string) []string {
	var list []string
	for one := range strings.SplitSeq(said, ",") {
		s := toneless(one)
		for _, typed := range []string{s, strings.Replace(s, "ve", "ue", 1)} { // 略: people type lve or lue
			if typed != "" && !slices.Contains(list, typed) {
				list = append(list, typed)
			}
		}
	}
	return list[:min(len(list), maxReadings)]
}

// toneless is a syllable without its tone; ü is v, as people type it.
func toneless(syllable string) string {
	b := make([]byte, 0, 8)
	for _, r := range syllable {
		if r < unicode.MaxASCII {
			b = append(b, byte(r))
		} else if i := strings.IndexRune(accented, r); i >= 0 {
			b = append(b, "aaaaeeeeeeeiiiioooouuuuvvvvvnnnm"[len([]rune(accented[:i]))])
		}
	}
	return string(b)
}

const accented = "āáǎàēéěèêềếīíǐìōóǒòūúǔùüǖǘǚǜńňǹḿ"

// syllables are all there are, and their beginnings (false).
var syllables = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for r := rune(0x4e00); r <= 0x9fa5; r++ {
		for _, s := range readings(r) {
			if strings.ContainsAny(s, "aeiouv") {
				all[s] = true
			}
		}
	}
	for _, s := range slices.Collect(maps.Keys(all)) {
		for i := 1; i < len(s); i++ {
			if !all[s[:i]] {
				all[s[:i]] = false
			}
		}
	}
	return all
})

// soundsAt is the first rune from which the runes sound like the letters, the
// last of which may be the beginning of a syllable; -1 for none.
func soundsAt(said [][]string, letters string) int {
	for at := range said {
		if soundsLike(said[at:], letters) {
			return at
		}
	}
	return -1
}

func soundsLike(said [][]string, letters string) bool {
	reached := []int{0} // how many letters may be read by now
	for _, rune := range said {
		var next []int
		for _, from := range reached {
			for _, s := range rune {
				if strings.HasPrefix(s, letters[from:]) {
					return true
				}
				if to := from + len(s); strings.HasPrefix(letters[from:], s) && !slices.Contains(next, to) {
					next = append(next, to)
				}
			}
		}
		if reached = next; len(reached) == 0 {
			return false
		}
	}
	return false
}

// initialsAt is the first rune from which the sounds begin with the letters;
// -1 for none.
func initialsAt(said [][]string, letters string) int {
	for at := range len(said) - len(letters) + 1 {
		i := 0
		for i < len(letters) && slices.ContainsFunc(said[at+i], func(s string) bool { return s[0] == letters[i] }) {
			i++
		}
		if i == len(letters) {
			return at
		}
	}
	return -1
}
