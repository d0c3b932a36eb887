package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/customer"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/scheduler"
	"marketbot/scheduler/outbox"
	"marketbot/scheduler/timetable"
	"marketbot/store"
	"marketbot/store/cluster"
)

// parts are what a bot is made of.
type parts struct {
	AreaSettings
	DB       *store.DB
	Store    store.Options    // how it was opened; zero: it is not looked at again
	Cluster  *cluster.Cluster // nil: alone
	Rules    rulebook.Rules
	People   []staff.Entry
	Settings Config // all of them, as 设置 shows them
	Weighed  bool   // the people are of settings that somebody may change: what they gain waits for the general manager
	Groups   []chat.Address
	Owners   []chat.Account // who set the bot up
	NotifyOn string         // platform that is preferred for what is said unasked; empty: the one used last
	Backups  *nightly       // nil: none
	// Platforms makes the platforms; they hand their events to receive.
	Platforms func(receive chat.Receive) ([]chat.Platform, error)
	Now       func() time.Time
	Log       *slog.Logger
}

// bot is the whole of the desk, the timetable and the outbox on one store. The
// demo and the server share it; what differs is in their platforms and clocks.
type bot struct {
	parts
	metrics   *metrics
	areas     []command.Area
	makers    map[string]command.Maker // of the areas' files
	desk      *handlers.Desk
	jobs      []scheduler.Job
	timetable *scheduler.Scheduler
	outbox    *outbox.Outbox
	platforms map[string]chat.Platform
	told      chan struct{} // something waits for other processes
	vigil     vigil
	post      *handlers.Post
}

// newBot puts the parts together and brings the people of the settings into
// the store. Nothing runs yet.
func newBot(ctx context.Context, p parts) (*bot, error) {
	b := &bot{parts: p, metrics: newMetrics(), platforms: map[string]chat.Platform{}, told: make(chan struct{}, 1)}
	b.metrics.registry.MustRegister(newGauges(b))
	list, err := p.Platforms(b.receive)
	if err != nil {
		return nil, err
	}
	post := &handlers.Post{Groups: p.Groups, Policy: p.Customers.Policy(), Prefer: p.NotifyOn, Zone: p.Rules.Zone}
	for _, platform := range list {
		b.platforms[platform.Name()] = platform
		post.Platforms = append(post.Platforms, platform.Name())
	}
	b.post = post
	b.outbox = outbox.New(outbox.Options{
		DB: p.DB, Platforms: b.metrics.counted(list, b.pace), Tell: b.tell, Files: b.file, Post: post, Quiet: p.Rules.Quiet, Now: p.Now, Log: p.Log,
	})
	post.Freeze = b.outbox.Freeze
	b.areas = newAreas(p.Rules, p.AreaSettings, b.health)
	people, err := command.AreaOf[*staff.Handler](b.areas)
	if err != nil {
		return nil, err
	}
	people.Groups, people.Owners, people.Members = p.Groups, p.Owners, b.members
	customers, err := command.AreaOf[*customer.Handler](b.areas)
	if err != nil {
		return nil, err
	}
	if b.makers, err = command.Makers(b.areas); err != nil {
		return nil, err
	}
	b.desk, err = handlers.NewDesk(handlers.Options{
		DB: p.DB, Areas: b.areas, Policy: p.Customers.Policy(), MayList: customers.MayList, Calendar: p.Rules.Calendar, Left: people.Left, Owners: p.Owners, Post: post, Zone: p.Rules.Zone, Now: p.Now, Owed: b.outbox.Owed, Log: p.Log,
	})
	if err != nil {
		return nil, err
	}
	if b.jobs, err = timetable.Jobs(p.Rules, b.areas); err != nil {
		return nil, fmt.Errorf("timetable: %w", err)
	}
	b.timetable, err = scheduler.New(scheduler.Timing{DB: p.DB, Jobs: b.jobs, Rules: p.Rules, Post: post, Wake: b.outbox.Wake, Log: p.Log})
	if err != nil {
		return nil, fmt.Errorf("timetable: %w", err)
	}
	return b, b.settle(ctx, people, post)
}

// startLock keeps processes on a shared store from seeding it at the same time.
const startLock = "start"

// settle dates a new store, notes what settings were changed and seeds the people.
func (b *bot) settle(ctx context.Context, people *staff.Handler, post *handlers.Post) error {
	values, err := b.Settings.values()
	if err != nil {
		return err
	}
	return b.DB.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(ctx, startLock); err != nil {
			return err
		}
		created, err := tx.Marks().At(ctx, scheduler.CreatedMark)
		if err == nil && created.IsZero() {
			err = tx.Marks().Set(ctx, scheduler.CreatedMark, b.Now())
		}
		if err == nil {
			err = b.restored(ctx, tx)
		}
		if err == nil {
			err = b.noted(ctx, tx, values, post)
		}
		if err != nil {
			return err
		}
		if !b.Weighed {
			return staff.Seed(ctx, tx, b.People, b.Now())
		}
		notices, err := people.Settle(ctx, tx, b.People, b.Now())
		if err != nil {
			return err
		}
		return post.Notices(ctx, tx, notices, store.ClassAlarm, b.Now())
	})
}

