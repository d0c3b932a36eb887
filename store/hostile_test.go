package store_test

import (
	"context"
	"testing"

	"marketbot/store"
	"marketbot/store/storetest"
)

// Every free text that people give comes back byte for byte, whatever it is,
// on every database.
func TestTextsRestByteForByte(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			t.Parallel()
			db := storetest.Open(t, backend)
			for i, s := range storetest.Hostile(t) {
				for what, got := range restAll(t, db, i, s) {
					if got != s {
						t.Errorf("%s: %.60q came back as %.60q", what, s, got)
					}
				}
			}
		})
	}
}

// restAll stores s as every text of a new person and reads it back.
func restAll(t *testing.T, db *store.DB, i int, s string) map[string]string {
	t.Helper()
	ctx := context.Background()
	got := map[string]string{}
	err := db.Update(ctx, func(tx *store.Tx) error {
		return writeTexts(ctx, tx, i, s)
	})
	if err == nil {
		err = db.Update(ctx, func(tx *store.Tx) error {
			for _, t := range texts {
				if err := t.read(ctx, tx, i, s, got); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		t.Fatalf("%.60q: %v", s, err)
	}
	return got
}

// writeTexts stores s as every text of a new person and a new customer.
func writeTexts(ctx context.Context, tx *store.Tx, i int, s string) error {
	for _, t := range texts {
		if err := t.write(ctx, tx, i, s); err != nil {
			return err
		}
	}
	return nil
}
