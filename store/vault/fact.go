package vault

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// Fact is one value that a field of a file has or had, with where it came from.
type Fact struct {
	ID        string
	Customer  string
	Person    string // a Person's id; empty: about the company
	Field     string
	Value     string // empty in a History: the field was emptied
	Source    string
	Author    string // person id
	At        time.Time
	Checked   time.Time // zero: nobody else has looked yet (档-7)
	CheckedBy string
	Why       string    // the reason of the change; only in a History
	Until     time.Time // zero while it counts
	UntilBy   string
	Erased    bool // its person was erased: nothing is left to read
}

// words are what a sealed column is bound to.
func (f Fact) words(column string) []string {
	return []string{"fact", f.ID, column, f.Customer, f.Person, f.Field, f.Author, ms(f.At)}
}

// ErrErased is a person of a file who was erased, or never was in it.
var ErrErased = errors.New("no such person in the file")

// PutFact gives a field its value under f.ID, from f.At on; what it was before
// stays in the history. An empty Value ends the field. The file counts as
// changed.
func (q Files) PutFact(ctx context.Context, f Fact) error {
	if !store.Plain(f.Field) {
		return fmt.Errorf("put fact: %w", store.ErrNotPlain)
	}
	c, err := q.touched(ctx, f.Customer, f.At)
	if err != nil {
		return err
	}
	k, err := q.card(ctx, c, f.Person)
	if err != nil {
		return err
	}
	return q.putFact(ctx, k, f)
}

// Changed is when a field of a file, or of a person in it, last got a value or
// lost it.
func (q Files) Changed(ctx context.Context, customer, person, field string) (at time.Time, err error) {
	_, err = q.tx.One(ctx, "field changed", `SELECT COALESCE(MAX(CASE WHEN until > at THEN until ELSE at END), 0) FROM fact
		WHERE customer = $1 AND person = $2 AND field = $3`, []any{customer, person, field}, engine.At(&at))
	return at, err
}

// putFact writes a fact to the history and to its card.
func (q Files) putFact(ctx context.Context, k card, f Fact) error {
	if err := q.endFact(ctx, f); err != nil {
		return err
	}
	k.put(f)
	if err := q.saveCard(ctx, k); err != nil {
		return err
	}
	if f.Value == "" { // who emptied it and why is history, too; it never counts
		f.Until, f.UntilBy = f.At, f.Author
	}
	seal := func(text, column string) []byte { return k.key.Seal([]byte(text), f.words(column)...) }
	_, err := q.tx.Exec(ctx, "put fact", `INSERT INTO fact (id, customer, person, field, value, source, why, author, at, checked, checked_by, until, until_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		f.ID, f.Customer, f.Person, f.Field, seal(f.Value, "value"), seal(f.Source, "source"), seal(f.Why, "why"),
		f.Author, engine.Millis(f.At), engine.Millis(f.Checked), f.CheckedBy, engine.Millis(f.Until), f.UntilBy)
	return err
}

// endFact makes what a field was until now history, by which the customer is
// found no more.
func (q Files) endFact(ctx context.Context, by Fact) error {
	var old string
	found, err := q.tx.One(ctx, "end fact", `UPDATE fact SET until = $1, until_by = $2
		WHERE customer = $3 AND person = $4 AND field = $5 AND until = 0 RETURNING id`,
		[]any{engine.Millis(by.At), by.Author, by.Customer, by.Person, by.Field}, &old)
	if err != nil || !found {
		return err
	}
	return Names{q.tx}.DropPhone(ctx, old)
}

// Check notes that somebody found a whole file right at a moment: its unchecked
// facts of until then are checked, and the file counts as current. It tells how many facts were
// unchecked. Nobody finds right what does not open: that is a damaged row's error.
func (q Files) Check(ctx context.Context, customer, by string, at time.Time) (int, error) {
	if _, err := q.touched(ctx, customer, at); err != nil {
		return 0, err
	}
	file, err := q.file(ctx, customer)
	if err != nil {
		return 0, err
	}
	if len(file.lost) > 0 {
		return 0, engine.InRow("customer_person", file.lost[0], seal.ErrTampered)
	}
	n, err := q.tx.Exec(ctx, "check file", `UPDATE fact SET checked = $1, checked_by = $2 WHERE customer = $3 AND until = 0 AND checked = 0 AND at <= $1`,
		engine.Millis(at), by, customer)
	if err != nil || n == 0 {
		return 0, err
	}
	return int(n), q.checkCards(ctx, file, by, at)
}

// checkCards notes on the cards of a file that their facts are checked.
func (q Files) checkCards(ctx context.Context, file keptFile, by string, at time.Time) error {
	for _, k := range file.cards() {
		for i := range k.facts {
			if k.facts[i].Checked.IsZero() && !k.facts[i].At.After(at) {
				k.facts[i].Checked, k.facts[i].CheckedBy = engine.Moment(engine.Millis(at)), by
			}
		}
		if err := q.saveCard(ctx, k); err != nil {
			return err
		}
	}
	return nil
}
