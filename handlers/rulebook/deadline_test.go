package rulebook_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// shanghai is the zone of the cases; it is fixed, so that the tests need no
// zone data.
var shanghai = time.FixedZone("CST", 8*60*60)

// moment reads a minute, or a second, in Shanghai.
func moment(t testing.TB, s string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04", time.DateTime} {
		if at, err := time.ParseInLocation(layout, s, shanghai); err == nil {
			return at
		}
	}
	t.Fatalf("test time %q", s)
	return time.Time{}
}

// set reads a moment of the settings.
func set(t testing.TB, s string) rulebook.Moment {
	t.Helper()
	m, err := rulebook.ParseMoment(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// week is the ISO week of a day.
func week(day store.Day) store.Week { return store.WeekOf(day.Start(time.UTC)) }

// written is a due moment as the tables below write it; none when there is none.
func written(at time.Time, ok bool) string {
	if !ok {
		return "none"
	}
	return at.Format("Mon 2006-01-02 15:04")
}

func TestDueMomentsAroundHolidays(t *testing.T) {
	cal := calendar(t)
	for _, tt := range []struct {
		why                  string
		day                  store.Day // any day of the week
		report, consolidated string
	}{
		{"ordinary week", "2026-11-24", "Fri 2026-11-27 12:00", "Mon 2026-11-30 11:00"},
		{"ordinary week, asked on Sunday", "2026-11-29", "Fri 2026-11-27 12:00", "Mon 2026-11-30 11:00"},
		{"Friday and Monday off", "2026-10-02", "Wed 2026-09-30 12:00", "Thu 2026-10-08 11:00"},
		{"week after it, Saturday made up", "2026-10-10", "Fri 2026-10-09 12:00", "Mon 2026-10-12 11:00"},
		{"Labour Day on Friday", "2026-05-01", "Thu 2026-04-30 12:00", "Wed 2026-05-06 11:00"},
		{"Labour Day's week after, Saturday made up", "2026-05-09", "Fri 2026-05-08 12:00", "Mon 2026-05-11 11:00"},
		{"before Spring Festival, Saturday made up", "2026-02-14", "Fri 2026-02-13 12:00", "Tue 2026-02-24 11:00"},
		{"Spring Festival, whole week off", "2026-02-18", "none", "none"},
		{"after Spring Festival, Monday off, Saturday made up", "2026-02-28", "Fri 2026-02-27 12:00", "Mon 2026-03-02 11:00"},
		{"Sunday made up", "2026-09-20", "Fri 2026-09-18 12:00", "Mon 2026-09-21 11:00"},
		{"Mid-Autumn on Friday", "2026-09-25", "Thu 2026-09-24 12:00", "Mon 2026-09-28 11:00"},
		{"Dragon Boat on Friday", "2026-06-19", "Thu 2026-06-18 12:00", "Mon 2026-06-22 11:00"},
		{"Tomb Sweeping on Monday", "2026-04-03", "Fri 2026-04-03 12:00", "Tue 2026-04-07 11:00"},
		{"New Year across the years", "2026-01-02", "Wed 2025-12-31 12:00", "Mon 2026-01-05 11:00"},
		{"2024 before Spring Festival: next working day is a made-up Sunday", "2024-02-09", "Fri 2024-02-09 12:00", "Sun 2024-02-18 11:00"},
		{"2024 Spring Festival: the made-up Sunday is past Friday", "2024-02-18", "none", "none"},
		{"2025 Spring Festival: only Monday works", "2025-01-31", "Mon 2025-01-27 12:00", "Wed 2025-02-05 11:00"},
		{"2025 National Day", "2025-10-03", "Tue 2025-09-30 12:00", "Thu 2025-10-09 11:00"},
		{"no table yet: a plain Friday", "2027-10-08", "Fri 2027-10-08 12:00", "Mon 2027-10-11 11:00"},
		{"no table yet: fixed by law", "2027-10-01", "Thu 2027-09-30 12:00", "Mon 2027-10-04 11:00"},
	} {
		w := week(tt.day)
		due, monday := set(t, "Fri 12:00"), set(t, "Mon 11:00")
		if got := written(rulebook.ReportDue(cal, shanghai, due, w)); got != tt.report {
			t.Errorf("%s: report of %s due %s, want %s", tt.why, w.Key(), got, tt.report)
		}
		if got := written(rulebook.ConsolidatedDue(cal, shanghai, due, monday, w)); got != tt.consolidated {
			t.Errorf("%s: consolidated report of %s due %s, want %s", tt.why, w.Key(), got, tt.consolidated)
		}
	}
}

func TestDueMomentsOfOtherSettings(t *testing.T) {
	cal := calendar(t)
	for _, tt := range []struct {
		why                          string
		due, consolidated            string
		day                          store.Day
		wantReport, wantConsolidated string
	}{
		{"both in one week", "Wed 15:30", "Thu 09:00", "2026-11-24", "Wed 2026-11-25 15:30", "Thu 2026-11-26 09:00"},
		{"same day, later", "Fri 12:00", "Fri 12:01", "2026-11-24", "Fri 2026-11-27 12:00", "Fri 2026-11-27 12:01"},
		{"same day, earlier means a week on", "Fri 12:00", "Fri 09:00", "2026-11-24", "Fri 2026-11-27 12:00", "Fri 2026-12-04 09:00"},
		{"same moment means a week on", "Fri 12:00", "Fri 12:00", "2026-11-24", "Fri 2026-11-27 12:00", "Fri 2026-12-04 12:00"},
		{"Sunday, which is off", "Sun 18:00", "Fri 09:00", "2026-11-24", "Fri 2026-11-27 18:00", "Fri 2026-12-04 09:00"},
		{"Sunday, made up", "Sun 18:00", "Mon 11:00", "2026-09-20", "Sun 2026-09-20 18:00", "Mon 2026-09-21 11:00"},
		{"Sunday off, Saturday made up", "Sun 18:00", "Mon 11:00", "2026-10-10", "Sat 2026-10-10 18:00", "Mon 2026-10-12 11:00"},
		{"Monday off is the whole week up to it", "Mon 10:00", "Tue 10:00", "2026-10-05", "none", "none"},
		{"moved forward past a moment that is meant for later", "Fri 12:00", "Thu 10:00", "2026-10-02", "Wed 2026-09-30 12:00", "Thu 2026-10-08 10:00"},
	} {
		w, due := week(tt.day), set(t, tt.due)
		if got := written(rulebook.ReportDue(cal, shanghai, due, w)); got != tt.wantReport {
			t.Errorf("%s: report due %s, want %s", tt.why, got, tt.wantReport)
		}
		if got := written(rulebook.ConsolidatedDue(cal, shanghai, due, set(t, tt.consolidated), w)); got != tt.wantConsolidated {
			t.Errorf("%s: consolidated due %s, want %s", tt.why, got, tt.wantConsolidated)
		}
	}
}

func TestEverythingOffHasNoDue(t *testing.T) {
	days := `{"days":[`
	for day := store.Day("2027-03-06"); day < "2028-12-31"; day = day.Add(1) {
		days += `{"date":"` + string(day) + `","isOffDay":true},`
	}
	cal := calendar(t, days+`{"date":"2028-12-31","isOffDay":true}]}`)
	due, monday := set(t, "Fri 12:00"), set(t, "Mon 11:00")
	if got := written(rulebook.ReportDue(cal, shanghai, due, week("2027-03-05"))); got != "Fri 2027-03-05 12:00" {
		t.Errorf("last report due %s", got)
	}
	if got := written(rulebook.ConsolidatedDue(cal, shanghai, due, monday, week("2027-03-05"))); got != "none" {
		t.Errorf("consolidated report due %s in a year without a working day", got)
	}
}

func TestRemindersKeepTheirDistance(t *testing.T) {
	weekly, consolidated := rulebook.WeeklyReport(), rulebook.Consolidated()
	for _, tt := range []struct {
		why     string
		s       rulebook.Schedule
		due     string
		want    []string
		escalat string
	}{
		{"ordinary", weekly, "2026-11-27 12:00", []string{"2026-11-26 16:47", "2026-11-27 10:43"}, "2026-11-27 13:07"},
		{"Friday moved to Wednesday", weekly, "2026-09-30 12:00", []string{"2026-09-29 16:47", "2026-09-30 10:43"}, "2026-09-30 13:07"},
		{"Friday moved to Monday", weekly, "2025-01-27 12:00", []string{"2025-01-26 16:47", "2025-01-27 10:43"}, "2025-01-27 13:07"},
		{"Monday moved to Thursday", consolidated, "2026-10-08 11:00", []string{"2026-10-08 09:37", "2026-10-08 10:33"}, ""},
		{"any order", rulebook.Schedule{
			Due:      set(t, "Mon 00:30"),
			Remind:   []rulebook.Moment{set(t, "Mon 00:31"), set(t, "Sun 23:59"), set(t, "Mon 00:30")},
			Escalate: new(set(t, "Mon 00:29")),
		}, "2026-11-30 00:30", []string{"2026-11-23 00:31", "2026-11-29 23:59", "2026-11-23 00:30"}, "2026-12-07 00:29"},
	} {
		due := moment(t, tt.due)
		got := rulebook.Reminders(due, tt.s.Due, tt.s.Remind)
		if len(got) != len(tt.want) {
			t.Fatalf("%s: %d reminders, want %d", tt.why, len(got), len(tt.want))
		}
		for i, want := range tt.want {
			if !got[i].Equal(moment(t, want)) {
				t.Errorf("%s: reminder %d at %s, want %s", tt.why, i, got[i], want)
			}
		}
		if tt.s.Escalate == nil {
			continue
		}
		if got := rulebook.After(due, tt.s.Due, *tt.s.Escalate); !got.Equal(moment(t, tt.escalat)) {
			t.Errorf("%s: escalation at %s, want %s", tt.why, got, tt.escalat)
		}
	}
}

// Reminders go by the clock on the wall: New York leaves summer time on Sunday
// 2026-11-01, between the reminder and the due moment.
func TestRemindersKeepTheirMinuteOverSummerTime(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	due := time.Date(2026, 11, 2, 11, 0, 0, 0, newYork)
	got := rulebook.Reminders(due, set(t, "Mon 11:00"), []rulebook.Moment{set(t, "Sat 09:37")})[0]
	if want := time.Date(2026, 10, 31, 9, 37, 0, 0, newYork); !got.Equal(want) {
		t.Errorf("reminder at %s, want %s", got, want)
	}
}

func TestLate(t *testing.T) {
	due := moment(t, "2026-11-27 12:00")
	for sent, want := range map[string]int{
		"2026-11-27 11:59:59": 0, // in time
		"2026-11-27 12:00:00": 1,
		"2026-11-27 12:00:01": 1,
		"2026-11-27 12:01:00": 1,
		"2026-11-27 12:01:01": 2,
		"2026-11-27 13:00:00": 60,
		"2026-11-30 12:00:00": 3 * 24 * 60,
	} {
		if got, late := rulebook.Late(moment(t, sent), due); got != want || late != (want > 0) {
			t.Errorf("sent %s: late %v by %d minutes, want %d", sent, late, got, want)
		}
	}
	if _, late := rulebook.Late(due.Add(-time.Nanosecond), due); late {
		t.Error("the last instant before the due moment is late")
	}
}

func TestWeekIsThatOfTheZone(t *testing.T) {
	sunday := time.Date(2026, 11, 29, 16, 0, 0, 0, time.UTC) // Monday 00:00 in Shanghai
	if got := rulebook.WeekAt(sunday, shanghai).Key(); got != "2026-W49" {
		t.Errorf("week %s, want 2026-W49", got)
	}
}

// moments draws any minute of the week.
var moments = rapid.Custom(func(t *rapid.T) rulebook.Moment {
	return rulebook.Moment{
		Weekday: time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")),
		Hour:    rapid.IntRange(0, 23).Draw(t, "hour"),
		Minute:  rapid.IntRange(0, 59).Draw(t, "minute"),
	}
})

func TestEveryWeekUnderAnySetting(t *testing.T) {
	cal := calendar(t)
	rapid.Check(t, func(t *rapid.T) {
		w := week("2023-12-25").Add(rapid.IntRange(0, 220).Draw(t, "week"))
		due, later := moments.Draw(t, "due"), moments.Draw(t, "consolidated")
		at, ok := rulebook.ReportDue(cal, shanghai, due, w)
		collected, okToo := rulebook.ConsolidatedDue(cal, shanghai, due, later, w)
		if ok != okToo {
			t.Fatalf("report due: %v, consolidated due: %v", ok, okToo)
		}
		if !ok {
			noWorkingDay(t, cal, due, w)
			return
		}
		if rulebook.WeekAt(at, shanghai) != w || !cal.Working(store.DayOf(at)) || !cal.Working(store.DayOf(collected)) {
			t.Errorf("report due %s, consolidated %s: not in the week or on a day off", at, collected)
		}
		if nominal := nominalDue(due, w); at.After(nominal) || !collected.After(at) {
			t.Errorf("set for %s, due %s, consolidated %s: out of order", nominal, at, collected)
		}
	})
}

// nominalDue is when due would be in week w without a calendar.
func nominalDue(due rulebook.Moment, w store.Week) time.Time {
	return w.Monday(shanghai).AddDate(0, 0, (int(due.Weekday)+6)%7).
		Add(time.Duration(due.Hour)*time.Hour + time.Duration(due.Minute)*time.Minute)
}

// noWorkingDay fails the test if there is a working day up to the due day.
func noWorkingDay(t *rapid.T, cal *rulebook.Calendar, due rulebook.Moment, w store.Week) {
	for day := w.Monday(shanghai); !day.After(nominalDue(due, w)); day = day.AddDate(0, 0, 1) {
		if cal.Working(store.DayOf(day)) {
			t.Fatalf("no report in %s though %s is a working day", w.Key(), store.DayOf(day))
		}
	}
}

func TestRemindersUnderAnySetting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nominal, m := moments.Draw(t, "nominal"), moments.Draw(t, "other")
		due := nominalDue(nominal, week("2026-11-24"))
		before, after := rulebook.Reminders(due, nominal, []rulebook.Moment{m})[0], rulebook.After(due, nominal, m)
		if !before.Before(due) || before.Before(due.AddDate(0, 0, -7)) || !after.After(due) || after.After(due.AddDate(0, 0, 7)) {
			t.Errorf("due %s: before %s, after %s", due, before, after)
		}
		for _, at := range []time.Time{before, after} {
			if at.Weekday() != m.Weekday || at.Hour() != m.Hour || at.Minute() != m.Minute {
				t.Errorf("%s is not %v", at, m)
			}
		}
	})
}
