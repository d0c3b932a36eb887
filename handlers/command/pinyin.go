package command

import (
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"marketbot/handlers/text"
)

// readings are the words in which a character does not sound as it mostly
// does. The longest must stand before those it contains.
var readings = []struct{ word, pinyin string }{
	{"重庆", "chong qing"}, {"重新", "chong xin"}, {"重复", "chong fu"},
	{"单总", "shan zong"}, {"单经理", "shan jing li"}, {"曾总", "zeng zong"}, {"仇总", "qiu zong"},
	{"解总", "xie zong"}, {"任总", "ren zong"}, {"区总", "ou zong"}, {"朴总", "piao zong"},
	{"查总", "zha zong"}, {"盖总", "ge zong"}, {"尉迟", "yu chi"}, {"万俟", "mo qi"}, {"长孙", "zhang sun"},
	{"银行", "yin hang"}, {"行业", "hang ye"}, {"同行", "tong hang"}, {"行长", "hang zhang"},
	{"董事长", "dong shi zhang"}, {"会长", "hui zhang"}, {"部长", "bu zhang"}, {"厂长", "chang zhang"},
	{"成长", "cheng zhang"}, {"长沙", "chang sha"}, {"长春", "chang chun"}, {"长安", "chang an"},
	{"厦门", "xia men"}, {"大厦", "da sha"}, {"六安", "lu an"}, {"蚌埠", "beng bu"}, {"台州", "tai zhou"},
	{"出差", "chu chai"}, {"差旅", "chai lv"}, {"调走", "diao zou"}, {"调查", "diao cha"}, {"调动", "diao dong"}, {"会计", "kuai ji"}, {"音乐", "yin yue"},
	{"还款", "huan kuan"}, {"查询", "cha xun"}, {"查阅", "cha yue"}, {"朝阳", "chao yang"}, {"都市", "du shi"},
}

// Syllables is the pinyin of a text without tones, a syllable for each
// ideograph; other letters and digits stand for themselves, all else is left
// out. Words in which a character sounds otherwise are known (重庆: chong qing).
func Syllables(s string) []string {
	var list []string
	args := pinyin.Args{Style: pinyin.Normal}
	for typed := text.Fold(s).Text; typed != ""; {
		if n, said := spoken(typed); n > 0 {
			list, typed = append(list, said...), typed[n:]
			continue
		}
		c := []rune(text.CutBytes(typed, 4))[0]
		typed = typed[len(string(c)):]
		if one := pinyin.SinglePinyin(c, args); len(one) > 0 {
			list = append(list, one[0])
		} else if unicode.IsLetter(c) || unicode.IsDigit(c) {
			list = append(list, string(c))
		}
	}
	return list
}

// spoken is how the word at the beginning of a text is said, when it is one
// of the readings, and its length.
func spoken(text string) (int, []string) {
	for _, r := range readings {
		if strings.HasPrefix(text, r.word) {
			return len(r.word), strings.Fields(r.pinyin)
		}
	}
	return 0, nil
}

// initials are the first letters of a Chinese name's syllables; empty when
// not all of it is Chinese.
func initials(name string) string {
	var b strings.Builder
	for _, c := range name {
		if !unicode.Is(unicode.Han, c) && !text.Blank(c) {
			return ""
		}
	}
	for _, s := range Syllables(name) {
		b.WriteByte(s[0])
	}
	return b.String()
}

// alikeSounds are the differences that southern ears and hasty fingers miss.
var alikeSounds = strings.NewReplacer("zh", "z", "ch", "c", "sh", "s", "ng", "n", "l", "n")

// heard is how a text sounds, roughly.
func heard(s string) string { return alikeSounds.Replace(strings.Join(Syllables(s), "")) }
