package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"marketbot/store/internal/engine"
)

// Class orders what waits: answers overtake reminders.
type Class int

// The classes, most urgent first.
const (
	ClassAnswer Class = iota
	ClassAlarm
	ClassDue
	ClassReminder
)

// Outgoing is a message that the bot owes. Content and Payload rest sealed
// and are wiped once it was delivered.
type Outgoing struct {
	ID       string
	Key      string // speaking, said at most once
	Platform string
	Group    bool
	Address  string
	Person   string // whose private chat it is; empty for groups
	Class    Class
	Secret   bool // confidential: never sent again when it is uncertain whether it arrived
	Due      time.Time
	Created  time.Time
	Tries    int
	FirstTry time.Time
	Content  []byte // the portable message
	Payload  []byte // the platform's bytes, frozen before the first try
	Repeats  bool   // the Payload can be made of Content again: not it is kept, but its Print
	Print    []byte // see Same
	Error    string
	Claim    string // the replica that delivers it; empty for nobody, and where the store is not shared
}

// ErrUnreadable is a damaged row, or with ErrNoKey one whose key is missing: no
// later reading will go better. Errors of the database itself are never it.
var ErrUnreadable = errors.New("unreadable")

// Owes tells whether a message is or was in the outbox under key.
func (tx *Tx) Owes(ctx context.Context, key string) (bool, error) {
	var n int
	return tx.e.One(ctx, "owed key", `SELECT 1 FROM outbox WHERE key = $1`, []any{key}, &n)
}

// Owe writes a message into the outbox; false when its key is there already.
// With a Payload it is frozen from the start, and may be tried at once.
func (tx *Tx) Owe(ctx context.Context, o Outgoing) (bool, error) { return tx.OweInOrder(ctx, &o) }

// OweInOrder is Owe that tells how the message was written: under a later ID
// where its chat asked for one, and with the Claim of this process if that may
// deliver it without asking.
func (tx *Tx) OweInOrder(ctx context.Context, o *Outgoing) (bool, error) {
	if err := tx.db.claims.place(ctx, tx, o); err != nil {
		return false, err
	}
	return tx.owe(ctx, o, tx.db.closeMessage(o))
}

// OweBeside is OweInOrder of a message whose bytes fill makes, which may be while
// the writer goes on with other updates. owed is called when its key was not
// there.
func (tx *Tx) OweBeside(ctx context.Context, o *Outgoing, fill func() error, owed func()) error {
	if err := tx.db.claims.place(ctx, tx, o); err != nil {
		return err
	}
	var closed closedMessage
	return tx.e.Beside(func() error {
		if err := fill(); err != nil {
			return err
		}
		closed = tx.db.closeMessage(o)
		return nil
	}, func() error {
		fresh, err := tx.owe(ctx, o, closed)
		if fresh {
			owed()
		}
		return err
	})
}

// closedMessage is what rests of a message's words.
type closedMessage struct{ content, payload []byte }

func (db *DB) closeMessage(o *Outgoing) closedMessage {
	c := closedMessage{content: db.e.Keys().Seal(o.Content, "outbox", o.ID, "content")}
	switch {
	case o.Payload != nil && o.Repeats: // the bytes would be most of what is written
		o.Print = db.e.Keys().MAC(string(o.Payload))
	case o.Payload != nil:
		c.payload = db.e.Keys().Seal(o.Payload, "outbox", o.ID, "payload")
	}
	return c
}

func (tx *Tx) owe(ctx context.Context, o *Outgoing, c closedMessage) (bool, error) {
	n, err := tx.e.Exec(ctx, "owe", `INSERT INTO outbox
		(id, key, platform, grp, address, person, class, secret, state, due, created, tries, first_try, content, payload, print, error, done, claimed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $10, 0, $11, $12, $13, $14, '', 0, $15) ON CONFLICT (key) DO NOTHING`,
		o.ID, o.Key, o.Platform, engine.Flag(o.Group), o.Address, o.Person, int(o.Class), engine.Flag(o.Secret), engine.Millis(o.Due), engine.Millis(o.Created),
		engine.Millis(o.FirstTry), c.content, c.payload, o.Print, o.Claim)
	return n == 1, err
}

// Waiting lists what is due, most urgent first and oldest first, at most n.
func (tx *Tx) Waiting(ctx context.Context, now time.Time, n int) ([]Outgoing, error) {
	return engine.All(ctx, tx.e, "waiting messages", `SELECT id, key, platform, grp, address, person, class, secret, due, created, tries, first_try, content, payload, print, error, claimed_by
		FROM outbox WHERE state = 'waiting' AND due <= $1 ORDER BY class, id LIMIT $2`, []any{engine.Millis(now), n},
		func(scan engine.Scan) (Outgoing, error) { return tx.scanOutgoing(scan) })
}

