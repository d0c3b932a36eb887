package reading

import (
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/text"
)

func TestReadLabels(t *testing.T) {
	keys := []string{"本周", "下周", "回款", "回款计划"}
	for text, want := range map[string]map[string]string{
		"本周：a 下周：b":             {"本周": "a", "下周": "b"},
		"下周=b\n本周＝a":            {"本周": "a", "下周": "b"},
		"前言 下周 ： b":             {"本周": "前言", "下周": "b"},
		"本周：a；下周：b。":            {"本周": "a", "下周": "b。"},
		"本周：a， 下周：b":            {"本周": "a", "下周": "b"},
		"本周：a，b":                {"本周": "a，b"},
		"本周：按本周：计划 做":           {"本周": "按本周：计划 做"},
		"本周：看下周：计划":             {"本周": "看下周：计划"},
		"本周：a\n本周：b":            {"本周": "a\nb"},
		"本周： 下周：b":              {"下周": "b"},
		"本周：\n1. x\n 2. y\n下周：": {"本周": "1. x\n 2. y"},
		"回款计划：5万 回款：3万":         {"回款计划": "5万", "回款": "3万"},
		"Ａ\u200bＢ：ｃ":            {"本周": "Ａ\u200bＢ：ｃ"},
		"本\u200b周：ＡＢＣ":          {"本周": "ＡＢＣ"},
		"备注：x":                  {"本周": "备注：x"},
		"本周":                    {"本周": "本周"},
		"【下周】签滨海新材料":            {"下周": "签滨海新材料"},
		"【本周】\na\n【回款计划】：5万":    {"本周": "a", "回款计划": "5万"},
		"【备注】a 【下周】b":           {"本周": "【备注】a", "下周": "b"},
		"【下周a":                  {"本周": "【下周a"},
		"":                      {},
		"\xff 下周：\xff\x00":      {"本周": "\xff", "下周": "\xff\x00"},
	} {
		if got := Labels(text, keys).Values; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("Labels(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLabelsWithoutColons(t *testing.T) {
	keys := []string{"本周", "这周", "下周", "回款", "问题", "本周完成", "下周计划"}
	for text, want := range map[string]Labelled{
		"回款 20万":  {Values: map[string]string{"回款": "20万"}},
		"回款改成20万": {Values: map[string]string{"回款": "20万"}},
		"本周完成 拜访两家，下周计划 签一家":     {Values: map[string]string{"本周完成": "拜访两家", "下周计划": "签一家"}},
		"本周拜访两家 下周去深圳":           {Values: map[string]string{"本周": "拜访两家", "下周": "去深圳"}, Guessed: true},
		"本周拜访了三家客户下周打算去广州回款大概八万": {Values: map[string]string{"本周": "拜访了三家客户", "下周": "打算去广州", "回款": "大概八万"}, Guessed: true},
		"拜访三家都不错":                {Values: map[string]string{"本周": "拜访三家都不错"}, Guessed: true},
		"跟客户约了下周见面":              {Values: map[string]string{"本周": "跟客户约了下周见面"}, Guessed: true},
		"本周：约了下周 再谈 下周：签约":       {Values: map[string]string{"本周": "约了下周 再谈", "下周": "签约"}},
		"见了两家，下周 再去":             {Values: map[string]string{"本周": "见了两家", "下周": "再去"}, Guessed: true},
		"这周解决了问题 问题 缺样品":         {Values: map[string]string{"这周": "解决了问题", "问题": "缺样品"}, Guessed: true},
		"ＡＢＣ　回款　２０万":             {Values: map[string]string{"本周": "ＡＢＣ", "回款": "２０万"}, Guessed: true},
	} {
		if got := Labels(text, keys); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("Labels(%q) = %+v, want %+v", text, got, want)
		}
	}
}

// Of what was typed no word is lost: it stands in a part, or is of a label.
func FuzzLabels(f *testing.F) {
	keys := []string{"本周", "下周", "回款", "问题", "本周完成", "abc"}
	labels := strings.Join(append(keys, "改成", "改为"), "")
	for _, raw := range []string{"本周：拜访 下周：签约", "【本周】a\n【下周】b", "回款改成20万", "本周拜访了三家下周打算去广州回款大概八万", "ＡＢＣ＝x，abc:y", "\xff 下周：\xff\x00", "本周:本周:本周:", "é下周 ＝ ﬁ"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		left := map[rune]int{}
		for _, value := range Labels(raw, keys).Values {
			if !strings.Contains(value, "\n") && !strings.Contains(raw, value) {
				t.Errorf("%q holds %q, which was not typed", raw, value)
			}
			for _, c := range text.Fold(value).Text {
				left[c]++
			}
		}
		for _, c := range text.Fold(raw).Text {
			if left[c]--; left[c] < 0 && text.Wordy(c) && !strings.ContainsRune(labels, c) {
				t.Fatalf("%q: %q is lost", raw, c)
			}
		}
	})
}
