package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// What a demo leaves in a folder that is kept, beside the store of its last play.
const (
	demoKey   = "demo.key"
	demoClock = "demo/clock" // the mark of what its clock showed
)

// settle makes the folder and the key, or finds those that are kept.
func (d *demo) settle() (err error) {
	key := store.NewSecretKey()
	if !d.kept {
		if d.dir, err = os.MkdirTemp("", "marketbot-demo-"); err == nil {
			d.seals, err = store.NewSealer(key)
		}
		return err
	}
	if err := os.MkdirAll(d.dir, 0o700); err != nil {
		return err
	}
	file := filepath.Join(d.dir, demoKey)
	if err := writeNew(file, key+"\n"); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	data, err := os.ReadFile(file)
	if err == nil {
		d.seals, err = store.NewSealer(strings.TrimSpace(string(data)))
	}
	return err
}

// leave removes what nobody wants to keep.
func (d *demo) leave() error {
	if d.kept {
		return nil
	}
	return os.RemoveAll(d.dir)
}

// begun goes on with the play that is kept, or begins a new one.
func (d *demo) begun(ctx context.Context) error {
	list, err := filepath.Glob(filepath.Join(d.dir, "demo-*.db"))
	if err != nil || len(list) == 0 {
		return errors.Join(err, d.reset(ctx))
	}
	for _, file := range list {
		var n int
		if _, err := fmt.Sscanf(filepath.Base(file), "demo-%d.db", &n); err == nil {
			d.plays = max(d.plays, n)
		}
	}
	if err := d.resume(ctx); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// resume goes on with the store of this play, when its clock stopped.
func (d *demo) resume(ctx context.Context) error {
	cfg, rules, err := d.settings()
	if err != nil {
		return err
	}
	db, err := d.open(ctx)
	if err != nil {
		return err
	}
	err = db.View(ctx, func(tx *store.Tx) error {
		at, err := tx.Marks().At(ctx, demoClock)
		if !at.IsZero() {
			d.set(at.In(rules.Zone))
		}
		return err
	})
	if err != nil {
		return errors.Join(err, db.Close())
	}
	b, err := newBot(ctx, d.parts(db, cfg, rules))
	if err != nil {
		return errors.Join(err, db.Close())
	}
	p := d.begin(ctx, b)
	d.mu.Lock()
	d.play = p
	d.mu.Unlock()
	return nil
}

// note remembers what the clock of a play shows.
func (d *demo) note(ctx context.Context, p *play) error {
	return p.DB.Update(ctx, func(tx *store.Tx) error { return tx.Marks().Set(ctx, demoClock, d.now()) })
}

// settings are those of every demo.
func (d *demo) settings() (Config, rulebook.Rules, error) {
	cfg := defaults()
	cfg.Customers.Canaries = []string{sampleCanary}
	rules, err := cfg.rules()
	return cfg, rules, err
}

// openPage opens a page in the browser, where there is one. Who has none reads
// the address.
func openPage(ctx context.Context, url string, log *slog.Logger) {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	}
	if err := exec.CommandContext(ctx, name, args...).Start(); err != nil {
		log.Debug("no browser", "error", err)
	}
}
