package vault

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// Progress is an entry of how things go with a customer.
type Progress struct {
	ID       string
	Customer string
	Author   string // person id
	At       time.Time
	Words    string
	Stage    string    // empty: not told
	Amount   int64     // 分; 0: not told
	Undone   time.Time // zero while it counts
}

// words are what the sealed Words are bound to: stage and amount cannot be
// changed in silence.
func (p Progress) words() []string {
	return []string{"progress", p.ID, "words", p.Customer, p.Author, ms(p.At), p.Stage, strconv.FormatInt(p.Amount, 10)}
}

// AddProgress keeps an entry under p.ID. It does not move the customer's stage.
func (q Files) AddProgress(ctx context.Context, p Progress) error {
	if !store.Plain(p.Stage) {
		return fmt.Errorf("add progress: %w", store.ErrNotPlain)
	}
	c, err := q.kept(ctx, p.Customer)
	if err != nil {
		return err
	}
	if _, err := q.tx.Exec(ctx, "add progress", `INSERT INTO progress (id, customer, author, at, words, stage, amount, undone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`, p.ID, p.Customer, p.Author, engine.Millis(p.At),
		c.key.Seal([]byte(p.Words), p.words()...), p.Stage, p.Amount); err != nil {
		return err
	}
	_, err = q.tx.Exec(ctx, "note progress", `UPDATE customer SET progressed = $1 WHERE id = $2 AND progressed < $1`, engine.Millis(p.At), p.Customer)
	return err
}

// UndoProgress takes an entry back; false when it did not count. It stays in
// the history. The customer's stage is not moved.
func (q Files) UndoProgress(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := q.tx.Exec(ctx, "undo progress", `UPDATE progress SET undone = $1 WHERE id = $2 AND undone = 0`, engine.Millis(at), id)
	if err != nil || n == 0 {
		return false, err
	}
	_, err = q.tx.Exec(ctx, "forget progress", `UPDATE customer SET progressed =
			COALESCE((SELECT MAX(p.at) FROM progress p WHERE p.customer = customer.id AND p.undone = 0), created)
		WHERE id = (SELECT p.customer FROM progress p WHERE p.id = $1)`, id)
	return err == nil, err
}

const progressColumns = `p.id, p.customer, p.author, p.at, p.words, p.stage, p.amount, p.undone`

// scanProgress reads an entry, and what follows it into more; the words stay
// sealed.
func scanProgress(scan engine.Scan, more ...any) (p Progress, sealed []byte, err error) {
	into := []any{&p.ID, &p.Customer, &p.Author, engine.At(&p.At), &sealed, &p.Stage, &p.Amount, engine.At(&p.Undone)}
	err = scan(append(into, more...)...)
	return p, sealed, err
}

// unseal opens the words with the customer's key.
func (p Progress) unseal(sealed []byte, key seal.DataKey) (Progress, error) {
	words, err := key.Open(sealed, p.words()...)
	if err != nil {
		return Progress{}, engine.InRow("progress", p.ID, err)
	}
	p.Words = string(words)
	return p, nil
}

// progressOf lists every entry of a customer, undone ones too, oldest first.
func (q Files) progress(ctx context.Context, c keptCustomer) ([]Progress, error) {
	return engine.All(ctx, q.tx, "progress of", `SELECT `+progressColumns+` FROM progress p WHERE p.customer = $1 ORDER BY p.at, p.id`, []any{c.ID},
		func(scan engine.Scan) (Progress, error) {
			p, sealed, err := scanProgress(scan)
			if err != nil {
				return p, err
			}
			return p.unseal(sealed, c.key)
		})
}

// OwnProgress lists what a person entered in [from, to) and did not take back,
// oldest first: their own words, which need no look into a file.
func (q Files) OwnProgress(ctx context.Context, person string, from, to time.Time) ([]Progress, error) {
	return engine.Sound(ctx, q.tx, "own progress", `SELECT `+progressColumns+`, c.data_key FROM progress p JOIN customer c ON c.id = p.customer
		WHERE p.author = $1 AND p.at >= $2 AND p.at < $3 AND p.undone = 0 ORDER BY p.at, p.id`, []any{person, engine.Millis(from), engine.Millis(to)},
		func(scan engine.Scan) (Progress, error) {
			var wrapped []byte
			p, sealed, err := scanProgress(scan, &wrapped)
			if err != nil {
				return p, err
			}
			key, err := q.customerKey(wrapped, p.Customer)
			if err != nil {
				return p, engine.InRow("customer", p.Customer, err)
			}
			return p.unseal(sealed, key)
		})
}
