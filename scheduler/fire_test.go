package scheduler_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

func TestOneMessageForAPerson(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 08:00")
	nine := rulebook.Clock{Hour: 9}
	urgent := schedulertest.Note("li", "u", "急")
	urgent.Urgent = true
	form := chat.Notice{Key: "f", To: "li", Message: chat.Message{Card: &chat.Card{Title: "表", Form: &chat.Form{Command: "x"}}}}
	a.Person("li", "李雷", store.Salesperson)
	a.Use(
		a.Saying("one", true, nine, schedulertest.Note("li", "a", "甲"), schedulertest.Note("wang", "w", "王")),
		a.Saying("two", true, nine, schedulertest.Note("li", "b", "乙"), urgent, form),
		a.Saying("three", false, nine, schedulertest.Note("li", "c", "丙")),
	)
	a.Tick("2026-11-24 08:00")
	a.Tick("2026-11-24 09:00")
	got := a.Phone.Told("li")
	slices.Sort(got)
	if len(got) != 3 || !slices.Contains(got, "急") || !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "提醒（3 项）\n1. 丙\n2. 甲\n3. 乙") }) {
		t.Errorf("told %q", got)
	}
	if got := a.Phone.Told("wang"); !slices.Equal(got, []string{"王"}) {
		t.Errorf("wang told %q", got)
	}
}

func TestSaidOnceForEver(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 08:00")
	job := a.Saying("daily", true, rulebook.Clock{Hour: 9})
	job.Do = func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) {
		return []chat.Notice{schedulertest.Note("wang", "same/key", "一次"), schedulertest.Note("wang", "same/key", "一次")}, nil
	}
	a.Use(job)
	a.Tick("2026-11-24 08:00")
	for day := range 60 {
		a.TickAt(schedulertest.Moment(t, "2026-11-24 09:00").AddDate(0, 0, day))
	}
	if got := a.Phone.Told("wang"); !slices.Equal(got, []string{"一次"}) {
		t.Errorf("told %q", got)
	}
}

func TestQuietHoursHoldRemindersOnly(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 20:00")
	late := rulebook.Clock{Hour: 22}
	a.Use(a.Saying("remind", true, late, schedulertest.Note("wang", "a", "提醒")), a.Saying("due", false, late, schedulertest.Note("wang", "b", "截止")))
	a.Tick("2026-11-24 20:00")
	a.Tick("2026-11-24 22:00")
	a.Tick("2026-11-25 07:59")
	if got := a.Phone.Told("wang"); !slices.Equal(got, []string{"截止"}) {
		t.Errorf("in quiet hours: told %q", got)
	}
	if c := a.Scheduler.Next(a.Now); !c.At.Equal(schedulertest.Moment(t, "2026-11-25 08:00")) {
		t.Errorf("next at %v", c.At)
	}
	a.Tick("2026-11-25 08:00")
	if got := a.Phone.Told("wang"); !slices.Equal(got, []string{"截止", "提醒"}) {
		t.Errorf("after quiet hours: told %q", got)
	}
}

// Who is on leave is for the job to know: the scheduler drops nothing.
func TestNobodyIsDropped(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 08:00")
	a.Person("li", "李雷", store.Salesperson)
	alarm := schedulertest.Note("li", "u", "急")
	alarm.Urgent = true
	nine := rulebook.Clock{Hour: 9}
	a.Use(a.Saying("remind", true, nine, schedulertest.Note("li", "a", "提醒"), alarm), a.Saying("due", false, nine, schedulertest.Note("li", "b", "截止")))
	a.Tick("2026-11-24 08:00")
	a.Do(func(ctx context.Context, tx *store.Tx) error {
		return tx.Leaves().Add(ctx, store.Leave{ID: "l", Person: "li", First: "2026-11-24", Last: "2026-11-24", By: "li", Entered: a.Now})
	})
	a.Tick("2026-11-24 09:00")
	if got := a.Phone.Told("li"); len(got) != 2 || got[0] != "急" || !strings.Contains(got[1], "提醒") || !strings.Contains(got[1], "截止") {
		t.Errorf("told %q", got)
	}
}

