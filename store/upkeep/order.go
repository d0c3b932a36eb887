package upkeep

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"marketbot/store"
	"marketbot/store/internal/engine"
)

// State is how far an order to rekey has come.
type State string

// The states of an order.
const (
	Asked    State = "asked"
	Running  State = "running"
	Done     State = "done"
	Failed   State = "failed"
	OtherKey State = "other key" // the one asked runs with another secret_key
)

// Order is what a process asks of the one that serves a store, and what
// that answers: two must not change the same store, and only one has it open.
// It holds no key, and asks for nothing but what the settings of the other
// allow, so that nobody needs to be believed who can write to the database.
type Order struct {
	ID    string `json:"id"`
	Key   []byte `json:"key"` // key id of the secret_key of who asks
	State State  `json:"state"`
	Rekeying
}

// The marks under which an order and its answer rest.
const (
	orderMark  = "rekey/asked"
	answerMark = "rekey/said"
)

// Ask leaves an order under id for the process that serves the store.
func Ask(ctx context.Context, o store.Options, id string) error {
	driver, source := "sqlite", engine.DSN(o.Source, "rw")
	if engine.OnPostgres(o.Source) {
		driver, source = "pgx", o.Source
	}
	text, err := json.Marshal(Order{ID: id, Key: engine.BorrowOptions(o).Keys.ID(), State: Asked})
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

func order(ctx context.Context, from *store.Tx, name string) (o Order, err error) {
	var text string
	found, err := engine.Borrow(from).One(ctx, name, `SELECT value FROM meta WHERE name = $1`, []any{name}, &text)
	if err != nil || !found {
		return o, err
	}
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		return Order{}, fmt.Errorf("%s: %w", name, err)
	}
	return o, nil
}

// Answer is what was last answered to an order; zero when nothing was.
func Answer(ctx context.Context, tx *store.Tx) (Order, error) { return order(ctx, tx, answerMark) }

// OpenOrder is an order that waits, or whose work was broken off; false when
// there is none.
func OpenOrder(ctx context.Context, tx *store.Tx) (Order, bool, error) {
	asked, err := order(ctx, tx, orderMark)
	if err != nil || asked.ID == "" {
		return asked, false, err
	}
	said, err := Answer(ctx, tx)
	return asked, said.ID != asked.ID || said.State == Running, err
}

// answer says how far an order is.
func answer(ctx context.Context, tx *engine.Tx, o Order) error {
	text, err := json.Marshal(o)
	if err != nil {
		return fmt.Errorf("answer an order: %w", err)
	}
	_, err = tx.Exec(ctx, "answer an order", `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		answerMark, string(text))
	return err
}

// Obey does what an order asks, and answers it. A process with another
// secret_key only says so: what it would write is not what was asked for.
func Obey(ctx context.Context, of *store.DB, o Order) (Order, error) {
	db := engine.BorrowDB(of)
	say := func(state State, k Rekeying) error {
		o.State, o.Rekeying = state, k
		return db.Update(ctx, func(tx *engine.Tx) error { return answer(ctx, tx, o) })
	}
	if !bytes.Equal(o.Key, db.Keys().ID()) {
		return o, say(OtherKey, Rekeying{})
	}
	if err := say(Running, Rekeying{}); err != nil {
		return o, err
	}
	said := 0
	done, err := Rekey(ctx, of, func(k Rekeying) {
		if k.Done < said+10*rekeyStep {
			return
		}
		said = k.Done
		if err := say(Running, k); err != nil {
			db.Log().Warn("say how far rekey is", "error", err)
		}
	})
	if err != nil {
		if ctx.Err() != nil { // the next start goes on
			return o, err
		}
		return o, errors.Join(err, say(Failed, done))
	}
	return o, say(Done, done)
}
