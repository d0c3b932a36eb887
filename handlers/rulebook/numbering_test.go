package rulebook

import (
	"testing"

	"pgregory.net/rapid"

	"marketbot/store"
)

func TestNumbering(t *testing.T) {
	for _, c := range []struct{ pattern, number, series string }{
		{"ZYX-{year}{month}-{seq:3}", "ZYX-202611-007", "ZYX202611#"},
		{"zyx{year}{month}{seq}", "zyx2026117", "ZYX202611#"},
		{"HT-{year}-{seq:4}", "HT-2026-0007", "HT2026#"},
		{"{seq:2}-A{year}{month}{day}", "07-A20261130", "#A20261130"},
		{"{seq:5}", "00007", "#"},
		{"K-{year}{seq:3}", "K-2026007", "K2026#"},                     // not a customer's K2026007
		{"K{year}{month}{day}{seq:5}", "K2026113000007", "K20261130#"}, // too long for one
	} {
		n, err := ParseNumbering(c.pattern)
		if err != nil {
			t.Fatal(c.pattern, err)
		}
		if got := n.Number("2026-11-30", 7); got != c.number {
			t.Errorf("%s: %s", c.pattern, got)
		}
		if got := n.Series("2026-11-30"); got != c.series {
			t.Errorf("%s: series %s", c.pattern, got)
		}
		series, seq, ok := n.Read(c.number)
		if series != c.series || seq != 7 || !ok {
			t.Errorf("%s: read %q %d %v", c.pattern, series, seq, ok)
		}
	}
}

func TestNumberingRefuses(t *testing.T) {
	for _, pattern := range []string{"", "ZYX", "ZYX-{year}", "{seq}{seq}", "{seq:0}", "{seq:12}", "{seq:}", "{jahr}{seq}", "{year:3}-{seq}", "合同{seq}", "A B{seq}", "{seq}{year}", "{seq}7", "{SEQ}", "A{seq", "{}{seq}", "K{seq:2}", "k{year}{seq:3}", "K20{seq}"} {
		if _, err := ParseNumbering(pattern); err == nil {
			t.Errorf("%q is taken", pattern)
		}
	}
}

// Whatever number is made is read back, whatever becomes of its dashes and
// letters, and the running number restarts exactly where the series changes.
func TestNumbersAreReadBack(t *testing.T) {
	patterns := []string{"ZYX-{year}{month}-{seq:3}", "ht{year}-{seq}", "{seq:3}-B-{month}{day}", "C{seq:6}"}
	rapid.Check(t, func(t *rapid.T) {
		n, err := ParseNumbering(rapid.SampledFrom(patterns).Draw(t, "pattern"))
		if err != nil {
			t.Fatal(err)
		}
		day := store.Day("2026-01-01").Add(rapid.IntRange(0, 900).Draw(t, "day"))
		seq := rapid.IntRange(1, 99_999).Draw(t, "seq")
		number := n.Number(day, seq)
		series, got, ok := n.Read(foldedNumber(number))
		if !ok || got != seq || series != n.Series(day) {
			t.Fatalf("%s: %s %d %v", number, series, got, ok)
		}
		if foldedNumber(n.InSeries(series, seq)) != foldedNumber(number) {
			t.Fatalf("%s is %s in its series", number, n.InSeries(series, seq))
		}
	})
}

func FuzzNumbering(f *testing.F) {
	f.Add("ZYX-{year}{month}-{seq:3}", "zyx-202611-001")
	f.Add("{seq}", "99999999999999999999")
	f.Fuzz(func(t *testing.T, pattern, number string) {
		n, err := ParseNumbering(pattern)
		if err != nil {
			return
		}
		if series, seq, ok := n.Read(n.Number("2026-11-30", 12)); !ok || seq != 12 || series != n.Series("2026-11-30") {
			t.Errorf("%q: %q %d %v", pattern, series, seq, ok)
		}
		n.Read(number)
	})
}
