package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/upkeep"
)

// Backup is how the bot backs itself up every night.
type Backup struct {
	Dir  string         `yaml:"dir"`  // empty: not at all
	Keep int            `yaml:"keep"` // how many are kept
	At   rulebook.Clock `yaml:"at"`
}

// folder is where backups of a store lie: beside the file, or where the
// program runs.
func (b Backup) folder(source string) string {
	if b.Dir == "" || filepath.IsAbs(b.Dir) || isPostgres(source) {
		return b.Dir
	}
	return filepath.Join(filepath.Dir(source), b.Dir)
}

const (
	backupLook  = time.Minute    // how often it is asked whether a backup is due
	backupAgain = time.Hour      // after one that failed
	backupOld   = 26 * time.Hour // then something is wrong
	backupName  = "marketbot-"
	backupStamp = "20060102-150405Z" // in UTC: the zone of a machine may change
	zonedStamp  = "20060102-150405"  // as older programs wrote it, in the company's zone
)

// The marks under which processes that share a store agree on its backups.
const (
	backupLock  = "backup"
	backupBegun = "backup/begun"
	backupDone  = "backup/done"
)

// saved is a backup that lies in the folder.
type saved struct {
	path string
	at   time.Time
}

// backupsIn are the backups of a folder, newest first; none where there is no
// folder.
func backupsIn(folder string, zone *time.Location) ([]saved, error) {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("backups: %w", err)
	}
	var list []saved
	for _, e := range entries {
		name := strings.TrimSuffix(strings.TrimSuffix(e.Name(), ".db"), ".dump")
		stamp, ours := strings.CutPrefix(name, backupName)
		at, err := time.Parse(backupStamp, stamp)
		if err != nil {
			at, err = time.ParseInLocation(zonedStamp, stamp, zone)
		}
		if ours && name != e.Name() && err == nil {
			list = append(list, saved{filepath.Join(folder, e.Name()), at})
		}
	}
	slices.SortFunc(list, func(a, b saved) int { return b.at.Compare(a.at) })
	return list, nil
}

// made are the backups that were made by now. What bears a later time, of a clock
// or a zone that was changed since, tells nothing about its age.
func made(list []saved, now time.Time) []saved {
	return slices.DeleteFunc(slices.Clone(list), func(s saved) bool { return s.at.After(now) })
}

// newestGood is the newest backup that can be read.
func newestGood(ctx context.Context, folder string, zone *time.Location, o store.Options) (saved, bool) {
	list, err := backupsIn(folder, zone)
	if err != nil || folder == "" {
		return saved{}, false
	}
	for _, s := range list {
		if upkeep.VerifyBackup(ctx, o, s.path) == nil {
			return s, true
		}
	}
	return saved{}, false
}

// nightly makes a backup every night, and at once where the last night's is
// missing. Of several processes on one store one makes it.
type nightly struct {
	Backup
	Store  store.Options
	Folder string
	DB     *store.DB
	Zone   *time.Location
	Now    func() time.Time
	Log    *slog.Logger

	mu             sync.Mutex
	since          time.Time // when this process began
	last           time.Time // when the last backup was made; zero: never
	unseen, unmade error     // what keeps it from looking, and from making one
}

// backups are the nightly backups of the settings; nil when there are none.
func (c Config) backups(o store.Options, db *store.DB, zone *time.Location, now func() time.Time) *nightly {
	if c.Backup.Dir == "" {
		return nil
	}
	return &nightly{Backup: c.Backup, Store: o, Folder: c.Backup.folder(c.Store), DB: db, Zone: zone, Now: now, Log: o.Log}
}

// run makes backups until ctx is done. Its error is ctx's.
func (n *nightly) run(ctx context.Context) error {
	n.note(ctx)
	look := time.NewTicker(backupLook)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
		if last := n.note(ctx); ctx.Err() == nil && last.Before(n.slot(n.Now())) {
			n.make(ctx)
		}
	}
}

// slot is the last time at which a backup was due.
func (n *nightly) slot(now time.Time) time.Time {
	today := store.DayOf(now.In(n.Zone))
	if at := n.At.On(today, n.Zone); !at.After(now) {
		return at
	}
	return n.At.On(today.Add(-1), n.Zone)
}

