package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestShown(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "签到 广州": "签到 广州", "一\n\n二": "一\n\n二", "一\r二\r\n三\v四\f五\u0085六\u2028七\u2029八": "一\n二\n三\n四\n五\n六\n七\n八",
		"\u202e反\u202c \u2066x\u2069\u200f\u061c": "反 x", "零\u200b宽\ufeff\u2060": "零宽", "\x00a\x1b[2J\b": "a[2J", "👨\u200d👩\u200d👧 ❤\ufe0f": "👨\u200d👩\u200d👧 ❤\ufe0f",
		"a" + strings.Repeat(" ", 90) + "b": "a        b", "a" + strings.Repeat("\u3000", 90): "a" + strings.Repeat("\u3000", 8),
		"a" + strings.Repeat("\u2800 \u3164", 40) + "b": "a        b", "a" + strings.Repeat("        \n", 2): "a        \n        \n", "    - 缩进": "    - 缩进", "a\tb": "a b",
	} {
		if got := Shown(s); got != want {
			t.Errorf("Shown(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestSaid(t *testing.T) {
	for s, want := range map[string]string{
		"": "│ ", "一行": "│ 一行", "一\n编号：A12": "│ 一\n│ 编号：A12", "一\u2028\u202e编号": "│ 一\n│ 编号", "\n\n二": "│ \n│ \n│ 二",
	} {
		if got := Said(s); got != want || "│ "+Continued(s) != want {
			t.Errorf("Said(%q) = %q, want %q", s, got, want)
		}
	}
}

// What was shown, and is sent back, is what was written.
func TestTyped(t *testing.T) {
	for shown, want := range map[string]string{
		"改周报 【下周计划】\n" + Said("签约\n回访"): "改周报 【下周计划】\n签约\n回访", Said("一\n\n二"): "一\n\n二", "批示：" + Continued("一\n二"): "批示：一\n二",
		"a │ b": "a │ b", "│": "│", "": "", Said("[www.x.example](http://www.x.example)"): "www.x.example",
	} {
		if got := Typed(shown); got != want {
			t.Errorf("Typed(%q) = %q, want %q", shown, got, want)
		}
	}
}

// Whatever somebody writes, each of its lines bears the mark, nothing in it
// begins another, and showing it again changes nothing.
func TestSaidHoldsEveryLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune("\n\r\v\u0085\u2028\u202e\u200b │编号：A12")))).Draw(t, "s")
		said := Said(s)
		for line := range strings.SplitSeq(said, "\n") {
			if !strings.HasPrefix(line, saidMark) || strings.ContainsFunc(line, func(r rune) bool { return endsLine(r) || unicode.IsControl(r) }) {
				t.Fatalf("%q is said as %q", s, said)
			}
		}
		if Shown(said) != said || !utf8.ValidString(said) {
			t.Fatalf("%q is said as %q, and then as %q", s, said, Shown(said))
		}
	})
}
