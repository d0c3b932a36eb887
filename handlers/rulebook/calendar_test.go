package rulebook_test

import (
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// calendar is the embedded calendar with overrides over it.
func calendar(t testing.TB, overrides ...string) *rulebook.Calendar {
	t.Helper()
	var files [][]byte
	for _, o := range overrides {
		files = append(files, []byte(o))
	}
	cal, err := rulebook.NewCalendar(files...)
	if err != nil {
		t.Fatal(err)
	}
	return cal
}

func TestWorkingDays(t *testing.T) {
	cal := calendar(t)
	for _, tt := range []struct {
		day             store.Day
		working         bool
		holiday, makeUp string
	}{
		{"2026-11-27", true, "", ""},     // an ordinary Friday
		{"2026-11-28", false, "", ""},    // an ordinary Saturday
		{"2026-11-29", false, "", ""},    // an ordinary Sunday
		{"2026-10-02", false, "国庆节", ""}, // a Friday off
		{"2026-05-01", false, "劳动节", ""},
		{"2026-10-05", false, "国庆节", ""}, // a Monday off
		{"2026-10-08", true, "", ""},
		{"2026-02-14", true, "", "春节"}, // a Saturday worked
		{"2026-09-20", true, "", "国庆节"},
		{"2026-10-10", true, "", "国庆节"},
		{"2026-01-04", true, "", "元旦"},   // a Sunday worked
		{"2024-02-18", true, "", "春节"},   // the same
		{"2026-09-27", false, "中秋节", ""}, // a weekend inside a holiday
		{"2025-10-06", false, "国庆节、中秋节", ""},
		{"2027-01-01", false, "元旦", ""},  // not announced, but fixed by law
		{"2027-02-05", true, "", ""},     // not announced: a plain Friday
		{"2023-10-02", false, "国庆节", ""}, // before the tables
		{"2023-10-04", true, "", ""},     // a plain Wednesday
		{"2026-02-30", false, "", ""},
		{"", false, "", ""},
	} {
		if got := cal.Working(tt.day); got != tt.working {
			t.Errorf("Working(%s) = %v, want %v", tt.day, got, tt.working)
		}
		if name, ok := cal.Holiday(tt.day); name != tt.holiday || ok != (tt.holiday != "") {
			t.Errorf("Holiday(%s) = %q, %v, want %q", tt.day, name, ok, tt.holiday)
		}
		if name, ok := cal.MakeUp(tt.day); name != tt.makeUp || ok != (tt.makeUp != "") {
			t.Errorf("MakeUp(%s) = %q, %v, want %q", tt.day, name, ok, tt.makeUp)
		}
	}
}

func TestKnownYears(t *testing.T) {
	cal := calendar(t)
	for year, want := range map[int]bool{2023: false, 2024: true, 2025: true, 2026: true, 2027: false} {
		if got := cal.Known(year); got != want {
			t.Errorf("Known(%d) = %v, want %v", year, got, want)
		}
	}
}

func TestOverridesAddYearsAndCorrectDays(t *testing.T) {
	cal := calendar(t,
		"\ufeff"+`{"$schema": "x", "year": 2027, "papers": [], "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}`,
		`{"days": [{"name": "公司日", "date": "2026-11-27", "isOffDay": true}, {"name": "元旦", "date": "2027-01-01", "isOffDay": false}]}`,
	)
	if !cal.Known(2027) {
		t.Error("2027 is not known after its table was added")
	}
	if name, ok := cal.Holiday("2026-11-27"); cal.Working("2026-11-27") || name != "公司日" || !ok {
		t.Errorf("2026-11-27 is not off as the override says: %q, %v", name, ok)
	}
	if !cal.Working("2027-01-01") {
		t.Error("the later override did not count")
	}
	if only := calendar(t, `{"days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}]}`); only.Known(2027) {
		t.Error("a correction of single days made the year known")
	}
}

// A table with nothing in it is no table; what the law fixes holds without one.
func TestEmptyTables(t *testing.T) {
	for name, table := range map[string]string{
		"nothing":                  `{"year": 2027, "days": []}`,
		"no days at all":           `{"year": 2027}`,
		"only days to be worked":   `{"year": 2027, "days": [{"name": "春节", "date": "2027-02-06", "isOffDay": false}]}`,
		"only days of other years": `{"year": 2027, "days": [{"name": "元旦", "date": "2026-12-31", "isOffDay": true}]}`,
	} {
		cal := calendar(t, table)
		if cal.Known(2027) || !slices.Equal(cal.Empty(), []int{2027}) {
			t.Errorf("%s: known %v, empty %v", name, cal.Known(2027), cal.Empty())
		}
		for _, day := range []store.Day{"2027-01-01", "2027-05-02", "2027-10-01", "2027-10-03"} {
			if name, ok := cal.Holiday(day); cal.Working(day) || !ok || name == "" {
				t.Errorf("%s: %s is worked", name, day)
			}
		}
		if !cal.Working("2027-01-04") || !cal.Working("2027-05-03") || !cal.Working("2027-10-04") {
			t.Errorf("%s: more than the law says is off", name)
		}
	}
	first := calendar(t, `{"year": 2027, "days": [{"name": "元旦", "date": "2027-01-01", "isOffDay": true}, {"name": "国庆节", "date": "2027-10-02", "isOffDay": false}]}`)
	if first.Working("2027-10-01") || first.Working("2027-05-01") || !first.Working("2027-10-02") {
		t.Error("a table of the first holidays only makes working days of what the law has off, or what it says does not count")
	}
	if cal := calendar(t, `{"year": 2026, "days": []}`); !cal.Known(2026) || len(cal.Empty()) != 0 {
		t.Error("an empty table took away what was known")
	}
}

func TestOverridesSayWhatIsWrong(t *testing.T) {
	for in, want := range map[string]string{
		``:               "holiday override 1: read JSON",
		`[]`:             "read JSON",
		`{}`:             `neither "year" nor "days"`,
		`{"year":2027}x`: "read JSON",
		`{"days":[{"name":"x","date":"2027-1-1","isOffDay":true}]}`:   `day 1: date "2027-1-1"`,
		`{"days":[{"name":"x","date":"2027-02-29","isOffDay":true}]}`: `day 1: date "2027-02-29"`,
		`{"days":[{"name":"x","date":"2027-01-01"}]}`:                 `day 1 (2027-01-01): "isOffDay" is missing`,
	} {
		if _, err := rulebook.NewCalendar([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("NewCalendar(%s): error %v, want %q", in, err, want)
		}
	}
}

func FuzzNewCalendar(f *testing.F) {
	f.Add([]byte(`{"year":2027,"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`))
	f.Add([]byte(`{"days":[{"date":"0000-01-01","isOffDay":false}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		cal, err := rulebook.NewCalendar(data)
		if err != nil {
			return
		}
		cal.Working("2027-01-01")
		if !cal.Known(2026) {
			t.Error("an override made a year unknown")
		}
	})
}
