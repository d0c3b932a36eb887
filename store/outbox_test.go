package store_test

import (
	"context"
	"fmt"
	"strings"
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
				if _, err := tx.Owe(ctx, store.Outgoing{ID: id, Key: id, Content: []byte("{}"), Due: now, Created: now}); err != nil {
					return err
				}
				if err := tx.Retry(ctx, id, now, reason, true); err != nil {
					return err
				}
				var err error
				if owed, _, err = tx.Owed(ctx, id); err != nil {
					return err
				}
				return tx.Bury(ctx, id, reason, now)
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
			if _, err := tx.Owe(ctx, store.Outgoing{ID: "m", Key: "k", Content: []byte("{}"), Due: now, Created: now}); err != nil {
				return err
			}
			if err := tx.Sent(ctx, "m", now); err != nil {
				return err
			}
			for key, want := range map[string]bool{"k": true, "l": false} {
				if got, err := tx.Owes(ctx, key); err != nil || got != want {
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
