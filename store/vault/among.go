package vault

import (
	"context"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/spelling"
)

// phonesRead is how many customers with the same digits are looked through for
// those that a search is limited to.
const phonesRead = 4096

// Among limits a search to the customers of an owner and to some others.
type Among struct {
	Owner string // person id; may be empty
	IDs   []string
}

// FindAmong is Find for somebody who may know few customers
// only: it compares all their names, so that it misses none of them however
// many others fit as well.
func (q Names) FindAmong(ctx context.Context, text string, among Among, most int) ([]Hit, error) {
	names, err := q.namesAmong(ctx, among)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	f := finder{names: q, query: spelling.Read(text), most: most, limited: true, among: names}
	return f.find(ctx)
}

// namesAmong are the names that count of some customers.
func (q Names) namesAmong(ctx context.Context, among Among) (names []nameRow, err error) {
	if among.Owner != "" {
		// with "until = 0" SQLite might take an index of all the names that count
		names, err = engine.All(ctx, q.tx, "names of an owner's", `SELECT `+nameColumns+` FROM customer JOIN customer_name n ON n.customer = customer.id
			WHERE customer.owner = $1 AND n.until <= 0`, []any{among.Owner}, scanName)
	}
	for _, id := range among.IDs {
		if err != nil {
			return nil, err
		}
		var more []nameRow
		more, err = engine.All(ctx, q.tx, "names of a customer", `SELECT `+nameColumns+` FROM customer_name n WHERE n.customer = $1 AND n.until <= 0`, []any{id}, scanName)
		names = append(names, more...)
	}
	return names, err
}
