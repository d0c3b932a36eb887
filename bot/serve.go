package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"marketbot/bot/wecom/robot"
	"marketbot/store/vault"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/staff"
	"marketbot/scheduler"
	"marketbot/store"
	"marketbot/store/upkeep"
)

// serveCommand is the verb serve.
type serveCommand struct {
	Config string `help:"配置文件" default:"config.yaml" type:"path"`
}

// run serves until ctx ends.
func (c *serveCommand) run(ctx context.Context, now func() time.Time, out, errOut io.Writer) error {
	cfg, err := loadConfig(c.Config, os.LookupEnv)
	if errors.Is(err, fs.ErrNotExist) {
		if t := newTerminal(os.Stdin, out); t.width > 0 && t.hidden != nil { // somebody sits there
			answer, _ := t.ask(ctx, "还没有配置文件 "+c.Config+"。现在扫码接好吗？[回车=好，n=不] ", "y")
			if strings.EqualFold(answer, "y") {
				setup := &setupCommand{Config: c.Config}
				return setup.run(ctx, now, os.Stdin, out, errOut)
			}
		}
	}
	if err != nil {
		return err
	}
	return c.serve(ctx, cfg, now, out, errOut)
}

// serve serves with the settings that were read from the file.
func (c *serveCommand) serve(ctx context.Context, cfg Config, now func() time.Time, out, errOut io.Writer) error {
	log, level := cfg.Log.logger(errOut)
	if secretsExposed(c.Config) {
		log.Warn("others on this machine can read the secrets; run chmod 600", "file", c.Config)
	}
	return serving{Config: cfg, Now: now, Out: out, Log: log, Reload: c.reloads(cfg, level)}.run(ctx)
}

// serve runs a bot of the settings until ctx ends.
func serve(ctx context.Context, cfg Config, now func() time.Time, out io.Writer, log *slog.Logger) error {
	return serving{Config: cfg, Now: now, Out: out, Log: log}.run(ctx)
}

// serving is a bot that serves with its surroundings.
type serving struct {
	Config
	Now    func() time.Time
	Out    io.Writer // whoever sits at the terminal
	Log    *slog.Logger
	Reload *reloader // nil: SIGHUP is nothing to it
}

// run runs the bot until ctx ends. It stops in the reverse of the order in which
// it started: first nothing is taken in any more, then what is owed goes out,
// then the store closes.
func (s serving) run(ctx context.Context) (err error) {
	cfg, now, out, log := s.Config, s.Now, s.Out, s.Log
	rules, o, err := s.fit(ctx)
	if err != nil {
		return err
	}
	db, state, err := openStore(ctx, cfg, rules.Zone, o, now())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	shared, err := cfg.cluster(now, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, shared.Close()) }()
	with := others{tokens: tokens{shared, o.Seals, log}.get, chats: notes(db), lease: turns(db)}
	var list []connection
	connect := func(receive chat.Receive) (_ []chat.Platform, err error) {
		list, err = cfg.connections(receive, with, now, log)
		return platformsOf(list), err
	}
	b, err := newBot(ctx, parts{
		DB: db, Store: o, Cluster: shared, Rules: rules, AreaSettings: cfg.AreaSettings, Settings: cfg, People: cfg.entries(), Weighed: true, Groups: cfg.groups(), Owners: cfg.owners(), NotifyOn: cfg.NotifyOn, Now: now, Log: log,
		Backups: cfg.backups(o, db, rules.Zone, now), Platforms: connect,
	})
	if err != nil {
		return err
	}
	l, err := listen(ctx, cfg.Listen)
	if err != nil {
		return err
	}
	defer l.Close() // again, where it was served
	if err := b.greet(ctx, out); err != nil {
		return err
	}
	debug.FreeOSMemory() // what reading the settings of thousands took is not needed again
	log.Info("serving", "listen", l.Addr().String(), "store_kind", storeKind(cfg.Store), "version", version())
	defer log.Info("stopped")
	boss := newSupervisor(os.Getenv)
	running := append(b.running(list, l), s.beside(b, boss, l)...)
	if !state.Whole {
		running = append(running, part{"examine", func(ctx context.Context) error { return examine(ctx, cfg, rules.Zone, o, db) }})
	}
	if err := boss.tell(ctx, "READY=1"); err != nil {
		log.Warn("systemd was not told", "error", err)
	}
	defer func() { _ = boss.tell(context.WithoutCancel(ctx), "STOPPING=1") }() // it sees the end in any case
	return runAll(ctx, running, log)
}

// fit looks whether the bot can serve with its settings, before anything is written: what
// they say of the rules and of the store.
func (s serving) fit(ctx context.Context) (rules rulebook.Rules, o store.Options, err error) {
	rules, seals, err := s.complete()
	if err != nil {
		return rules, o, err
	}
	o = store.Options{Source: s.Store, Pool: s.Postgres, Seals: seals, Log: s.Log, Program: version(), Beside: vault.Index}
	return rules, o, addressFree(ctx, s.Config)
}

