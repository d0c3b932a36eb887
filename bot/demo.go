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
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"marketbot/bot/webchat"
	"marketbot/handlers/chat"
	"marketbot/handlers/staff"
	"marketbot/store"
)

// demo plays the bot on a page: a store in a folder of its own that goes with
// it, and a clock that runs on and can be moved ahead.
type demo struct {
	dir  string
	real func() time.Time
	log  *slog.Logger
	chat *webchat.Chat

	turn sync.Mutex // held while the clock moves or everything is made anew

	mu     sync.RWMutex // guards what follows
	offset time.Duration
	play   *play
	plays  int
}

// play is a bot from one reset to the next.
type play struct {
	*bot
	cancel context.CancelFunc
	done   sync.WaitGroup
	path   string
}

// demoTick is how soon the timetable notices that its time has come.
const demoTick = time.Second

// newDemo starts a demo; close ends it and removes its files. real is the
// clock of the machine, in the zone of the department.
func newDemo(ctx context.Context, real func() time.Time, log *slog.Logger) (*demo, error) {
	dir, err := os.MkdirTemp("", "marketbot-demo-")
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	d := &demo{dir: dir, real: real, log: log}
	d.chat = webchat.New(webchat.Options{
		Receive: d.receive, People: webchat.Sample(), Group: webchat.SampleGroup(), Log: log,
		Clock: webchat.Clock{Now: d.now, Jump: d.jump, Jobs: d.jobs, Audit: d.audit, Reset: d.reset},
	})
	if err := d.reset(ctx); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return d, nil
}

// close stops the bot and removes everything that it wrote.
func (d *demo) close() error {
	d.turn.Lock()
	defer d.turn.Unlock()
	d.chat.Close()
	d.mu.Lock()
	p := d.play
	d.play = nil
	d.mu.Unlock()
	return errors.Join(p.stop(), os.RemoveAll(d.dir))
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
	for c := p.timetable.Next(d.now()); !c.At.IsZero() && !c.At.After(target); c = p.timetable.Next(c.At) {
		if err := d.fire(ctx, p, c.At); err != nil {
			return err
		}
	}
	return d.fire(ctx, p, target)
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

// auditShown is how many audit entries the page lists.
const auditShown = 30

// audit is the audit's tail as the page shows it. It holds the lock so that
// the store is not closed meanwhile.
func (d *demo) audit() []string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.play == nil {
		return nil
	}
	lines, err := auditLines(context.Background(), d.play.DB, d.play.Rules.Zone)
	if err != nil {
		d.log.Error("read the audit", "error", err)
	}
	return lines
}

func auditLines(ctx context.Context, db *store.DB, zone *time.Location) (lines []string, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		tail, _, err := tx.AuditTail(ctx, auditShown)
		if err != nil {
			return err
		}
		for i := len(tail) - 1; i >= 0; i-- {
			who, _, err := tx.Person(ctx, tail[i].Person)
			if err != nil {
				return err
			}
			lines = append(lines, auditLine(tail[i], who.Name, zone))
		}
		return nil
	})
	return lines, err
}

func auditLine(a store.Audit, who string, zone *time.Location) string {
	if who == "" {
		who = "未登记"
	}
	words := []string{a.At.In(zone).Format("01-02 15:04"), who, a.Act}
	if a.Subject != "" && a.Subject != a.Act {
		words = append(words, a.Subject)
	}
	line := strings.Join(words, " ") + " → " + outcomeWord(a.Outcome)
	if a.Clause != "" {
		line += "（" + a.Clause + "）"
	}
	return line
}

func outcomeWord(o store.Outcome) string {
	switch o {
	case store.Done:
		return "完成"
	case store.Denied:
		return "无权"
	case store.Refused:
		return "不成"
	case store.Failed:
		return "出错"
	}
	return "未识别"
}

