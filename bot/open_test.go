package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"
)

// begun is a site whose bot has served a store once and was stopped.
func begun(t *testing.T, backend string) (*site, store.Options) {
	t.Helper()
	s, o := newSite(t), storetest.Options(t, backend)
	if s.cfg.Store = o.Source; backend == storetest.Postgres {
		s.cfg.Backup.Dir = ""
	}
	s.start()
	s.end()
	return s, o
}

// config is a file with the store of the site's and a secret_key.
func (s *site) config(key string) string {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "config.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, "store: %q\nsecret_key: %q\nbackup: {dir: %q}\n", s.cfg.Store, key, s.cfg.Backup.Dir), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return file
}

// refused wants serve to refuse the store with exit 2 and words, and check to say
// the same, and the store to stay as it is.
func (s *site) refused(words string) {
	s.t.Helper()
	before := s.resting()
	s.says(words)
	if after := s.resting(); after != before {
		s.t.Error("something was written")
	}
}

// says wants serve to end with exit 2 and words, and check to say the same.
func (s *site) says(words string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	err := serve(ctx, s.cfg, time.Now, io.Discard, quiet())
	if code := ended(err, io.Discard); code != exitUsage || !strings.Contains(err.Error(), words) {
		s.t.Errorf("serve: exit %d, %v; want %q", code, err, words)
	}
	var said lines
	if code := run(s.t.Context(), time.Now, []string{"check", "--config", s.config(s.cfg.SecretKey)}, &said, &said); code != exitWrong || !strings.Contains(said.String(), words) {
		s.t.Errorf("check: exit %d, %s; want %q", code, said.String(), words)
	}
}

// behind runs a statement behind the back of a store, and leaves it at rest.
func behind(t *testing.T, o store.Options) func(statement string) {
	return func(statement string) {
		t.Helper()
		if !isPostgres(o.Source) {
			storetest.Damage(t, o.Source, statement)
			return
		}
		storetest.Behind(t, o).Do(statement)
	}
}

// resting is a digest of the store's file; of PostgreSQL, how much was written.
func (s *site) resting() string {
	s.t.Helper()
	if isPostgres(s.cfg.Store) {
		o := store.Options{Source: s.cfg.Store}
		return fmt.Sprint(storetest.Behind(s.t, o).Get(`SELECT string_agg(name || value, ' ' ORDER BY name) || (SELECT COUNT(*) FROM audit) FROM meta`))
	}
	data, err := os.ReadFile(s.cfg.Store)
	if err != nil {
		s.t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(data))
}

// Another secret_key is refused before anything is written, by whatever would
// write; with the right one everything goes on.
func TestAnotherKeyIsRefused(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			const words = "secret_key 不是这个数据库的"
			s, _ := begun(t, backend)
			right, wrong := s.cfg.SecretKey, store.NewSecretKey()
			backup := filepath.Join(t.TempDir(), "backup")
			var said lines
			if code := run(t.Context(), time.Now, []string{"backup", backup, "--config", s.config(right)}, &said, &said); code != exitFine {
				t.Fatal(said.String())
			}
			s.cfg.SecretKey = wrong
			s.refused(words)
			book := newDrawer(t, storetest.SQLite, [][]any{{"客户名称"}, {"广州明华贸易有限公司"}}).file
			config := s.config(wrong)
			rotated := filepath.Join(t.TempDir(), "config.yaml")
			text := fmt.Sprintf("store: %q\nsecret_key: %q\nold_secret_keys: [%q]\n", s.cfg.Store, wrong, store.NewSecretKey())
			if err := os.WriteFile(rotated, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			before := s.resting()
			for _, args := range [][]string{
				{"import-customers", book, "--apply", "--config", config},
				{"import-customers", book, "--config", config},
				{"rekey", "--config", rotated},
				{"restore", backup, "--config", config},
			} {
				var said lines
				if code := run(t.Context(), time.Now, args, &said, &said); code != exitUsage || !strings.Contains(said.String(), "secret_key") {
					t.Errorf("%s: exit %d, %s", args[0], code, said.String())
				}
			}
			if after := s.resting(); after != before {
				t.Error("something was written")
			}
			s.cfg.SecretKey = right
			s.start()
			s.end()
		})
	}
}

