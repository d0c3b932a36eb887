package vault

import (
	"context"
	"errors"
	"time"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// NameField is the field that holds a Person's name.
const NameField = "姓名"

// Person is somebody at a customer's. What is known about them rests under
// a key of their own, so that it can be destroyed.
type Person struct {
	ID       string
	Customer string
	Name     string
	Source   string // of the name
	Created  time.Time
	Author   string // person id
	// Checked and CheckedBy are of the name, as in Fact; only for AddPerson.
	Checked   time.Time
	CheckedBy string
	Facts     []Fact // current ones, the name among them, by field
}

// words are what the wrap of the person's key is bound to.
func (p Person) words() []string {
	return []string{"customer_person", p.ID, "data_key", p.Customer, p.Author, ms(p.Created)}
}

// AddPerson enters somebody at a customer's under p.ID, with their name as
// the first fact. The file counts as changed.
func (q Files) AddPerson(ctx context.Context, p Person) error {
	if p.Name == "" {
		return errors.New("add person to a file: no name")
	}
	c, err := q.touched(ctx, p.Customer, p.Created)
	if err != nil {
		return err
	}
	key, err := seal.NewDataKey()
	if err != nil {
		return err
	}
	k := card{customer: p.Customer, person: p.ID, key: key}
	if _, err := q.tx.Exec(ctx, "add person to a file", `INSERT INTO customer_person (id, customer, data_key, card, created, author, erased, erased_by)
		VALUES ($1, $2, $3, $4, $5, $6, 0, '')`, p.ID, p.Customer, c.key.Wrap(key, p.words()...), k.seal(), engine.Millis(p.Created), p.Author); err != nil {
		return err
	}
	return q.putFact(ctx, k, Fact{
		ID: q.tx.NewID(p.Created), Customer: p.Customer, Person: p.ID, Field: NameField, Value: p.Name, Source: p.Source, Author: p.Author, At: p.Created,
		Checked: p.Checked, CheckedBy: p.CheckedBy,
	})
}

// keptPerson is a person's row with their card.
type keptPerson struct {
	Person
	card card
}

// person opens the key and the card of somebody at the customer's.
func (c keptCustomer) person(p Person, wrapped, sealed []byte) (keptPerson, error) {
	p.Customer = c.ID
	key, err := c.key.Unwrap(wrapped, p.words()...)
	if err != nil {
		return keptPerson{}, engine.InRow("customer_person", p.ID, err)
	}
	k := keptPerson{p, card{customer: c.ID, person: p.ID, key: key}}
	return k, k.card.open(sealed)
}

// withFacts is the person as a look shows them.
func (p keptPerson) withFacts() Person {
	p.Facts = p.card.facts
	for _, f := range p.Facts {
		if f.Field == NameField {
			p.Name, p.Source = f.Value, f.Source
		}
	}
	return p.Person
}

// ErasePerson destroys what was ever known about a person of a file (PIPL, C13):
// their key, every value, source and reason, history included. That there was
// somebody, and which fields were held, stays. False when nobody was there.
func (q Files) ErasePerson(ctx context.Context, customer, person, by string, at time.Time) (bool, error) {
	if _, err := q.touched(ctx, customer, at); err != nil {
		return false, err
	}
	n, err := q.tx.Exec(ctx, "erase person", `UPDATE customer_person SET data_key = NULL, card = NULL, erased = $1, erased_by = $2
		WHERE id = $3 AND customer = $4 AND erased = 0`, engine.Millis(at), by, person, customer)
	if err != nil || n == 0 {
		return false, err
	}
	if _, err := q.tx.Exec(ctx, "erase phones", `DELETE FROM customer_phone WHERE fact IN (SELECT id FROM fact WHERE customer = $1 AND person = $2)`,
		customer, person); err != nil {
		return false, err
	}
	if _, err := q.tx.Exec(ctx, "erase facts", `UPDATE fact SET value = NULL, source = NULL, why = NULL WHERE customer = $1 AND person = $2`,
		customer, person); err != nil {
		return false, err
	}
	_, err = q.tx.Exec(ctx, "end erased facts", `UPDATE fact SET until = $1, until_by = $2 WHERE customer = $3 AND person = $4 AND until = 0`,
		engine.Millis(at), by, customer, person)
	return err == nil, err
}
