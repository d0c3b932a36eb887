package audience

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// Accounts are those of a person, for what is said to all of them.
func Accounts(ctx context.Context, tx *store.Tx, person string) ([]chat.Account, error) {
	list, err := tx.Accounts().Of(ctx, person)
	all := make([]chat.Account, len(list))
	for i, a := range list {
		all[i] = chat.Account{Platform: a.Platform, ID: a.ID}
	}
	return all, err
}
