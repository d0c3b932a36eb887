package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// A cause that does not open is told as damaged, and the one that it replaced does not
// stand for it.
func TestDamagedStallIsNotReplaced(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(storetest.WriteStall(ctx, tx, 1, "预算没批"), storetest.WriteStall(ctx, tx, 1, "换了负责人"), storetest.WriteStall(ctx, tx, 2, "等招标"))
		})
		storetest.Behind(t, o).Do(`UPDATE stall SET until_day = '2099-12-31' WHERE id = (SELECT MAX(id) FROM stall WHERE customer = 'K1')`)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			list, err := tx.Stalls().Last(ctx, time.Time{})
			if len(list) != 1 || list[0].Customer != "K2" || len(tx.Damaged()) != 1 {
				t.Errorf("%+v, damaged %v", list, tx.Damaged())
			}
			return err
		})
	})
}
