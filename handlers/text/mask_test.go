package text

import (
	"strings"
	"testing"
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
	} {
		if got := MaskPhones(text); got != want {
			t.Errorf("MaskPhones(%q) = %q, want %q", text, got, want)
		}
	}
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
