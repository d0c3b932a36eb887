package vault

import (
	"context"

	"marketbot/store/internal/engine"
)

// Held is a field of a file that has a value; which, it does not say.
type Held struct {
	Customer string
	Person   string // a Person's id; empty: about the company
	Field    string
}

// maxHeld is how many customers one query asks for.
const maxHeld = 500

// FieldsOf lists which fields of some customers have a value, by customer,
// person and field: for what a file lacks.
func (q Files) FieldsOf(ctx context.Context, ids []string) ([]Held, error) {
	var list []Held
	for len(ids) > 0 {
		n := min(len(ids), maxHeld)
		some, err := q.held(ctx, `AND customer IN (`+engine.Marks(n)+`)`, engine.Args(ids[:n]))
		if err != nil {
			return nil, err
		}
		list, ids = append(list, some...), ids[n:]
	}
	return list, nil
}

func (q Files) held(ctx context.Context, which string, args []any) ([]Held, error) {
	words := map[string]string{} // a few fields and many rows: each word is kept once
	once := func(w *string) {
		if _, known := words[*w]; !known {
			words[*w] = *w
		}
		*w = words[*w]
	}
	return engine.All(ctx, q.tx, "fields held", `SELECT customer, person, field FROM fact WHERE until = 0 `+which+` ORDER BY customer, person, field`,
		args, func(scan engine.Scan) (Held, error) {
			var h Held
			err := scan(&h.Customer, &h.Person, &h.Field)
			once(&h.Customer)
			once(&h.Person)
			once(&h.Field)
			return h, err
		})
}
