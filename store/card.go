package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

// A card is what counts now of what is known about a company, or about one
// person there, sealed as one: a look opens cards and nothing else. The rows of
// facts are the history; both must agree.
type card struct {
	customer string
	person   string // a FilePerson's id; empty: about the company
	key      dataKey
	facts    []Fact // by field, without Why
}

// words are what a sealed card is bound to.
func (c card) words() []string { return []string{"card", c.customer, c.person} }

// factWords is how many words of a card a fact takes.
const factWords = 8

func (c card) seal() []byte {
	words := make([]string, 0, factWords*len(c.facts))
	for _, f := range c.facts {
		words = append(words, f.ID, f.Field, f.Value, f.Source, f.Author, ms(f.At), ms(f.Checked), f.CheckedBy)
	}
	return c.key.seal(bound(words), c.words()...)
}

// open fills the card in with what was sealed, or says ErrTampered.
func (c *card) open(sealed []byte) error {
	plain, err := c.key.open(sealed, c.words()...)
	if err != nil {
		return fmt.Errorf("card of %s: %w", c.customer, err)
	}
	words, err := unbound(string(plain))
	if err != nil || len(words)%factWords != 0 {
		return fmt.Errorf("card of %s: %w", c.customer, errNotBound)
	}
	c.facts = make([]Fact, 0, len(words)/factWords)
	for w := range slices.Chunk(words, factWords) {
		at, err := strconv.ParseInt(w[5], 10, 64)
		checked, err2 := strconv.ParseInt(w[6], 10, 64)
		if err := errors.Join(err, err2); err != nil {
			return fmt.Errorf("card of %s: %w", c.customer, err)
		}
		c.facts = append(c.facts, Fact{
			Customer: c.customer, Person: c.person, ID: w[0], Field: w[1], Value: w[2], Source: w[3], Author: w[4],
			At: moment(at), Checked: moment(checked), CheckedBy: w[7],
		})
	}
	return nil
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

var errNotBound = errors.New("not a list of words")

// unbound is the list of words that bound made a text of.
func unbound(text string) ([]string, error) {
	var words []string
	for len(text) > 0 {
		n, size := binary.Uvarint([]byte(text[:min(len(text), binary.MaxVarintLen64)]))
		if size <= 0 || n > uint64(len(text)-size) {
			return nil, errNotBound
		}
		words = append(words, text[size:size+int(n)])
		text = text[size+int(n):]
	}
	return words, nil
}

// card is the card of the company, or of a person at it; ErrErased when nobody
// is there. Whoever changes it holds the customer (touched).
func (tx *Tx) card(ctx context.Context, c keptCustomer, person string) (card, error) {
	k, err := tx.file(ctx, c.ID)
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
func (tx *Tx) saveCard(ctx context.Context, c card) error {
	query, args := `UPDATE customer SET card = $1 WHERE id = $2`, []any{c.seal(), c.customer}
	if c.person != "" {
		query, args = `UPDATE customer_person SET card = $1 WHERE customer = $2 AND id = $3`, append(args, c.person)
	}
	_, err := tx.exec(ctx, "save card", query, args...)
	return err
}
