package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/report"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/handlers/trip"
	"marketbot/scheduler"
	"marketbot/store"
)

// shanghai is the company's zone, without asking the machine for its tables.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// office is a department at work with the bot: the whole program but its
// listener, on a clock that stands still between moves. A method that fails
// ends the test.
type office struct {
	t       testing.TB
	source  store.Options
	screens screens
	staff   []staff.Entry
	clock   atomic.Int64 // Unix milliseconds; zero before the first move
	bot     *running     // nil while it is down
}

// running is the bot between a start and a stop.
type running struct {
	db        *store.DB
	desk      *handlers.Desk
	outbox    *scheduler.Outbox
	scheduler *scheduler.Scheduler
}

// openOffice starts a bot at a moment, which registers the people.
func openOffice(t testing.TB, source store.Options, world func(o *office) screens, people []staff.Entry, now time.Time) *office {
	o := &office{t: t, source: source, staff: people}
	o.clock.Store(now.UnixMilli())
	o.screens = world(o)
	for i := range o.staff {
		a := o.screens.account(o.staff[i].Name)
		o.staff[i].Accounts = map[string]string{a.Platform: a.ID}
	}
	o.start()
	o.update(func(ctx context.Context, tx *store.Tx) error { return staff.Seed(ctx, tx, o.staff, o.now()) })
	o.tick()
	t.Cleanup(o.stop)
	return o
}

func (o *office) now() time.Time { return time.UnixMilli(o.clock.Load()).In(shanghai) }

// must ends the test on an error.
func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) update(f func(ctx context.Context, tx *store.Tx) error) {
	o.t.Helper()
	o.must(o.bot.db.Update(context.Background(), func(tx *store.Tx) error { return f(context.Background(), tx) }))
}

// rules are the rule book with the settings of who has set nothing.
func rules(t testing.TB) rulebook.Rules {
	calendar, err := rulebook.NewCalendar()
	if err != nil {
		t.Fatal(err)
	}
	return rulebook.Rules{
		Zone: shanghai, Calendar: calendar, Report: rulebook.WeeklyReport(), Consolidated: rulebook.Consolidated(),
		Trip: rulebook.TripSchedule{
			At:    []rulebook.Clock{{Hour: 11, Minute: 23}, {Hour: 17, Minute: 23}, {Hour: 20, Minute: 11}},
			Grace: 2 * time.Hour,
		},
		Daily: rulebook.Clock{Hour: 9, Minute: 13},
		Quiet: rulebook.Quiet{From: rulebook.Clock{Hour: 21}, To: rulebook.Clock{Hour: 8}},
	}
}

// start starts the bot on what its store remembers.
func (o *office) start() {
	o.t.Helper()
	db, err := store.Open(context.Background(), o.source)
	o.must(err)
	b := &running{db: db}
	o.bot = b
	log := slog.New(slog.NewTextHandler(&testLog{t: o.t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	r := rules(o.t)
	people, trips, reports := staff.Handler{Rules: r}, trip.Handler{Rules: r}, report.Handler{Rules: r, Config: report.Defaults()}
	post := &handlers.Post{Groups: []chat.Address{o.screens.group()}}
	b.desk, err = handlers.NewDesk(handlers.Options{
		DB: db, Areas: []command.Area{people, trips, reports}, Left: staff.Left, Post: post,
		Zone: shanghai, Now: o.now, Wake: func() {}, Log: log,
	})
	o.must(err)
	p := o.screens.platform()
	b.outbox = scheduler.NewOutbox(scheduler.Options{
		DB: db, Platforms: map[string]chat.Platform{p.Name(): p}, Files: files(db, reports), Post: post, Now: o.now, Log: log,
	})
	jobs, err := scheduler.Timetable(r, &trips, &reports, &people)
	o.must(err)
	b.scheduler = scheduler.New(scheduler.Timing{DB: db, Jobs: jobs, Rules: r, Post: post, Wake: func() {}, Log: log})
}

// files makes what a message's file is to contain.
func files(db *store.DB, reports report.Handler) func(context.Context, string) ([]byte, error) {
	return func(ctx context.Context, recipe string) (data []byte, err error) {
		name, arg, _ := strings.Cut(recipe, ":")
		make := reports.Files()[name]
		if make == nil {
			return nil, fmt.Errorf("no recipe %q", recipe)
		}
		err = db.View(ctx, func(tx *store.Tx) error {
			data, err = make(ctx, tx, arg)
			return err
		})
		return data, err
	}
}

// stop stops the bot; its store stays.
func (o *office) stop() {
	if o.bot == nil {
		return
	}
	b := o.bot
	o.bot = nil
	if err := b.db.Close(); err != nil {
		o.t.Errorf("close the store: %v", err)
	}
}

// receive is what the platform hands its events to, whichever bot runs.
func (o *office) receive(ctx context.Context, e chat.Event) (chat.Receipt, error) {
	if o.bot == nil {
		return chat.Receipt{}, errors.New("the bot is down")
	}
	return o.bot.desk.Receive(ctx, e)
}

// deliver sends everything that the bot owes by now.
func (o *office) deliver() {
	o.t.Helper()
	o.must(o.bot.outbox.Flush(context.Background()))
}

// move lets the clock run to a moment and every job in between at its time.
func (o *office) move(to time.Time) {
	o.t.Helper()
	for {
		next := o.bot.scheduler.Next(o.now()).At
		if next.IsZero() || next.After(to) {
			break
		}
		o.clock.Store(next.UnixMilli())
		o.tick()
	}
	o.clock.Store(to.UnixMilli())
	o.tick()
}

func (o *office) tick() {
	o.t.Helper()
	o.must(o.bot.scheduler.Tick(context.Background(), o.now()))
	o.deliver()
}

// restart starts the bot again at a moment.
func (o *office) restart(at time.Time) {
	o.t.Helper()
	o.clock.Store(at.UnixMilli())
	o.start()
	o.tick()
}

// testLog writes the bot's log into the test's, so that it shows on failure.
type testLog struct{ t testing.TB }

func (l *testLog) Write(line []byte) (int, error) {
	l.t.Log(strings.TrimSuffix(string(line), "\n"))
	return len(line), nil
}

var _ io.Writer = (*testLog)(nil)