// reset begins a new play on Thursday morning.
func (d *demo) reset(ctx context.Context) error {
	d.turn.Lock()
	defer d.turn.Unlock()
	if old := d.current(); old != nil {
		old.rest()
	}
	d.set(webchat.Start(d.real()))
	p, err := d.begin(ctx)
	if err != nil {
		return err
	}
	d.mu.Lock()
	old := d.play
	d.play = p
	d.mu.Unlock()
	return old.stop()
}

// begin makes a bot on a new store and lets it run.
func (d *demo) begin(ctx context.Context) (*play, error) {
	d.plays++
	path := filepath.Join(d.dir, "demo-"+strconv.Itoa(d.plays)+".db")
	b, err := d.newBot(ctx, path)
	if err != nil {
		return nil, fmt.Errorf("demo: %w", err)
	}
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &play{bot: b, cancel: cancel, path: path}
	p.done.Go(func() { d.follow(own, b) })
	p.done.Go(func() {
		if err := b.outbox.Run(own); err != nil && own.Err() == nil {
			d.log.Error("outbox", "error", err)
		}
	})
	return p, nil
}

func (d *demo) newBot(ctx context.Context, path string) (*bot, error) {
	seals, err := store.NewSealer(store.NewSecretKey())
	if err != nil {
		return nil, err
	}
	cfg := defaults()
	rules, err := cfg.rules()
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{Source: path, Seals: seals, Log: d.log})
	if err != nil {
		return nil, err
	}
	b, err := newBot(ctx, parts{
		DB: db, Rules: rules, Reports: cfg.Reports, People: sampleEntries(), Now: d.now, Log: d.log,
		Groups:    []chat.Address{{Platform: webchat.Platform, Group: true, ID: webchat.SampleGroup().ID}},
		Platforms: func(chat.Receive) ([]chat.Platform, error) { return []chat.Platform{d.chat}, nil },
	})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

// sampleEntries are the sample people as the settings would name them.
func sampleEntries() []staff.Entry {
	var list []staff.Entry
	for _, p := range webchat.Sample() {
		list = append(list, staff.Entry{Name: p.Name, Post: p.Post, Duties: p.Duties, Accounts: map[string]string{webchat.Platform: p.Account}})
	}
	return list
}

// follow ticks the timetable while the clock runs on by itself.
func (d *demo) follow(ctx context.Context, b *bot) {
	ticker := time.NewTicker(demoTick)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := b.timetable.Tick(ctx, d.now()); err != nil && ctx.Err() == nil {
			d.log.Error("tick", "error", err)
		}
	}
}

// rest stops what runs by itself; the store stays open.
func (p *play) rest() {
	p.cancel()
	p.done.Wait()
}

// stop ends a play and removes its store.
func (p *play) stop() error {
	if p == nil {
		return nil
	}
	p.rest()
	errs := p.DB.Close()
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		if err := os.Remove(p.path + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			errs = errors.Join(errs, err)
		}
	}
	return errs
}

// portsTried is how many ports after the wished one are tried.
const portsTried = 20

// listenNear listens on a loopback address, or on the next free port after it.
func listenNear(ctx context.Context, address string) (net.Listener, error) {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsLoopback() {
		return nil, fmt.Errorf("--listen %s: 演示只在本机，请写成 127.0.0.1:端口", address)
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
}

// run serves the page until ctx ends.
func (c *demoCommand) run(ctx context.Context, out io.Writer, log *slog.Logger) (err error) {
	zone, err := time.LoadLocation(defaults().Timezone)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	l, err := listenNear(ctx, c.Listen)
	if err != nil {
		return err
	}
	d, err := newDemo(ctx, func() time.Time { return time.Now().In(zone) }, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, d.close()) }()
	fmt.Fprintf(out, "市场部助手 · 演示\n\n  打开  http://%s\n\n不连接任何平台；数据在临时目录里，按 Ctrl+C 结束并删除。\n", l.Addr())
	server := &http.Server{Handler: d.chat, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	return serveHTTP(ctx, server, l, d.chat.Close)
}
