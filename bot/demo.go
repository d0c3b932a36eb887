package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"marketbot/bot/webchat"
	"marketbot/handlers/chat"
	"marketbot/handlers/picture"
	"marketbot/store"
)

// demo plays the bot on a page: a store in a folder of its own that goes with
// it, and a clock that runs on and can be moved ahead.
type demo struct {
	dir   string
	kept  bool // dir is somebody's and stays, with what lies in it
	seals *store.Sealer
	real  func() time.Time
	log   *slog.Logger
	chat  *webchat.Chat

	turn sync.Mutex // held while the clock moves or everything is made anew

	mu     sync.RWMutex // guards what follows
	offset time.Duration
	play   *play
	plays  int
}

// newDemo starts a demo; close ends it and removes its files, but for those in a
// folder that is to be kept: what lies there goes on. real is the clock of the
// machine, in the zone of the department.
func newDemo(ctx context.Context, real func() time.Time, log *slog.Logger, keep string) (*demo, error) {
	d := &demo{dir: keep, kept: keep != "", real: real, log: log}
	err := d.settle()
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	skin, err := wecomSkin(d.now, log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("demo: %w", err), d.leave())
	}
	d.chat = webchat.New(webchat.Options{
		Receive: d.receive, People: webchat.Sample(), Group: webchat.SampleGroup(), WeCom: skin, Draw: picture.New().PNG, Log: log,
		Clock:    webchat.Clock{Now: d.now, Jump: d.jump, Jobs: d.jobs, Audit: d.audit, Reset: d.reset},
		Commands: d.commands,
	})
	if err := d.begun(ctx); err != nil {
		return nil, errors.Join(err, d.leave())
	}
	return d, nil
}

// close stops the bot and removes everything that it wrote, unless it is kept.
func (d *demo) close() error {
	d.turn.Lock()
	defer d.turn.Unlock()
	d.chat.Close()
	d.mu.Lock()
	p := d.play
	d.play = nil
	d.mu.Unlock()
	if !d.kept || p == nil {
		return errors.Join(p.stop(), d.leave())
	}
	p.rest()
	return errors.Join(d.note(context.Background(), p), p.DB.Close())
}

// now is the time of the demo.
func (d *demo) now() time.Time {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.real().Add(d.offset)
}

// set makes the demo's clock show t; it runs on from there.
func (d *demo) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.offset = t.Sub(d.real())
}

// current is the bot that plays now.
func (d *demo) current() *play {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.play
}

func (d *demo) receive(ctx context.Context, e chat.Event) (chat.Receipt, error) {
	p := d.current()
	if p == nil {
		return chat.Receipt{}, errors.New("the demo has ended")
	}
	return p.receive(ctx, e)
}

// jump moves the clock on to target through every moment of the timetable.
func (d *demo) jump(ctx context.Context, target time.Time) error {
	d.turn.Lock()
	defer d.turn.Unlock()
	p := d.current()
	if p == nil {
		return errors.New("the demo has ended")
	}
	if err := p.outbox.Flush(ctx); err != nil { // what was said before is heard before
		return err
	}
	for c := p.timetable.Next(d.now()); !c.At.IsZero() && !c.At.After(target); c = p.timetable.Next(c.At) {
		if err := d.fire(ctx, p, c.At); err != nil {
			return err
		}
	}
	if err := d.fire(ctx, p, target); err != nil {
		return err
	}
	return d.note(ctx, p)
}

func (d *demo) fire(ctx context.Context, p *play, at time.Time) error {
	d.set(at)
	if err := p.timetable.Tick(ctx, at); err != nil {
		return err
	}
	return p.outbox.Flush(ctx)
}

// jobsShown is how many moments of the timetable the page lists.
const jobsShown = 6

func (d *demo) jobs() []webchat.Job {
	p := d.current()
	if p == nil {
		return nil
	}
	var list []webchat.Job
	for _, c := range p.timetable.Upcoming(d.now(), jobsShown) {
		list = append(list, webchat.Job{When: c.At, Name: strings.Join(c.Titles, "、")})
	}
	return list
}

// commands are what a person of the sample may do, in the order of the help.
func (d *demo) commands(who webchat.Persona) []webchat.Command {
	p := d.current()
	if p == nil {
		return nil
	}
	var list []webchat.Command
	for _, s := range p.desk.Specs() {
		if !s.Hidden && s.Suits(store.Person{ID: who.Account, Name: who.Name, Post: who.Post, Duties: who.Duties}) {
			list = append(list, webchat.Command{Name: s.Name, Aliases: s.Aliases, Summary: s.Summary})
		}
	}
	return list
}

// reset begins a new play on Thursday morning.
func (d *demo) reset(ctx context.Context) error {
	d.turn.Lock()
	defer d.turn.Unlock()
	if old := d.current(); old != nil {
		old.rest()
	}
	cfg, rules, err := d.settings()
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	d.plays++
	start := webchat.Start(ordinary(rules, d.real()))
	d.set(start.Add(sampleSince))
	b, err := d.newBot(ctx, cfg, rules, start)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	d.set(start)
	p := d.begin(ctx, b)
	d.mu.Lock()
	old := d.play
	d.play = p
	d.mu.Unlock()
	return old.stop()
}

// portsTried is how many ports after the wished one are tried.
const portsTried = 20

// listenNear listens on a loopback address, or on the next free port after it.
func listenNear(ctx context.Context, address string) (net.Listener, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsLoopback() {
		return nil, &usageError{fmt.Errorf("--listen %s：演示只在本机，请写成 127.0.0.1:端口", address)}
	}
	var config net.ListenConfig
	for i := range portsTried {
		port := int(at.Port()) + i
		if at.Port() == 0 {
			port = 0
		}
		l, e := config.Listen(ctx, "tcp", netip.AddrPortFrom(at.Addr(), uint16(port)).String())
		if e == nil {
			return l, nil
		}
		err = errors.Join(err, e)
	}
	return nil, fmt.Errorf("没有可用的端口：%w", err)
}

// demoCommand is the verb demo.
type demoCommand struct {
	Listen string `help:"网页地址（只能是本机）；端口被占用时用后面的" default:"127.0.0.1:8080"`
	Keep   string `help:"数据留在这个目录里，下次接着用；不写就在临时目录，结束时删除" type:"path" placeholder:"目录"`
	NoOpen bool   `name:"no-open" help:"不打开浏览器"`
}

// run serves the page until ctx ends.
func (c *demoCommand) run(ctx context.Context, now func() time.Time, out io.Writer, log *slog.Logger) (err error) {
	zone, err := time.LoadLocation(defaults().Timezone)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	l, err := listenNear(ctx, c.Listen)
	if err != nil {
		return err
	}
	d, err := newDemo(ctx, func() time.Time { return now().In(zone) }, log, c.Keep)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, d.close()) }()
	ends := "数据在临时目录里，按 Ctrl+C 结束并删除。"
	if c.Keep != "" {
		ends = "数据在 " + c.Keep + " 里，按 Ctrl+C 结束，下次接着用。"
	}
	fmt.Fprintf(out, "市场部助手 · 演示\n\n  打开  http://%s\n\n不连接任何平台；%s\n", l.Addr(), ends)
	if !c.NoOpen && newTerminal(nil, out).width > 0 {
		openPage(ctx, "http://"+l.Addr().String(), log)
	}
	server := &http.Server{Handler: d.chat, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	return serveHTTP(ctx, server, l, d.chat.Close)
}
