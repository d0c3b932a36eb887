package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"
)

var storeKills = flag.Int("store-kills", 2, "how often each errand to a whole store is killed, on each database; long runs: 50")

// errand is what one process does to a whole store. It may be killed at any
// moment, and is done again then: that has to go well.
type errand struct {
	ready func()                                    // makes what it begins with
	run   func(ctx context.Context) (string, error) // and what it said; killed when ctx is done
	left  func(what string)                         // holds what a kill left to what is promised
	done  func(what string)                         // the same, of what was done in the end
}

// errands are all that change or copy a whole store, on each database.
var errands = []struct {
	name     string
	backends []string
	make     func(t *testing.T, backend string) errand
}{
	{"backup", storetest.Backends(), backingUp},
	{"restore", storetest.Backends(), restoring},
	{"move", []string{storetest.Postgres}, moving}, // from SQLite, there is no other way
	{"rekey", storetest.Backends(), rekeyed},
	{"first start", storetest.Backends(), firstStart},
	{"carried over", storetest.Backends(), carriedOver},
}

// TestStoreKilled: whenever what is done to a whole store is killed, there is a
// whole one afterwards, or a refusal that names the way on; and that leads on.
func TestStoreKilled(t *testing.T) {
	for _, e := range errands {
		for _, backend := range e.backends {
			t.Run(e.name+"/"+backend, func(t *testing.T) { e.make(t, backend).killed(t) })
		}
	}
}

func (e errand) killed(t *testing.T) {
	e.ready()
	began := time.Now()
	if out, err := e.run(t.Context()); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	took, broken := time.Since(began), 0
	e.done("not killed")
	for range *storeKills {
		e.ready()
		after := rand.N(took)
		ctx, cancel := context.WithTimeout(t.Context(), after)
		_, err := e.run(ctx)
		cancel()
		what := fmt.Sprintf("killed after %v of %v", after, took)
		if err != nil {
			broken++
		}
		e.left(what)
		if out, err := e.run(t.Context()); err != nil {
			t.Fatalf("%s: the way does not lead on: %v: %s", what, err, out)
		}
		e.done(what)
	}
	t.Logf("%d of %d broken off, whole it takes %v", broken, *storeKills, took.Round(time.Millisecond))
}

// verb runs a verb of the program to its end.
func (p *program) verb(ctx context.Context, words ...string) (string, error) {
	out, err := exec.CommandContext(ctx, p.binary, append(words, "--config", p.config)...).CombinedOutput()
	return string(out), err
}

// readied serves until the bot is ready, and ends it with a signal that it does
// not hear.
func (p *program) readied(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var said diary
	cmd := exec.CommandContext(ctx, p.binary, "serve", "--config", p.config)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return said.String(), cmp.Or(err, errors.New("it ended"))
		case <-time.After(2 * time.Millisecond):
		}
		resp, err := p.client.Get("http://" + p.addr + "/readyz")
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			cancel()
			<-ended
			return said.String(), nil
		}
	}
}

// fit reports whether a store may be opened. Where not, it is refused in words
// that name the way on.
func fit(t *testing.T, o store.Options, what, way string) bool {
	t.Helper()
	_, err := upkeep.Look(t.Context(), o)
	if err == nil {
		return true
	}
	if text := openError(t.Context(), Config{Store: o.Source}, time.UTC, o, err).Error(); !strings.Contains(text, way) {
		t.Fatalf("%s: %s", what, text)
	}
	return false
}

// holds looks for marks in a store.
func holds(t *testing.T, o store.Options, what string, marks ...string) {
	t.Helper()
	if missing := storetest.Noted(t, o, marks...); len(missing) > 0 {
		t.Fatalf("%s: the store lacks %v", what, missing)
	}
}

func noteIn(t *testing.T, o store.Options, marks ...string) {
	t.Helper()
	db, stop := storetest.Serve(t, o)
	defer stop()
	for _, m := range marks {
		if err := storetest.Note(t.Context(), db, m); err != nil {
			t.Fatal(err)
		}
	}
}

// nowhere is the address of a platform for verbs that speak to none.
const nowhere = "http://127.0.0.1:1"

// backingUp: a backup has its name when it is whole, and never before.
func backingUp(t *testing.T, backend string) errand {
	o, file := storetest.Options(t, backend), ""
	noteIn(t, o, "kept")
	p := newProgram(t, nowhere, o, 1)
	left := func(what string) {
		if !fit(t, o, what, "") {
			t.Fatalf("%s: a backup spoilt the store", what)
		}
		if _, err := os.Stat(file); err != nil {
			return
		}
		if _, err := os.Stat(file + upkeep.SumSuffix); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		to := storetest.Options(t, backend)
		if _, err := upkeep.Restore(t.Context(), to, file, time.Now()); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		holds(t, to, what, "kept")
	}
	return errand{
		ready: func() { file = filepath.Join(t.TempDir(), "backup") },
		run: func(ctx context.Context) (string, error) {
			out, err := p.verb(ctx, "backup", file)
			if strings.Contains(out, "文件已经有了") { // it was killed when all was done
				err = nil
			}
			return out, err
		},
		left: left,
		done: func(what string) {
			if left(what); len(filesIn(t, filepath.Dir(file))) != 2 { // with its sum
				t.Errorf("%s: it left %v", what, filesIn(t, filepath.Dir(file)))
			}
		},
	}
}

