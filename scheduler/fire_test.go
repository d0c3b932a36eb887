package scheduler

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

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
		time.Sleep(2 * 24 * time.Hour)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		all := o.phone.all()
		if len(all) != 2 {
			t.Errorf("told %d times in 2 days", len(all))
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
