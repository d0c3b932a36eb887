package store_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// One process at a time has its turn; who waits gets it when it ends.
func TestTurn(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o := storetest.Prepared(t, backend)
			var working, most, turns atomic.Int32
			var all sync.WaitGroup
			for range 3 {
				if backend == storetest.SQLite && turns.Load() > 0 {
					break // it has one process
				}
				db, err := store.Open(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { db.Close() })
				turn := func() {
					err := db.Turn(t.Context(), "robot", func(context.Context) error {
						most.Store(max(most.Load(), working.Add(1)))
						time.Sleep(100 * time.Millisecond)
						working.Add(-1)
						turns.Add(1)
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
				if backend == storetest.SQLite {
					turn()
					continue
				}
				all.Go(turn)
			}
			all.Wait()
			if most.Load() != 1 || turns.Load() == 0 || backend == storetest.Postgres && turns.Load() != 3 {
				t.Errorf("%d turns, %d at a time", turns.Load(), most.Load())
			}
		})
	}
}

// A turn ends with the database, and whoever has it is told.
func TestTurnIsLost(t *testing.T) {
	s := storetest.NewServer(t)
	db, err := store.Open(t.Context(), s.Options())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	began := time.Now()
	err = db.Turn(t.Context(), "robot", func(ctx context.Context) error {
		s.Crash()
		<-ctx.Done()
		return ctx.Err()
	})
	if err == nil || t.Context().Err() != nil {
		t.Errorf("a lost turn: %v", err)
	}
	t.Logf("told after %v", time.Since(began).Round(time.Millisecond))
}