// scanOutgoing gives what can be read beside ErrUnreadable.
func (tx *Tx) scanOutgoing(scan engine.Scan) (Outgoing, error) {
	var o Outgoing
	var group, secret int
	var due, created, first int64
	if err := scan(&o.ID, &o.Key, &o.Platform, &group, &o.Address, &o.Person, &o.Class, &secret, &due, &created, &o.Tries, &first, &o.Content, &o.Payload, &o.Print, &o.Error, &o.Claim); err != nil {
		return o, err
	}
	o.Group, o.Secret, o.Due, o.Created, o.FirstTry = group == 1, secret == 1, engine.Moment(due), engine.Moment(created), engine.Moment(first)
	content, err := tx.e.Keys().Open(o.Content, "outbox", o.ID, "content")
	payload := o.Payload
	if err == nil && payload != nil {
		payload, err = tx.e.Keys().Open(payload, "outbox", o.ID, "payload")
	}
	if err != nil {
		o.Content, o.Payload = nil, nil
		return o, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	o.Content, o.Payload = content, payload
	return o, nil
}

// Same tells whether these are the bytes of a message's Print.
func (db *DB) Same(o Outgoing, payload []byte) bool {
	return db.e.Keys().CheckMAC(o.Print, string(payload))
}

// claimed changes a message, unless another process has taken it over: then it
// is ErrNotClaimed.
func (tx *Tx) claimed(ctx context.Context, what, query string, args ...any) error {
	query += fmt.Sprintf(" AND claimed_by IN ('', $%d)", len(args)+1)
	n, err := tx.e.Exec(ctx, what, query, append(args, tx.db.claims.name())...)
	if err == nil && n == 0 {
		return fmt.Errorf("%s: %w", what, ErrNotClaimed)
	}
	return err
}

// Freeze fixes the bytes of the first try, before it is made. Its error is
// ErrNotClaimed, as that of Retry, Rewrite and Bury, for a message that is
// another's.
func (tx *Tx) Freeze(ctx context.Context, id string, payload []byte, at time.Time) error {
	return tx.claimed(ctx, "freeze", `UPDATE outbox SET payload = $1, first_try = $2 WHERE id = $3`,
		tx.e.Keys().Seal(payload, "outbox", id, "payload"), engine.Millis(at), id)
}

// Sent marks a message delivered and wipes what it said, whosoever it is: it
// was seen.
func (tx *Tx) Sent(ctx context.Context, id string, at time.Time) error {
	_, err := tx.e.Exec(ctx, "mark sent", `UPDATE outbox SET state = 'sent', done = $1, tries = tries + 1, content = NULL, payload = NULL, print = NULL WHERE id = $2`, engine.Millis(at), id)
	return err
}

// Retry puts a message off. Keep is false when the next try renders anew.
func (tx *Tx) Retry(ctx context.Context, id string, due time.Time, reason string, keep bool) error {
	q := `UPDATE outbox SET due = $1, error = $2, tries = tries + 1 WHERE id = $3`
	if !keep {
		q = `UPDATE outbox SET due = $1, error = $2, tries = tries + 1, payload = NULL, print = NULL, first_try = 0 WHERE id = $3`
	}
	return tx.claimed(ctx, "put off", q, engine.Millis(due), cleanReason(reason), id)
}

// Rewrite replaces what a message says before its next try.
func (tx *Tx) Rewrite(ctx context.Context, id string, content []byte) error {
	return tx.claimed(ctx, "rewrite", `UPDATE outbox SET content = $1, payload = NULL, print = NULL, first_try = 0 WHERE id = $2`,
		tx.e.Keys().Seal(content, "outbox", id, "content"), id)
}

// Bury gives a message up: a dead letter. What it said is wiped.
func (tx *Tx) Bury(ctx context.Context, id, reason string, at time.Time) error {
	return tx.claimed(ctx, "bury", `UPDATE outbox SET state = 'dead', done = $1, error = $2, tries = tries + 1, content = NULL, payload = NULL, print = NULL WHERE id = $3`,
		engine.Millis(at), cleanReason(reason), id)
}

// reasonMost bounds, in bytes, the reason that is kept of a failure.
const reasonMost = 500

// cleanReason makes a platform's words such as every database takes.
func cleanReason(reason string) string {
	reason = strings.ReplaceAll(strings.ToValidUTF8(reason, "\uFFFD"), "\x00", "")
	if len(reason) <= reasonMost {
		return reason
	}
	n := reasonMost
	for !utf8.RuneStart(reason[n]) {
		n--
	}
	return reason[:n]
}

// NextDue is when the earliest waiting message is due after now; zero when none.
func (tx *Tx) NextDue(ctx context.Context, now time.Time) (time.Time, error) {
	var ms int64
	_, err := tx.e.One(ctx, "next due", `SELECT due FROM outbox WHERE state = 'waiting' AND due > $1 ORDER BY due LIMIT 1`, []any{engine.Millis(now)}, &ms)
	return engine.Moment(ms), err
}

// Queue is the outbox in figures.
type Queue struct {
	Waiting, Dead int
	Oldest        time.Time // due of the oldest waiting one
}

// Queue counts what waits now and what died since.
func (tx *Tx) Queue(ctx context.Context, now, since time.Time) (Queue, error) {
	var q Queue
	var oldest int64
	if _, err := tx.e.One(ctx, "count waiting", `SELECT COUNT(*), COALESCE(MIN(due), 0) FROM outbox WHERE state = 'waiting' AND due <= $1`, []any{engine.Millis(now)}, &q.Waiting, &oldest); err != nil {
		return q, err
	}
	q.Oldest = engine.Moment(oldest)
	_, err := tx.e.One(ctx, "count dead", `SELECT COUNT(*) FROM outbox WHERE state = 'dead' AND done >= $1`, []any{engine.Millis(since)}, &q.Dead)
	return q, err
}

// ForgetSent deletes delivered and dead messages older than before.
func (tx *Tx) ForgetSent(ctx context.Context, before time.Time) error {
	_, err := tx.e.Exec(ctx, "trim outbox", `DELETE FROM outbox WHERE state <> 'waiting' AND done < $1`, engine.Millis(before))
	return err
}
