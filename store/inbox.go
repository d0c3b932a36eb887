package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Received is an event that came in. Act is what a second click on the same
// button or form repeats; empty for typed messages, which may repeat.
type Received struct {
	Platform, ID, Act string
	At                time.Time
	Body              string // as it came; rests sealed
}

// Receive records an event. fresh is false when it was recorded before: by
// the same id, or by the same act within the time of a double click.
func (q Inbox) Receive(ctx context.Context, r Received, doubleClick time.Duration) (fresh bool, err error) {
	n, err := q.tx.Exec(ctx, "receive", `INSERT INTO inbox (platform, id, at, body) VALUES ($1, $2, $3, $4) ON CONFLICT (platform, id) DO NOTHING`,
		r.Platform, r.ID, engine.Millis(r.At), q.tx.SealText(r.Body, "inbox", r.Platform+"/"+r.ID, "body"))
	if err != nil || n == 0 || r.Act == "" {
		return n == 1, err
	}
	n, err = q.tx.Exec(ctx, "double click", `INSERT INTO act (id, at) VALUES ($1, $2)
		ON CONFLICT (id) DO UPDATE SET at = excluded.at WHERE act.at <= $3 OR act.at > $4`,
		r.Act, engine.Millis(r.At), engine.Millis(r.At.Add(-doubleClick)), engine.Millis(r.At.Add(doubleClick)))
	return n == 1, err
}

// Forget wipes the bodies of events older than bodies, and the events
// themselves when older than rows. Platforms redeliver for some hours (Feishu:
// 7 h), so rows must stay well beyond that.
func (q Inbox) Forget(ctx context.Context, bodies, rows time.Time) error {
	if _, err := q.tx.Exec(ctx, "wipe inbox", `UPDATE inbox SET body = NULL WHERE at < $1 AND body IS NOT NULL`, engine.Millis(bodies)); err != nil {
		return err
	}
	if _, err := q.tx.Exec(ctx, "trim acts", `DELETE FROM act WHERE at < $1`, engine.Millis(bodies)); err != nil {
		return err
	}
	_, err := q.tx.Exec(ctx, "trim inbox", `DELETE FROM inbox WHERE at < $1`, engine.Millis(rows))
	return err
}
