package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"marketbot/store/internal/engine"
)

// RekeyState is how far an order to rekey has come.
type RekeyState string

// The states of an order.
const (
	RekeyAsked    RekeyState = "asked"
	RekeyRunning  RekeyState = "running"
	RekeyDone     RekeyState = "done"
	RekeyFailed   RekeyState = "failed"
	RekeyOtherKey RekeyState = "other key" // the one asked runs with another secret_key
)

// RekeyOrder is what a process asks of the one that serves a store, and what
// that answers: two must not change the same store, and only one has it open.
// It holds no key, and asks for nothing but what the settings of the other
// allow, so that nobody needs to be believed who can write to the database.
type RekeyOrder struct {
	ID    string     `json:"id"`
	Key   []byte     `json:"key"` // key id of the secret_key of who asks
	State RekeyState `json:"state"`
	Rekeying
}

// The marks under which an order and its answer rest.
const (
	orderMark  = "rekey/asked"
	answerMark = "rekey/said"
)

// Served reports whether a process serves the store now. Its error says that
// there is no such store.
func Served(ctx context.Context, o Options) (bool, error) { return engine.Served(ctx, o.Source) }

// AskRekey leaves an order under id for the process that serves the store.
func AskRekey(ctx context.Context, o Options, id string) error {
	driver, source := "sqlite", engine.DSN(o.Source, "rw")
	if engine.OnPostgres(o.Source) {
		driver, source = "pgx", o.Source
	}
	text, err := json.Marshal(RekeyOrder{ID: id, Key: o.Seals.keys.ID(), State: RekeyAsked})
	if err != nil {
		return fmt.Errorf("ask to rekey: %w", err)
	}
	pool, err := sql.Open(driver, source)
	if err != nil {
		return fmt.Errorf("ask to rekey: %w", err)
	}
	_, err = pool.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		orderMark, string(text))
	if err = errors.Join(err, pool.Close()); err != nil {
		return fmt.Errorf("ask to rekey: %w", err)
	}
	return nil
}

func (tx *Tx) order(ctx context.Context, name string) (o RekeyOrder, err error) {
	var text string
	found, err := tx.e.One(ctx, name, `SELECT value FROM meta WHERE name = $1`, []any{name}, &text)
	if err != nil || !found {
		return o, err
	}
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return RekeyOrder{}, fmt.Errorf("%s: %w", name, err)
	}
	return o, nil
}

// RekeyAnswer is what was last answered to an order; zero when nothing was.
func (tx *Tx) RekeyAnswer(ctx context.Context) (RekeyOrder, error) { return tx.order(ctx, answerMark) }

// OpenOrder is an order that waits, or whose work was broken off; false when
// there is none.
func (tx *Tx) OpenOrder(ctx context.Context) (RekeyOrder, bool, error) {
	asked, err := tx.order(ctx, orderMark)
	if err != nil || asked.ID == "" {
		return asked, false, err
	}
	said, err := tx.RekeyAnswer(ctx)
	return asked, said.ID != asked.ID || said.State == RekeyRunning, err
}

// AnswerOrder says how far an order is.
func (tx *Tx) AnswerOrder(ctx context.Context, o RekeyOrder) error {
	text, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("answer an order: %w", err)
	}
	_, err = tx.e.Exec(ctx, "answer an order", `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		answerMark, string(text))
	return err
}

// Obey does what an order asks, and answers it. A process with another
// secret_key only says so: what it would write is not what was asked for.
func (db *DB) Obey(ctx context.Context, o RekeyOrder) (RekeyOrder, error) {
	say := func(state RekeyState, k Rekeying) error {
		o.State, o.Rekeying = state, k
		return db.Update(ctx, func(tx *Tx) error { return tx.AnswerOrder(ctx, o) })
	}
	if !bytes.Equal(o.Key, db.e.Keys().ID()) {
		return o, say(RekeyOtherKey, Rekeying{})
	}
	if err := say(RekeyRunning, Rekeying{}); err != nil {
		return o, err
	}
	said := 0
	done, err := db.Rekey(ctx, func(k Rekeying) {
		if k.Done < said+10*rekeyStep {
			return
		}
		said = k.Done
		if err := say(RekeyRunning, k); err != nil {
			db.e.Log().Warn("say how far rekey is", "error", err)
		}
	})
	if err != nil {
		if ctx.Err() != nil { // the next start goes on
			return o, err
		}
		return o, errors.Join(err, say(RekeyFailed, done))
	}
	return o, say(RekeyDone, done)
}
