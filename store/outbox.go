package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
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
	Cause    string // who caused it: a person, or an account that is nobody's; empty: the clock
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
	About    string // what the card's buttons decide; empty: nothing
	Card     string // what the platform calls it once it was shown, for who changes it
	Claim    string // the replica that delivers it; empty for nobody, and where the store is not shared
}

// ErrUnreadable is a damaged row, or with ErrNoKey one whose key is missing: no
// later reading will go better. Errors of the database itself are never it.
var ErrUnreadable = errors.New("unreadable")

// Owes reports whether a message is or was in the outbox under key.
func (q Outbox) Owes(ctx context.Context, key string) (bool, error) {
	var n int
	return q.tx.One(ctx, "owed key", `SELECT 1 FROM outbox WHERE key = $1`, []any{key}, &n)
}

// Waits reports whether a message waits for a private chat.
func (q Outbox) Waits(ctx context.Context, platform, account string) (bool, error) {
	var n int
	return q.tx.One(ctx, "waiting for a chat", `SELECT 1 FROM outbox WHERE address = $1 AND platform = $2 AND state = 'waiting' AND grp = 0 LIMIT 1`,
		[]any{account, platform}, &n)
}

// Enqueue writes a message into the outbox; false when its key is there already.
// With a Payload it is frozen from the start, and may be tried at once. It says
// in o how the message was written: under a later ID where its chat asked for
// one, and with the Claim of this process if that may deliver it without asking.
func (q Outbox) Enqueue(ctx context.Context, o *Outgoing) (bool, error) {
	if err := q.claims.place(ctx, q.tx, o); err != nil {
		return false, err
	}
	keys := q.tx.Keys()
	var payload []byte
	switch {
	case o.Payload != nil && o.Repeats: // the bytes would be most of what is written
		o.Print = keys.MAC(string(o.Payload))
	case o.Payload != nil:
		payload = keys.Seal(o.Payload, "outbox", o.place(), "payload")
	}
	n, err := q.tx.Exec(ctx, "owe", `INSERT INTO outbox
		(id, key, platform, grp, address, person, class, secret, state, due, created, tries, first_try, content, payload, print, error, done, claimed_by, cause, about)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $10, 0, $11, $12, $13, $14, '', 0, $15, $16, $17) ON CONFLICT (key) DO NOTHING`,
		o.ID, o.Key, o.Platform, engine.Flag(o.Group), o.Address, o.Person, int(o.Class), engine.Flag(o.Secret), engine.Millis(o.Due), engine.Millis(o.Created),
		engine.Millis(o.FirstTry), keys.Seal(o.Content, "outbox", o.place(), "content"), payload, o.Print, o.Claim, o.Cause, o.About)
	return n == 1, err
}

// place binds what a message says to whom it goes: whoever writes another address
// beside it sends nothing.
func (o *Outgoing) place() string {
	return outboxPlace(o.ID, o.Platform, engine.Flag(o.Group), o.Address, o.Person)
}

func outboxPlace(id, platform string, group int, address, person string) string {
	return engine.Joined(id, platform, strconv.Itoa(group), address, person)
}

// placeOf is the place of a message that is written already.
func (q Outbox) placeOf(ctx context.Context, id string) (string, error) {
	o := Outgoing{ID: id}
	var group int
	_, err := q.tx.One(ctx, "place of a message", `SELECT platform, grp, address, person FROM outbox WHERE id = $1`, []any{id}, &o.Platform, &group, &o.Address, &o.Person)
	o.Group = group == 1
	return o.place(), err
}

// Waiting lists what is due, most urgent first and oldest first, at most n.
func (q Outbox) Waiting(ctx context.Context, now time.Time, n int) ([]Outgoing, error) {
	return engine.All(ctx, q.tx, "waiting messages", `SELECT id, key, platform, grp, address, person, class, secret, due, created, tries, first_try, content, payload, print, error, claimed_by, cause, about
		FROM outbox WHERE state = 'waiting' AND due <= $1 ORDER BY class, id LIMIT $2`, []any{engine.Millis(now), n},
		func(scan engine.Scan) (Outgoing, error) { return q.scan(scan) })
}

// scanOutgoing gives what can be read beside ErrUnreadable.
func (q Outbox) scan(scan engine.Scan) (Outgoing, error) {
	var o Outgoing
	var group, secret int
	if err := scan(&o.ID, &o.Key, &o.Platform, &group, &o.Address, &o.Person, &o.Class, &secret, engine.At(&o.Due), engine.At(&o.Created), &o.Tries, engine.At(&o.FirstTry),
		&o.Content, &o.Payload, &o.Print, &o.Error, &o.Claim, &o.Cause, &o.About); err != nil {
		return o, err
	}
	o.Group, o.Secret = group == 1, secret == 1
	content, err := q.tx.Keys().Open(o.Content, "outbox", o.place(), "content")
	payload := o.Payload
	if err == nil && payload != nil {
		payload, err = q.tx.Keys().Open(payload, "outbox", o.place(), "payload")
	}
	if err != nil {
		o.Content, o.Payload = nil, nil
		return o, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	o.Content, o.Payload = content, payload
	return o, nil
}

// Same reports whether these are the bytes of a message's Print.
func (db *DB) Same(o Outgoing, payload []byte) bool {
	return db.e.Keys().CheckMAC(o.Print, string(payload))
}

// claimed changes a message, unless another process has taken it over: then it
// is ErrNotClaimed.
func (q Outbox) claimed(ctx context.Context, what, query string, args ...any) error {
	query += fmt.Sprintf(" AND claimed_by IN ('', $%d)", len(args)+1)
	n, err := q.tx.Exec(ctx, what, query, append(args, q.claims.name())...)
	if err == nil && n == 0 {
		return fmt.Errorf("%s: %w", what, ErrNotClaimed)
	}
	return err
}

// Freeze fixes the bytes of the first try, before it is made. Its error is
// ErrNotClaimed, as that of Retry, Rewrite and Bury, for a message that is
// another's.
func (q Outbox) Freeze(ctx context.Context, id string, payload []byte, at time.Time) error {
	place, err := q.placeOf(ctx, id)
	if err != nil {
		return err
	}
	return q.claimed(ctx, "freeze", `UPDATE outbox SET payload = $1, first_try = $2 WHERE id = $3`,
		q.tx.Keys().Seal(payload, "outbox", place, "payload"), engine.Millis(at), id)
}

// Sent marks a message delivered and wipes what it said, whosoever it is: it
// was seen, as the card that the platform calls so.
func (q Outbox) Sent(ctx context.Context, id, card string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "mark sent", `UPDATE outbox SET state = 'sent', done = $1, tries = tries + 1, content = NULL, payload = NULL, print = NULL, card = $2 WHERE id = $3`, engine.Millis(at), card, id)
	return err
}

