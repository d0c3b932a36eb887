package daily_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/chat"
	"marketbot/handlers/daily"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/storetest"
)

// The areas of these tests: each gives a line for the supervisor, or fails.
type (
	files struct{ speaker }
	money struct{ speaker }
	trips struct{ speaker }
)

type speaker struct {
	what  string
	fault *error
}

func (s speaker) Daily(ctx context.Context, tx *store.Tx, slot rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	if err := tx.Marks().Set(ctx, s.what, slot.At); err != nil { // undone when it fails
		return nil, err
	}
	return []daily.Line{{For: roll.Hearing(store.Supervisor), Key: s.what + "/line/1", Text: s.what}}, *s.fault
}

// morning is a department with a daily message at 09:13.
type morning struct {
	*testing.T
	db  *store.DB
	job daily.Job
	now time.Time
}

func newMorning(t *testing.T, areas ...daily.Area) *morning {
	rules := handlerstest.Rules(t)
	rules.Daily = rulebook.Clock{Hour: 9, Minute: 13}
	m := &morning{t, storetest.Open(t, storetest.SQLite), daily.Job{Rules: rules, Grace: 4 * time.Hour, Areas: areas},
		time.Date(2026, 12, 3, 9, 13, 0, 0, handlerstest.Zone)}
	m.update(func(tx *store.Tx) error {
		return tx.People().Add(t.Context(), store.Person{ID: "li", Name: "李娜", Post: store.Supervisor, Since: m.now})
	})
	return m
}

func (m *morning) update(f func(*store.Tx) error) {
	m.Helper()
	if err := m.db.Update(m.Context(), f); err != nil {
		m.Fatal(err)
	}
}

// runs is what is said at a moment, with what failed behind it.
func (m *morning) runs(do func(context.Context, *store.Tx, rulebook.Slot) ([]chat.Notice, error), at time.Time) string {
	m.Helper()
	var said []string
	m.update(func(tx *store.Tx) error {
		list, err := do(m.Context(), tx, rulebook.Slot{At: at})
		for _, n := range list {
			said = append(said, n.Key+"="+strings.Join(strings.Fields(handlerstest.Flat(n.Message)), " "))
		}
		var partly interface {
			error
			Partly()
		}
		if errors.As(err, &partly) {
			said = append(said, "failed "+strings.ReplaceAll(partly.Error(), "\n", ", "))
			return nil
		}
		return err
	})
	return strings.Join(said, " | ")
}

