package rulebook_test

import (
	"strings"
	"testing"
	"time"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// company keeps the rule book as it is written.
func company(t testing.TB) rulebook.Rules {
	return rulebook.Rules{
		Zone: shanghai, Calendar: calendar(t),
		Report: rulebook.WeeklyReport(), Consolidated: rulebook.Consolidated(),
	}
}

// listed are moments as the tables below write them.
func listed(moments []time.Time) string {
	var list []string
	for _, at := range moments {
		list = append(list, at.Format("01-02 15:04"))
	}
	return strings.Join(list, ", ")
}

func TestTimetableOfAWeek(t *testing.T) {
	for _, tt := range []struct {
		day                                      store.Day
		remind, due, escalate, remind2nd, due2nd string
	}{
		{"2026-11-27", "11-26 16:47, 11-27 10:43", "Fri 2026-11-27 12:00", "11-27 13:07", "11-30 09:37, 11-30 10:33", "Mon 2026-11-30 11:00"},
		{"2026-10-02", "09-29 16:47, 09-30 10:43", "Wed 2026-09-30 12:00", "09-30 13:07", "10-08 09:37, 10-08 10:33", "Thu 2026-10-08 11:00"},
		{"2026-02-18", "", "none", "", "", "none"},
	} {
		r, w := company(t), week(tt.day)
		for what, pair := range map[string][2]string{
			"report reminders":       {listed(r.ReportReminders(w)), tt.remind},
			"report due":             {written(r.ReportDue(w)), tt.due},
			"report escalation":      {listed(r.ReportEscalation(w)), tt.escalate},
			"consolidated reminders": {listed(r.ConsolidatedReminders(w)), tt.remind2nd},
			"consolidated due":       {written(r.ConsolidatedDue(w)), tt.due2nd},
		} {
			if pair[0] != pair[1] {
				t.Errorf("week %s: %s %q, want %q", w.Key(), what, pair[0], pair[1])
			}
		}
	}
}

func TestSwitchedOffSaysNothing(t *testing.T) {
	r, w := company(t), week("2026-11-27")
	r.Report.Remind, r.Report.Escalate, r.Consolidated.Remind = nil, nil, nil
	if got := listed(r.ReportReminders(w)) + listed(r.ReportEscalation(w)) + listed(r.ConsolidatedReminders(w)); got != "" {
		t.Errorf("moments %s", got)
	}
}

func TestDayAndWeekAreThoseOfTheCompany(t *testing.T) {
	r, at := company(t), time.Date(2026, 11, 29, 16, 0, 0, 0, time.UTC) // Monday 00:00 in Shanghai
	if r.Day(at) != "2026-11-30" || r.Week(at).Key() != "2026-W49" {
		t.Errorf("%s in %s", r.Day(at), r.Week(at).Key())
	}
}

// What an edition steers holds from the week on that begins under it.
func TestDueAsOfTheEdition(t *testing.T) {
	r := company(t)
	thursday, tuesday := rulebook.Moment{Weekday: time.Thursday, Hour: 12}, rulebook.Moment{Weekday: time.Tuesday, Hour: 10}
	r.Book = rulebook.Book{
		{From: "2026-12-02", Due: rulebook.Dues{Report: &thursday}, Notice: "2 months"},
		{From: "2026-12-14", Due: rulebook.Dues{Consolidated: &tuesday}},
	}
	for _, tt := range []struct {
		day                                      store.Day
		remind, due, escalate, remind2nd, due2nd string
	}{
		{"2026-11-27", "11-26 16:47, 11-27 10:43", "11-27 12:00", "11-27 13:07", "11-30 09:37, 11-30 10:33", "11-30 11:00"},
		{"2026-12-04", "12-03 16:47, 12-04 10:43", "12-04 12:00", "12-04 13:07", "12-07 09:37, 12-07 10:33", "12-07 11:00"}, // begun before
		{"2026-12-11", "12-03 16:47, 12-04 10:43", "12-10 12:00", "12-11 13:07", "12-14 09:37, 12-14 10:33", "12-14 11:00"},
		{"2026-12-18", "12-10 16:47, 12-11 10:43", "12-17 12:00", "12-18 13:07", "12-21 09:37, 12-21 10:33", "12-22 10:00"},
	} {
		w := week(tt.day)
		due, _ := r.ReportDue(w)
		due2nd, _ := r.ConsolidatedDue(w)
		for what, pair := range map[string][2]string{
			"reminders": {listed(r.ReportReminders(w)), tt.remind}, "due": {listed([]time.Time{due}), tt.due}, "escalation": {listed(r.ReportEscalation(w)), tt.escalate},
			"second reminders": {listed(r.ConsolidatedReminders(w)), tt.remind2nd}, "second due": {listed([]time.Time{due2nd}), tt.due2nd},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %s %s, want %s", tt.day, what, pair[0], pair[1])
			}
		}
	}
	for day, want := range map[store.Day]string{"2026-12-01": "1 month", "2026-12-02": "2 months", "2027-01-01": "2 months"} {
		if got := r.Book.Notice(day, "1 month"); got != want {
			t.Errorf("%s: notice %s, want %s", day, got, want)
		}
	}
}