// A key that was changed serves beside the old one; without the old one only once
// everything went over, and the old one alone never again.
func TestRotatedKey(t *testing.T) {
	s, _ := begun(t, storetest.SQLite)
	old, key := s.cfg.SecretKey, store.NewSecretKey()
	s.cfg.SecretKey = key
	s.refused("写进 old_secret_keys")
	s.cfg.OldSecretKeys = []string{old}
	s.start()
	s.end()
	for _, keys := range [][]string{{key}, {old}} {
		s.cfg.SecretKey, s.cfg.OldSecretKeys = keys[0], nil
		s.refused("secret_key 不是这个数据库的")
	}
	config := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "store: %q\nsecret_key: %q\nold_secret_keys: [%q]\n", s.cfg.Store, key, old), 0o600); err != nil {
		t.Fatal(err)
	}
	var said lines
	if code := run(t.Context(), time.Now, []string{"rekey", "--config", config}, &said, &said); code != exitFine {
		t.Fatalf("rekey: %s", said.String())
	}
	s.refused("secret_key 不是这个数据库的") // the old one alone
	s.cfg.SecretKey = key
	s.start()
	s.end()
}

// A store that is not what this program makes is refused, in words that name what
// is amiss and who made it, and nothing is written to it.
func TestUnfitStoresAreRefused(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			s, o := begun(t, backend)
			do := behind(t, o)
			for _, c := range []spoilt{
				{"a newer program", `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`,
					`DELETE FROM goose_db_version WHERE version_id = 999`, "由更新的程序"},
				{"an edited migration", `UPDATE meta SET value = 'x' || value WHERE name = 'migration/21'`,
					`UPDATE meta SET value = substr(value, 2) WHERE name = 'migration/21'`, "一个迁移和当初用的不一样（21"},
				{"a dropped column", `ALTER TABLE check_in DROP COLUMN place`, `ALTER TABLE check_in ADD COLUMN place BYTEA`, "check_in.place"},
				{"a column of others", `ALTER TABLE lead ADD COLUMN mine TEXT NOT NULL DEFAULT ''`, `ALTER TABLE lead DROP COLUMN mine`, "lead.mine"},
				{"a dropped index", `DROP INDEX person_name`, `CREATE UNIQUE INDEX person_name ON person (name) WHERE until = 0`, "person_name"},
				{"a dropped table", `ALTER TABLE undo RENAME TO undone`, `ALTER TABLE undone RENAME TO undo`, "undo"},
				alienTrigger(backend),
			} {
				t.Run(c.name, func(t *testing.T) {
					s.t = t
					do(c.spoil)
					s.refused(c.words)
					do(c.mend)
				})
			}
			s.t = t
			do(`INSERT INTO meta (name, value) VALUES ('migration/999', 'digest v9.9.9')`)
			do(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)`)
			s.refused("v9.9.9")
			do(`DELETE FROM goose_db_version WHERE version_id = 999`)
			do(`DELETE FROM goose_db_version WHERE version_id = 82`)
			for range 2 { // it cannot be made again; a service that is started again and again would end the disk
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
				err := serve(ctx, s.cfg, time.Now, io.Discard, quiet())
				cancel()
				if code := ended(err, io.Discard); code != exitUsage || !strings.Contains(err.Error(), "升级数据库做到") {
					t.Errorf("a migration that does not go through: exit %d, %v", code, err)
				}
			}
			do(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (82, true)`)
			s.start()
			s.end()
		})
	}
}

// spoilt is a way to spoil a store behind the program's back, and back.
type spoilt struct{ name, spoil, mend, words string }

// alienTrigger undoes what is written as soon as it is.
func alienTrigger(backend string) spoilt {
	const name, words = "a trigger of others", "outbox.trigger mine"
	if backend == storetest.SQLite {
		return spoilt{name, `CREATE TRIGGER mine AFTER INSERT ON outbox BEGIN DELETE FROM outbox; END`, `DROP TRIGGER mine`, words}
	}
	return spoilt{name, `CREATE FUNCTION mine() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
		CREATE TRIGGER mine BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION mine()`, `DROP FUNCTION mine CASCADE`, words}
}

