package scheduler

import (
	"context"
	"strings"
	"testing"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// quiet sets the quiet hours; use comes after it.
func (a *at) quiet(from, to rulebook.Clock) {
	a.rules.Quiet = rulebook.Quiet{From: from, To: to}
	a.outbox.o.Quiet = a.rules.Quiet
}

// Down over the last reminder and the due: what is due is said, and not that
// there is time left.
func TestLastOfASeriesOnly(t *testing.T) {
	a := newAt(t, "2026-11-24 09:30")
	a.person("li", "李雷", store.Salesperson)
	a.tick("2026-11-24 09:30")
	a.tick("2026-11-26 16:47")
	a.tick("2026-11-27 10:30")
	before := len(a.phone.told("li"))
	a.tick("2026-11-27 12:30")
	if got := a.phone.told("li")[before:]; len(got) != 1 || !strings.Contains(got[0], "已到截止") {
		t.Errorf("told %q", got)
	}
	claimed := 0
	for _, f := range a.firings() {
		if f.Due.Equal(moment(t, "2026-11-27 10:43")) && !f.Missed {
			claimed++
		}
	}
	if claimed != 1 {
		t.Errorf("the reminder is recorded as fired %d times", claimed)
	}
	a.tick("2026-11-27 12:31")
	if got := a.phone.told("li")[before:]; len(got) != 1 {
		t.Errorf("told again: %q", got)
	}
}

func TestSeriesOfADay(t *testing.T) {
	tests := []struct {
		name  string
		ticks []string
		want  string
	}{
		{"in time", []string{"2026-11-24 11:00", "2026-11-24 12:00"}, "甲 乙"},
		{"made up at once", []string{"2026-11-24 12:30"}, "乙"},
		{"the later missed too", []string{"2026-11-24 14:30"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := newAt(t, "2026-11-24 08:00")
			one := a.saying("one", true, rulebook.Clock{Hour: 11}, note("li", "a", "甲"))
			two := a.saying("two", false, rulebook.Clock{Hour: 12}, note("li", "b", "乙"))
			one.Series, two.Series = "s", "s"
			a.person("li", "李雷", store.Salesperson)
			a.use(one, two)
			a.tick("2026-11-24 08:00")
			for _, at := range tt.ticks {
				a.tick(at)
			}
			if got := strings.Join(a.phone.told("li"), " "); got != tt.want {
				t.Errorf("told %q, want %q", got, tt.want)
			}
		})
	}
}

// A reminder held back by quiet hours is not said after what it reminded of.
func TestHeldReminderAfterTheDue(t *testing.T) {
	a := newAt(t, "2026-11-24 08:00")
	a.quiet(rulebook.Clock{Hour: 11}, rulebook.Clock{Hour: 13})
	one := a.saying("one", true, rulebook.Clock{Hour: 11, Minute: 30}, note("li", "a", "甲"))
	two := a.saying("two", false, rulebook.Clock{Hour: 12}, note("li", "b", "乙"))
	one.Series, two.Series = "s", "s"
	a.person("li", "李雷", store.Salesperson)
	a.use(one, two)
	for _, at := range []string{"2026-11-24 08:00", "2026-11-24 11:30", "2026-11-24 12:00", "2026-11-24 13:00"} {
		a.tick(at)
	}
	if got := strings.Join(a.phone.told("li"), " "); got != "乙" {
		t.Errorf("told %q", got)
	}
}

// A reminder that a stop delayed into quiet hours is not made up in them.
func TestMadeUpInQuietHours(t *testing.T) {
	for _, tt := range []struct {
		until rulebook.Clock
		want  int
	}{{rulebook.Clock{Hour: 22}, 1}, {rulebook.Clock{Hour: 23}, 0}} { // within grace and beyond
		a := newAt(t, "2026-11-24 08:00")
		a.quiet(rulebook.Clock{Hour: 21}, tt.until)
		a.use(a.saying("remind", true, rulebook.Clock{Hour: 20, Minute: 11}, note("li", "a", "提醒")))
		a.person("li", "李雷", store.Salesperson)
		for _, at := range []string{"2026-11-24 08:00", "2026-11-24 20:00", "2026-11-24 21:30"} {
			a.tick(at)
		}
		if got := a.phone.told("li"); len(got) != 0 {
			t.Errorf("in quiet hours: told %q", got)
		}
		a.tickAt(tt.until.On("2026-11-24", zone))
		if got := a.phone.told("li"); len(got) != tt.want {
			t.Errorf("quiet until %v: told %q", tt.until, got)
		}
	}
}

// A damaged reason of a leave harms nothing: nobody needs it to know who is away.
func TestUnreadableLeave(t *testing.T) {
	a := newAt(t, "2026-11-24 08:00")
	a.person("li", "李雷", store.Salesperson)
	a.use(a.saying("remind", true, rulebook.Clock{Hour: 9}, note("wang", "a", "提醒"), note("li", "b", "提醒")))
	a.tick("2026-11-24 08:00")
	a.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddLeave(ctx, store.Leave{ID: "l", Person: "li", First: "2026-11-24", Last: "2026-11-24", By: "li", Entered: a.now, Reason: "x"})
	})
	a.damage(`UPDATE leave SET reason = substr(reason, 1, length(reason) - 1) || x'00'`)
	a.tick("2026-11-24 09:00")
	if wang, li := a.phone.told("wang"), a.phone.told("li"); len(wang) != 1 || len(li) != 0 {
		t.Errorf("told %q and %q", wang, li)
	}
}

