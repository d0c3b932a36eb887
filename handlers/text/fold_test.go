package text

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for raw, want := range map[string]string{
		"ＡＢＣａｂｃ１２３":            "abcabc123",
		"：，；＝！？（）／～　":          ":,;=!?()/~ ",
		"﹕∶":                   "::",
		"—–－−":                 "----",
		"签\u200b到\ufeff\u00ad": "签到",
		"❤\ufe0f":              "❤",
		"\x00a\x1bb\x7f":       "ab",
		"a\u00a0b\u3000c\td":   "a b c d",
		"a\r\nb\u2028c":        "a \nb\nc",
		"\u2f8f\ufa08":         "行行",
		"￥１２":                  "¥12",
		"\xff":                 "\ufffd",
		"İK":                   "ik",
		"\u2800\uffff":         "",
		"":                     "",
	} {
		if got := Fold(raw).Text; got != want {
			t.Errorf("Fold(%q) = %q, want %q", raw, got, want)
		}
	}
}

// checkFold holds every place of a folded text against the raw one.
func checkFold(t interface{ Fatalf(string, ...any) }, raw string) {
	f := Fold(raw)
	if again := Fold(f.Text).Text; again != f.Text {
		t.Fatalf("folding %q twice: %q, %q", raw, f.Text, again)
	}
	if !utf8.ValidString(f.Text) || f.Raw(len(f.Text)) != len(raw) {
		t.Fatalf("Fold(%q) = %q ends at %d", raw, f.Text, f.Raw(len(f.Text)))
	}
	last := 0
	for i := range f.Text {
		at := f.Raw(i)
		if at < last || at >= len(raw) {
			t.Fatalf("Fold(%q): place %d leads to %d after %d", raw, i, at, last)
		}
		if part := Fold(raw[at:]).Text; part != f.Text[i:] {
			t.Fatalf("Fold(%q): what is behind place %d is %q, not %q", raw, i, part, f.Text[i:])
		}
		last = at
	}
}

func TestFoldLeadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkFold(t, rapid.String().Draw(t, "raw")) })
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"签到 广州", "ＱＤ：１", "\xff\x00", "a\u200b\ufe0f", "İ﷽ﬀ", "\u2fa1\U0002f800"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		if len(raw) < 120 {
			checkFold(t, raw)
		}
	})
}
