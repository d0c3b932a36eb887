package timetable_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/activity"
	"marketbot/handlers/approval"
	"marketbot/handlers/command"
	"marketbot/handlers/customer"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/meeting"
	"marketbot/handlers/report"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/target"
	"marketbot/handlers/trip"
	"marketbot/scheduler"
	"marketbot/scheduler/schedulertest"
	"marketbot/scheduler/timetable"
	"marketbot/store"
)

// newAt is an office with the real timetable.
func newAt(t testing.TB, now string) *schedulertest.Clocked {
	t.Helper()
	a := schedulertest.NewClocked(t, now)
	jobs, err := timetable.Jobs(a.Rules, areas(a.Rules))
	if err != nil {
		t.Fatal(err)
	}
	a.Use(jobs...)
	return a
}

// areas are the department's, with the settings of who has set nothing.
func areas(r rulebook.Rules) []command.Area {
	return []command.Area{
		&trip.Handler{Rules: r}, &report.Handler{Rules: r, Config: report.Defaults()},
		&staff.Handler{Rules: r}, &customer.Handler{Rules: r, Config: customer.Defaults()}, &approval.Handler{Rules: r}, &activity.Handler{Rules: r},
		&meeting.Handler{Rules: r, Config: meeting.Defaults(), Reached: target.Handler{Rules: r}.Reached},
	}
}

func TestDueAtItsMinute(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.Person("li", "李雷", store.Salesperson)
	a.Tick("2026-11-24 09:30")
	a.Tick("2026-11-26 16:46")
	if got := a.Phone.Told("li"); len(got) != 0 {
		t.Fatalf("told too early: %q", got)
	}
	a.Tick("2026-11-26 16:47")
	a.Tick("2026-11-27 10:43")
	a.TickAt(schedulertest.Moment(t, "2026-11-27 12:00").Add(-time.Millisecond))
	if got := a.Phone.Told("li"); len(got) != 2 {
		t.Fatalf("before noon: told %q", got)
	}
	a.Tick("2026-11-27 12:00")
	a.Tick("2026-11-27 12:00")
	if got := a.Phone.Told("li"); len(got) != 3 {
		t.Errorf("at noon: told %q", got)
	}
	if got := a.Phone.Told("group"); len(got) != 1 {
		t.Errorf("group told %q", got)
	}
}

// Down from 11:50 to 12:30: made up once (fault 7).
func TestMadeUpWithinGrace(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.Person("li", "李雷", store.Salesperson)
	a.Tick("2026-11-24 09:30")
	a.Tick("2026-11-26 16:47")
	a.Tick("2026-11-27 11:50")
	before := len(a.Phone.Told("li"))
	a.Tick("2026-11-27 12:30")
	a.Tick("2026-11-27 12:31")
	if got := a.Phone.Told("li"); len(got) != before+1 {
		t.Errorf("told %q", got[before:])
	}
}

// Down from Friday 11:00 to Sunday: nothing late, each slot recorded once, one
// message to the administrator (fault 8).
func TestMissedBeyondGrace(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.Person("li", "李雷", store.Salesperson)
	a.Tick("2026-11-24 09:30")
	a.Tick("2026-11-26 16:47")
	a.Tick("2026-11-27 11:00")
	li, wang := len(a.Phone.Told("li")), len(a.Phone.Told("wang"))
	a.Tick("2026-11-29 15:00")
	a.Tick("2026-11-29 15:01")
	if got := a.Phone.Told("li")[li:]; len(got) != 0 {
		t.Errorf("told late: %q", got)
	}
	got := a.Phone.Told("wang")[wang:]
	if len(got) != 1 || !strings.Contains(got[0], "11-27 12:00 周报截止") || !strings.Contains(got[0], "11-27 13:07") {
		t.Errorf("administrator told %q", got)
	}
	missed := map[string]int{}
	for _, f := range a.Firings() {
		ownOrder := slices.ContainsFunc(a.Jobs, func(j scheduler.Job) bool { return j.House && j.Name == f.Job })
		if f.Missed && f.Due.After(schedulertest.Moment(t, "2026-11-27 11:00")) && !ownOrder {
			missed[f.Job+f.Due.String()]++
		}
	}
	if len(missed) == 0 || len(missed) != strings.Count(got[0], "·") {
		t.Errorf("missed %v, told %q", missed, got)
	}
}

func TestNothingBeforeTheStore(t *testing.T) {
	a := newAt(t, "2026-11-27 12:30")
	a.Person("li", "李雷", store.Salesperson)
	a.Tick("2026-11-27 12:30")
	a.Tick("2026-11-27 12:31")
	if got := a.Phone.All(); len(got) != 0 {
		t.Errorf("shown %+v", got)
	}
}

