package text

import (
	"testing"
	"unicode/utf8"
)

func TestTrimStops(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "...": "", " . ": "", "K1。": "K1", "K1 ...": "K1", "K1...": "K1", "K1 .": "K1", "K1？！ ": "K1", "送样了，": "送样了", "a。b": "a。b",
		"ABC Co., Ltd.": "ABC Co., Ltd.", "ABC Co., Ltd.。": "ABC Co., Ltd.", "1.5万": "1.5万",
	} {
		if got := TrimStops(s); got != want {
			t.Errorf("TrimStops(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestHasWords(t *testing.T) {
	for s, want := range map[string]bool{
		"": false, " \t\n\u3000": false, "\u200b\u200d\ufeff": false, "\u3164\u2800": false, "\u115f\u1160\uffa0\u034f\u17b4": false,
		"\ufe0f": false, "\x00\x1b": false, "\u00ad": false, "\u0301\u0308": false, "\xff\xfe": false, "\ufffd": false, "\uffff": false,
		"。": false, "？ …\u200b！": false, ".": false, ". . .": false, ",;": false, "--": true, "a.": true, "0": true, "👍": true, "好": true, "\u200b好": true, "\xff好": true, "e\u0301": true, "\ue000": true, "𠮷": true,
	} {
		if HasWords(s) != want {
			t.Errorf("HasWords(%q) = %v", s, !want)
		}
	}
}

func TestClean(t *testing.T) {
	for s, want := range map[string]string{
		"": "", "  Canton\n Tower ": "Canton Tower", "广\u200b州": "广州", "广\u3000州\u2028": "广 州", "\x00\xff": "", "Cafe\u0301": "Cafe\u0301", "\u2800": "",
	} {
		if got := Clean(s); got != want {
			t.Errorf("Clean(%q) = %q, want %q", s, got, want)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add("广\u200b州 \xff\n塔")
	f.Fuzz(func(t *testing.T, s string) {
		got := Clean(s)
		if again := Clean(got); again != got || !utf8.ValidString(got) || HasWords(got) != HasWords(s) && utf8.ValidString(s) {
			t.Errorf("Clean(%q) = %q, again %q", s, got, again)
		}
	})
}
