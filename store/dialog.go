package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Dialog is a question that waits for a person's next private message.
type Dialog struct {
	Line    string    // the command so far
	Prefix  string    // stands between Line and the answer
	Asked   time.Time // what was sent before is not about it
	Expires time.Time
	Doubted uint32 // the sum of what answers nothing and was asked back: said again, it is meant; 0: nothing was
}

// Ask remembers the one open question of a person.
func (q Dialogs) Ask(ctx context.Context, person string, d Dialog) error {
	_, err := q.tx.Exec(ctx, "ask", `INSERT INTO dialog (person, line, prefix, asked, expires, doubted) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (person) DO UPDATE SET line = excluded.line, prefix = excluded.prefix, asked = excluded.asked, expires = excluded.expires, doubted = excluded.doubted`,
		person, q.tx.SealText(d.Line, "dialog", person, "line"), d.Prefix, engine.Millis(d.Asked), engine.Millis(d.Expires), int64(d.Doubted))
	return err
}

// Take gives and removes the question that was put to a person before a moment,
// if it was still open then.
func (q Dialogs) Take(ctx context.Context, person string, sent time.Time) (Dialog, bool, error) {
	var d Dialog
	found, err := q.tx.One(ctx, "dialog", `DELETE FROM dialog WHERE person = $1 AND asked <= $2 RETURNING line, prefix, asked, expires, doubted`,
		[]any{person, engine.Millis(sent)},
		q.tx.Sealed(&d.Line, "dialog", &person, "line"), &d.Prefix, engine.At(&d.Asked), engine.At(&d.Expires), &d.Doubted)
	return d, found && sent.Before(d.Expires), err
}

// Later reports whether a question waits that was put to a person only after a
// moment.
func (q Dialogs) Later(ctx context.Context, person string, sent time.Time) (bool, error) {
	var n int
	return q.tx.One(ctx, "later dialog", `SELECT 1 FROM dialog WHERE person = $1 AND asked > $2`, []any{person, engine.Millis(sent)}, &n)
}

// Confirmation is a preview that waits for 确认 Code.
type Confirmation struct {
	Code    string
	Person  string
	Line    string
	Version string    // of what was shown
	Asked   time.Time // what was sent before does not confirm it
	Expires time.Time
	Used    time.Time // when it was confirmed or cancelled; zero: it was not
	Dropped bool      // it was cancelled
}

// Offer remembers a preview.
func (q Dialogs) Offer(ctx context.Context, c Confirmation) error {
	_, err := q.tx.Exec(ctx, "offer", `INSERT INTO confirmation (code, person, line, version, asked, expires, used) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		c.Code, c.Person, q.tx.SealText(c.Line, "confirmation", c.Code, "line"), c.Version, engine.Millis(c.Asked), engine.Millis(c.Expires))
	return err
}

// Waiting lists the previews that a person was shown and may confirm still, the
// oldest first.
func (q Dialogs) Waiting(ctx context.Context, person string, now time.Time) ([]Confirmation, error) {
	return engine.All(ctx, q.tx, "waiting previews", `SELECT code, line, version, asked FROM confirmation
		WHERE person = $1 AND used = 0 AND asked <= $2 AND expires > $2 ORDER BY asked, code`, []any{person, engine.Millis(now)},
		func(scan engine.Scan) (Confirmation, error) {
			c := Confirmation{Person: person}
			err := scan(&c.Code, q.tx.Sealed(&c.Line, "confirmation", &c.Code, "line"), &c.Version, engine.At(&c.Asked))
			return c, err
		})
}

// Confirm uses a preview up: true once, for the person it was shown to, after
// that and before it expires.
func (q Dialogs) Confirm(ctx context.Context, code, person string, now time.Time) (Confirmation, bool, error) {
	c := Confirmation{Code: code, Person: person}
	found, err := q.tx.One(ctx, "confirm", `UPDATE confirmation SET used = $1 WHERE code = $2 AND person = $3 AND used = 0 AND asked <= $1 AND expires > $1 RETURNING line, version`,
		[]any{engine.Millis(now), code, person}, q.tx.Sealed(&c.Line, "confirmation", &code, "line"), &c.Version)
	return c, found, err
}

// Cancel drops a preview: true once, for the person it was shown to. What was
// sent before confirms nothing either.
func (q Dialogs) Cancel(ctx context.Context, code, person string, now time.Time) (Confirmation, bool, error) {
	c := Confirmation{Code: code, Person: person, Used: now, Dropped: true}
	found, err := q.tx.One(ctx, "cancel offer", `UPDATE confirmation SET used = $3 WHERE code = $1 AND person = $2 AND used = 0 AND asked <= $4 AND expires > $4 RETURNING line`,
		[]any{code, person, -engine.Millis(now), engine.Millis(now)}, q.tx.Sealed(&c.Line, "confirmation", &code, "line"))
	return c, found, err
}

// Offered is a preview that a person was shown, whatever came of it.
func (q Dialogs) Offered(ctx context.Context, code, person string) (Confirmation, bool, error) {
	c := Confirmation{Code: code, Person: person}
	var used int64
	found, err := q.tx.One(ctx, "offered before", `SELECT line, version, used FROM confirmation WHERE code = $1 AND person = $2`,
		[]any{code, person}, q.tx.Sealed(&c.Line, "confirmation", &code, "line"), &c.Version, &used)
	c.Dropped = used < 0
	c.Used = engine.Moment(max(used, -used))
	return c, found, err
}
