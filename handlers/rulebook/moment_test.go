package rulebook_test

import (
	"strings"
	"testing"
	"time"

	"marketbot/handlers/rulebook"
)

func TestParseMoment(t *testing.T) {
	for in, want := range map[string]rulebook.Moment{
		"Fri 12:00":     {Weekday: time.Friday, Hour: 12},
		"thu 16:47":     {Weekday: time.Thursday, Hour: 16, Minute: 47},
		" SUN   00:00 ": {Weekday: time.Sunday},
		"Sat 23:59":     {Weekday: time.Saturday, Hour: 23, Minute: 59},
		"Mon 9:37":      {Weekday: time.Monday, Hour: 9, Minute: 37},
		"Tue\t09：37":    {Weekday: time.Tuesday, Hour: 9, Minute: 37},
	} {
		if got, err := rulebook.ParseMoment(in); err != nil || got != want {
			t.Errorf("ParseMoment(%q) = %v, %v, want %v", in, got, err, want)
		}
	}
}

func TestParseMomentSaysWhatIsWrong(t *testing.T) {
	for in, want := range map[string]string{
		"":              "want a weekday and a time, like Fri 12:00",
		"Fri":           "want a weekday and a time",
		"12:00":         "want a weekday and a time",
		"Fri 12:00 UTC": "want a weekday and a time",
		"Friday 12:00":  `weekday "Friday": want Mon, Tue`,
		"周五 12:00":      `weekday "周五"`,
		"Fri 24:00":     `time "24:00": want hours and minutes, like 09:13`,
		"Fri 12:60":     `time "12:60"`,
		"Fri 12:5":      `time "12:5"`,
		"Fri -1:00":     `time "-1:00"`,
		"Fri 12:00:00":  `time "12:00:00"`,
		"Fri 1２:00":     "want hours and minutes",
	} {
		if m, err := rulebook.ParseMoment(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseMoment(%q) = %v, error %v, want %q", in, m, err, want)
		}
	}
}

func TestQuietHours(t *testing.T) {
	at := func(s string) time.Time { return moment(t, "2026-11-27 "+s) }
	for _, tt := range []struct{ quiet, at, end string }{
		{"21:00-08:00", "20:59", ""},
		{"21:00-08:00", "21:00", "2026-11-28 08:00"},
		{"21:00-08:00", "23:59", "2026-11-28 08:00"},
		{"21:00-08:00", "00:00", "2026-11-27 08:00"},
		{"21:00-08:00", "07:59", "2026-11-27 08:00"},
		{"21:00-08:00", "08:00", ""},
		{" 12:00 - 13:30 ", "13:29", "2026-11-27 13:30"},
		{"12:00-13:30", "13:30", ""},
		{"21:00-00:00", "22:00", "2026-11-28 00:00"},
		{"00:00-06:00", "00:00", "2026-11-27 06:00"},
		{"", "03:00", ""},
	} {
		q, err := rulebook.ParseQuiet(tt.quiet)
		if err != nil {
			t.Fatal(err)
		}
		want := at(tt.at)
		if tt.end != "" {
			want = moment(t, tt.end)
		}
		if q.Holds(at(tt.at)) != (tt.end != "") || !q.End(at(tt.at)).Equal(want) {
			t.Errorf("%q at %s: holds %v until %s, want %q", tt.quiet, tt.at, q.Holds(at(tt.at)), q.End(at(tt.at)), tt.end)
		}
	}
	for in, want := range map[string]string{
		"21:00":       "want two times, like 21:00-08:00",
		"21:00-25:00": `time "25:00"`,
		"x-08:00":     `time "x"`,
		"08:00-08:00": "begin and end are the same",
	} {
		if _, err := rulebook.ParseQuiet(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseQuiet(%q): error %v, want %q", in, err, want)
		}
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, s := range []string{"Fri 12:00", "sun 0:00", "Mon 09：37", "Fri 12", "x 1:1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var again rulebook.Moment
		m, err := rulebook.ParseMoment(s)
		if err != nil {
			return
		}
		text, _ := m.MarshalText()
		if err := again.UnmarshalText(text); err != nil || again != m {
			t.Errorf("ParseMoment(%q) = %v, read again %v, %v", s, m, again, err)
		}
	})
}

func FuzzParseQuiet(f *testing.F) {
	for _, s := range []string{"21:00-08:00", "", "12:00-13:30", "-", "08:00-08:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var again rulebook.Quiet
		q, err := rulebook.ParseQuiet(s)
		if err != nil {
			return
		}
		text, _ := q.MarshalText()
		if err := again.UnmarshalText(text); err != nil || again != q {
			t.Errorf("ParseQuiet(%q) = %v, read again %v, %v", s, q, again, err)
		}
		end := q.End(time.Date(2026, 11, 27, 22, 30, 0, 0, time.UTC))
		if q.Holds(end) {
			t.Errorf("quiet hours %v still hold at their end %s", q, end)
		}
	})
}