// A file that somebody took away, emptied or put something else in the place of is
// no reason to begin anew.
func TestMissingFileIsRefused(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(file string) error
		words string
	}{
		{"emptied", func(file string) error { return os.Truncate(file, 0) }, "数据库文件不见了，或是空的"},
		{"moved away", func(file string) error { return os.Rename(file, file+".old") }, "数据库文件不见了，或是空的"},
		{"moved away after a crash", func(file string) error {
			return errors.Join(os.Rename(file, file+".old"), os.Rename(file+".clean", file+"-wal"))
		}, "数据库文件不见了，或是空的"},
		{"a folder", func(file string) error { return errors.Join(os.Remove(file), os.Mkdir(file, 0o700)) }, "不是普通的文件"},
		{"a file of another program", func(file string) error {
			if err := os.Remove(file); err != nil {
				return err
			}
			other, err := sql.Open("sqlite", file)
			if err == nil {
				_, err = other.Exec(`CREATE TABLE dashboard (id INTEGER)`)
			}
			return errors.Join(err, other.Close())
		}, "别的程序的"},
		{"a link to nowhere", func(file string) error {
			return errors.Join(os.Remove(file), os.Symlink(file+".nowhere", file))
		}, "不是普通的文件"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, o := begun(t, storetest.SQLite)
			if err := c.spoil(o.Source); err != nil {
				t.Fatal(err)
			}
			s.says(c.words)
		})
	}
}

// Nor is a store of which only a backup is left: whoever lost it would not notice.
func TestOnlyABackupIsLeft(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			s, o := begun(t, backend)
			folder := t.TempDir()
			backup := filepath.Join(folder, "marketbot-20261124-031700Z"+backupSuffix(o.Source))
			if err := upkeep.Backup(t.Context(), o, backup); err != nil {
				t.Fatal(err)
			}
			s.cfg.Backup.Dir, s.cfg.Store = folder, storetest.Options(t, backend).Source
			s.says(backup)
			config := s.config(s.cfg.SecretKey)
			var said lines
			if code := run(t.Context(), time.Now, []string{"restore", backup, "--config", config}, &said, &said); code != exitFine {
				t.Fatalf("restore: exit %d, %s", code, said.String())
			}
			s.start()
			s.end()

			s.cfg.Store = storetest.Options(t, backend).Source
			if err := os.Rename(backup, backup+".away"); err != nil {
				t.Fatal(err)
			}
			s.start() // somebody wants to begin anew
			s.end()
		})
	}
}

// A link to the file of a store is the store, for all that lies beside it too.
func TestLinkedStore(t *testing.T) {
	s, o := begun(t, storetest.SQLite)
	link := filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(o.Source, link); err != nil {
		t.Fatal(err)
	}
	s.cfg.Store = link
	config := s.config(s.cfg.SecretKey)
	cfg, err := loadConfig(config, os.LookupEnv)
	if err != nil || cfg.Store != o.Source {
		t.Fatalf("%q, %v", cfg.Store, err)
	}
	var said lines
	if code := run(t.Context(), time.Now, []string{"restore", link, "--config", config}, &said, &said); code != exitUsage || !strings.Contains(said.String(), "就是现在用的数据库") {
		t.Errorf("restored from itself: exit %d, %s", code, said.String())
	}
}

// What PostgreSQL refuses is told in words, and is not tried for ever.
func TestPostgresRefuses(t *testing.T) {
	s, o := begun(t, storetest.Postgres)
	for _, c := range []struct{ name, parameter, value, words string }{
		{"no such database", "database", "nowhere", "没有 store 写的这个库"},
		{"no such user", "user", "nosuch", "不让进"},
		{"no such parameter", "colour", "red", "store 里的地址写得不对"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := url.Parse(o.Source)
			if err != nil {
				t.Fatal(err)
			}
			q := at.Query()
			q.Set(c.parameter, c.value)
			at.RawQuery = q.Encode()
			s.t, s.cfg.Store = t, at.String()
			s.says(c.words)
			config := s.config(s.cfg.SecretKey)
			for _, args := range [][]string{{"backup", filepath.Join(t.TempDir(), "b.dump")}, {"audit", "verify"}, {"rekey"}} {
				var said lines
				if code := run(t.Context(), time.Now, append(args, "--config", config), &said, &said); code != exitUsage || args[0] != "rekey" && !strings.Contains(said.String(), c.words) {
					t.Errorf("%v: exit %d, %s", args, code, said.String())
				}
			}
		})
	}
}

// undoing is what takes the newest migration back that is no code, and those behind it.
func undoing(t *testing.T) (down, forget string) {
	t.Helper()
	list, err := filepath.Glob("../store/migrations/*.sql") // in their order
	if err != nil || len(list) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	text, err := os.ReadFile(list[len(list)-1])
	if err != nil {
		t.Fatal(err)
	}
	_, down, _ = strings.Cut(string(text), "-- +goose Down\n")
	version, _, _ := strings.Cut(filepath.Base(list[len(list)-1]), "_")
	return down, `DELETE FROM goose_db_version WHERE version_id >= ` + strings.TrimLeft(version, "0")
}