// complete looks whether the settings lack nothing that a bot starts with.
func (s serving) complete() (rules rulebook.Rules, seals *store.Sealer, err error) {
	if s.Feishu == nil && s.WeCom == nil {
		return rules, nil, &usageError{errNoPlatform}
	}
	if seals, err = s.sealer(); err != nil {
		return rules, nil, &usageError{err}
	}
	if rules, err = s.rules(); err == nil {
		_, err = s.connections(nobody, others{}, s.Now, s.Log)
	}
	return rules, seals, err
}

// addressFree reports where nobody can listen as the settings say. It listens no longer
// than that: callers would wait while the store is brought up to date.
func addressFree(ctx context.Context, cfg Config) error {
	l, err := listen(ctx, cfg.Listen)
	switch {
	case err == nil:
		return l.Close()
	case !isPostgres(cfg.Store) && !notThere(cfg.Store) && served(ctx, cfg):
		return inUseError(cfg)
	}
	return err
}

// turns are those of the connections of several processes; nil for one alone.
func turns(db *store.DB) robot.Lease {
	if !db.Shared() {
		return nil
	}
	return db.Turn
}

func platformsOf(list []connection) (platforms []chat.Platform) {
	for _, p := range list {
		platforms = append(platforms, p)
	}
	return platforms
}

// beside is what the surroundings want done while the bot runs.
func (s serving) beside(b *bot, boss supervisor, l net.Listener) []part {
	list := []part{{"watchdog", func(ctx context.Context) error { return boss.watch(ctx, l.Addr().String()) }}}
	if s.Reload != nil {
		list = append(list, part{"reload", func(ctx context.Context) error { return s.Reload.run(ctx, b) }})
	}
	return list
}

// examine reads the whole of a store that was opened without, and ends the
// program when it is damaged.
func examine(ctx context.Context, cfg Config, zone *time.Location, o store.Options, db *store.DB) error {
	if err := upkeep.ExamineOpen(ctx, db); err != nil && ctx.Err() == nil {
		return damagedError(ctx, cfg, zone, o, err)
	}
	<-ctx.Done()
	return ctx.Err()
}

// running is everything that runs, in the order of starting.
func (b *bot) running(list []connection, l net.Listener) []part {
	parts := []part{{"keeper", scheduler.Keeper{DB: b.DB, Now: b.Now, Log: b.Log}.Run}, {"guard", b.guard}}
	if b.Backups != nil {
		parts = append(parts, part{"backup", b.Backups.run})
	}
	if b.Cluster != nil {
		parts = append(parts, part{"wakes", b.wakes})
	}
	var ears []part
	for _, p := range list {
		c, ok := p.(carrier)
		if ok && c.Carries() {
			parts = append(parts, part{p.Name(), p.Run})
			continue
		}
		ears = append(ears, part{p.Name(), p.Run})
	}
	parts = append(parts, part{"outbox", b.deliver}, part{"timetable", func(ctx context.Context) error { return b.timetable.Run(ctx, b.Now) }})
	parts = append(parts, ears...)
	return append(parts, part{"http", func(ctx context.Context) error {
		return serveHTTP(ctx, newServer(b.routes(), b.Log), l, func() {})
	}})
}

// carrier is a platform that may need its Run for sending too: it then ends
// after the outbox has sent what is owed, though it still hears meanwhile.
type carrier interface{ Carries() bool }

// lastSends is how long a stop waits for what is owed; the rest goes out after
// the next start.
const lastSends = 3 * time.Second

// deliver runs the outbox until ctx ends, and then once more.
func (b *bot) deliver(ctx context.Context) error {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- b.outbox.Run(own) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	last, stop := context.WithTimeout(own, lastSends)
	defer stop()
	if err := b.outbox.Flush(last); err != nil {
		b.Log.Warn("some messages wait for the next start", "error", err)
	}
	cancel()
	<-done
	return nil
}

// greet tells whoever sits at the terminal how the first administrator comes in.
func (b *bot) greet(ctx context.Context, out io.Writer) error {
	var code string
	var needed bool
	err := b.DB.Update(ctx, func(tx *store.Tx) (err error) {
		if err := tx.Lock(ctx, startLock); err != nil {
			return err
		}
		code, needed, err = staff.FirstCode(ctx, tx, b.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("first administrator: %w", err)
	}
	if needed {
		_, err = fmt.Fprintf(out, "还没有管理员绑定账号。请管理员私聊机器人，发送：\n\n  绑定 %s\n\n（24 小时内有效，只能用一次）\n", code)
	}
	return err
}

// storeKind names the kind of store without its address, which may hold a
// password.
func storeKind(source string) string {
	if isPostgres(source) {
		return "postgres"
	}
	return "sqlite"
}
