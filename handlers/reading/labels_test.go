package reading

import (
	"fmt"
	"testing"
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
		"":                      {},
		"\xff 下周：\xff\x00":      {"本周": "\xff", "下周": "\xff\x00"},
	} {
		if got := Labels(text, keys); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("Labels(%q) = %q, want %q", text, got, want)
		}
	}
}
