package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// night is a clock that a test moves.
type night struct{ time.Time }

func (n *night) now() time.Time { return n.Time }

// newNightly makes backups of a store, into folder, by a moved clock.
func newNightly(t *testing.T, o store.Options, folder string, clock *night) *nightly {
	t.Helper()
	db, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	n := &nightly{Backup: defaults().Backup, Store: o, Folder: folder, DB: db, Zone: shanghai, Now: clock.now, Log: quiet()}
	n.Keep = 3
	return n
}

// step does what a minute of running does.
func (n *nightly) step(ctx context.Context) {
	if last := n.note(ctx); last.Before(n.slot(n.Now())) {
		n.make(ctx)
	}
}

// A backup is made every night and kept as long as the settings say; of two
// processes that share a store one makes it, and both know how old it is.
func TestNightlyBackup(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o, folder := storetest.Options(t, backend), filepath.Join(t.TempDir(), "backups")
			clock := &night{time.Date(2026, 11, 24, 10, 0, 0, 0, shanghai)}
			all := []*nightly{newNightly(t, o, folder, clock)}
			if backend == storetest.Postgres {
				all = append(all, newNightly(t, o, filepath.Join(t.TempDir(), "elsewhere"), clock))
			}
			for day := range 5 {
				for range 2 { // minutes
					for _, n := range all {
						n.step(t.Context())
					}
					clock.Time = clock.Add(time.Minute)
				}
				list, err := backupsIn(folder, shanghai)
				if err != nil || len(list) != min(day+1, 3) {
					t.Fatalf("day %d: %d backups, %v", day, len(list), err)
				}
				if files, err := os.ReadDir(folder); err != nil || len(files) != 2*len(list) { // with their sums
					t.Fatalf("day %d: files %v, %v", day, files, err)
				}
				clock.Time = time.Date(2026, 11, 25+day, 3, 16, 0, 0, shanghai)
				for _, n := range all {
					n.step(t.Context()) // not yet
					if f := n.finding(clock.Time); !f.OK || !strings.Contains(f.Text, "最近一份是") {
						t.Errorf("day %d: %+v", day, f)
					}
				}
				clock.Time = clock.Add(time.Minute)
			}
			if len(all) > 1 {
				if list, err := backupsIn(all[1].Folder, shanghai); err != nil || len(list) > 0 {
					t.Errorf("the second process made %d, %v", len(list), err)
				}
			}
		})
	}
}

