package vault

import (
	"context"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// stageMove is a row of a customer's way from one stage to another.
type stageMove struct {
	store.StageMove
	id, customer string
	mac          []byte
}

// words are what the row's mac vouches for.
func (m stageMove) words() []string {
	return []string{"customer_stage", m.id, m.customer, m.Was, m.Stage, ms(m.At)}
}

// SetStage moves a customer to a stage and remembers from which; the file counts as
// changed.
func (q Files) SetStage(ctx context.Context, id, stage string, at time.Time) error {
	old, err := q.changeCustomer(ctx, id, func(c *store.Customer) { c.Stage = stage })
	if err != nil {
		return err
	}
	if old.Stage != stage {
		m := store.StageMove{At: at, Was: old.Stage, Stage: stage}
		if err := q.addMove(ctx, old, m); err != nil {
			return err
		}
	}
	return q.Touch(ctx, id, at)
}

func (q Files) addMove(ctx context.Context, c keptCustomer, move store.StageMove) error {
	m := stageMove{StageMove: move, id: q.tx.NewID(move.At), customer: c.ID}
	_, err := q.tx.Exec(ctx, "move stage", `INSERT INTO customer_stage (id, customer, was, stage, at, undone, mac) VALUES ($1, $2, $3, $4, $5, 0, $6)`,
		m.id, m.customer, m.Was, m.Stage, engine.Millis(m.At), c.key.MAC(m.words()...))
	return err
}

// UndoStage puts a customer back to the stage that the last move left: that move
// never was.
func (q Files) UndoStage(ctx context.Context, id, was string, at time.Time) error {
	old, err := q.changeCustomer(ctx, id, func(c *store.Customer) { c.Stage = was })
	if err != nil {
		return err
	}
	_, err = q.tx.Exec(ctx, "undo stage", `UPDATE customer_stage SET undone = $1 WHERE was = $2 AND stage = $3
		AND id = (SELECT m.id FROM customer_stage m WHERE m.customer = $4 AND m.undone = 0 AND m.was <> m.stage ORDER BY m.at DESC, m.id DESC LIMIT 1)`,
		engine.Millis(at), was, old.Stage, id)
	if err != nil {
		return err
	}
	return q.Touch(ctx, id, at)
}

// Staged is when a customer's stage was moved last, or a move of it undone.
func (q Files) Staged(ctx context.Context, id string) (at time.Time, err error) {
	_, err = q.tx.One(ctx, "stage moved", `SELECT COALESCE(MAX(CASE WHEN undone > at THEN undone ELSE at END), 0) FROM customer_stage WHERE customer = $1`,
		[]any{id}, engine.At(&at))
	return at, err
}

// scanMove reads a row that counts, of a customer whose key is known; ok is false
// where it is not.
func scanMove(scan engine.Scan, keys map[string]seal.DataKey) (m stageMove, ok bool, err error) {
	if err := scan(&m.id, &m.customer, &m.Was, &m.Stage, engine.At(&m.At), &m.mac); err != nil {
		return m, false, err
	}
	key, ok := keys[m.customer]
	if !ok {
		return m, false, nil
	}
	return m, true, engine.InRow("customer_stage", m.id, key.Check(m.mac, m.words()...))
}
