package scheduler_test

import (
	"context"
	"strings"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler/schedulertest"
	"marketbot/store"
)

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
			a := schedulertest.NewClocked(t, "2026-11-24 08:00")
			one := a.Saying("one", true, rulebook.Clock{Hour: 11}, schedulertest.Note("li", "a", "甲"))
			two := a.Saying("two", false, rulebook.Clock{Hour: 12}, schedulertest.Note("li", "b", "乙"))
			one.Series, two.Series = "s", "s"
			a.Person("li", "李雷", store.Salesperson)
			a.Use(one, two)
			a.Tick("2026-11-24 08:00")
			for _, at := range tt.ticks {
				a.Tick(at)
			}
			if got := strings.Join(a.Phone.Told("li"), " "); got != tt.want {
				t.Errorf("told %q, want %q", got, tt.want)
			}
		})
	}
}

// A reminder held back by quiet hours is not said after what it reminded of.
func TestHeldReminderAfterTheDue(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 08:00")
	a.Quiet(rulebook.Clock{Hour: 11}, rulebook.Clock{Hour: 13})
	one := a.Saying("one", true, rulebook.Clock{Hour: 11, Minute: 30}, schedulertest.Note("li", "a", "甲"))
	two := a.Saying("two", false, rulebook.Clock{Hour: 12}, schedulertest.Note("li", "b", "乙"))
	one.Series, two.Series = "s", "s"
	a.Person("li", "李雷", store.Salesperson)
	a.Use(one, two)
	for _, at := range []string{"2026-11-24 08:00", "2026-11-24 11:30", "2026-11-24 12:00", "2026-11-24 13:00"} {
		a.Tick(at)
	}
	if got := strings.Join(a.Phone.Told("li"), " "); got != "乙" {
		t.Errorf("told %q", got)
	}
}

// A reminder that a stop delayed into quiet hours is not made up in them.
func TestMadeUpInQuietHours(t *testing.T) {
	for _, tt := range []struct {
		until rulebook.Clock
		want  int
	}{{rulebook.Clock{Hour: 22}, 1}, {rulebook.Clock{Hour: 23}, 0}} { // within grace and beyond
		a := schedulertest.NewClocked(t, "2026-11-24 08:00")
		a.Quiet(rulebook.Clock{Hour: 21}, tt.until)
		a.Use(a.Saying("remind", true, rulebook.Clock{Hour: 20, Minute: 11}, schedulertest.Note("li", "a", "提醒")))
		a.Person("li", "李雷", store.Salesperson)
		for _, at := range []string{"2026-11-24 08:00", "2026-11-24 20:00", "2026-11-24 21:30"} {
			a.Tick(at)
		}
		if got := a.Phone.Told("li"); len(got) != 0 {
			t.Errorf("in quiet hours: told %q", got)
		}
		a.TickAt(tt.until.On("2026-11-24", handlerstest.Zone))
		if got := a.Phone.Told("li"); len(got) != tt.want {
			t.Errorf("quiet until %v: told %q", tt.until, got)
		}
	}
}

// A moment whose notices the store does not take keeps neither the others nor
// the misses back, and is tried again.
func TestOneMomentFails(t *testing.T) {
	a := schedulertest.NewClocked(t, "2026-11-24 06:00")
	a.Use(
		a.Saying("missed", true, rulebook.Clock{Hour: 8}, schedulertest.Note("li", "m", "早")),
		a.Saying("bad", true, rulebook.Clock{Hour: 9, Minute: 30}, schedulertest.Note("li", "bad", "甲")),
		a.Saying("good", true, rulebook.Clock{Hour: 10}, schedulertest.Note("li", "good", "乙")),
	)
	a.Person("li", "李雷", store.Salesperson)
	a.Tick("2026-11-24 06:00")
	a.Damage(`CREATE TRIGGER bad BEFORE INSERT ON outbox WHEN NEW.key LIKE 'bad%' BEGIN SELECT RAISE(ABORT, 'no'); END`)
	a.Now = schedulertest.Moment(t, "2026-11-24 10:05")
	if err := a.Scheduler.Tick(context.Background(), a.Now); err == nil || !strings.Contains(err.Error(), "no") {
		t.Errorf("error %v", err)
	}
	a.Flush()
	if li, wang := a.Phone.Told("li"), a.Phone.Told("wang"); strings.Join(li, " ") != "乙" || len(wang) != 1 || !strings.Contains(wang[0], "08:00 missed") {
		t.Errorf("told %q and %q", li, wang)
	}
	a.Damage(`DROP TRIGGER bad`)
	a.Tick("2026-11-24 10:06")
	if got := strings.Join(a.Phone.Told("li"), " "); got != "乙 甲" {
		t.Errorf("then told %q", got)
	}
}
