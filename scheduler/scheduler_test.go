package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/handlers/chat"
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
	jobs, err := Timetable(a.rules, &trip.Handler{Rules: a.rules}, &report.Handler{Rules: a.rules, Config: report.Defaults()}, &staff.Handler{Rules: a.rules})
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
		if f.Missed && f.Due.After(moment(t, "2026-11-27 11:00")) && !strings.HasPrefix(f.Job, "staff/") && !strings.HasSuffix(f.Job, "trim") && !strings.HasSuffix(f.Job, "forget") {
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

func TestOneMessageForAPerson(t *testing.T) {
	a := newAt(t, "2026-11-24 08:00")
	nine := rulebook.Clock{Hour: 9}
	urgent := note("li", "u", "急")
	urgent.Urgent = true
	form := chat.Notice{Key: "f", To: "li", Message: chat.Message{Card: &chat.Card{Title: "表", Form: &chat.Form{Command: "x"}}}}
	a.person("li", "李雷", store.Salesperson)
	a.use(
		a.saying("one", true, nine, note("li", "a", "甲"), note("wang", "w", "王")),
		a.saying("two", true, nine, note("li", "b", "乙"), urgent, form),
		a.saying("three", false, nine, note("li", "c", "丙")),
	)
	a.tick("2026-11-24 08:00")
	a.tick("2026-11-24 09:00")
	got := a.phone.told("li")
	slices.Sort(got)
	if len(got) != 3 || !slices.Contains(got, "急") || !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "提醒（3 项）\n1. 丙\n2. 甲\n3. 乙") }) {
		t.Errorf("told %q", got)
	}
	if got := a.phone.told("wang"); !slices.Equal(got, []string{"王"}) {
		t.Errorf("wang told %q", got)
	}
}

func TestSaidOnceForEver(t *testing.T) {
	a := newAt(t, "2026-11-24 08:00")
	job := a.saying("daily", true, rulebook.Clock{Hour: 9})
	job.Do = func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) {
		return []chat.Notice{note("wang", "same/key", "一次"), note("wang", "same/key", "一次")}, nil
	}
	a.use(job)
	a.tick("2026-11-24 08:00")
	for day := range 60 {
		a.tickAt(moment(t, "2026-11-24 09:00").AddDate(0, 0, day))
	}
	if got := a.phone.told("wang"); !slices.Equal(got, []string{"一次"}) {
		t.Errorf("told %q", got)
	}
}

func TestQuietHoursHoldRemindersOnly(t *testing.T) {
	a := newAt(t, "2026-11-24 20:00")
	late := rulebook.Clock{Hour: 22}
	a.use(a.saying("remind", true, late, note("wang", "a", "提醒")), a.saying("due", false, late, note("wang", "b", "截止")))
	a.tick("2026-11-24 20:00")
	a.tick("2026-11-24 22:00")
	a.tick("2026-11-25 07:59")
	if got := a.phone.told("wang"); !slices.Equal(got, []string{"截止"}) {
		t.Errorf("in quiet hours: told %q", got)
	}
	if c := a.s.Next(a.now); !c.At.Equal(moment(t, "2026-11-25 08:00")) {
		t.Errorf("next at %v", c.At)
	}
	a.tick("2026-11-25 08:00")
	if got := a.phone.told("wang"); !slices.Equal(got, []string{"截止", "提醒"}) {
		t.Errorf("after quiet hours: told %q", got)
	}
}

func TestOnLeaveHearsAlarmsOnly(t *testing.T) {
	a := newAt(t, "2026-11-24 08:00")
	a.person("li", "李雷", store.Salesperson)
	alarm := note("li", "u", "急")
	alarm.Urgent = true
	nine := rulebook.Clock{Hour: 9}
	a.use(a.saying("remind", true, nine, note("li", "a", "提醒"), alarm), a.saying("due", false, nine, note("li", "b", "截止")))
	a.tick("2026-11-24 08:00")
	a.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddLeave(ctx, store.Leave{ID: "l", Person: "li", First: "2026-11-24", Last: "2026-11-24", By: "li", Entered: a.now})
	})
	a.tick("2026-11-24 09:00")
	if got := a.phone.told("li"); !slices.Equal(got, []string{"急"}) {
		t.Errorf("told %q", got)
	}
}

