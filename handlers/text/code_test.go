package text

import "testing"

func TestCode(t *testing.T) {
	for typed, want := range map[string]string{
		"A12": "A12", "a12": "A12", "Ａ１２": "A12", "ａ１２": "A12", "#A12": "A12", "＃ａ１２": "A12", " A 12 ": "A12", "A\u200b12": "A12",
		"编号：A12": "A12", "编号 A12": "A12", "12": "12", "H7K2QM": "H7K2QM",
		"zyx－202611－００１": "ZYX-202611-001", "ZYX—202611—001": "ZYX-202611-001", "ZYX-202611-001": "ZYX-202611-001",
		"": "", "#": "", "编号": "", "南湖酒店": "", "A12，": "", "A_1": "", "\xff": "", "\x00": "",
	} {
		if got := Code(typed); got != want {
			t.Errorf("Code(%q) = %q, want %q", typed, got, want)
		}
	}
}
