package spelling

import (
	_ "embed"
	"strings"
	"sync"
)

// characters are traditional characters, each with its simplified one behind it, after
// the table of OpenCC: those of them that stand for one character alone, and are no
// simplified ones themselves (乾 is 干 and 乾).
//
//go:embed simplified/characters.txt
var characters string

// doubles are small letters and radicals that are drawn like others, each with the one
// behind it that is meant: Cyrillic and Greek letters, and what is copied from a PDF in
// place of a character (⻓安 for 长安), as far as Unicode does not fold them itself.
const doubles = `аa вb еe кk мm нh оo рp сc тt уy хx ѕs іi јj ԁd ԛq ԝw һh
αa βb εe ζz ηh ιi κk μm νn οo ρp τt υy χx ɑa ɡg ıi
⺁厂 ⺄乙 ⺇几 ⺈刀 ⺋㔾 ⺌小 ⺍小 ⺎兀 ⺏尣 ⺐尢 ⺒巳 ⺓幺 ⺛旡 ⺜日 ⺝月 ⺞歺 ⺟母 ⺠民 ⺧牛 ⺩王 ⺫目 ⺬示 ⺮竹 ⺶羊 ⺷羊 ⺼月 ⺽臼
⻁虎 ⻄西 ⻅见 ⻆角 ⻉贝 ⻋车 ⻏邑 ⻑长 ⻒镸 ⻓长 ⻔门 ⻗雨 ⻘青 ⻙韦 ⻚页 ⻛风 ⻜飞 ⻝食 ⻟食 ⻢马 ⻣骨 ⻤鬼 ⻥鱼 ⻦鸟 ⻧卤 ⻨麦 ⻩黄 ⻪黾
⻫斉 ⻬齐 ⻮齿 ⻯竜 ⻰龙 ⻱龟 ⻲亀 ⻳龟`

var simplified = sync.OnceValue(func() map[rune]rune {
	all := map[rune]rune{}
	for pair := range strings.FieldsSeq(characters + "\n" + doubles) {
		r := []rune(pair)
		all[r[0]] = r[1]
	}
	return all
})

// simplify is the simplified character of a traditional one, the one meant of a double,
// and any other itself.
func simplify(r rune) rune {
	if s, known := simplified()[r]; known {
		return s
	}
	return r
}
