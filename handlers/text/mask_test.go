package text

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMaskPhones(t *testing.T) {
	for text, want := range map[string]string{
		"电话 13800138000 或 0769-22331234": "电话 138****8000 或 076****1234",
		"138 0013 8000，找李工":              "138****8000，找李工",
		"+86 138-0013-8000":              "861****8000",
		"１３８００１３８０００":                    "138****8000",
		"400-800-1234":                   "400****1234",
		"金额 1250000 元，2026 年 11 月 24 日":  "金额 1250000 元，2026 年 11 月 24 日",
		"合同 ZYX-202611-001":              "合同 ZYX-202611-001",
		"\xff13800138000\x00":            "\ufffd138****8000\x00",
		"帐号 6217000013800138000，李工":      "帐号 621****8000，李工",
		"":                               "",

		"(0769)22335678 找李工":             "076****5678 找李工",
		"（０７６９）２２３３５６７８":                 "076****5678",
		"138.0013.8000":                  "138****8000",
		"+86-769-22335678":               "867****5678",
		"+86 (769) 2233 5678":            "867****5678",
		"1380 013 8000":                  "138****8000",
		"138/0013/8000":                  "138****8000",
		"138\u200b0013\u2060800\u200d0":  "138****8000",
		"1 3 8 0 0 1 3 8 0 0 0":          "138****8000",
		"138 - 0013 - 8000":              "138****8000",
		"138·0013·8000":                  "138****8000",
		"一三八零零一三八零零零":                    "138****8000",
		"①③⑧00①③⑧000":                    "138****8000",
		"13800138000 13900139000":        "138****8000 139****9000",
		"13800138000/13900139000":        "138****8000/139****9000",
		"(0769) 2233 5678转801":           "076****5678转801",
		"0086-138-0013-8000":             "008****8000",
		"800-820-8820":                   "800****8820",
		"电话：2233 5678，周五":                "电话：****，周五",
		"手机号是 138 0013 800":              "手机号是 138****3800",
		"2026-11-24 138 0013 8000":       "2026-11-24 138****8000",
		"2026-11-24 至 2026-11-26":        "2026-11-24 至 2026-11-26",
		"2026.11.24-2026.11.26，11/26-28": "2026.11.24-2026.11.26，11/26-28",
		"125,000.00 元，25000000 元":        "125,000.00 元，25000000 元",
		"一二三四五六七八九":                      "一二三四五六七八九",
		"138、0013、8000":                  "138****8000",
		"138|0013|8000":                  "138****8000",
		"138\n0013\n8000":                "138****8000",
		"138 —— 0013 —— 8000":            "138****8000",
		"138空0013空8000":                  "138****8000",
		"电话是一三八，零零一三，八零零零":               "电话是138****8000",
		"壹叁捌零零壹叁捌零零零":                    "138****8000",
		"138零零13八零零零":                    "138****8000",
		"138OO138OOO":                    "138****8000",
		"𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎":                    "138****8000",
		"١٣٨٠٠١٣٨٠٠٠":                    "138****8000",
		"1️⃣3️⃣8️⃣00138000":              "138****8000",
		"⑴⑶⑻⓪⓪⑴⑶⑻000":                    "138****8000",
		"〔0769〕22335678":                 "〔076****5678",
		"+852 2345 6789":                 "852****6789",
		"852-2345-6789":                  "852****6789",
		"00853 6612 3456":                "008****3456",
		"+1 (626) 555-1234，李工":           "162****1234，李工",
		"+44 20 7946 0958":               "442****0958",
		"打22335678 找李工":                  "打**** 找李工",
		"22335678转801":                   "****转801",
		"周一400-800-1234":                 "周一400****1234",
		"打20000000元过来":                   "打20000000元过来",
		"13,800,138,000.00元":             "13,800,138,000.00元",
		"180*2000*1500 的展板":              "180*2000*1500 的展板",
		"15、16、17、18、19、2日":              "15、16、17、18、19、2日",
		"11月28日 13:30-17:30 15:00 3 人":   "11月28日 13:30-17:30 15:00 3 人",
		"ZYX-202611-001、ZYX-202611-002":  "ZYX-202611-001、ZYX-202611-002",
		"0769-22335678 一楼":               "076****5678 一楼",
	} {
		if got := MaskPhones(text); got != want {
			t.Errorf("MaskPhones(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestNoPhoneIsShown writes phones in the ways that people and attackers do.
func TestNoPhoneIsShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.StringMatching(`1[3-9][0-9]{9}|0[1-9][0-9]{1,2}[2-8][0-9]{7}|400[0-9]{7}`).Draw(t, "number")
		var typed strings.Builder
		for i, c := range number {
			if i > 0 {
				typed.WriteString(rapid.SampledFrom([]string{"", "", "", " ", "-", ".", "/", "\u200b", "\u200b \u200d", "\u3000", "－", " - "}).Draw(t, "gap"))
			}
			if rapid.Bool().Draw(t, "wide") {
				c += '０' - '0'
			}
			typed.WriteRune(c)
		}
		said := rapid.StringMatching(`[一-十李王a-z，。]{0,5}`).Draw(t, "before") + typed.String() + rapid.SampledFrom([]string{"", "，找李工", " 李工", "转801"}).Draw(t, "after")
		got := MaskPhones(said)
		shown := strings.Map(func(r rune) rune {
			if c, _ := digitOf(r); c != 0 {
				return c
			}
			return -1
		}, got)
		if strings.Contains(shown, number) {
			t.Errorf("%q shows %q", said, got)
		}
	})
}

func FuzzMaskPhones(f *testing.F) {
	f.Add("找 13800138000 李工")
	f.Add("170000013800138000")
	f.Add("\xff０７６９－２２３３１２３４")
	f.Fuzz(func(t *testing.T, text string) {
		got := MaskPhones(text)
		if strings.Contains(got, "13800138000") {
			t.Errorf("%q leaves a number: %q", text, got)
		}
	})
}

// No digit of a text of phones is lost, and none is made up, whatever parts them.
func TestPhonesKeepEveryDigit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var typed, digits strings.Builder
		for range rapid.IntRange(0, 40).Draw(t, "length") {
			if rapid.Bool().Draw(t, "digit") {
				d := rapid.IntRange(0, 9).Draw(t, "d")
				fmt.Fprint(&typed, d)
				fmt.Fprint(&digits, d)
				continue
			}
			typed.WriteString(rapid.SampledFrom([]string{"-", " ", "、", "，", "转", "(", ")", "+", ".", "\u200b", "/", "手机", "\n"}).Draw(t, "gap"))
		}
		if got := strings.Join(Phones(typed.String()), ""); got != digits.String() {
			t.Errorf("%q holds %s, want %s", typed.String(), got, digits.String())
		}
	})
}

// A phone is one by itself; in a longer number may stand what only looks like one.
func TestHasPhone(t *testing.T) {
	for text, want := range map[string]bool{
		"年会找周工138 0013 8000": true, "会场座机0769-22335678": true, "找 +44 20 7946 0958": true, "电话2233567": true, "打22335678": true,
		"展会20261128 13800138000": true, "一三八零零一三八零零零": true,
		"招标20261128001 会场": false, "GZ202607551234567 展台": false, "2026-11-28 年会": false, "帐号6217000013800138000": false, "年会": false,
	} {
		if got := HasPhone(text); got != want {
			t.Errorf("HasPhone(%q) = %v", text, got)
		}
	}
	if got := MaskPhones("招标20261128001"); got == "招标20261128001" { // what is masked stays masked
		t.Error(got)
	}
}