// note looks when the last backup was made.
func (n *nightly) note(ctx context.Context) time.Time {
	now := n.Now()
	list, err := backupsIn(n.Folder, n.Zone)
	var last time.Time
	if list := made(list, now); len(list) > 0 {
		last = list[0].at
	}
	if err == nil && n.DB.Shared() {
		err = n.DB.View(ctx, func(tx *store.Tx) error {
			done, err := tx.Marks().At(ctx, backupDone)
			if done.After(last) && !done.After(now) { // it may lie on another machine
				last = done
			}
			return err
		})
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.since.IsZero() {
		n.since = now
	}
	if n.unseen = err; ctx.Err() != nil {
		n.unseen = nil
	}
	if last.After(n.last) || n.last.After(now) {
		n.last, n.unmade = last, nil
	}
	return n.last
}

// make makes a backup unless one was begun a short while ago.
func (n *nightly) make(ctx context.Context) {
	now := n.Now()
	mine, err := n.claim(ctx, now)
	if err == nil && mine {
		err = n.write(ctx, now)
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	n.Log.Error("no backup was made", "error", err)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.unmade = err
}

func (n *nightly) claim(ctx context.Context, now time.Time) (mine bool, err error) {
	err = n.DB.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Lock(ctx, backupLock); err != nil {
			return err
		}
		begun, err := tx.Marks().At(ctx, backupBegun)
		if age := now.Sub(begun); err != nil || age >= 0 && age < backupAgain {
			return err
		}
		mine = true
		return tx.Marks().Set(ctx, backupBegun, now)
	})
	return mine, err
}

// write makes a backup and then deletes the oldest.
func (n *nightly) write(ctx context.Context, now time.Time) error {
	if err := n.forget(); err != nil {
		return err
	}
	file := filepath.Join(n.Folder, backupName+now.UTC().Format(backupStamp)+backupSuffix(n.Store.Source))
	if err := makeBackup(ctx, n.Store, file); err != nil {
		return err
	}
	n.Log.Info("backup made", "file", file)
	err := n.DB.Update(ctx, func(tx *store.Tx) error { return tx.Marks().Set(ctx, backupDone, now) })
	n.note(ctx)
	return errors.Join(err, n.thin())
}

// makeBackup writes a backup into a folder that it makes where there is none.
func makeBackup(ctx context.Context, o store.Options, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("backups: %w", err)
	}
	return upkeep.Backup(ctx, o, file)
}

func backupSuffix(source string) string {
	if isPostgres(source) {
		return ".dump"
	}
	return ".db"
}

// forget deletes what backups left that did not end, and the sums of backups that
// are gone.
func (n *nightly) forget() error {
	var left []string
	for _, pattern := range []string{"*.part", "*.part-journal", "*" + upkeep.SumSuffix} {
		found, err := filepath.Glob(filepath.Join(n.Folder, backupName+pattern))
		if err != nil {
			return err
		}
		left = append(left, found...)
	}
	var errs error
	for _, file := range left {
		if of, sum := strings.CutSuffix(file, upkeep.SumSuffix); sum {
			if _, err := os.Lstat(of); !errors.Is(err, fs.ErrNotExist) {
				continue
			}
		}
		errs = errors.Join(errs, os.Remove(file))
	}
	return errs
}

// thin deletes all but the newest.
func (n *nightly) thin() error {
	list, err := backupsIn(n.Folder, n.Zone)
	list = made(list, n.Now())
	for _, s := range list[min(n.Keep, len(list)):] {
		err = errors.Join(err, os.Remove(s.path))
	}
	return errors.Join(err, n.forget())
}

// state is when the last backup was made, zero when never, and what is wrong.
func (n *nightly) state(now time.Time) (last time.Time, wrong string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch err := errors.Join(n.unseen, n.unmade); {
	case err != nil:
		wrong = "没有做成（" + err.Error() + "）"
	case !n.last.IsZero() && now.Sub(n.last) > backupOld:
		wrong = fmt.Sprintf("最近一份是 %d 小时以前的", int(now.Sub(n.last).Hours()))
	case n.last.IsZero() && !n.since.IsZero() && now.Sub(n.since) > backupAgain:
		wrong = "还没有一份"
	}
	return n.last, wrong
}

// finding is the line of 自检.
func (n *nightly) finding(now time.Time) chat.Finding {
	f := chat.Finding{Name: "备份"}
	last, wrong := n.state(now)
	switch {
	case wrong == "" && last.IsZero():
		f.OK, f.Text = true, "启动后几分钟内做第一份"
		return f
	case last.IsZero():
		f.Text = "还没有一份备份"
	default:
		f.Text = "最近一份是 " + last.In(n.Zone).Format("01-02 15:04")
	}
	if f.OK = wrong == ""; !f.OK {
		f.Text += "。每晚备份没有做成，原因在日志里；请在服务器上运行 marketbot check。"
	}
	return f
}
