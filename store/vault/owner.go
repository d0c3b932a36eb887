package vault

import (
	"context"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// Ownership is whose a customer was, from and until when.
type Ownership struct {
	ID     string
	Person string
	From   time.Time
	Until  time.Time // zero while it lasts
	By     string    // person id of whoever gave the customer
}

func (o Ownership) words(customer string) []string {
	return []string{"customer_owner", o.ID, customer, o.Person, ms(o.From), ms(o.Until), o.By}
}

// own begins an interval.
func (q Files) own(ctx context.Context, key seal.DataKey, customer string, o Ownership) error {
	o.ID = q.tx.NewID(o.From)
	_, err := q.tx.Exec(ctx, "own customer", `INSERT INTO customer_owner (id, customer, person, since, until, by_person, mac)
		VALUES ($1, $2, $3, $4, 0, $5, $6)`, o.ID, customer, o.Person, engine.Millis(o.From), o.By, key.MAC(o.words(customer)...))
	return err
}

// Move gives a customer to another person, to nobody for "". Nothing
// happens when it is theirs.
func (q Files) Move(ctx context.Context, id, to, by string, at time.Time) error {
	old, err := q.changeCustomer(ctx, id, func(c *store.Customer) { c.Owner = to })
	if err != nil || old.Owner == to {
		return err
	}
	owners, err := q.owners(ctx, old)
	if err != nil {
		return err
	}
	for _, o := range owners {
		if o.Until.IsZero() {
			o.Until = at
			if _, err := q.tx.Exec(ctx, "disown customer", `UPDATE customer_owner SET until = $1, mac = $2 WHERE id = $3`,
				engine.Millis(at), old.key.MAC(o.words(id)...), o.ID); err != nil {
				return err
			}
		}
	}
	if to == "" {
		return nil
	}
	return q.own(ctx, old.key, id, Ownership{Person: to, From: at, By: by})
}

// Owners lists whose a customer was and is, oldest first.
func (q Files) Owners(ctx context.Context, id string) ([]Ownership, error) {
	k, err := q.kept(ctx, id)
	if err != nil {
		return nil, err
	}
	return q.owners(ctx, k)
}

func (q Files) owners(ctx context.Context, k keptCustomer) ([]Ownership, error) {
	return engine.All(ctx, q.tx, "owners", `SELECT id, person, since, until, by_person, mac FROM customer_owner WHERE customer = $1 ORDER BY id`,
		[]any{k.ID}, func(scan engine.Scan) (Ownership, error) {
			var o Ownership
			var mac []byte
			if err := scan(&o.ID, &o.Person, engine.At(&o.From), engine.At(&o.Until), &o.By, &mac); err != nil {
				return o, err
			}
			if err := k.key.Check(mac, o.words(k.ID)...); err != nil {
				return o, engine.InRow("customer_owner", o.ID, err)
			}
			return o, nil
		})
}
