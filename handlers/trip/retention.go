package trip

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// kept is how many days it stays known where somebody was and what they
// reported (C13). That they checked in stays for good.
const kept = 366

// Forget is a daily job without notices: it wipes places and progress whose
// retention time is over (C13).
func (h Handler) Forget(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	_, err := tx.CheckIns().Forget(ctx, h.Rules.Day(s.At).Add(-kept))
	return nil, err
}
