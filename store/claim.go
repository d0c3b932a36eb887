package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"marketbot/store/internal/engine"
)

// replica is one of the processes that serve a database, and nil in a store that
// one process has to itself. What it claims is its
// own as long as its row is there. Nobody judges by a clock of their own: a row
// ends when another process deletes it, which the database's clock allows once
// it was not kept for too long. Whoever keeps a row and whoever ends it meet at
// the row's lock, so that one of them finds it changed.
type replica struct {
	mu   sync.Mutex
	id   string
	born bool // the row was there
}

func newReplica() *replica { return &replica{id: rand.Text()} }

// name is under which this process claims; empty when it is alone.
func (r *replica) name() string {
	if r == nil {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.id
}

// pgNow is the database's clock.
const pgNow = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT`

// place looks where a message will stand in its chat: behind what waits there,
// and claimed if nobody else has anything to say before it.
//
// Whoever handles an event holds its chat's lock, so that it sees all that was
// answered there before. As long as another has something to say in
// the chat, or nobody has taken it yet, the message is nobody's: whoever takes
// the chat next takes all. A process whose clock is behind may have given it an
// id before those: ids are the order.
func (r *replica) place(ctx context.Context, tx *engine.Tx, o *Outgoing) error {
	if r == nil {
		return nil
	}
	var last string
	var others int
	me := r.name()
	_, err := tx.One(ctx, "waiting in the chat", `SELECT COALESCE(MAX(id), ''), COUNT(*) FILTER (WHERE claimed_by <> $1) FROM outbox
		WHERE state = 'waiting' AND platform = $2 AND grp = $3 AND address = $4`, []any{me, o.Platform, engine.Flag(o.Group), o.Address}, &last, &others)
	if err != nil {
		return err
	}
	if n, err := strconv.ParseUint(last[:min(16, len(last))], 16, 64); err == nil && last >= o.ID {
		tx.RaiseIDs(n)
		o.ID = tx.NewID(o.Created)
	}
	if o.Class == ClassAnswer && others == 0 {
		o.Claim = me
	}
	return nil
}

// renew keeps this process's claims.
func (r *replica) renew(ctx context.Context, db *engine.DB, lease time.Duration) (kept bool, err error) {
	if r == nil {
		return true, nil
	}
	r.mu.Lock()
	id, born := r.id, r.born
	r.mu.Unlock()
	err = db.Update(ctx, func(tx *engine.Tx) error {
		n, err := tx.Exec(ctx, "renew claims", `UPDATE replica SET until = `+pgNow+` + $1 WHERE id = $2`, lease.Milliseconds(), id)
		if kept = n == 1; err != nil || kept {
			return err
		}
		if born {
			id = rand.Text()
		}
		_, err = tx.Exec(ctx, "enter replica", `INSERT INTO replica (id, until) VALUES ($1, `+pgNow+` + $2)`, id, lease.Milliseconds())
		return err
	})
	if err != nil {
		return true, err // nobody knows
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.id, r.born = id, true
	return kept || !born, nil
}

// claim claims chats for this process, but for those on the platforms of
// elsewhere. One process claims at a time, so that a chat is not torn apart.
func (r *replica) claim(ctx context.Context, tx *engine.Tx, now time.Time, chats int, elsewhere []string) (c Claimed, err error) {
	if r == nil {
		return c, nil
	}
	me := r.name()
	if err := tx.Lock(ctx, "claim"); err != nil {
		return c, err
	}
	n, err := tx.Exec(ctx, "hold replica", `UPDATE replica SET until = until WHERE id = $1`, me)
	if err != nil {
		return c, err
	}
	if n == 0 {
		return c, ErrNotClaimed
	}
	if _, err := tx.Exec(ctx, "end dead replicas", `DELETE FROM replica WHERE until < `+pgNow); err != nil {
		return c, err
	}
	c.Messages, err = tx.Exec(ctx, "claim", `UPDATE outbox SET claimed_by = $1 FROM (
			SELECT o.platform, o.grp, o.address FROM outbox o LEFT JOIN replica r ON r.id = o.claimed_by
			WHERE o.state = 'waiting' AND o.platform <> ALL(string_to_array($4, ',')) GROUP BY o.platform, o.grp, o.address
			HAVING BOOL_AND(r.id IS NULL OR r.id = $1) AND BOOL_OR(o.claimed_by <> $1 AND o.due <= $2)
			ORDER BY MIN(o.class), MIN(o.id) LIMIT $3) free
		WHERE outbox.state = 'waiting' AND outbox.claimed_by <> $1
		AND outbox.platform = free.platform AND outbox.grp = free.grp AND outbox.address = free.address`, me, engine.Millis(now), chats, strings.Join(elsewhere, ","))
	if err != nil {
		return c, err
	}
	_, err = tx.One(ctx, "left to claim", `SELECT COALESCE(BOOL_OR(NOT away), FALSE), COALESCE(BOOL_OR(away), FALSE) FROM (
			SELECT DISTINCT o.platform = ANY(string_to_array($2, ',')) AS away FROM outbox o LEFT JOIN replica r ON r.id = o.claimed_by
			WHERE o.state = 'waiting' AND o.due <= $1 AND r.id IS NULL) left_over`, []any{engine.Millis(now), strings.Join(elsewhere, ",")}, &c.Left, &c.Elsewhere)
	return c, err
}

// release gives up the claims on some messages.
func (r *replica) release(ctx context.Context, db *engine.DB, ids []string) error {
	if r == nil {
		return nil
	}
	return db.Update(ctx, func(tx *engine.Tx) error {
		_, err := tx.Exec(ctx, "release claims", `UPDATE outbox SET claimed_by = '' WHERE state = 'waiting' AND claimed_by = $1
			AND id = ANY(string_to_array($2, ','))`, r.name(), strings.Join(ids, ","))
		return err
	})
}

// backlog lists what waits for this process to deliver it.
func (r *replica) backlog(ctx context.Context, tx *engine.Tx) ([]string, error) {
	if r == nil { // reads an index only, so that it can be asked after every write
		return engine.All(ctx, tx, "backlog", `SELECT id FROM outbox WHERE state = 'waiting'`, nil, engine.Word)
	}
	return engine.All(ctx, tx, "backlog", `SELECT id FROM outbox WHERE state = 'waiting' AND claimed_by = $1`, []any{r.name()}, engine.Word)
}

// retire gives all claims up.
func (r *replica) retire(ctx context.Context, db *engine.DB) error {
	if r == nil {
		return nil
	}
	id := r.name()
	err := db.Update(ctx, func(tx *engine.Tx) error {
		_, err := tx.Exec(ctx, "retire", `DELETE FROM replica WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("give up claims: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.id, r.born = rand.Text(), false
	return nil
}

// ErrNotClaimed is a message that another process has taken over: whoever had
// it has to leave it.
var ErrNotClaimed = errors.New("claimed by another process")

// Replica is the name under which this process claims messages now; empty for
// a store that is not shared.
func (db *DB) Replica() string { return db.claims.name() }

// Renew keeps what this process claimed from others for so long. kept is false
// when its claims had ended before: it goes on under another name, and owns
// nothing.
func (db *DB) Renew(ctx context.Context, lease time.Duration) (kept bool, err error) {
	return db.claims.renew(ctx, db.e, lease)
}

// Retire gives up everything that this process claimed, so that others go on
// with it at once.
func (db *DB) Retire(ctx context.Context) error { return db.claims.retire(ctx, db.e) }

// Release gives up the claims of this process on messages that it has not begun to
// send, so that others can take them.
func (db *DB) Release(ctx context.Context, ids []string) error {
	return db.claims.release(ctx, db.e, ids)
}

// Claimed is what Claim came to.
type Claimed struct {
	Messages  int64
	Left      bool // something due is nobody's: there was no room, or its chat is another's for now
	Elsewhere bool // something due is nobody's and for another process to send
}

// Claim claims everything that waits in so many chats: those of which nothing
// waits at another living process, the most urgent first, whatever number of
// messages each has. Only who renewed its lease can claim: it is ErrNotClaimed
// otherwise. What is for the platforms of elsewhere is left to others.
func (db *DB) Claim(ctx context.Context, now time.Time, chats int, elsewhere ...string) (c Claimed, err error) {
	err = db.e.Update(ctx, func(tx *engine.Tx) (err error) {
		c, err = db.claims.claim(ctx, tx, now, chats, elsewhere)
		return err
	})
	return c, err
}
