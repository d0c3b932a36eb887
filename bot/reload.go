package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"reflect"
	"syscall"

	"marketbot/handlers/command"
	"marketbot/handlers/staff"
	"marketbot/store"
)

// Log is what the program says of itself while it runs.
type Log struct {
	Level  slog.Level `yaml:"level"`
	Format string     `yaml:"format"`
}

// The formats of the log.
const (
	logText = "text"
	logJSON = "json"
)

// logger makes a log of the settings, whose level can be changed.
func (l Log) logger(w io.Writer) (*slog.Logger, *slog.LevelVar) {
	level := new(slog.LevelVar)
	level.Set(l.Level)
	o := &slog.HandlerOptions{Level: level}
	var h slog.Handler = slog.NewTextHandler(w, o)
	if l.Format == logJSON {
		h = slog.NewJSONHandler(w, o)
	}
	return slog.New(newRepeats(h)), level
}

// reloader takes over what of changed settings can be without a start: the
// people, and how much is logged.
type reloader struct {
	read  func() (Config, error)
	level *slog.LevelVar
	now   Config // as they were read last
}

// reloads are the settings' reloads: one at each SIGHUP.
func (c *serveCommand) reloads(cfg Config, level *slog.LevelVar) *reloader {
	return &reloader{read: func() (Config, error) { return loadConfig(c.Config, os.LookupEnv) }, level: level, now: cfg}
}

// run reloads at each SIGHUP until ctx ends. Its error is ctx's.
func (r *reloader) run(ctx context.Context, b *bot) error {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-hangups:
		}
		if err := r.reload(ctx, b); err != nil {
			b.Log.Error("settings not reloaded; the old ones stay", "error", err)
		}
	}
}

// reload reads the settings and takes over what it can; the rest waits for a
// start. Nothing changes where they are wrong, or lack what a bot starts with: a file
// that was cut short while it was saved is none to go by.
func (r *reloader) reload(ctx context.Context, b *bot) error {
	next, err := r.read()
	if err != nil {
		return err
	}
	if _, _, err := (serving{Config: next, Now: b.Now, Log: b.Log}).complete(); err != nil {
		return err
	}
	people, err := command.AreaOf[*staff.Handler](b.areas)
	if err != nil {
		return err
	}
	err = b.DB.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(ctx, startLock); err != nil {
			return err
		}
		notices, err := people.Settle(ctx, tx, next.entries(), b.Now())
		if err != nil {
			return err
		}
		return b.post.Notices(ctx, tx, notices, store.ClassAlarm, b.Now())
	})
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	b.outbox.Wake()
	r.level.Set(next.Log.Level)
	rest, before := next, r.now
	rest.People, before.People, rest.Log.Level, before.Log.Level = nil, nil, 0, 0
	r.now.People, r.now.Log.Level = next.People, next.Log.Level
	b.Log.Info("settings reloaded", "people", len(next.People), "level", next.Log.Level.String())
	if !reflect.DeepEqual(rest, before) {
		b.Log.Warn("other settings were changed, too; they count after a start")
	}
	return nil
}
