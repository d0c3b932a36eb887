package vault

import (
	"context"
	"slices"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
)

// When the index is tidied: it is looked at so often, and tidied when so many
// names were added since.
const (
	tidyLook  = time.Minute
	tidyAfter = 500
)

// Index goes beside an open store, as its Options.Beside: it makes the index of
// names when that is missing or of another making, fills what it lacks in the
// background, and tidies it now and then until stop. It also seals what older
// programs left in plain.
func Index(ctx context.Context, db *store.DB) (stop func(), err error) {
	b, err := begin(ctx, db)
	if err != nil {
		return nil, err
	}
	return b.close, nil
}

// Fill makes the index of names and returns when it is complete.
func Fill(ctx context.Context, db *store.DB) error {
	b := &building{db: engine.BorrowDB(db)}
	if _, err := b.prepare(ctx); err != nil {
		return err
	}
	return b.repeat(ctx, Names.indexSome)
}

// building is the filling and tidying of the index beside everything else.
type building struct {
	db    *engine.DB
	built chan struct{} // closed when the index holds every name
	stop  context.CancelFunc
	done  chan struct{}
	tidy  int64 // the last name when it was tidied
}

func begin(ctx context.Context, db *store.DB) (*building, error) {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	b := &building{db: engine.BorrowDB(db), built: make(chan struct{}), stop: stop, done: make(chan struct{})}
	lacks, err := b.prepare(ctx)
	if err != nil {
		stop()
		return nil, err
	}
	if !lacks {
		close(b.built)
	}
	go b.run(ctx, lacks)
	return b, nil
}

// prepare makes the index, and reports whether there are names that it lacks.
func (b *building) prepare(ctx context.Context) (lacks bool, err error) {
	err = b.db.Update(ctx, func(tx *engine.Tx) (err error) {
		if err := tx.Lock(ctx, indexLock); err != nil {
			return err
		}
		if lacks, err = (Names{tx}).prepareIndex(ctx); err == nil {
			b.tidy, err = (Names{tx}).lastName(ctx)
		}
		return err
	})
	return lacks, err
}

// run fills the index when it lacks names, then tidies it now and then. What it
// could not do the next start does; till then the names that the index lacks
// are compared one by one.
func (b *building) run(ctx context.Context, lacks bool) {
	defer close(b.done)
	if lacks {
		if !b.tried(ctx, Names.indexSome) {
			return
		}
		close(b.built)
		b.tidy = -tidyAfter
	}
	if !b.sealed(ctx) {
		return
	}
	for b.tidied(ctx) && engine.Rest(ctx, tidyLook) {
	}
}

// sealed seals the amounts that an older program left; false when it cannot. The
// look for them holds up no writer.
func (b *building) sealed(ctx context.Context) bool {
	var left []string
	err := b.db.View(ctx, func(tx *engine.Tx) (err error) {
		left, err = Files{tx: tx}.plainAmounts(ctx)
		return err
	})
	if err != nil {
		return ctx.Err() == nil
	}
	for some := range slices.Chunk(left, sealAmounts) {
		if !b.tried(ctx, func(q Names, ctx context.Context) (bool, error) { return false, Files{tx: q.tx}.sealPlain(ctx, some) }) {
			return false
		}
	}
	return true
}

// tidied tidies the index when enough names were added; false when it cannot.
func (b *building) tidied(ctx context.Context) bool {
	var last int64
	err := b.db.View(ctx, func(tx *engine.Tx) (err error) {
		last, err = (Names{tx}).lastName(ctx)
		return err
	})
	if err != nil || last-b.tidy < tidyAfter {
		return ctx.Err() == nil
	}
	b.tidy = last
	return b.tried(ctx, Names.tidyIndex)
}

// tried is repeat that says what went wrong.
func (b *building) tried(ctx context.Context, step func(Names, context.Context) (more bool, err error)) bool {
	err := b.repeat(ctx, step)
	if err != nil && ctx.Err() == nil {
		b.db.Log().Error("look after customers' files", "error", err)
	}
	return err == nil
}

// repeat runs step in transactions of its own as long as there is more to do.
func (b *building) repeat(ctx context.Context, step func(Names, context.Context) (more bool, err error)) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := b.db.Update(ctx, func(tx *engine.Tx) (err error) {
			more, err = step(Names{tx}, ctx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *building) close() {
	b.stop()
	<-b.done
}

func (q Names) tidyIndex(ctx context.Context) (more bool, err error) {
	return indexOf(q.tx).tidy(ctx, q.tx)
}

// lastName is the number of the name that was added last.
func (q Names) lastName(ctx context.Context) (doc int64, err error) {
	_, err = q.tx.One(ctx, "last name", `SELECT COALESCE(MAX(doc), 0) FROM customer_name`, nil, &doc)
	return doc, err
}