// A job that panics or fails harms nobody else, is told with a reference and
// tried again (fault 11).
func TestFaultyJob(t *testing.T) {
	for name, fault := range map[string]func() error{
		"panic": func() error { panic("boom") },
		"error": func() error { return errors.New("no") },
	} {
		t.Run(name, func(t *testing.T) {
			a := newAt(t, "2026-11-24 08:00")
			a.person("li", "李雷", store.Salesperson)
			broken := a.saying("broken", true, rulebook.Clock{Hour: 9})
			tries := 0
			broken.Do = func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) {
				if tries++; tries < 3 {
					return nil, fault()
				}
				return []chat.Notice{note("li", "late", "好了")}, nil
			}
			a.use(broken, a.saying("well", true, rulebook.Clock{Hour: 9}, note("li", "a", "提醒")))
			a.tick("2026-11-24 08:00")
			a.tick("2026-11-24 09:00")
			if got := a.phone.told("li"); !slices.Equal(got, []string{"提醒"}) {
				t.Errorf("told %q", got)
			}
			a.tick("2026-11-24 09:01")
			a.tick("2026-11-24 09:02")
			a.tick("2026-11-24 09:03")
			if got := a.phone.told("li"); !slices.Equal(got, []string{"提醒", "好了"}) || tries != 3 {
				t.Errorf("told %q after %d tries", got, tries)
			}
			if got := a.phone.told("wang"); len(got) != 1 || !strings.Contains(got[0], "编号") {
				t.Errorf("administrator told %q", got)
			}
		})
	}
}

// Without an account there is a dead letter, and the administrators hear of it.
func TestNobodysAccount(t *testing.T) {
	a := newAt(t, "2026-11-24 08:00")
	a.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddPerson(ctx, store.Person{ID: "li", Name: "李雷", Post: store.Salesperson, Since: a.now})
	})
	a.use(a.saying("remind", true, rulebook.Clock{Hour: 9}, note("li", "a", "提醒")))
	a.tick("2026-11-24 08:00")
	a.tick("2026-11-24 09:00")
	if got := a.phone.told("wang"); len(got) != 1 || !strings.Contains(got[0], "李雷") {
		t.Errorf("administrator told %q", got)
	}
	if q := a.queue(); q.Dead != 1 || q.Waiting != 0 {
		t.Errorf("queue %+v", q)
	}
}

// Run and the outbox together: due notices arrive within ten seconds after
// their minute, never before.
func TestRunKeepsTheMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t, time.Now) // 2000-01-01 00:00 UTC, a Saturday
		a := &at{office: o}
		a.use(a.saying("due", false, rulebook.Clock{Hour: 12}, note("wang", "a", "截止")))
		defer o.run()()
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- a.s.Run(ctx, time.Now) }()
		time.Sleep(5 * 24 * time.Hour)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		all := o.phone.all()
		if len(all) != 5 {
			t.Errorf("told %d times in 5 days", len(all))
		}
		for _, s := range all {
			local := s.at.In(zone)
			if late := local.Sub(rulebook.Clock{Hour: 12}.On(store.DayOf(local), zone)); late < 0 || late > 10*time.Second {
				t.Errorf("told at %v", local)
			}
		}
	})
}

func TestUpcoming(t *testing.T) {
	a := newAt(t, "2026-11-27 11:00")
	var got []string
	for _, c := range a.s.Upcoming(a.now, 4) {
		got = append(got, fmt.Sprint(c.At.In(zone).Format("01-02 15:04 "), c.Titles))
	}
	want := []string{"11-27 11:23 [出差签到提醒]", "11-27 12:00 [周报截止]", "11-27 13:07 [周报逾期上报]", "11-27 17:23 [出差签到提醒]"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