// noted remembers the settings, and tells of those that say who reads files.
func (b *bot) noted(ctx context.Context, tx *store.Tx, values []store.Setting, post *handlers.Post) error {
	changes, err := tx.Settings().Note(ctx, values, b.Now())
	if err != nil {
		return err
	}
	notices, err := staff.Opened(ctx, tx, changes, b.Now())
	if err != nil {
		return err
	}
	return post.Notices(ctx, tx, notices, store.ClassAlarm, b.Now())
}

// receive is where every platform's events come in.
func (b *bot) receive(ctx context.Context, e chat.Event) (chat.Receipt, error) {
	began := b.Now()
	r, err := b.desk.Receive(ctx, e)
	if err != nil {
		b.vigil.failed(began)
	}
	b.metrics.received(e, r, err, b.Now().Sub(began))
	return r, err
}

// members are who is in a group, where its platform tells.
func (b *bot) members(ctx context.Context, group chat.Address) ([]chat.Member, error) {
	list, err := chat.Members(ctx, b.platforms[group.Platform], group.ID)
	if err != nil && !errors.Is(err, chat.ErrNoMembers) {
		b.Log.Warn("the members of a group could not be read", "platform", group.Platform, "error", err)
	}
	return list, err
}

// file makes the content of a chat.File: the recipe is its maker's name, a
// colon and what the maker needs to know.
func (b *bot) file(ctx context.Context, recipe string) (data []byte, err error) {
	name, arg, _ := strings.Cut(recipe, ":")
	maker, ok := b.makers[name]
	if !ok {
		return nil, fmt.Errorf("no recipe %q", name)
	}
	err = b.DB.View(ctx, func(tx *store.Tx) error {
		data, err = maker(ctx, tx, arg)
		return err
	})
	return data, err
}

// connected is a platform that can tell why no events arrive.
type connected interface{ Ready() error }

// refusing is a platform that calls us, and may be refused; nil: it does not call.
type refusing interface{ Refused() *platform.Refusals }

// health is what the program knows about its connections without asking.
func (b *bot) health(ctx context.Context) []chat.Finding {
	list := b.written()
	if b.Cluster != nil {
		f := chat.Finding{Name: "Redis", OK: true, Text: "正常"}
		if b.sharing(ctx) != nil {
			f.OK, f.Text = false, "连不上。程序照常运行，只是慢一些；一直不好，请运行 marketbot check。"
		}
		list = append(list, f)
	}
	for _, name := range slices.Sorted(maps.Keys(b.platforms)) {
		p := b.platforms[name]
		c, ok := p.(connected)
		if !ok {
			continue
		}
		f := chat.Finding{Name: "连接 " + name, OK: true, Text: "正常"}
		if err := c.Ready(); err != nil {
			f.OK, f.Text = false, "收不到消息："+err.Error()+"。程序会自己重连；一直不好，请运行 marketbot check。"
		}
		if r, ok := p.(refusing); ok && r.Refused() != nil && f.OK {
			if wrong := r.Refused().Wrong(); wrong != "" {
				f.OK, f.Text = false, wrong
			}
		}
		list = append(list, f)
	}
	if b.Backups != nil {
		list = append(list, b.Backups.finding(b.Now()))
	}
	return list
}

// part is something that runs until its context ends.
type part struct {
	name string
	run  func(ctx context.Context) error
}

// stopGrace is how long a stop may take in all.
const stopGrace = 10 * time.Second

// runAll runs the parts until ctx ends or one of them fails; then it stops them
// in reverse order, each when the one before it has finished. It returns what
// failed, or which part did not finish within stopGrace.
func runAll(ctx context.Context, parts []part, log *slog.Logger) error {
	type running struct {
		part
		cancel context.CancelFunc
		done   chan error
	}
	failed := make(chan struct{}, len(parts))
	list := make([]running, len(parts))
	for i, p := range parts {
		own, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		list[i] = running{p, cancel, make(chan error, 1)}
		go func() {
			err := p.run(own)
			list[i].done <- err
			failed <- struct{}{}
		}()
	}
	select {
	case <-ctx.Done():
	case <-failed:
	}
	var errs error
	deadline, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	for i := len(list) - 1; i >= 0; i-- {
		list[i].cancel()
		select {
		case err := <-list[i].done:
			if err != nil && !errors.Is(err, context.Canceled) {
				errs = errors.Join(errs, fmt.Errorf("%s: %w", list[i].name, err))
			}
		case <-deadline.Done():
			errs = errors.Join(errs, fmt.Errorf("%s did not stop in time", list[i].name))
		}
		log.Debug("stopped", "part", list[i].name)
	}
	return errs
}
