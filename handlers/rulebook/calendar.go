package rulebook

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"marketbot/store"
)

// The tables are those of github.com/NateScarlet/holiday-cn (see LICENSE
// beside them), taken over unchanged so that a later year is one more file.
//
//go:embed holidays/*.json
var holidayFiles embed.FS

// Calendar tells working days from days off: China's statutory holidays and
// make-up days where a table names the day, plain weekdays elsewhere but for the
// days that the law fixes (C7). It
// does not change once made and may be used by many goroutines.
type Calendar struct {
	days  map[store.Day]entry
	years map[int]bool
	named map[int]bool // by tables, also by those with nothing in them
}

// entry is what a table says about one day.
type entry struct {
	name string
	off  bool
}

// table is the file format of holiday-cn. Fields that it has besides are
// ignored, so that a downloaded file can be used as it is.
type table struct {
	Year int `json:"year"`
	Days []struct {
		Name string `json:"name"`
		Date string `json:"date"`
		Off  *bool  `json:"isOffDay"`
	} `json:"days"`
}

// NewCalendar is the calendar of the embedded tables, 2024 to 2026, with the
// given files of the same JSON format laid over them in turn: a day that a
// later file names counts as that file says. A file's "year" with a day off in
// it makes that year Known; a file without one only corrects single days. The error names what is
// wrong with a file, counting overrides from 1.
func NewCalendar(overrides ...[]byte) (*Calendar, error) {
	c := &Calendar{days: map[store.Day]entry{}, years: map[int]bool{}, named: map[int]bool{}}
	names, err := fs.Glob(holidayFiles, "holidays/*.json")
	if err != nil {
		return nil, fmt.Errorf("list holiday tables: %w", err)
	}
	for _, name := range names {
		data, err := holidayFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read holiday table: %w", err)
		}
		if err := c.lay(data); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	for i, data := range overrides {
		if err := c.lay(data); err != nil {
			return nil, fmt.Errorf("holiday override %d: %w", i+1, err)
		}
	}
	return c, nil
}

// lay puts one file over what the calendar holds. It is only called while the
// calendar is being made.
func (c *Calendar) lay(data []byte) error {
	var t table
	// Editors on Windows put a byte order mark first, which JSON does not allow.
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &t); err != nil {
		return fmt.Errorf("read JSON: %w", err)
	}
	if t.Year == 0 && len(t.Days) == 0 {
		return fmt.Errorf(`neither "year" nor "days"`)
	}
	for i, d := range t.Days {
		if _, err := time.Parse(time.DateOnly, d.Date); err != nil {
			return fmt.Errorf("day %d: date %q: %w", i+1, d.Date, err)
		}
		if d.Off == nil {
			return fmt.Errorf(`day %d (%s): "isOffDay" is missing`, i+1, d.Date)
		}
		c.days[store.Day(d.Date)] = entry{name: d.Name, off: *d.Off}
	}
	c.named[t.Year] = true
	for _, d := range t.Days { // what is published before it is decided holds nothing
		if *d.Off && store.Day(d.Date).Start(time.UTC).Year() == t.Year {
			c.years[t.Year] = true
		}
	}
	return nil
}

const newYear = "元旦"

// fixed are the days that the law has off every year, where no table tells more.
func fixed(day time.Time) (name string, ok bool) {
	switch _, m, d := day.Date(); {
	case m == time.January && d == 1:
		return newYear, true
	case m == time.May && d <= 2:
		return "劳动节", true
	case m == time.October && d <= 3:
		return "国庆节", true
	}
	return "", false
}

// at is what is known of a day. What the law fixes holds in a year with a table,
// too: somebody may have written down the first holidays only.
func (c *Calendar) at(day store.Day) (e entry, listed bool) {
	if e, listed = c.days[day]; listed {
		return e, true
	}
	t := day.Start(time.UTC)
	if t.IsZero() {
		return e, false
	}
	name, ok := fixed(t)
	return entry{name: name, off: ok}, ok
}

// Working reports whether day is a working day: what a table says, else Monday
// to Friday. A Day that is no date is no working day.
func (c *Calendar) Working(day store.Day) bool {
	if e, ok := c.at(day); ok {
		return !e.off
	}
	t := day.Start(time.UTC)
	return !t.IsZero() && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
}

// Known reports whether there is a table for the year with a day off in it.
// Without one only plain weekdays and the days fixed by law count, and the
// administrator should be told.
func (c *Calendar) Known(year int) bool { return c.years[year] }

// Empty lists the years whose table names no day off, so that they are not
// Known: a file is published long before the days are decided.
func (c *Calendar) Empty() []int {
	var list []int
	for _, year := range slices.Sorted(maps.Keys(c.named)) {
		if year != 0 && !c.years[year] {
			list = append(list, year)
		}
	}
	return list
}

// Holiday is the name of the holiday on which day is off; ok is false on
// working days and on weekends that belong to no holiday.
func (c *Calendar) Holiday(day store.Day) (name string, ok bool) {
	e, listed := c.at(day)
	if !listed || !e.off {
		return "", false
	}
	return e.name, true
}

// Named are the days off of the next holiday whose name holds a word (国庆 of
// 国庆节), of one that is running, or of the last; false where no table tells. Of
// those fixed by law only New Year's Day is told without one: to the others days
// are added.
func (c *Calendar) Named(word string, today store.Day, past bool) (first, last store.Day, known bool) {
	step := 1
	if past {
		step = -1
	}
	is := func(d store.Day) bool {
		name, off := c.Holiday(d)
		return off && strings.Contains(name, word)
	}
	for first = today; !is(first); first = first.Add(step) {
		if first == today.Add(farthest*step) {
			return "", "", false
		}
	}
	for last = first; is(last.Add(1)); {
		last = last.Add(1)
	}
	for is(first.Add(-1)) {
		first = first.Add(-1)
	}
	return first, last, word == newYear || c.Known(first.Start(time.UTC).Year())
}

// MakeUp is the name of the holiday that day is worked for (补班); ok is false
// on every other day.
func (c *Calendar) MakeUp(day store.Day) (name string, ok bool) {
	e, listed := c.at(day)
	if !listed || e.off {
		return "", false
	}
	return e.name, true
}

// lastWorking is the last working day among first … last.
func (c *Calendar) lastWorking(first, last store.Day) (store.Day, bool) {
	for day := last; day >= first; day = day.Add(-1) {
		if c.Working(day) {
			return day, true
		}
	}
	return "", false
}

// farthest bounds the search for a working day: an override may declare
// everything off, and a deadline must not hang on that.
const farthest = 366

// nextWorking is day itself when it is a working day, else the first one after.
func (c *Calendar) nextWorking(day store.Day) (store.Day, bool) {
	for range farthest {
		if c.Working(day) {
			return day, true
		}
		day = day.Add(1)
	}
	return "", false
}
