package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// Of two transactions that wait for each other one is undone whole, and told to
// try again; the other goes on.
func TestDeadlock(t *testing.T) {
	r := replicas(t, 2)
	errs := make([]error, 2)
	var both, all sync.WaitGroup
	both.Add(2)
	for i, codes := range [][]string{{"A", "B"}, {"B", "A"}} {
		all.Go(func() {
			errs[i] = r[i].Update(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.NextCode(t.Context(), codes[0]); err != nil {
					return err
				}
				both.Done()
				both.Wait()
				return tx.Nested(t.Context(), func() error {
					_, err := tx.NextCode(t.Context(), codes[1])
					return err
				})
			})
		})
	}
	all.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v, %v", errs[0], errs[1])
	}
	for _, err := range errs {
		if err != nil && !(store.Again(err) && store.Broken(err)) {
			t.Errorf("not to be tried again: %v", err)
		}
	}
}

// A process that stops in the middle of a transaction holds the others up for a
// while only.
func TestStalledTransaction(t *testing.T) {
	o := storetest.Options(t, storetest.Postgres)
	a := storetest.Reopen(t, o)
	defer a.Close()
	o.Source += "&idle_in_transaction_session_timeout=2000" // a busy machine pauses for a while, too
	b := storetest.Reopen(t, o)
	defer b.Close()
	locked, freed, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- b.Update(context.Background(), func(tx *store.Tx) error {
			err := tx.Lock(context.Background(), "name")
			close(locked)
			<-freed
			return err
		})
	}()
	<-locked
	began := time.Now()
	storetest.Update(t, a, func(ctx context.Context, tx *store.Tx) error { return tx.Lock(ctx, "name") })
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("waited for %v", took)
	}
	close(freed)
	if err := <-ended; !store.Again(err) {
		t.Errorf("the one that stopped: %v", err)
	}
}

// A store that is closed, or whose server refuses, says so at once; one that is
// told another limit of connections keeps to it.
func TestPool(t *testing.T) {
	o := storetest.Options(t, storetest.Postgres)
	o.Pool = store.Pool{Connections: 2, Idle: time.Second}
	db := storetest.Reopen(t, o)
	var mu sync.Mutex
	var all sync.WaitGroup
	at, most, both := 0, 0, make(chan struct{})
	count := func(by int) {
		mu.Lock()
		defer mu.Unlock()
		if at += by; at == 2 && most < 2 {
			close(both)
		}
		most = max(most, at)
	}
	for range 6 {
		all.Go(func() {
			storetest.Update(t, db, func(context.Context, *store.Tx) error {
				count(1)
				defer count(-1)
				select { // a slow machine begins the second late
				case <-both:
				case <-time.After(5 * time.Second):
				}
				time.Sleep(20 * time.Millisecond)
				return nil
			})
		})
	}
	all.Wait()
	if most != 2 {
		t.Errorf("%d connections at a time", most)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := db.Update(t.Context(), func(*store.Tx) error { return nil }); err == nil || time.Since(began) > time.Second {
		t.Errorf("closed: %v after %v", err, time.Since(began))
	}
}

// What is entered about a contract while that is found to be paid up keeps it open,
// also of who has entered it and not committed yet.
func TestEnteredWhilePaidUp(t *testing.T) {
	for _, before := range []bool{true, false} {
		o := storetest.Options(t, storetest.Postgres)
		a, b, behind := storetest.Reopen(t, o), storetest.Reopen(t, o), storetest.Behind(t, o)
		c := storetest.AContract(1, "")
		storetest.Update(t, a, func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Contracts().Add(ctx, c, store.ContractAct{ID: tx.NewID(now), At: now})
			return err
		})
		c.Version = 1
		entered, commit, committed, paid := make(chan struct{}), make(chan struct{}), make(chan error, 1), make(chan error, 1)
		go func() {
			committed <- b.Update(context.Background(), func(tx *store.Tx) error {
				err := storetest.WriteMoney(context.Background(), tx, 1, "退款")
				close(entered)
				<-commit
				return err
			})
		}()
		<-entered
		err := a.Update(t.Context(), func(tx *store.Tx) error {
			if before {
				close(commit)
				if err := <-committed; err != nil {
					return err
				}
				return tx.Contracts().PaidUp(t.Context(), c, 0, "2026-12-01", "")
			}
			go func() { paid <- tx.Contracts().PaidUp(t.Context(), c, 0, "2026-12-01", "") }()
			for len(paid) == 0 && behind.Get(`SELECT COUNT(*) FROM pg_locks WHERE NOT granted`) == int64(0) {
			}
			close(commit)
			return errors.Join(<-committed, <-paid)
		})
		storetest.Update(t, a, func(ctx context.Context, tx *store.Tx) error {
			list, err := tx.Contracts().Owing(ctx, "2026-12-02", "")
			if len(list) != 1 {
				t.Errorf("committed before %t: nothing is owing", before)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
