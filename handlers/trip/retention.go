package trip

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Forget is a daily job without notices: it wipes places and progress whose
// retention time is over (C13). That somebody checked in stays for good.
func (h Handler) Forget(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	_, err := tx.CheckIns().Forget(ctx, h.Rules.Day(s.At).Add(-h.Rules.Keep.CheckIns))
	return nil, err
}
