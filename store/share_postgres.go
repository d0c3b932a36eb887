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
)

// replica is one of the processes that serve a database. What it claims is its
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

func (r *replica) name() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.id
}

// pgNow is the database's clock.
const pgNow = `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT`

func (r *replica) lock(ctx context.Context, tx *Tx, name string) error {
	_, err := tx.exec(ctx, "lock", `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, name)
	return err
}

// place: whoever handles an event holds its chat's lock, so that it sees all
// that was answered there before. As long as another has something to say in
// the chat, or nobody has taken it yet, the message is nobody's: whoever takes
// the chat next takes all. A process whose clock is behind may have given it an
// id before those: ids are the order.
func (r *replica) place(ctx context.Context, tx *Tx, o *Outgoing) error {
	var last string
	var others int
	me := r.name()
	_, err := tx.one(ctx, "waiting in the chat", `SELECT COALESCE(MAX(id), ''), COUNT(*) FILTER (WHERE claimed_by <> $1) FROM outbox
		WHERE state = 'waiting' AND platform = $2 AND grp = $3 AND address = $4`, []any{me, o.Platform, flag(o.Group), o.Address}, &last, &others)
	if err != nil {
		return err
	}
	if n, err := strconv.ParseUint(last[:min(16, len(last))], 16, 64); err == nil && last >= o.ID {
		tx.db.ids.raise(n)
		o.ID = tx.NewID(o.Created)
	}
	if o.Class == ClassAnswer && others == 0 {
		o.Claim = me
	}
	return nil
}

func (r *replica) keep(ctx context.Context, db *DB, lease time.Duration) (kept bool, err error) {
	r.mu.Lock()
	id, born := r.id, r.born
	r.mu.Unlock()
	err = db.Update(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, "keep claims", `UPDATE replica SET until = `+pgNow+` + $1 WHERE id = $2`, lease.Milliseconds(), id)
		if kept = n == 1; err != nil || kept {
			return err
		}
		if born {
			id = rand.Text()
		}
		_, err = tx.exec(ctx, "enter replica", `INSERT INTO replica (id, until) VALUES ($1, `+pgNow+` + $2)`, id, lease.Milliseconds())
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

// claim: one process claims at a time, so that a chat is not torn apart.
func (r *replica) claim(ctx context.Context, tx *Tx, now time.Time, chats int, elsewhere []string) (c Claimed, err error) {
	me := r.name()
	if err := tx.Lock(ctx, "claim"); err != nil {
		return c, err
	}
	n, err := tx.exec(ctx, "hold replica", `UPDATE replica SET until = until WHERE id = $1`, me)
	if err != nil {
		return c, err
	}
	if n == 0 {
		return c, ErrNotClaimed
	}
	if _, err := tx.exec(ctx, "end dead replicas", `DELETE FROM replica WHERE until < `+pgNow); err != nil {
		return c, err
	}
	c.Messages, err = tx.exec(ctx, "claim", `UPDATE outbox SET claimed_by = $1 FROM (
			SELECT o.platform, o.grp, o.address FROM outbox o LEFT JOIN replica r ON r.id = o.claimed_by
			WHERE o.state = 'waiting' AND o.platform <> ALL(string_to_array($4, ',')) GROUP BY o.platform, o.grp, o.address
			HAVING BOOL_AND(r.id IS NULL OR r.id = $1) AND BOOL_OR(o.claimed_by <> $1 AND o.due <= $2)
			ORDER BY MIN(o.class), MIN(o.id) LIMIT $3) free
		WHERE outbox.state = 'waiting' AND outbox.claimed_by <> $1
		AND outbox.platform = free.platform AND outbox.grp = free.grp AND outbox.address = free.address`, me, millis(now), chats, strings.Join(elsewhere, ","))
	if err != nil {
		return c, err
	}
	_, err = tx.one(ctx, "left to claim", `SELECT COALESCE(BOOL_OR(NOT away), FALSE), COALESCE(BOOL_OR(away), FALSE) FROM (
			SELECT DISTINCT o.platform = ANY(string_to_array($2, ',')) AS away FROM outbox o LEFT JOIN replica r ON r.id = o.claimed_by
			WHERE o.state = 'waiting' AND o.due <= $1 AND r.id IS NULL) left_over`, []any{millis(now), strings.Join(elsewhere, ",")}, &c.Left, &c.Elsewhere)
	return c, err
}

func (r *replica) yield(ctx context.Context, db *DB, ids []string) error {
	return db.Update(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, "yield claims", `UPDATE outbox SET claimed_by = '' WHERE state = 'waiting' AND claimed_by = $1
			AND id = ANY(string_to_array($2, ','))`, r.name(), strings.Join(ids, ","))
		return err
	})
}

func (r *replica) backlog(ctx context.Context, tx *Tx) ([]string, error) {
	return tx.ids(ctx, "backlog", `SELECT id FROM outbox WHERE state = 'waiting' AND claimed_by = $1`, r.name())
}

// hold keeps a connection: the lock ends with it.
func (r *replica) hold(ctx context.Context, db *DB, name string) (release func() error, held bool, err error) {
	conn, err := db.engine.(*postgres).pool.Conn(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("hold %s: %w", name, err)
	}
	err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(hashtextextended($1, 1))`, name).Scan(&held)
	if err != nil || !held {
		return nil, false, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock(hashtextextended($1, 1))`, name)
		return errors.Join(err, conn.Close())
	}, true, nil
}

func (r *replica) retire(ctx context.Context, db *DB) error {
	id := r.name()
	err := db.Update(ctx, func(tx *Tx) error {
		_, err := tx.exec(ctx, "retire", `DELETE FROM replica WHERE id = $1`, id)
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
