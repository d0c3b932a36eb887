package reading

import (
	"errors"
	"testing"

	"marketbot/store"
)

func TestYear(t *testing.T) {
	for typed, want := range map[string]store.Day{
		"今年": "2026-01-01", "去年": "2025-01-01", "本年": "2026-01-01", "2026年": "2026-01-01", "2025": "2025-01-01", "２０２６年": "2026-01-01", "2026年度": "2026-01-01",
		"今年 张伟": "2026-01-01", "2026年张伟": "2026-01-01",
		"2026-11": "", "2026年11月": "", "今年11月": "", "20261": "", "1985": "", "11月": "", "张伟": "", "2026.11": "", "": "",
	} {
		got, n, err := Year(typed, "2026-11-27")
		if got != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, ErrNone) {
			t.Errorf("%q: %q, %d bytes, %v; want %q", typed, got, n, err, want)
		}
	}
}
