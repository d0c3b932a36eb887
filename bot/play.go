package main

import (
	"context"
	"errors"
	"marketbot/store/vault"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"marketbot/bot/webchat"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/scheduler"
	"marketbot/store"
)

// play is a bot from one reset to the next.
type play struct {
	*bot
	cancel context.CancelFunc
	done   sync.WaitGroup
	path   string
}

// demoTick is how soon the timetable notices that its time has come.
const demoTick = time.Second

// newBot makes a bot on a new store in which the department has a past.
func (d *demo) newBot(ctx context.Context, cfg Config, rules rulebook.Rules, start time.Time) (*bot, error) {
	db, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	b, err := newBot(ctx, d.parts(db, cfg, rules))
	if err == nil {
		err = db.Update(ctx, func(tx *store.Tx) error {
			if err := sampleHistory(ctx, tx, rules, start); err != nil {
				return err
			}
			return tx.Marks().Set(ctx, scheduler.CreatedMark, start) // the timetable makes up nothing of the past
		})
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

// open opens the store of this play.
func (d *demo) open(ctx context.Context) (*store.DB, error) {
	return store.Open(ctx, store.Options{Source: d.path(), Seals: d.seals, Log: d.log, Beside: vault.Index})
}

func (d *demo) parts(db *store.DB, cfg Config, rules rulebook.Rules) parts {
	return parts{
		DB: db, Rules: rules, AreaSettings: cfg.AreaSettings, Settings: cfg, People: sampleEntries(), Now: d.now, Log: d.log,
		Groups:    []chat.Address{{Platform: webchat.Platform, Group: true, ID: webchat.SampleGroup().ID}},
		Platforms: func(chat.Receive) ([]chat.Platform, error) { return []chat.Platform{d.chat}, nil },
	}
}

// path is the store's file of this play; file is that of any.
func (d *demo) path() string { return d.file(d.plays) }

func (d *demo) file(n int) string { return filepath.Join(d.dir, "demo-"+strconv.Itoa(n)+".db") }

// begin lets a bot run.
func (d *demo) begin(ctx context.Context, b *bot) *play {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &play{bot: b, cancel: cancel, path: d.path()}
	p.done.Go(func() { d.follow(own, b) })
	p.done.Go(func() {
		if err := (scheduler.Keeper{DB: b.DB, Now: d.now, Log: d.log}).Run(own); err != nil && own.Err() == nil {
			d.log.Error("keeper", "error", err)
		}
	})
	p.done.Go(func() {
		if err := b.outbox.Run(own); err != nil && own.Err() == nil {
			d.log.Error("outbox", "error", err)
		}
	})
	return p
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
