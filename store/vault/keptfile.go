package vault

import (
	"context"

	"marketbot/store/internal/engine"
)

// keptFile is a customer's row with all cards of the file.
type keptFile struct {
	keptCustomer
	company card
	people  []keptPerson // by when they were entered, without damaged ones
	lost    []string     // ids of those
}

// cards are all cards of the file, by whom they are about.
func (k keptFile) cards() map[string]card {
	list := map[string]card{"": k.company}
	for _, p := range k.people {
		list[p.ID] = p.card
	}
	return list
}

// file reads a file in one query, because every look does; ErrNoCustomer when
// there is none.
func (q Files) file(ctx context.Context, id string) (keptFile, error) {
	if engine.Nowhere(id) {
		return keptFile{}, ErrNoCustomer
	}
	var k keptFile
	err := engine.Each(ctx, q.tx, "file", `SELECT `+customerColumns+`, customer.card,
			COALESCE(p.id, ''), COALESCE(p.created, 0), COALESCE(p.author, ''), p.data_key, p.card
		FROM customer LEFT JOIN customer_person p ON p.customer = customer.id AND p.erased = 0
		WHERE customer.id = $1 ORDER BY p.created, p.id`, []any{id},
		func(scan engine.Scan) error { return q.scanFile(scan, &k) })
	switch {
	case err != nil:
		return keptFile{}, err
	case k.ID == "":
		return keptFile{}, ErrNoCustomer
	}
	return k, nil
}

// scanFile adds a row, which is about one person at the customer's or nobody,
// to the file.
func (q Files) scanFile(scan engine.Scan, k *keptFile) error {
	var p Person
	var company, wrapped, sealed []byte
	c, err := scanKept(scan, &company, &p.ID, engine.At(&p.Created), &p.Author, &wrapped, &sealed)
	if err != nil {
		return err
	}
	if k.ID == "" { // the customer is the same on every row
		if err := q.unlock(&c); err != nil {
			return err
		}
		k.keptCustomer, k.company = c, card{customer: c.ID, key: c.key}
		if err := k.company.open(company); err != nil {
			return err
		}
	}
	if p.ID == "" {
		return nil
	}
	person, err := k.person(p, wrapped, sealed)
	if q.tx.PassOver(err) { // the rest of the file is as good as ever
		k.lost = append(k.lost, p.ID)
		return nil
	}
	k.people = append(k.people, person)
	return err
}
