package reading

import (
	"fmt"
	"time"

	"marketbot/store"
)

// The years that may be meant.
const (
	firstYear = 1990
	lastYear  = 2199
)

// Year reads the year at the beginning of text as its first day; n is how many
// bytes of it: 2026年, 今年, 去年, 2026. What goes on as a month or day is none.
func Year(text string, on store.Day) (first store.Day, n int, err error) {
	var r reader
	r.loadDays(text)
	year, named := r.yearWord(on.Start(time.UTC))
	if !named {
		n, digits, ok := r.number()
		if !ok || digits != 4 || n < firstYear || n > lastYear {
			return "", 0, ErrNone
		}
		year = n
	}
	if marked := r.take("年") || named; r.any("-/.") || !marked && !r.edge() {
		return "", 0, ErrNone
	}
	if r.take("度") {
		r.blanks()
	}
	used := r.used()
	if _, _, more := r.number(); more {
		return "", 0, ErrNone
	}
	return store.Day(fmt.Sprintf("%04d-01-01", year)), used, nil
}