// A job that panics or fails harms nobody else, is told with a reference and
// tried again (fault 11).
func TestFaultyJob(t *testing.T) {
	for name, fault := range map[string]func() error{
		"panic":       func() error { panic("boom") },
		"error":       func() error { return errors.New("no") },
		"panic ahead": func() error { panic("boom") },
		"error ahead": func() error { return errors.New("no") },
	} {
		t.Run(name, func(t *testing.T) {
			a := schedulertest.NewClocked(t, "2026-11-24 08:00")
			a.Person("li", "李雷", store.Salesperson)
			broken := a.Saying("broken", true, rulebook.Clock{Hour: 9})
			tries := 0
			broken.Do = func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) {
				if tries++; tries < 3 {
					return nil, fault()
				}
				return []chat.Notice{schedulertest.Note("li", "late", "好了")}, nil
			}
			if strings.HasSuffix(name, "ahead") {
				broken.Ahead = func(ctx context.Context, tx *store.Tx, s rulebook.Slot) (scheduler.Do, error) {
					notices, err := broken.Do(ctx, tx, s)
					return func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) { return notices, nil }, err
				}
			}
			a.Use(broken, a.Saying("well", true, rulebook.Clock{Hour: 9}, schedulertest.Note("li", "a", "提醒")))
			a.Tick("2026-11-24 08:00")
			a.Tick("2026-11-24 09:00")
			if got := a.Phone.Told("li"); !slices.Equal(got, []string{"提醒"}) {
				t.Errorf("told %q", got)
			}
			a.Tick("2026-11-24 09:01")
			a.Tick("2026-11-24 09:02")
			a.Tick("2026-11-24 09:03")
			if got := a.Phone.Told("li"); !slices.Equal(got, []string{"提醒", "好了"}) || tries != 3 {
				t.Errorf("told %q after %d tries", got, tries)
			}
			if got := a.Phone.Told("wang"); len(got) != 1 || !strings.Contains(got[0], "编号") {
				t.Errorf("administrator told %q", got)
			}
		})
	}
}

// What a job reads ahead keeps nobody waiting who writes, and is read once, also where
// the bot starts again; what was damaged of it is told.
func TestReadsAhead(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 08:00")
	job, reads := a.Saying("ahead", true, rulebook.Clock{Hour: 9}), 0
	job.Ahead = func(ctx context.Context, tx *store.Tx, s rulebook.Slot) (scheduler.Do, error) {
		reads++
		tx.Note(store.Damage{Table: "money", Row: "7"})
		at := s.At.Format("15:04")
		return func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) {
			return []chat.Notice{schedulertest.Note("wang", "a", at)}, nil
		}, a.DB.Update(ctx, func(tx *store.Tx) error { return tx.Marks().Set(ctx, "meanwhile", s.At) })
	}
	a.Use(job)
	a.Tick("2026-11-24 08:00")
	a.Tick("2026-11-24 09:00")
	a.Use(job)
	a.Tick("2026-11-24 09:01")
	got := a.Phone.Told("wang")
	if len(got) != 2 || !slices.Contains(got, "09:00") || !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "损坏") }) || reads != 1 {
		t.Errorf("told %q after %d reads", got, reads)
	}
}

// Without an account there is a dead letter, and the administrators hear of it.
func TestNobodysAccount(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 08:00")
	a.Do(func(ctx context.Context, tx *store.Tx) error {
		return tx.People().Add(ctx, store.Person{ID: "li", Name: "李雷", Post: store.Salesperson, Since: a.Now})
	})
	a.Use(a.Saying("remind", true, rulebook.Clock{Hour: 9}, schedulertest.Note("li", "a", "提醒")))
	a.Tick("2026-11-24 08:00")
	a.Tick("2026-11-24 09:00")
	if got := a.Phone.Told("wang"); len(got) != 1 || !strings.Contains(got[0], "李雷") {
		t.Errorf("administrator told %q", got)
	}
	if q := a.Queue(); q.Dead != 1 || q.Waiting != 0 {
		t.Errorf("queue %+v", q)
	}
}

// Run and the outbox together: due notices arrive within ten seconds after
// their minute, never before.
func TestRunKeepsTheMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := schedulertest.NewOffice(t, time.Now) // 2000-01-01 00:00 UTC, a Saturday
		a := &schedulertest.Clocked{Office: o}
		a.Use(a.Saying("due", false, rulebook.Clock{Hour: 12}, schedulertest.Note("wang", "a", "截止")))
		defer o.Run()()
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan error, 1)
		go func() { done <- a.Scheduler.Run(ctx, time.Now) }()
		time.Sleep(2 * 24 * time.Hour)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		all := o.Phone.All()
		if len(all) != 2 {
			t.Errorf("told %d times in 2 days", len(all))
		}
		for _, s := range all {
			local := s.At.In(handlerstest.Zone)
			if late := local.Sub(rulebook.Clock{Hour: 12}.On(store.DayOf(local), handlerstest.Zone)); late < 0 || late > 10*time.Second {
				t.Errorf("told at %v", local)
			}
		}
	})
}
