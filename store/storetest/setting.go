package storetest

import (
	"context"
	"fmt"

	"marketbot/store"
)

// WriteSetting stores a setting whose value is s.
func WriteSetting(ctx context.Context, tx *store.Tx, i int, s string) error {
	all, err := tx.Settings().All(ctx) // what is not given any more is noted as gone
	if err != nil {
		return err
	}
	_, err = tx.Settings().Note(ctx, append(all, store.Setting{Name: fmt.Sprint("s", i), Value: s, Digest: s}), Now)
	return err
}

// ReadSetting reads back what WriteSetting stored.
func ReadSetting(ctx context.Context, tx *store.Tx, i int, got map[string]string) error {
	all, err := tx.Settings().All(ctx)
	for _, s := range all {
		if s.Name == fmt.Sprint("s", i) {
			got["setting"], got["setting's digest"] = s.Value, s.Digest
		}
	}
	return err
}
