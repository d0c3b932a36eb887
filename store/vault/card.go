package vault

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// A card is what counts now of what is known about a company, or about one
// person there, sealed as one: a look opens cards and nothing else. The rows of
// facts are the history; both must agree.
type card struct {
	customer string
	person   string // a Person's id; empty: about the company
	key      seal.DataKey
	facts    []Fact // by field, without Why
}

// words are what a sealed card is bound to.
func (c card) words() []string { return []string{"card", c.customer, c.person} }

func (c card) seal() []byte {
	b := binary.AppendUvarint(nil, uint64(len(c.facts)))
	for _, f := range c.facts {
		for _, w := range []string{f.ID, f.Field, f.Value, f.Source, f.Author, f.CheckedBy} {
			b = seal.AppendWord(b, w)
		}
		b = binary.AppendVarint(b, engine.Millis(f.At))
		b = binary.AppendVarint(b, engine.Millis(f.Checked))
	}
	return c.key.Seal(b, c.words()...)
}

// place is the row that the card rests in.
func (c card) place() (table, row string) {
	if c.person != "" {
		return "customer_person", c.person
	}
	return "customer", c.customer
}

// open fills the card in with what was sealed, or says ErrTampered.
func (c *card) open(sealed []byte) error {
	plain, err := c.key.Open(sealed, c.words()...)
	if err != nil {
		table, row := c.place()
		return engine.InRow(table, row, fmt.Errorf("card: %w", err))
	}
	if c.facts, err = readFacts(plain, c.customer, c.person); err != nil {
		return fmt.Errorf("card of %s: %w", c.customer, err)
	}
	return nil
}

// factLeast is how many bytes a fact takes at least.
const factLeast = 8

// readFacts reads what seal wrote.
func readFacts(plain []byte, customer, person string) ([]Fact, error) {
	r := wordReader{b: plain, text: string(plain)}
	n := r.count()
	if n > uint64(len(plain)/factLeast) {
		return nil, errNoCard
	}
	facts := make([]Fact, n)
	for i := range facts {
		f := &facts[i]
		f.Customer, f.Person = customer, person
		for _, w := range [...]*string{&f.ID, &f.Field, &f.Value, &f.Source, &f.Author, &f.CheckedBy} {
			*w = r.word()
		}
		f.At, f.Checked = engine.Moment(r.number()), engine.Moment(r.number())
	}
	if r.bad || len(r.b) > 0 {
		return nil, errNoCard
	}
	return facts, nil
}

// put gives a field its value, or none when it is empty.
func (c *card) put(f Fact) {
	c.facts = slices.DeleteFunc(c.facts, func(old Fact) bool { return old.Field == f.Field })
	if f.Value != "" {
		f.Why = ""
		c.facts = append(c.facts, f)
	}
	slices.SortFunc(c.facts, func(a, b Fact) int { return cmp.Compare(a.Field, b.Field) })
}

// errNoCard is what was opened and is not a card.
var errNoCard = errors.New("not a card")

// wordReader reads words and numbers one after the other; bad once it cannot.
type wordReader struct {
	b    []byte // what is left
	text string // all of it: words are parts, and nothing is copied
	bad  bool
}

// skip passes n bytes that held a number; n says as in encoding/binary how that
// went.
func (r *wordReader) skip(n int) {
	if n <= 0 {
		r.bad, r.b = true, nil
		return
	}
	r.b = r.b[n:]
}

func (r *wordReader) count() uint64 {
	v, n := binary.Uvarint(r.b)
	r.skip(n)
	return v
}

func (r *wordReader) number() int64 {
	v, n := binary.Varint(r.b)
	r.skip(n)
	return v
}

func (r *wordReader) word() string {
	n := r.count()
	if n > uint64(len(r.b)) {
		r.bad, r.b = true, nil
		return ""
	}
	from := len(r.text) - len(r.b)
	r.b = r.b[n:]
	return r.text[from : from+int(n)]
}

// card is the card of the company, or of a person at it; ErrErased when nobody
// is there. Whoever changes it holds the customer (touched).
func (q Files) card(ctx context.Context, c keptCustomer, person string) (card, error) {
	k, err := q.file(ctx, c.ID)
	if err != nil {
		return card{}, err
	}
	found, known := k.cards()[person]
	if !known {
		return card{}, ErrErased
	}
	return found, nil
}

// saveCard keeps a changed card.
func (q Files) saveCard(ctx context.Context, c card) error {
	query, args := `UPDATE customer SET card = $1 WHERE id = $2`, []any{c.seal(), c.customer}
	if c.person != "" {
		query, args = `UPDATE customer_person SET card = $1 WHERE customer = $2 AND id = $3`, append(args, c.person)
	}
	_, err := q.tx.Exec(ctx, "save card", query, args...)
	return err
}