// firing is a slot of a job as the store remembers it.
func firing(job string, s rulebook.Slot) string {
	if s.Week != (store.Week{}) {
		job += "/" + s.Week.Key()
	}
	return fmt.Sprint(job, " ", s.At.UnixMilli())
}

// Every slot of 52 weeks fires once and none besides (fault 9), by clocks that
// come late by some seconds, as they do.
func TestFiftyTwoWeeks(t *testing.T) {
	a := newAt(t, "2025-12-31 23:00")
	a.Person("li", "李雷", store.Salesperson)
	a.Phones = nil // nobody listens
	start, end := schedulertest.Moment(t, "2025-12-31 23:00"), schedulertest.Moment(t, "2026-12-31 23:00")
	a.TickAt(start)
	ctx := context.Background()
	for c := a.Scheduler.Next(start); c.At.Before(end); c = a.Scheduler.Next(c.At) {
		a.Now = c.At.Add(3 * time.Second)
		if err := a.Scheduler.Tick(ctx, a.Now); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]int{}
	for i := range a.Jobs {
		j := &a.Jobs[i]
		if j.When == nil {
			continue
		}
		for slots := j.When.Next(start); len(slots) > 0 && slots[0].At.Before(end); slots = j.When.Next(slots[0].At) {
			for _, s := range slots {
				want[firing(j.Name, s)]++
			}
		}
	}
	for _, f := range a.Firings() {
		if f.Missed {
			t.Errorf("missed %s %v", f.Job, f.Due.In(handlerstest.Zone))
		}
		want[fmt.Sprint(f.Job, " ", f.Due.UnixMilli())]--
	}
	reports := 0
	for key, n := range want {
		if n != 0 {
			t.Errorf("%s: %d", key, n)
		}
		if strings.HasPrefix(key, "report/due/") {
			reports++
		}
	}
	if reports != 51 { // 52 Fridays; that of 2 January moved into 2025, that of the Spring Festival has none, and that of 1 January 2027 moves into 2026
		t.Errorf("%d weeks had a report, want 51", reports)
	}
}

// The clock is set forward and back by an hour (fault 10).
func TestClockSetForwardAndBack(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.Person("li", "李雷", store.Salesperson)
	a.Tick("2026-11-24 09:30")
	a.Tick("2026-11-26 16:50")
	for _, now := range []string{"2026-11-27 11:30", "2026-11-27 12:30", "2026-11-27 11:31", "2026-11-27 11:59", "2026-11-27 12:00", "2026-11-27 12:01", "2026-11-27 13:01"} {
		a.Tick(now)
	}
	for _, f := range a.Firings() {
		if f.Missed && f.Due.After(schedulertest.Moment(t, "2026-11-27 11:00")) {
			t.Errorf("missed %s %v", f.Job, f.Due)
		}
	}
	due := 0
	for _, s := range a.Phone.Told("li") {
		if strings.Contains(s, "截止时间") {
			due++
		}
	}
	if due != 1 {
		t.Errorf("told of the due %d times: %q", due, a.Phone.Told("li"))
	}
}

func TestUpcoming(t *testing.T) {
	a := newAt(t, "2026-11-27 11:00")
	var got []string
	for _, c := range a.Scheduler.Upcoming(a.Now, 4) {
		got = append(got, fmt.Sprint(c.At.In(handlerstest.Zone).Format("01-02 15:04 "), c.Titles))
	}
	want := []string{"11-27 11:23 [出差签到提醒]", "11-27 12:00 [周报截止]", "11-27 13:07 [周报逾期上报]", "11-27 16:47 [明天的活动]"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Down over the last reminder and the due: what is due is said, and not that
// there is time left.
func TestLastOfASeriesOnly(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.Person("li", "李雷", store.Salesperson)
	a.Tick("2026-11-24 09:30")
	a.Tick("2026-11-26 16:47")
	a.Tick("2026-11-27 10:30")
	before := len(a.Phone.Told("li"))
	a.Tick("2026-11-27 12:30")
	if got := a.Phone.Told("li")[before:]; len(got) != 1 || !strings.Contains(got[0], "已到截止") {
		t.Errorf("told %q", got)
	}
	claimed := 0
	for _, f := range a.Firings() {
		if f.Due.Equal(schedulertest.Moment(t, "2026-11-27 10:43")) && !f.Missed {
			claimed++
		}
	}
	if claimed != 1 {
		t.Errorf("the reminder is recorded as fired %d times", claimed)
	}
	a.Tick("2026-11-27 12:31")
	if got := a.Phone.Told("li")[before:]; len(got) != 1 {
		t.Errorf("told again: %q", got)
	}
}
