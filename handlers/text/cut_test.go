package text

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCut(t *testing.T) {
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{
		{"", 0, ""}, {"", 3, ""}, {"签到", 2, "签到"}, {"签到吧", 2, "签到…"}, {"签到", 0, "…"}, {"a\nb\nc", 3, "a\nb…"},
		{"\xff\xfe签到", 3, "\ufffd签…"}, {"签\xff", 5, "签\ufffd"}, {"👍👍👍", 2, "👍👍…"},
	} {
		if got := Cut(c.s, c.n); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.s, c.n, got, c.want)
		}
	}
	if got := CutWith("签到吧", 2, ""); got != "签到" {
		t.Errorf("CutWith nothing: %q", got)
	}
	if got := CutLine(" 拜访\n客户　两家", 5); got != "拜访 客户…" {
		t.Errorf("CutLine: %q", got)
	}
}

func TestCutBytes(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "a", 2: "a", 3: "a", 4: "a签", 5: "a签", 7: "a签到", 99: "a签到"} {
		if got := CutBytes("a签到", n); got != want {
			t.Errorf("CutBytes to %d: %q, want %q", n, got, want)
		}
	}
}

func TestQuote(t *testing.T) {
	for s, want := range map[string]string{
		"": "「」", "广州": "「广州」", " 广\n州　塔 ": "「广 州 塔」",
		strings.Repeat("长", 20): "「" + strings.Repeat("长", 20) + "」", strings.Repeat("长", 21): "「" + strings.Repeat("长", 20) + "…」",
		"\xff\xfe": "「\ufffd」",
	} {
		if got := Quote(s); got != want {
			t.Errorf("Quote(%q) = %q, want %q", s, got, want)
		}
	}
}

// What is cut is UTF-8, a beginning, and no longer than it may be.
func TestCutKeepsTheBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.IntRange(0, 40).Draw(t, "n")
		got := CutWith(s, n, "")
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > n || !strings.HasPrefix(s, got) || (got == s) != (utf8.RuneCountInString(s) <= n) {
			t.Fatalf("CutWith(%q, %d) = %q", s, n, got)
		}
	})
}
