package vault

import (
	"context"

	"marketbot/store"
	"marketbot/store/internal/spelling"
)

// Awaited lets a test know when the index is complete of the store that it opens
// next, and tidy it.
func Awaited(o store.Options) (_ store.Options, await func(), tidy func(context.Context)) {
	var b *building
	o.Beside = func(ctx context.Context, db *store.DB) (stop func(), err error) {
		if b, err = begin(ctx, db); err != nil {
			return nil, err
		}
		return b.close, nil
	}
	return o, func() { <-b.built }, func(ctx context.Context) { b.tried(ctx, Names.tidyIndex) }
}

// IndexTokens are the tokens that the index holds of a name.
func IndexTokens(name string) []string { return spelling.Tokens(spelling.Plain(name)) }

// PlainAmounts are the entries that the next start looks at.
func PlainAmounts(ctx context.Context, tx *store.Tx) ([]string, error) {
	return In(tx).plainAmounts(ctx)
}
