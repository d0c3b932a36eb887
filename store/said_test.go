package store_test

import (
	"context"
	"fmt"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
)

// What was said is remembered with its highest step, however many keys at once.
func TestSaid(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		const many = 10_000
		steps, keys := map[string]int{}, []string(nil)
		for i := range many {
			key := fmt.Sprint("a/", i)
			steps[key], keys = i%3, append(keys, key)
		}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error { return tx.Said().Say(ctx, steps, now) })
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Said().Say(ctx, map[string]int{"a/0": 15, "a/2": 1, "b": 7}, now.AddDate(0, 0, 1)); err != nil {
				return err
			}
			first, err := tx.Said().Once(ctx, "c", now)
			again, err2 := tx.Said().Once(ctx, "c", now)
			known, err3 := tx.Said().Once(ctx, "a/0", now)
			if !first || again || known || err != nil || err2 != nil || err3 != nil {
				t.Errorf("first %v, again %v, known %v; %v %v %v", first, again, known, err, err2, err3)
			}
			said, err := tx.Said().Of(ctx, append(keys, "b", "c", "nothing"))
			if len(said) != many+2 || said["a/0"] != 15 || said["a/2"] != 2 || said["a/4"] != 1 || said["b"] != 7 {
				t.Errorf("%d said, %v", len(said), said["a/0"])
			}
			none, err2 := tx.Said().Of(ctx, nil)
			if len(none) != 0 || err2 != nil {
				t.Errorf("%v %v", none, err2)
			}
			return err
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Said().Forget(ctx, now.AddDate(0, 0, 1)); err != nil {
				return err
			}
			said, err := tx.Said().Of(ctx, []string{"a/0", "a/1", "b", "c"})
			if fmt.Sprint(said) != "map[a/0:15 b:7]" {
				t.Errorf("after forgetting %v", said)
			}
			return err
		})
	})
}
