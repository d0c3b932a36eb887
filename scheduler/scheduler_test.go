package scheduler

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/approval"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/customer"
	"marketbot/handlers/report"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/trip"
	"marketbot/store"
)

// at is an office whose clock the test sets, with the real timetable.
type at struct {
	*office
	now  time.Time
	jobs []Job
	s    *Scheduler
}

func newAt(t testing.TB, now string) *at {
	t.Helper()
	a := &at{now: moment(t, now)}
	a.office = newOffice(t, func() time.Time { return a.now })
	jobs, err := Timetable(a.rules, []command.Area{
		&trip.Handler{Rules: a.rules}, &report.Handler{Rules: a.rules, Config: report.Defaults()},
		&staff.Handler{Rules: a.rules}, &customer.Handler{Rules: a.rules, Config: customer.Defaults()}, &approval.Handler{Rules: a.rules},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.use(jobs...)
	return a
}

func (a *at) use(jobs ...Job) {
	a.jobs = jobs
	a.s = New(Timing{DB: a.db, Jobs: jobs, Rules: a.rules, Post: a.post, Wake: a.outbox.Wake, Log: slog.New(slog.DiscardHandler)})
}

// tick sets the clock, lets the scheduler work and delivers.
func (a *at) tick(now string) {
	a.Helper()
	a.tickAt(moment(a, now))
}

func (a *at) tickAt(now time.Time) {
	a.Helper()
	a.now = now
	if err := a.s.Tick(context.Background(), now); err != nil {
		a.Fatal(err)
	}
	a.flush()
}

func (a *at) firings() []store.Firing {
	a.Helper()
	var list []store.Firing
	err := a.db.View(context.Background(), func(tx *store.Tx) (err error) {
		list, err = tx.Firings(context.Background(), time.UnixMilli(1))
		return err
	})
	if err != nil {
		a.Fatal(err)
	}
	return list
}

// saying is a job that says the same to people at given clocks.
func (a *at) saying(name string, reminder bool, clock rulebook.Clock, notices ...chat.Notice) Job {
	a.Helper()
	when, err := everyDay(zone, clock)
	if err != nil {
		a.Fatal(err)
	}
	return Job{Name: name, Title: name, When: when, Grace: 2 * time.Hour, Reminder: reminder,
		Do: func(_ context.Context, _ *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
			list := slices.Clone(notices)
			for i := range list {
				list[i].Key += s.At.Format("/20060102-1504")
			}
			return list, nil
		}}
}

func note(to, key, words string) chat.Notice {
	return chat.Notice{Key: key, To: to, Message: text(words)}
}

func TestDueAtItsMinute(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.person("li", "李雷", store.Salesperson)
	a.tick("2026-11-24 09:30")
	a.tick("2026-11-26 16:46")
	if got := a.phone.told("li"); len(got) != 0 {
		t.Fatalf("told too early: %q", got)
	}
	a.tick("2026-11-26 16:47")
	a.tick("2026-11-27 10:43")
	a.tickAt(moment(t, "2026-11-27 12:00").Add(-time.Millisecond))
	if got := a.phone.told("li"); len(got) != 2 {
		t.Fatalf("before noon: told %q", got)
	}
	a.tick("2026-11-27 12:00")
	a.tick("2026-11-27 12:00")
	if got := a.phone.told("li"); len(got) != 3 {
		t.Errorf("at noon: told %q", got)
	}
	if got := a.phone.told("group"); len(got) != 1 {
		t.Errorf("group told %q", got)
	}
}

// Down from 11:50 to 12:30: made up once (fault 7).
func TestMadeUpWithinGrace(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.person("li", "李雷", store.Salesperson)
	a.tick("2026-11-24 09:30")
	a.tick("2026-11-26 16:47")
	a.tick("2026-11-27 11:50")
	before := len(a.phone.told("li"))
	a.tick("2026-11-27 12:30")
	a.tick("2026-11-27 12:31")
	if got := a.phone.told("li"); len(got) != before+1 {
		t.Errorf("told %q", got[before:])
	}
}

// Down from Friday 11:00 to Sunday: nothing late, each slot recorded once, one
// message to the administrator (fault 8).
func TestMissedBeyondGrace(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.person("li", "李雷", store.Salesperson)
	a.tick("2026-11-24 09:30")
	a.tick("2026-11-26 16:47")
	a.tick("2026-11-27 11:00")
	li, wang := len(a.phone.told("li")), len(a.phone.told("wang"))
	a.tick("2026-11-29 15:00")
	a.tick("2026-11-29 15:01")
	if got := a.phone.told("li")[li:]; len(got) != 0 {
		t.Errorf("told late: %q", got)
	}
	got := a.phone.told("wang")[wang:]
	if len(got) != 1 || !strings.Contains(got[0], "11-27 12:00 周报截止") || !strings.Contains(got[0], "11-27 13:07") {
		t.Errorf("administrator told %q", got)
	}
	missed := map[string]int{}
	for _, f := range a.firings() {
		ownOrder := slices.ContainsFunc(a.jobs, func(j Job) bool { return j.House && j.Name == f.Job })
		if f.Missed && f.Due.After(moment(t, "2026-11-27 11:00")) && !ownOrder {
			missed[f.Job+f.Due.String()]++
		}
	}
	if len(missed) == 0 || len(missed) != strings.Count(got[0], "·") {
		t.Errorf("missed %v, told %q", missed, got)
	}
}

func TestNothingBeforeTheStore(t *testing.T) {
	a := newAt(t, "2026-11-27 12:30")
	a.person("li", "李雷", store.Salesperson)
	a.tick("2026-11-27 12:30")
	a.tick("2026-11-27 12:31")
	if got := a.phone.all(); len(got) != 0 {
		t.Errorf("shown %+v", got)
	}
}

// Every slot of 52 weeks fires once and none besides (fault 9), by clocks that
// come late by some seconds, as they do.
func TestFiftyTwoWeeks(t *testing.T) {
	a := newAt(t, "2025-12-31 23:00")
	a.person("li", "李雷", store.Salesperson)
	a.phones = nil // nobody listens
	start, end := moment(t, "2025-12-31 23:00"), moment(t, "2026-12-31 23:00")
	a.tickAt(start)
	ctx := context.Background()
	for c := a.s.Next(start); c.At.Before(end); c = a.s.Next(c.At) {
		a.now = c.At.Add(3 * time.Second)
		if err := a.s.Tick(ctx, a.now); err != nil {
			t.Fatal(err)
		}
	}
	want := map[string]int{}
	for i := range a.jobs {
		j := &a.jobs[i]
		for slots := j.When.Next(start); len(slots) > 0 && slots[0].At.Before(end); slots = j.When.Next(slots[0].At) {
			for _, s := range slots {
				want[firingKey(run{job: j, slot: s}.claim(), s.At)]++
			}
		}
	}
	for _, f := range a.firings() {
		if f.Missed {
			t.Errorf("missed %s %v", f.Job, f.Due.In(zone))
		}
		want[firingKey(f.Job, f.Due)]--
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
	if reports != 50 { // 52 Fridays; that of 2 January moved into 2025, that of the Spring Festival has none
		t.Errorf("%d weeks had a report, want 50", reports)
	}
}

// The clock is set forward and back by an hour (fault 10).
func TestClockSetForwardAndBack(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.person("li", "李雷", store.Salesperson)
	a.tick("2026-11-24 09:30")
	a.tick("2026-11-26 16:50")
	for _, now := range []string{"2026-11-27 11:30", "2026-11-27 12:30", "2026-11-27 11:31", "2026-11-27 11:59", "2026-11-27 12:00", "2026-11-27 12:01", "2026-11-27 13:01"} {
		a.tick(now)
	}
	for _, f := range a.firings() {
		if f.Missed && f.Due.After(moment(t, "2026-11-27 11:00")) {
			t.Errorf("missed %s %v", f.Job, f.Due)
		}
	}
	due := 0
	for _, s := range a.phone.told("li") {
		if strings.Contains(s, "截止时间") {
			due++
		}
	}
	if due != 1 {
		t.Errorf("told of the due %d times: %q", due, a.phone.told("li"))
	}
}