// What a person on leave is spared may be said when they are back.
func TestNotSaidWhileOnLeave(t *testing.T) {
	a := newAt(t, "2026-11-24 08:00")
	a.person("li", "李雷", store.Salesperson)
	job := a.saying("daily", true, rulebook.Clock{Hour: 9})
	job.Do = func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error) {
		return []chat.Notice{note("li", "same/key", "一次")}, nil
	}
	a.use(job)
	a.tick("2026-11-24 08:00")
	a.do(func(ctx context.Context, tx *store.Tx) error {
		return tx.AddLeave(ctx, store.Leave{ID: "l", Person: "li", First: "2026-11-24", Last: "2026-11-25", By: "li", Entered: a.now})
	})
	for i, at := range []string{"2026-11-24 09:00", "2026-11-25 09:00", "2026-11-26 09:00", "2026-11-27 09:00"} {
		a.tick(at)
		if got := a.phone.told("li"); len(got) != min(1, i/2) {
			t.Errorf("%s: told %q", at, got)
		}
	}
}

// A moment whose notices the store does not take keeps neither the others nor
// the misses back, and is tried again.
func TestOneMomentFails(t *testing.T) {
	a := newAt(t, "2026-11-24 06:00")
	a.use(
		a.saying("missed", true, rulebook.Clock{Hour: 8}, note("li", "m", "早")),
		a.saying("bad", true, rulebook.Clock{Hour: 9, Minute: 30}, note("li", "bad", "甲")),
		a.saying("good", true, rulebook.Clock{Hour: 10}, note("li", "good", "乙")),
	)
	a.person("li", "李雷", store.Salesperson)
	a.tick("2026-11-24 06:00")
	a.damage(`CREATE TRIGGER bad BEFORE INSERT ON outbox WHEN NEW.key LIKE 'bad%' BEGIN SELECT RAISE(ABORT, 'no'); END`)
	a.now = moment(t, "2026-11-24 10:05")
	if err := a.s.Tick(context.Background(), a.now); err == nil || !strings.Contains(err.Error(), "no") {
		t.Errorf("error %v", err)
	}
	a.flush()
	if li, wang := a.phone.told("li"), a.phone.told("wang"); strings.Join(li, " ") != "乙" || len(wang) != 1 || !strings.Contains(wang[0], "08:00 missed") {
		t.Errorf("told %q and %q", li, wang)
	}
	a.damage(`DROP TRIGGER bad`)
	a.tick("2026-11-24 10:06")
	if got := strings.Join(a.phone.told("li"), " "); got != "乙 甲" {
		t.Errorf("then told %q", got)
	}
}