func (m *morning) owing(at time.Time) (is bool) {
	m.Helper()
	m.update(func(tx *store.Tx) (err error) {
		is, err = m.job.Owing(m.Context(), tx, at)
		return err
	})
	return is
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// An area that fails keeps the others from nothing, and is made up in one later
// message, once all that failed succeed.
func TestMadeUpOnce(t *testing.T) {
	var well, bad, worse error
	bad, worse = errors.New("damaged"), errors.New("lost")
	m := newMorning(t, files{speaker{"files", &well}}, money{speaker{"money", &bad}}, trips{speaker{"trips", &worse}})
	want(t, "morning", m.runs(m.job.Run, m.now), "daily/2026-12-03/li=files | failed daily_test.money: damaged, daily_test.trips: lost")
	m.update(func(tx *store.Tx) error {
		at, err := tx.Marks().At(t.Context(), "money")
		if !at.IsZero() {
			t.Error("what a failed area did is not undone")
		}
		return err
	})
	if m.owing(m.now.Add(9*time.Minute)) || !m.owing(m.now.Add(10*time.Minute)) {
		t.Error("not tried again after ten minutes")
	}
	bad = nil
	want(t, "one of two", m.runs(m.job.MakeUp, m.now.Add(10*time.Minute)), "failed daily_test.trips: lost")
	worse = nil
	want(t, "both", m.runs(m.job.MakeUp, m.now.Add(20*time.Minute)), "daily/2026-12-03/again/li=补：今日提醒（2 条） 1. money 2. trips")
	if m.owing(m.now.Add(3 * time.Hour)) {
		t.Error("still owed")
	}
	want(t, "next morning", m.runs(m.job.Run, m.now.AddDate(0, 0, 1)), "")
}

// What does not come by the end of the time for making up keeps back nothing
// else, and is owed to the next morning.
func TestNotMadeUp(t *testing.T) {
	bad, worse := errors.New("damaged"), errors.New("lost")
	m := newMorning(t, money{speaker{"money", &bad}}, trips{speaker{"trips", &worse}})
	m.runs(m.job.Run, m.now)
	bad = nil
	want(t, "at the end", m.runs(m.job.MakeUp, m.now.Add(3*time.Hour+55*time.Minute)), "daily/2026-12-03/again/li=补：money | failed daily_test.trips: lost")
	worse = nil
	if m.owing(m.now.Add(5 * time.Hour)) {
		t.Error("still tried")
	}
	want(t, "next morning", m.runs(m.job.Run, m.now.AddDate(0, 0, 1)), "daily/2026-12-04/li=trips")
}

// A mark of another day is taken off: the next message tells.
func TestMarkOfYesterday(t *testing.T) {
	bad := errors.New("damaged")
	m := newMorning(t, money{speaker{"money", &bad}})
	m.runs(m.job.Run, m.now)
	next := m.now.AddDate(0, 0, 1).Add(-time.Hour)
	want(t, "before the next", m.runs(m.job.MakeUp, next), "")
	if m.owing(next) {
		t.Error("still owed")
	}
}

// A vacant post is told the administrators once a week, in their daily message.
func TestVacancyIsALine(t *testing.T) {
	var well error
	m := newMorning(t, files{speaker{"files", &well}})
	m.update(func(tx *store.Tx) error {
		if err := tx.People().Stop(t.Context(), "li", m.now); err != nil {
			return err
		}
		return tx.People().Add(t.Context(), store.Person{ID: "chen", Name: "陈总", Post: store.GeneralManager, Duties: []store.Duty{store.Administrator}, Since: m.now})
	})
	want(t, "first", m.runs(m.job.Run, m.now),
		"daily/2026-12-03/chen=今日提醒（2 条） 1. 市场主管没有人，每日提醒先转给陈总（总经理）。请安排：人员 岗位 姓名 市场主管 2. files（市场主管没有人，转给你）")
	want(t, "the day after", m.runs(m.job.Run, m.now.AddDate(0, 0, 1)), "")
}

// crowd gives a line for each of many people.
type crowd struct{}

func (crowd) Daily(_ context.Context, _ *store.Tx, slot rulebook.Slot, roll audience.Roll) ([]daily.Line, error) {
	var list []daily.Line
	for _, p := range roll.People() {
		list = append(list, daily.Line{For: roll.Person(p), Key: "crowd/line/" + p.ID + slot.At.String(), Text: "一行", Command: "我的", Label: "我的"})
	}
	return list, nil
}

// BenchmarkMorning is the daily message of 10,000 people, without the outbox.
func BenchmarkMorning(b *testing.B) {
	const people = 10_000
	db := storetest.Open(b, storetest.SQLite)
	now := time.Date(2026, 12, 3, 9, 13, 0, 0, handlerstest.Zone)
	if err := db.Update(b.Context(), func(tx *store.Tx) error {
		for i := range people {
			if err := tx.People().Add(b.Context(), store.Person{ID: fmt.Sprint("p", i), Name: fmt.Sprint("p", i), Post: store.Salesperson, Since: now}); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	job := daily.Job{Rules: rulebook.Rules{Zone: handlerstest.Zone}, Grace: time.Hour, Areas: []daily.Area{crowd{}}}
	for i := 0; b.Loop(); i++ {
		if err := db.Update(b.Context(), func(tx *store.Tx) error {
			list, err := job.Run(b.Context(), tx, rulebook.Slot{At: now.AddDate(0, 0, i)})
			if len(list) != people {
				b.Errorf("%d letters", len(list))
			}
			return err
		}); err != nil {
			b.Fatal(err)
		}
	}
}
