package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"marketbot/store"
	"marketbot/store/storetest"
)

// A platform may answer anything; every database takes what is kept of it.
func TestReasonsOfPlatforms(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	for _, backend := range storetest.Backends() {
		db := storetest.Open(t, backend)
		for i, reason := range []string{"refused", "", "a\x00b\xff\xfec", strings.Repeat("超时", 500), "\xe8" + strings.Repeat("\x00", 600)} {
			id := fmt.Sprint("m", i)
			var owed store.Outgoing
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				ctx := context.Background()
				if _, err := tx.Outbox().Enqueue(ctx, &store.Outgoing{ID: id, Key: id, Content: []byte("{}"), Due: now, Created: now}); err != nil {
					return err
				}
				if err := tx.Outbox().Retry(ctx, id, now, reason, true); err != nil {
					return err
				}
				var err error
				if owed, _, err = tx.Outbox().ByID(ctx, id); err != nil {
					return err
				}
				return tx.Outbox().DeadLetter(ctx, id, reason, now)
			})
			if err != nil {
				t.Errorf("%s, reason %d: %v", backend, i, err)
			}
			if s := owed.Error; len(s) > 500 || !utf8.ValidString(s) || strings.Contains(s, "\x00") || reason == "refused" && s != reason {
				t.Errorf("%s, reason %d: kept %q", backend, i, s)
			}
		}
	}
}

// What was said is known under its key also when it is long gone out.
func TestOwes(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	for _, backend := range storetest.Backends() {
		db := storetest.Open(t, backend)
		err := db.Update(t.Context(), func(tx *store.Tx) error {
			ctx := context.Background()
			if _, err := tx.Outbox().Enqueue(ctx, &store.Outgoing{ID: "m", Key: "k", Content: []byte("{}"), Due: now, Created: now}); err != nil {
				return err
			}
			if err := tx.Outbox().Sent(ctx, "m", "", now); err != nil {
				return err
			}
			for key, want := range map[string]bool{"k": true, "l": false} {
				if got, err := tx.Outbox().Owes(ctx, key); err != nil || got != want {
					t.Errorf("%s: Owes(%q) = %v, %v", backend, key, got, err)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// A message is owed with its whole update or not at all, whatever becomes of what
// shares its commit.
func TestOwedWhole(t *testing.T) {
	now := time.UnixMilli(1_800_000_000_000)
	for _, backend := range storetest.Backends() {
		db := storetest.Open(t, backend)
		const good, failing, panicking, taken = 0, 1, 2, 3
		owe := func(i int) (owed bool, err error) {
			err = db.Update(t.Context(), func(tx *store.Tx) error {
				ctx := context.Background()
				owed = false
				if _, err := tx.Firings().Fire(ctx, fmt.Sprint(i), now, now, false); err != nil {
					return err
				}
				o := store.Outgoing{ID: tx.NewID(now), Key: fmt.Sprint("m", i), Due: now, Created: now}
				if i%4 == taken {
					o.Key = "taken"
				}
				fresh, err := tx.Outbox().Enqueue(ctx, &o)
				if err != nil {
					return err
				}
				switch i % 4 {
				case failing:
					return errors.New("no")
				case panicking:
					panic("no")
				}
				owed = fresh
				return nil
			})
			return owed, err
		}
		if owed, err := owe(taken); !owed || err != nil {
			t.Fatalf("%s: %v, %v", backend, owed, err)
		}
		var done sync.WaitGroup
		for i := 4; i < 124; i++ {
			done.Go(func() {
				owed, err := owe(i)
				if owed != (i%4 == good) || (err == nil) != (i%4 == good || i%4 == taken) {
					t.Errorf("%s, %d: owed %v, %v", backend, i, owed, err)
				}
			})
		}
		done.Wait()
		err := db.View(t.Context(), func(tx *store.Tx) error {
			waiting, err := tx.Outbox().Waiting(context.Background(), now, 1000)
			fired, err2 := tx.Firings().Since(context.Background(), now)
			if len(waiting) != 31 || len(fired) != 61 {
				t.Errorf("%s: %d messages wait and %d updates stayed", backend, len(waiting), len(fired))
			}
			return errors.Join(err, err2)
		})
		if err != nil {
			t.Error(err)
		}
	}
}
