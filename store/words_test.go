package store_test

import (
	"testing"

	"marketbot/store"
)

func TestMonths(t *testing.T) {
	for day, want := range map[store.Day][2]store.Day{
		"2026-11-01": {"2026-11-01", "2026-12-01"},
		"2026-12-31": {"2026-12-01", "2027-01-01"},
		"2028-02-29": {"2028-02-01", "2028-03-01"},
		"":           {"0001-01-01", "0001-02-01"}, // no day is no reason to end
	} {
		if got := [2]store.Day{day.Month(), day.NextMonth()}; got != want {
			t.Errorf("%q: %q, want %q", day, got, want)
		}
	}
}