func filesIn(t *testing.T, folder string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// restoring: the old store or that of the backup.
func restoring(t *testing.T, backend string) errand {
	o, file := storetest.Options(t, backend), filepath.Join(t.TempDir(), "backup")
	noteIn(t, o, "before")
	if err := upkeep.Backup(t.Context(), o, file); err != nil {
		t.Fatal(err)
	}
	p := newProgram(t, nowhere, o, 1)
	return errand{
		ready: func() { noteIn(t, o, "after") },
		run:   func(ctx context.Context) (string, error) { return p.verb(ctx, "restore", file) },
		left: func(what string) {
			if fit(t, o, what, "marketbot restore") {
				holds(t, o, what, "before")
			}
		},
		done: func(what string) {
			if missing := storetest.Noted(t, o, "before", "after"); len(missing) != 1 || missing[0] != "after" {
				t.Fatalf("%s: restored, the store lacks %v", what, missing)
			}
		},
	}
}

// moving: the file as it was, and in PostgreSQL all of it, or nothing that
// anybody serves.
func moving(t *testing.T, backend string) errand {
	from, to := storetest.Options(t, storetest.SQLite), store.Options{}
	var p *program
	older(t, from)
	was, err := os.ReadFile(from.Source)
	if err != nil {
		t.Fatal(err)
	}
	same := func(what string) {
		if is, err := os.ReadFile(from.Source); err != nil || !bytes.Equal(is, was) {
			t.Fatalf("%s: the file is not as it was: %v", what, err)
		}
	}
	return errand{
		ready: func() {
			to = storetest.Options(t, backend)
			p = newProgram(t, nowhere, to, 1)
		},
		run: func(ctx context.Context) (string, error) {
			out, err := p.verb(ctx, "migrate-store", from.Source, to.Source)
			if strings.Contains(out, "已经有东西") { // it was killed when all was done
				err = nil
			}
			return out, err
		},
		left: func(what string) {
			if same(what); fit(t, to, what, "marketbot migrate-store") && !untouched(t, to) {
				keptOlder(t, to, what)
			}
		},
		done: func(what string) {
			same(what)
			keptOlder(t, to, what)
			if list := filesIn(t, filepath.Dir(from.Source)); len(list) > 2 { // with its lock
				t.Errorf("%s: it left %v", what, list)
			}
		},
	}
}

// untouched reports whether a database has no tables at all.
func untouched(t *testing.T, o store.Options) bool {
	t.Helper()
	s, err := upkeep.Examine(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return s.New
}

// rekeyed: every value readable, and nothing under the old key in the end.
func rekeyed(t *testing.T, backend string) errand {
	r := newRotation(t, backend, nowhere)
	r.fill()
	r.settings(r.key, r.old)
	first := true
	return errand{
		ready: func() {
			if !first {
				r.rotate()
			}
			first = false
		},
		run: r.rekey,
		left: func(string) {
			intact(t, backend, r.o.Source)
			r.check(r.key, r.old)
		},
		done: func(string) {
			r.check(r.key)
			r.nothingOld()
		},
	}
}

// firstStart: the tables of a new store, whatever part of them was made before.
func firstStart(t *testing.T, backend string) errand {
	return starting(t, func() store.Options { return storetest.Options(t, backend) }, func(store.Options, string) {})
}

// carriedOver: a store of the series before, with all that it held.
func carriedOver(t *testing.T, backend string) errand {
	return starting(t, func() store.Options {
		o := storetest.Options(t, backend)
		older(t, o)
		return o
	}, func(o store.Options, what string) { keptOlder(t, o, what) })
}

// starting begins to serve stores that are to be brought up to date.
func starting(t *testing.T, create func() store.Options, kept func(o store.Options, what string)) errand {
	platform := feishutest.New(time.Now)
	t.Cleanup(platform.Close)
	platform.Person(crowdID(0), "业务0")
	var o store.Options
	var p *program
	return errand{
		ready: func() {
			o = create()
			p = newProgram(t, platform.URL, o, 1)
		},
		run:  func(ctx context.Context) (string, error) { return p.readied(ctx) },
		left: func(what string) { fit(t, o, what, "") },
		done: func(what string) {
			if untouched(t, o) {
				t.Fatalf("%s: no tables", what)
			}
			noteIn(t, o, "new")
			kept(o, what)
		},
	}
}

// older makes a store as the series before the present one did, with somebody
// in it.
func older(t *testing.T, o store.Options) {
	t.Helper()
	raw := storetest.Before(t, o, 16)
	for _, q := range []string{
		`INSERT INTO person (id, name, post, duties, since, until) VALUES ('li', '李雷', '业务员', '', 1, 0)`,
		`INSERT INTO meta (name, value) VALUES ('mark', '2026-11-01T00:00:00Z')`,
	} {
		if _, err := raw.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
}

// keptOlder looks for what older wrote.
func keptOlder(t *testing.T, o store.Options, what string) {
	t.Helper()
	holds(t, o, what, "mark")
	db, stop := storetest.Serve(t, o)
	defer stop()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		p, found, err := tx.People().ByID(t.Context(), "li")
		if !found || p.Name != "李雷" || p.Forged {
			t.Errorf("%s: %v, %+v", what, found, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
