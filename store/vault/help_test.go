package vault_test

import (
	"context"
	"errors"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/storetest"
)

var now = storetest.Now

// raw runs a statement that the vault has no word for, in the transaction itself.
func raw(ctx context.Context, tx *store.Tx, query string) error {
	_, err := engine.Borrow(tx).Exec(ctx, "test", query)
	return err
}

// errUndo undoes an update that went as it should.
var errUndo = errors.New("undone")
