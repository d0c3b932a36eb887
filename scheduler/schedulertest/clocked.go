package schedulertest

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/store"
)

// Clocked is an office whose clock a test moves, with a scheduler.
type Clocked struct {
	*Office
	Now       time.Time
	Jobs      []scheduler.Job
	Scheduler *scheduler.Scheduler
}

// NewClocked opens one at a moment, without jobs.
func NewClocked(t testing.TB, now string) *Clocked {
	t.Helper()
	a := &Clocked{Now: Moment(t, now)}
	a.Office = NewOffice(t, func() time.Time { return a.Now })
	return a
}

// Use makes a scheduler of these jobs.
func (a *Clocked) Use(jobs ...scheduler.Job) {
	a.Helper()
	var err error
	a.Jobs = jobs
	a.Scheduler, err = scheduler.New(scheduler.Timing{DB: a.DB, Jobs: jobs, Rules: a.Rules, Post: a.Post, Wake: a.Outbox.Wake, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		a.Fatal(err)
	}
}

// Tick sets the clock, lets the scheduler work and delivers.
func (a *Clocked) Tick(now string) {
	a.Helper()
	a.TickAt(Moment(a, now))
}

// TickAt is Tick.
func (a *Clocked) TickAt(now time.Time) {
	a.Helper()
	a.Now = now
	if err := a.Scheduler.Tick(context.Background(), now); err != nil {
		a.Fatal(err)
	}
	a.Flush()
}

// Firings is everything that fired or was missed.
func (a *Clocked) Firings() []store.Firing {
	a.Helper()
	var list []store.Firing
	err := a.DB.View(context.Background(), func(tx *store.Tx) (err error) {
		list, err = tx.Firings().Since(context.Background(), time.UnixMilli(1))
		return err
	})
	if err != nil {
		a.Fatal(err)
	}
	return list
}

// Saying is a job that says the same to people at given clocks.
func (a *Clocked) Saying(name string, reminder bool, clock rulebook.Clock, notices ...chat.Notice) scheduler.Job {
	a.Helper()
	when, err := scheduler.Daily(handlerstest.Zone, clock)
	if err != nil {
		a.Fatal(err)
	}
	return scheduler.Job{Name: name, Title: name, When: when, Grace: 2 * time.Hour, Reminder: reminder,
		Do: func(_ context.Context, _ *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
			list := slices.Clone(notices)
			for i := range list {
				list[i].Key += s.At.Format("/20060102-1504")
			}
			return list, nil
		}}
}

// Note is a notice of words only.
func Note(to, key, words string) chat.Notice {
	return chat.Notice{Key: key, To: to, Message: Text(words)}
}

// Quiet sets the quiet hours; use comes after it.
func (a *Clocked) Quiet(from, to rulebook.Clock) {
	a.Rules.Quiet = rulebook.Quiet{From: from, To: to}
	a.Close()
	a.Open()
}
