package ledger

import (
	"context"

	"marketbot/store/internal/engine"
)

// Begin makes the chain's key, its head and the tallies of a store that has none,
// once: what is gone later was taken away. Of a store that has a chain already,
// what is committed from now on is counted.
func Begin(ctx context.Context, tx *engine.Tx) error {
	q := Ledger{tx}
	key, err := q.state(ctx, "key")
	if err != nil {
		return passOver(err)
	}
	last, err := q.lastLink(ctx)
	if err != nil {
		return err
	}
	head := Head{}
	if key != nil || last.seq > 0 {
		if head, err = q.Head(ctx); err != nil || head.linked != nil {
			return passOver(err)
		}
	} else if _, err := q.newKey(ctx); err != nil {
		return err
	}
	head.linked = &tally{}
	if err := q.setState(ctx, "head", head.rest()); err != nil {
		return err
	}
	for i := range lanes {
		if err := q.setState(ctx, laneName(i), tally{}.rest()); err != nil {
			return err
		}
	}
	return nil
}

// passOver is nil for what was changed behind the store's back: it stays as it
// is, to be found.
func passOver(err error) error {
	if tampered(err) {
		return nil
	}
	return err
}
