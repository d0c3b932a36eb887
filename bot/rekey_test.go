package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"
	"marketbot/store/vault"
)

const (
	rekeyFiles    = 60
	rekeyCheckIns = 1500
)

// rotation is a store whose secret_key changes.
type rotation struct {
	*testing.T
	o        store.Options // under both keys
	old, key string
	program  *program
}

func newRotation(t *testing.T, backend, url string) *rotation {
	r := &rotation{T: t, o: storetest.Prepared(t, backend), old: storeKey, key: store.NewSecretKey()}
	r.program = newProgram(t, url, r.o, crashPeople)
	return r
}

// settings gives the program a secret_key, and old ones.
func (r *rotation) settings(key string, old ...string) {
	r.Helper()
	text, err := os.ReadFile(r.program.config)
	if err != nil {
		r.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "secret_key:") && !strings.HasPrefix(line, "old_secret_keys:") {
			lines = append(lines, line)
		}
	}
	lines = append(lines, fmt.Sprintf("secret_key: %q\n", key))
	if len(old) > 0 {
		lines = append(lines, fmt.Sprintf("old_secret_keys: [%q]\n", old[0]))
	}
	if err := os.WriteFile(r.program.config, []byte(strings.Join(lines, "")), 0o600); err != nil {
		r.Fatal(err)
	}
}

// open opens the store under keys until the function that it gives is called.
func (r *rotation) open(key string, old ...string) (*store.DB, func()) {
	r.Helper()
	seals, err := store.NewSealer(key, old...)
	if err != nil {
		r.Fatal(err)
	}
	o := r.o
	o.Seals = seals
	db, err := store.Open(context.Background(), o)
	if err != nil {
		r.Fatal(err)
	}
	return db, func() {
		if err := db.Close(); err != nil {
			r.Error(err)
		}
	}
}

// fill writes files, check-ins and looks under the old key.
func (r *rotation) fill() {
	r.Helper()
	db, done := r.open(r.old)
	defer done()
	ctx, now := context.Background(), time.Now()
	err := db.Update(ctx, func(tx *store.Tx) error {
		for i := range rekeyFiles {
			id := fmt.Sprint("K", i)
			err := errors.Join(
				vault.In(tx).Add(ctx, store.Customer{ID: id, Name: "明华" + id, Owner: "wang", Stage: "接触", Created: now, Author: "li"}),
				vault.In(tx).PutFact(ctx, vault.Fact{ID: "f" + id, Customer: id, Field: "电话", Value: fmt.Sprint("020-8888", 1000+i), Source: "名片", Author: "li", At: now}),
				vault.Search(tx).PutPhone(ctx, id, "f"+id, fmt.Sprint("020-8888", 1000+i)))
			if err != nil {
				return err
			}
		}
		for i := range rekeyCheckIns {
			err := errors.Join(
				tx.CheckIns().Add(ctx, store.CheckIn{ID: tx.NewID(now), Person: "p", Day: store.DayOf(now), At: now, Place: "广州", Progress: mark(i)}),
				tx.Audit().Record(ctx, ledger.Entry{ID: tx.NewID(now), At: now, Person: "p", Act: "客户", Outcome: ledger.Denied, Look: ledger.Look{Customer: "K1", Why: mark(i)}}))
			if err != nil {
				return err
			}
		}
		ids, err := tx.Audit().Unlinked(ctx, time.Time{}, "", rekeyCheckIns)
		if err != nil {
			return err
		}
		return tx.Audit().Lay(ctx, ids, now)
	})
	if err != nil {
		r.Fatal(err)
	}
}

