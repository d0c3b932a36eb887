package approval

import (
	"context"

	"marketbot/handlers/command"
	"marketbot/store"
	"marketbot/store/vault"
)

// meant is the one customer of those that words name; empty when it is nobody
// or not clear who.
func meant(list []command.Named) string {
	if len(list) == 0 {
		return ""
	}
	k, _ := list[0].One()
	return k.ID
}

// named is a customer for a sentence: 华东机电有限公司（K12）.
func named(ctx context.Context, tx *store.Tx, id string) (string, error) {
	c, found, err := vault.In(tx).Sound(ctx, id)
	if err != nil || !found {
		return id, err
	}
	return c.Name + "（" + c.ID + "）", nil
}
