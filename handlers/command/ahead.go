package command

import (
	"context"
	"errors"

	"marketbot/store"
)

// ReadAhead are what was read for a call before it was run, by key. See [Ahead].
type ReadAhead map[string]read

type read struct {
	value   any
	err     error
	damaged []store.Damage // what was passed over
}

// Wanted is what a step wants to be read before it is run: an error that ends the
// call without a trace, so that it is run again once [Wanted.Do] has read.
type Wanted struct {
	key  string
	read func(ctx context.Context, tx *store.Tx) (any, error)
	ask  func(ctx context.Context) (any, error) // in place of read, and of a transaction
}

func (w *Wanted) Error() string { return w.key + " is to be read first" }

// Do reads what is wanted, in a transaction that nobody waits for, or in none. Its
// error is the store's; any other is the step's, when it is run again.
func (w *Wanted) Do(ctx context.Context, db *store.DB, into ReadAhead) error {
	var r read
	if w.ask != nil {
		r.value, r.err = w.ask(ctx)
		into[w.key] = r
		return nil
	}
	err := db.View(ctx, func(tx *store.Tx) error {
		r.value, r.err = w.read(ctx, tx)
		r.damaged = tx.Damaged()
		return r.err
	})
	if err != nil && (r.err == nil || store.Broken(err)) {
		return err
	}
	into[w.key] = r
	return nil
}

// Ahead is what f reads for a step, as of one moment, without keeping those waiting
// who write: for what takes long. The key names what is read, among all that the step
// reads so; what was damaged of it is so to the call's transaction, too. Where nobody
// reads ahead, as for a job, f reads in the call's transaction.
func Ahead[T any](ctx context.Context, c *Call, key string, f func(ctx context.Context, tx *store.Tx) (T, error)) (T, error) {
	if c.ReadAhead == nil {
		return f(ctx, c.Tx)
	}
	r, done := c.ReadAhead[key]
	if !done {
		var none T
		return none, &Wanted{key: key, read: func(ctx context.Context, tx *store.Tx) (any, error) { return f(ctx, tx) }}
	}
	return valueOf[T](c, key, r)
}

// Outside is what f learns for a step over the network, outside any transaction: who
// writes does not wait for that. See [Ahead].
func Outside[T any](ctx context.Context, c *Call, key string, f func(ctx context.Context) (T, error)) (T, error) {
	if c.ReadAhead == nil {
		return f(ctx)
	}
	r, done := c.ReadAhead[key]
	if !done {
		var none T
		return none, &Wanted{key: key, ask: func(ctx context.Context) (any, error) { return f(ctx) }}
	}
	return valueOf[T](c, key, r)
}

// valueOf is what was read ahead for a call.
func valueOf[T any](c *Call, key string, r read) (T, error) {
	var none T
	for _, d := range r.damaged {
		c.Tx.Note(d)
	}
	if r.err != nil {
		return none, r.err
	}
	value, ok := r.value.(T)
	if !ok {
		return none, errors.New("read ahead: " + key + " is something else")
	}
	return value, nil
}