// check reads everything under keys.
func (r *rotation) check(key string, old ...string) {
	r.Helper()
	db, done := r.open(key, old...)
	defer done()
	ctx, now := context.Background(), time.Now()
	err := db.Update(ctx, func(tx *store.Tx) error {
		for i := range rekeyFiles {
			id := fmt.Sprint("K", i)
			access := store.Access{Person: "zhao", Customer: id, Basis: store.ByPost, Clause: "档-4"}
			f, err := vault.In(tx).Open(ctx, access, ledger.Entry{At: now, Person: "zhao", Act: "客户"})
			if err != nil {
				return err
			}
			if len(f.Facts) != 1 || f.Facts[0].Value != fmt.Sprint("020-8888", 1000+i) {
				r.Errorf("%s: %+v", id, f.Facts)
			}
			if hits, err := vault.Search(tx).Find(ctx, fmt.Sprint(1000+i), 5); err != nil || len(hits) != 1 {
				r.Errorf("%s is not found by its phone: %+v, %v", id, hits, err)
			}
		}
		list, err := tx.CheckIns().Of(ctx, "p", now.Add(-time.Hour), now.Add(time.Hour))
		if len(list) != rekeyCheckIns {
			r.Errorf("%d check-ins, want %d", len(list), rekeyCheckIns)
		}
		if err != nil {
			return err
		}
		v, err := tx.Audit().Verify(ctx, 0)
		if err == nil && !v.Whole() {
			r.Errorf("the audit: %+v", v)
		}
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
}

// nothingOld looks for anything that does not rest under the new key.
func (r *rotation) nothingOld() {
	r.Helper()
	db, done := r.open(r.key)
	defer done()
	if k, err := upkeep.Rekey(context.Background(), db, func(upkeep.Rekeying) {}); err != nil || k.Done > 0 || len(k.Lost) > 0 {
		r.Errorf("not under the new key: %+v, %v", k, err)
	}
}

// rekey runs the program's rekey.
func (r *rotation) rekey(ctx context.Context) (string, error) {
	return r.program.verb(ctx, "rekey")
}

// rotate makes the new key the old one.
func (r *rotation) rotate() {
	r.old, r.key = r.key, store.NewSecretKey()
	r.settings(r.key, r.old)
}

// TestRekeyWhileServing: a serving bot changes the key itself, while check-ins
// arrive, even when it is killed in between; one that runs with the old
// settings says so.
func TestRekeyWhileServing(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			platform := feishutest.New(time.Now)
			t.Cleanup(platform.Close)
			for p := range crashPeople {
				platform.Person(crowdID(p), fmt.Sprint("业务", p))
			}
			r := newRotation(t, backend, platform.URL)
			r.fill()
			r.program.start()
			r.settings(r.key, r.old)
			if out, err := r.rekey(t.Context()); err == nil || !strings.Contains(out, "请重启它") {
				t.Errorf("the bot has the old settings: %v: %s", err, out)
			}
			r.program.kill()

			r.program.start()
			stop, arrived := make(chan struct{}), 0
			var load sync.WaitGroup
			load.Go(func() { arrived = r.arrive(stop) })
			out := r.killedWhile()
			close(stop)
			load.Wait()
			if !strings.Contains(out, "换好了") || arrived == 0 {
				t.Errorf("%d arrived: %s", arrived, out)
			}
			r.program.kill()
			r.check(r.key)
			r.nothingOld()
		})
	}
}

// killedWhile asks for the change, kills the serving bot meanwhile, and asks
// again until it is done.
func (r *rotation) killedWhile() string {
	r.Helper()
	type ended struct {
		out string
		err error
	}
	for kill := true; ; kill = false {
		done := make(chan ended, 1)
		go func() {
			out, err := r.rekey(r.Context())
			done <- ended{out, err}
		}()
		if kill {
			time.Sleep(time.Duration(2000+rand.IntN(300)) * time.Millisecond) // the order is seen by then
			r.program.kill()
			for try := 0; !r.program.up() && try < 100; try++ { // who asked may have the store meanwhile
				r.program.kill()
				time.Sleep(100 * time.Millisecond)
			}
		}
		if e := <-done; e.err == nil || !kill {
			return e.out
		}
	}
}

// arrive delivers check-ins until stop, and counts those that were taken.
func (r *rotation) arrive(stop chan struct{}) (n int) {
	for i := 0; ; i++ {
		select {
		case <-stop:
			return n
		case <-time.After(5 * time.Millisecond):
		}
		if r.program.deliver(r.Context(), said(int64(i), fmt.Sprintf("om_rekey_%d", i), i%crashPeople, "签到 广州 "+mark(i), time.Now())) {
			n++
		}
	}
}
