package store

import (
	"context"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// Dialog is a question that waits for a person's next private message.
type Dialog struct {
	Line    string // the command so far
	Prefix  string // stands between Line and the answer
	Expires time.Time
}

// Ask remembers the one open question of a person.
func (tx *Tx) Ask(ctx context.Context, person string, d Dialog) error {
	_, err := tx.e.Exec(ctx, "ask", `INSERT INTO dialog (person, line, prefix, expires) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person) DO UPDATE SET line = excluded.line, prefix = excluded.prefix, expires = excluded.expires`,
		person, tx.e.SealText(d.Line, "dialog", person, "line"), d.Prefix, engine.Millis(d.Expires))
	return err
}

// TakeDialog gives and removes a person's open question, if it is still open.
func (tx *Tx) TakeDialog(ctx context.Context, person string, now time.Time) (Dialog, bool, error) {
	var d Dialog
	var line []byte
	var expires int64
	found, err := tx.e.One(ctx, "dialog", `DELETE FROM dialog WHERE person = $1 RETURNING line, prefix, expires`, []any{person}, &line, &d.Prefix, &expires)
	if err != nil || !found {
		return d, false, err
	}
	if d.Line, err = tx.e.OpenText(line, "dialog", person, "line"); err != nil {
		return d, false, err
	}
	d.Expires = engine.Moment(expires)
	return d, now.Before(d.Expires), nil
}

// Confirmation is a preview that waits for 确认 Code.
type Confirmation struct {
	Code    string
	Person  string
	Line    string
	Version string // of what was shown
	Expires time.Time
}

// Offer remembers a preview.
func (tx *Tx) Offer(ctx context.Context, c Confirmation) error {
	_, err := tx.e.Exec(ctx, "offer", `INSERT INTO confirmation (code, person, line, version, expires, used) VALUES ($1, $2, $3, $4, $5, 0)`,
		c.Code, c.Person, tx.e.SealText(c.Line, "confirmation", c.Code, "line"), c.Version, engine.Millis(c.Expires))
	return err
}

// Confirm uses a preview up: true once, for the person it was shown to, before it expires.
func (tx *Tx) Confirm(ctx context.Context, code, person string, now time.Time) (Confirmation, bool, error) {
	c := Confirmation{Code: code, Person: person}
	var line []byte
	found, err := tx.e.One(ctx, "confirm", `UPDATE confirmation SET used = $1 WHERE code = $2 AND person = $3 AND used = 0 AND expires > $4 RETURNING line, version`,
		[]any{engine.Millis(now), code, person, engine.Millis(now)}, &line, &c.Version)
	if err != nil || !found {
		return c, false, err
	}
	c.Line, err = tx.e.OpenText(line, "confirmation", code, "line")
	return c, err == nil, err
}

// CancelOffer lets a preview expire: true once, for the person it was shown to.
func (tx *Tx) CancelOffer(ctx context.Context, code, person string, now time.Time) (bool, error) {
	n, err := tx.e.Exec(ctx, "cancel offer", `UPDATE confirmation SET expires = 0 WHERE code = $1 AND person = $2 AND used = 0 AND expires > $3`,
		code, person, engine.Millis(now))
	return n == 1, err
}

// ConfirmedBefore is a preview that the person confirmed, and when.
func (tx *Tx) ConfirmedBefore(ctx context.Context, code, person string) (c Confirmation, at time.Time, found bool, err error) {
	c = Confirmation{Code: code, Person: person}
	var line []byte
	var used int64
	found, err = tx.e.One(ctx, "confirmed before", `SELECT line, version, used FROM confirmation WHERE code = $1 AND person = $2 AND used > 0`,
		[]any{code, person}, &line, &c.Version, &used)
	if err != nil || !found {
		return c, at, false, err
	}
	c.Line, err = tx.e.OpenText(line, "confirmation", code, "line")
	return c, engine.Moment(used), err == nil, err
}

// Write is a person's own write that can be taken back for a while.
type Write struct {
	ID, Person, Command, Ref string
	At                       time.Time
	Told                     []string // people who heard of it
}

// Wrote remembers a write for 撤销.
func (tx *Tx) Wrote(ctx context.Context, w Write) error {
	_, err := tx.e.Exec(ctx, "remember write", `INSERT INTO undo (id, person, command, ref, at, told, undone) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		w.ID, w.Person, w.Command, w.Ref, engine.Millis(w.At), strings.Join(w.Told, ","))
	return err
}

// LastWrite is a person's last write since a time that was not taken back;
// with an id only that one.
func (tx *Tx) LastWrite(ctx context.Context, person, id string, since time.Time) (Write, bool, error) {
	w := Write{Person: person}
	var at int64
	var told string
	found, err := tx.e.One(ctx, "last write", `SELECT id, command, ref, at, told FROM undo WHERE id >= $1 AND person = $2 AND at >= $3 AND undone = 0 AND (id = $4 OR $4 = '')
		ORDER BY id DESC LIMIT 1`, []any{engine.IDBefore(since), person, engine.Millis(since), id}, &w.ID, &w.Command, &w.Ref, &at, &told)
	w.At = engine.Moment(at)
	if told != "" {
		w.Told = strings.Split(told, ",")
	}
	return w, found, err
}

// Unwrote marks a write as taken back.
func (tx *Tx) Unwrote(ctx context.Context, id string, at time.Time) error {
	_, err := tx.e.Exec(ctx, "take back", `UPDATE undo SET undone = $1 WHERE id = $2 AND undone = 0`, engine.Millis(at), id)
	return err
}