// The first start of a newer program keeps a backup of what was before.
func TestBackupBeforeAnUpdate(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			s, o := begun(t, backend)
			folder := filepath.Join(t.TempDir(), "backups")
			s.cfg.Backup.Dir = folder
			do := behind(t, o)
			down, forget := undoing(t)
			do(down)
			do(forget)
			s.start()
			s.end()
			found, err := filepath.Glob(filepath.Join(folder, "before-update-*"+backupSuffix(o.Source)))
			if err != nil || len(found) != 1 {
				t.Fatalf("%v, %v", found, err)
			}
			s.start() // not again
			s.end()
			if found, err := filepath.Glob(filepath.Join(folder, "before-update-*"+backupSuffix(o.Source))); err != nil || len(found) != 1 {
				t.Errorf("%v, %v", found, err)
			}
			for try := range 2 { // a start that was ended is made again at once
				if err := backUpBefore(t.Context(), s.cfg, o, thursday()); err != nil {
					t.Errorf("start %d of one second: %v", try+1, err)
				}
			}
		})
	}
}

// The files of a store are its owner's alone, those of an older program, too.
func TestFilesAreTheOwnersAlone(t *testing.T) {
	s := newSite(t)
	dir := filepath.Dir(s.cfg.Store)
	modes := func() {
		t.Helper()
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			info, err := f.Info()
			if err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
			if err == nil && info.Mode().Perm()&0o077 != 0 {
				t.Errorf("%s is %v", f.Name(), info.Mode())
			}
		}
	}
	s.start()
	modes()
	s.end()
	modes()
	if err := os.Chmod(s.cfg.Store, 0o644); err != nil {
		t.Fatal(err)
	}
	s.start()
	modes()
	s.end()
}

// A restore that did not end keeps the bot from starting.
func TestInterruptedRestoreIsRefused(t *testing.T) {
	t.Run(storetest.Postgres, func(t *testing.T) {
		s, o := begun(t, storetest.Postgres)
		rest := storetest.Behind(t, o)
		rest.Do(`ALTER SCHEMA public RENAME TO before_20261124_031700`)
		rest.Do(`CREATE SCHEMA public`)
		err := serve(context.Background(), s.cfg, time.Now, io.Discard, quiet())
		if code := ended(err, io.Discard); code != exitUsage || !strings.Contains(err.Error(), "before_20261124_031700") {
			t.Errorf("exit %d, %v", code, err)
		}
	})
}

// A store that is too old to go on from is refused in words that name the way on,
// and moved no more than served.
func TestTooOldIsRefused(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			s, o := newSite(t), storetest.Options(t, backend)
			s.cfg.Store = o.Source
			if err := storetest.Before(t, o, 15).Close(); err != nil {
				t.Fatal(err)
			}
			s.refused("请先用写到后一个版本的程序打开它一次")
			if backend == storetest.Postgres {
				return
			}
			var said lines
			args := []string{"migrate-store", o.Source, storetest.Options(t, storetest.Postgres).Source, "--config", s.config(storeKey)}
			if code := run(t.Context(), time.Now, args, &said, &said); code != exitUsage || !strings.Contains(said.String(), "请先用写到后一个版本的程序打开它一次") {
				t.Errorf("exit %d, %s", code, said.String())
			}
		})
	}
}

// A dump without its sum is not restored before somebody vouches for it.
func TestDumpWithoutASumIsRefused(t *testing.T) {
	s, _ := begun(t, storetest.Postgres)
	file, config := filepath.Join(t.TempDir(), "dump"), s.config(storeKey)
	for _, c := range []struct {
		verb  string
		code  int
		words string
		then  func() error
	}{
		{"backup", exitFine, "已备份", func() error { return os.Remove(file + upkeep.SumSuffix) }},
		{"restore", exitWrong, "sha256sum 文件名 > 文件名.sha256", func() error {
			cmd := exec.Command("sh", "-c", "sha256sum dump > dump.sha256")
			cmd.Dir = filepath.Dir(file)
			return cmd.Run()
		}},
		{"restore", exitFine, "已从", func() error { return nil }},
	} {
		var said lines
		if code := run(t.Context(), time.Now, []string{c.verb, file, "--config", config}, &said, &said); code != c.code || !strings.Contains(said.String(), c.words) {
			t.Errorf("%s: exit %d, %s", c.verb, code, said.String())
		}
		if err := c.then(); err != nil {
			t.Fatal(err)
		}
	}
}
