package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/store/internal/engine"
)

// RecordUncounted records an entry as a program did that counted none.
func (q Ledger) RecordUncounted(ctx context.Context, at time.Time) error {
	a := Entry{ID: q.tx.NewID(at), At: at, Person: "p", Act: "签到", Outcome: Done}
	_, err := q.tx.Exec(ctx, "audit", `INSERT INTO audit (id, at, person, act, subject, outcome, clause, ref, mac) VALUES ($1, $2, $3, $4, '', $5, '', '', $6)`,
		a.ID, engine.Millis(a.At), a.Person, a.Act, string(a.Outcome), q.tx.Keys().MAC(a.fields()...))
	return err
}

// ForgetCounts leaves the chain as such a program did.
func (q Ledger) ForgetCounts(ctx context.Context) error {
	h, err := q.Head(ctx)
	if err != nil {
		return err
	}
	_, err = q.tx.Exec(ctx, "forget", `DELETE FROM chain_state WHERE name LIKE 'counted/%'`)
	return errors.Join(err, q.setState(ctx, "head", fmt.Appendf(nil, "%d %d %s", h.Seq, engine.Millis(h.At), h.sum)))
}
