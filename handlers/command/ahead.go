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
}

func (w *Wanted) Error() string { return w.key + " is to be read first" }

// Do reads what is wanted, in a transaction that nobody waits for. Its error is the
// store's; any other is the step's, when it is run again.
func (w *Wanted) Do(ctx context.Context, db *store.DB, into ReadAhead) error {
	var r read
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
	var none T
	r, done := c.ReadAhead[key]
	if !done {
		return none, &Wanted{key, func(ctx context.Context, tx *store.Tx) (any, error) { return f(ctx, tx) }}
	}
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
