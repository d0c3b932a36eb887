package main

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/customer"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/store"
	"marketbot/store/cluster"
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
	log     slog.Handler // nil: what goes wrong, into the test's
	// adapterLog is the log of the platforms' adapters; nil: nothing.
	adapterLog slog.Handler
	also       []chat.Platform // beside that of the screens
	// customers are the settings of their files; nil: of who has set nothing.
	customers *customer.Config
	settings  func() Config       // all of them; nil: of who has set nothing
	unread    []string            // names of those who have not confirmed the rules when they begin
	cluster   *cluster.Cluster    // nil: alone
	witness   *witness            // sees what is done; nil: nobody
	without   string              // what the bot has not, see lose; empty: it has all
	clock     atomic.Int64        // Unix milliseconds
	late      atomic.Int64        // how long ago what arrives now was sent, in nanoseconds
	bot       atomic.Pointer[bot] // nil while it is down
}

// openOffice starts a bot at a moment, which registers the people.
func openOffice(t testing.TB, source store.Options, world func(o *office) screens, people []staff.Entry, now time.Time) *office {
	t.Helper()
	o := &office{t: t, source: source, staff: people}
	o.clock.Store(now.UnixMilli())
	o.screens = world(o)
	for i := range o.staff {
		if o.staff[i].Accounts != nil {
			continue
		}
		a := o.screens.account(o.staff[i].Name)
		o.staff[i].Accounts = map[string]string{a.Platform: a.ID}
	}
	t.Cleanup(o.stop)
	o.start()
	o.update(o.rulesRead)
	o.tick()
	return o
}

// rulesRead has everybody confirm the rules who does not begin unread.
func (o *office) rulesRead(ctx context.Context, tx *store.Tx) error {
	people, err := tx.People().Active(ctx)
	for _, p := range people {
		if err == nil && !slices.Contains(o.unread, p.Name) {
			err = tx.People().Acknowledge(ctx, p.ID, rulebook.Version, o.now())
		}
	}
	return err
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
	o.must(o.bot.Load().DB.Update(context.Background(), func(tx *store.Tx) error { return f(context.Background(), tx) }))
}

// rules are the rule book with the settings of who has set nothing.
func rules(t testing.TB) rulebook.Rules {
	r, err := defaults().rules()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// start starts the bot on what its store remembers, with the settings of who
// has set nothing.
func (o *office) start() {
	o.t.Helper()
	db, err := store.Open(context.Background(), o.source)
	o.must(err)
	settings := defaults()
	if o.settings != nil {
		settings = o.settings()
	}
	if o.customers != nil {
		settings.Customers = *o.customers
	}
	book, err := settings.rules()
	o.must(err)
	b, err := newBot(context.Background(), parts{
		DB: db, Cluster: o.cluster, Rules: book, AreaSettings: settings.AreaSettings, Settings: settings, People: o.staff, Groups: []chat.Address{o.screens.group()},
		Platforms: func(chat.Receive) ([]chat.Platform, error) {
			return append([]chat.Platform{o.screens.platform()}, o.also...), nil
		},
		Now: o.now,
		Log: slog.New(o.logs()),
	})
	if err != nil {
		o.t.Fatal(errors.Join(err, db.Close()))
	}
	if o.witness != nil {
		o.witness.attend(b)
	}
	if o.without != "" {
		o.lose(b, o.without)
	}
	o.bot.Store(b)
}

func (o *office) logs() slog.Handler {
	if o.log != nil {
		return o.log
	}
	return slog.NewTextHandler(&testLog{o.t}, &slog.HandlerOptions{Level: slog.LevelWarn})
}

// adapterLogger is the log of a platform's adapter.
func (o *office) adapterLogger() *slog.Logger {
	if o.adapterLog != nil {
		return slog.New(o.adapterLog)
	}
	return slog.New(slog.DiscardHandler)
}

// stop stops the bot; its store stays.
func (o *office) stop() {
	b := o.bot.Swap(nil)
	if b == nil {
		return
	}
	if err := b.DB.Close(); err != nil {
		o.t.Errorf("close the store: %v", err)
	}
}

// receive is what the platform hands its events to, whichever bot runs.
func (o *office) receive(ctx context.Context, e chat.Event) (chat.Receipt, error) {
	b := o.bot.Load()
	if b == nil {
		return chat.Receipt{}, errors.New("the bot is down")
	}
	e.Sent = e.Sent.Add(-time.Duration(o.late.Load()))
	r, err := b.receive(ctx, e)
	if o.witness != nil && err == nil {
		o.witness.hears(e, r)
	}
	return r, err
}

// deliver sends everything that the bot owes by now.
func (o *office) deliver() {
	o.t.Helper()
	o.must(o.bot.Load().outbox.Flush(context.Background()))
}

// move lets the clock run to a moment and every job in between at its time.
func (o *office) move(to time.Time) {
	o.t.Helper()
	for {
		next := o.bot.Load().timetable.Next(o.now()).At
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
	o.must(o.bot.Load().timetable.Tick(context.Background(), o.now()))
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

// Write is for slog: one line each.
func (l *testLog) Write(line []byte) (int, error) {
	l.t.Log(strings.TrimSuffix(string(line), "\n"))
	return len(line), nil
}
