package staff

import (
	"context"

	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Forget is a daily job without notices: it wipes reasons of leave whose retention time
// is over (C13). That somebody was away stays.
func (h Handler) Forget(ctx context.Context, tx *store.Tx, s rulebook.Slot) ([]chat.Notice, error) {
	_, err := tx.Leaves().Forget(ctx, h.Rules.Day(s.At).Add(-h.Rules.Keep.LeaveReasons))
	return nil, err
}