// A backup that cannot be made is told, tried again after an hour, and no
// earlier; what an interrupted one left is gone then.
func TestBackupThatFails(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "backups")
	if err := os.WriteFile(folder, nil, 0o600); err != nil { // where a folder should be
		t.Fatal(err)
	}
	clock := &night{time.Date(2026, 11, 24, 10, 0, 0, 0, shanghai)}
	n := newNightly(t, storetest.Options(t, storetest.SQLite), folder, clock)
	n.step(t.Context())
	if f := n.finding(clock.Time); f.OK || !strings.Contains(f.Text, "还没有一份备份") {
		t.Errorf("%+v", f)
	}
	if err := os.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{".part", ".part-journal", ".sha256"} {
		if err := os.WriteFile(filepath.Join(folder, "marketbot-20261124-031700.db"+left), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	clock.Time = clock.Add(59 * time.Minute)
	n.step(t.Context())
	if list, err := backupsIn(folder, shanghai); err != nil || len(list) > 0 {
		t.Errorf("made %d at once, %v", len(list), err)
	}
	clock.Time = clock.Add(time.Minute)
	n.step(t.Context())
	if f := n.finding(clock.Time); !f.OK {
		t.Errorf("%+v", f)
	}
	if files, err := os.ReadDir(folder); err != nil || len(files) != 2 { // with its sum
		t.Errorf("files %v, %v", files, err)
	}
	clock.Time = clock.Add(backupOld + time.Minute)
	if _, wrong := n.state(clock.Time); !strings.Contains(wrong, "小时以前") {
		t.Errorf("an old backup: %q", wrong)
	}
}

// TestDamagedStore: a bot whose file is damaged does not start and names the
// newest backup that is good; restored, it serves as it did then.
func TestDamagedStore(t *testing.T) {
	s := newSite(t)
	folder := s.cfg.Backup.folder(s.cfg.Store)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	good, bad := filepath.Join(folder, "marketbot-20261123-031700.db"), filepath.Join(folder, "marketbot-20261124-031700.db")
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "store: %q\nsecret_key: %q\n", s.cfg.Store, storeKey), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	var said lines
	if code := run(t.Context(), time.Now, []string{"backup", good, "--config", config}, &said, &said); code != exitFine {
		t.Fatalf("backup: %s", said.String())
	}
	if code := run(t.Context(), time.Now, []string{"restore", good, "--config", config}, &said, &said); code != exitWrong || !strings.Contains(said.String(), "请先停掉它") {
		t.Fatalf("restore beside a serving bot: %s", said.String())
	}
	s.end()
	if err := os.WriteFile(bad, []byte("SQLite format 3\x00 but no more"), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(s.cfg.Store, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt(make([]byte, 4096), 2*4096); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if code := run(t.Context(), time.Now, []string{"check", "--config", config}, &said, &said); code != exitWrong || !strings.Contains(said.String(), damagedText) {
		t.Errorf("check of a damaged store: %d, %s", code, said.String())
	}
	if err := serve(t.Context(), s.cfg, time.Now, io.Discard, quiet()); err == nil || !strings.Contains(err.Error(), "没有启动") || !strings.Contains(err.Error(), good) {
		t.Fatalf("serve: %v", err)
	}
	if code := run(t.Context(), time.Now, []string{"restore", good, "--config", config}, &said, &said); code != exitFine || !strings.Contains(said.String(), "原来的数据留在") {
		t.Fatalf("restore: %s", said.String())
	}
	s.start()
	defer s.end()
	if code, body := s.get("/readyz"); code != http.StatusOK || !strings.Contains(body, "backup_age_seconds") {
		t.Errorf("%d %s", code, body)
	}
}

// Whatever zone a backup was made in, and whatever clock, the next is made when it
// is due and no age is negative; none of them is deleted for it.
func TestBackupsInAnotherZone(t *testing.T) {
	auckland, la := time.FixedZone("NZDT", 13*60*60), time.FixedZone("PST", -8*60*60)
	now := time.Date(2026, 11, 24, 3, 17, 0, 0, la)
	for _, c := range []struct {
		name string
		old  string // that lies in the folder
	}{
		{"nothing", ""},
		{"made this moment, in a zone ahead", backupName + now.In(auckland).UTC().Format(backupStamp)},
		{"made a day ago, in a zone ahead", backupName + now.Add(-24*time.Hour).UTC().Format(backupStamp)},
		{"made a day ago by an older program, in a zone ahead", backupName + now.Add(-20*time.Hour).In(auckland).Format(zonedStamp)},
		{"made by a clock that went wrong", backupName + now.AddDate(1, 0, 0).UTC().Format(backupStamp)},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			if c.old != "" {
				if err := os.WriteFile(filepath.Join(folder, c.old+".db"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			n := newNightly(t, storetest.Options(t, storetest.SQLite), folder, &night{now})
			n.Zone, n.Keep = la, 1
			n.step(t.Context())
			last, wrong := n.state(now)
			if wrong != "" || !last.Equal(now) {
				t.Errorf("the last is of %v: %s", last, wrong)
			}
			if _, err := os.Stat(filepath.Join(folder, backupName+now.UTC().Format(backupStamp)+".db")); err != nil {
				t.Error(err)
			}
			if list, err := backupsIn(folder, la); err != nil || len(made(list, now)) != 1 {
				t.Errorf("%v, %v", list, err)
			}
		})
	}
}