// Cards lists the cards about something that were shown since, and can be
// changed.
func (q Outbox) Cards(ctx context.Context, about string, since time.Time) ([]Outgoing, error) {
	return engine.All(ctx, q.tx, "cards about something", `SELECT id, platform, grp, address, person, card FROM outbox
		WHERE about = $1 AND about <> '' AND state = 'sent' AND card <> '' AND created >= $2 ORDER BY id`, []any{about, engine.Millis(since)},
		func(scan engine.Scan) (o Outgoing, err error) {
			var group int
			err = scan(&o.ID, &o.Platform, &group, &o.Address, &o.Person, &o.Card)
			o.Group = group == 1
			return o, err
		})
}

// Retry puts a message off. Keep is false when the next try renders anew.
func (q Outbox) Retry(ctx context.Context, id string, due time.Time, reason string, keep bool) error {
	query := `UPDATE outbox SET due = $1, error = $2, tries = tries + 1 WHERE id = $3`
	if !keep {
		query = `UPDATE outbox SET due = $1, error = $2, tries = tries + 1, payload = NULL, print = NULL, first_try = 0 WHERE id = $3`
	}
	return q.claimed(ctx, "put off", query, engine.Millis(due), cleanReason(reason), id)
}

// Rewrite replaces what a message says before its next try.
func (q Outbox) Rewrite(ctx context.Context, id string, content []byte) error {
	place, err := q.placeOf(ctx, id)
	if err != nil {
		return err
	}
	return q.claimed(ctx, "rewrite", `UPDATE outbox SET content = $1, payload = NULL, print = NULL, first_try = 0 WHERE id = $2`,
		q.tx.Keys().Seal(content, "outbox", place, "content"), id)
}

// DeadLetter gives a message up: a dead letter. What it said is wiped.
func (q Outbox) DeadLetter(ctx context.Context, id, reason string, at time.Time) error {
	return q.claimed(ctx, "bury", `UPDATE outbox SET state = 'dead', done = $1, error = $2, tries = tries + 1, content = NULL, payload = NULL, print = NULL WHERE id = $3`,
		engine.Millis(at), cleanReason(reason), id)
}

// Absorb marks a message delivered that another one, by, says too.
func (q Outbox) Absorb(ctx context.Context, id, by string, at time.Time) error {
	return q.claimed(ctx, "absorb", `UPDATE outbox SET state = 'sent', done = $1, error = $2, content = NULL, payload = NULL, print = NULL WHERE id = $3`,
		engine.Millis(at), "told with "+by, id)
}

// maxReason bounds, in bytes, the reason that is kept of a failure.
const maxReason = 500

// cleanReason makes a platform's words such as every database takes.
func cleanReason(reason string) string {
	reason = strings.ReplaceAll(strings.ToValidUTF8(reason, "\uFFFD"), "\x00", "")
	if len(reason) <= maxReason {
		return reason
	}
	n := maxReason
	for !utf8.RuneStart(reason[n]) {
		n--
	}
	return reason[:n]
}

// Queue is the outbox in figures.
type Queue struct {
	Waiting, Dead int
	Oldest        time.Time // due of the oldest waiting one
}

// Counts counts what waits now and what died since.
func (q Outbox) Counts(ctx context.Context, now, since time.Time) (Queue, error) {
	var n Queue
	if _, err := q.tx.One(ctx, "count waiting", `SELECT COUNT(*), COALESCE(MIN(due), 0) FROM outbox WHERE state = 'waiting' AND due <= $1`, []any{engine.Millis(now)}, &n.Waiting, engine.At(&n.Oldest)); err != nil {
		return n, err
	}
	_, err := q.tx.One(ctx, "count dead", `SELECT COUNT(*) FROM outbox WHERE state = 'dead' AND done >= $1`, []any{engine.Millis(since)}, &n.Dead)
	return n, err
}

// Forget deletes delivered and dead messages older than before.
func (q Outbox) Forget(ctx context.Context, before time.Time) error {
	_, err := q.tx.Exec(ctx, "trim outbox", `DELETE FROM outbox WHERE state <> 'waiting' AND done < $1`, engine.Millis(before))
	return err
}
