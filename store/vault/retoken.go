package vault

import (
	"context"
	"errors"
	"slices"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
	"marketbot/store/internal/spelling"
)

// Retokened is what Retoken came to.
type Retokened struct {
	Last string   // id of the last fact that was looked at; empty: there are no more
	Done int      // facts whose tokens were made anew
	Lost []string // ids of facts that no configured key opens
}

// Retoken brings the tokens by which numbers are found under secret_key: of the
// next n facts after one. They are made anew of the facts themselves.
func (q Names) Retoken(ctx context.Context, after string, n int) (r Retokened, err error) {
	facts, err := engine.All(ctx, q.tx, "facts with phones", `SELECT DISTINCT fact, customer FROM customer_phone WHERE fact > $1 ORDER BY fact LIMIT $2`,
		[]any{after, n}, func(scan engine.Scan) (f phoneFact, err error) { return f, scan(&f.id, &f.customer) })
	for _, f := range facts {
		r.Last = f.id
		changed, err := q.retoken(ctx, f)
		switch {
		case errors.Is(err, seal.ErrTampered), errors.Is(err, ErrErased), errors.Is(err, ErrNoCustomer):
			r.Lost = append(r.Lost, f.id)
		case err != nil:
			return r, err
		case changed:
			r.Done++
		}
	}
	return r, err
}

// phoneFact is a fact by whose numbers a customer is found.
type phoneFact struct{ id, customer string }

// retoken puts a fact's numbers under secret_key; false when they are.
func (q Names) retoken(ctx context.Context, p phoneFact) (bool, error) {
	value, found, err := q.factValue(ctx, p)
	if err != nil {
		return false, err
	}
	if !found {
		return true, q.DropPhone(ctx, p.id)
	}
	have, err := engine.All(ctx, q.tx, "tokens of a fact", `SELECT token FROM customer_phone WHERE fact = $1`, []any{p.id},
		func(scan engine.Scan) (t []byte, err error) { return t, scan(&t) })
	if err != nil {
		return false, err
	}
	want := map[string]bool{}
	for _, digits := range spelling.PhoneWords(value) {
		want[string(q.tx.Keys().Token(digits))] = true
	}
	same := len(have) == len(want)
	for _, t := range have {
		same = same && want[string(t)]
	}
	if same {
		return false, nil
	}
	return true, q.PutPhone(ctx, p.customer, p.id, value)
}

// factValue is what a fact says; false when it does not count any more.
func (q Names) factValue(ctx context.Context, p phoneFact) (string, bool, error) {
	var person string
	found, err := q.tx.One(ctx, "fact", `SELECT person FROM fact WHERE id = $1 AND customer = $2 AND until = 0`, []any{p.id, p.customer}, &person)
	if err != nil || !found {
		return "", false, err
	}
	files := Files{tx: q.tx}
	c, err := files.kept(ctx, p.customer)
	if err != nil {
		return "", false, err
	}
	k, err := files.card(ctx, c, person)
	if err != nil {
		return "", false, err
	}
	i := slices.IndexFunc(k.facts, func(f Fact) bool { return f.ID == p.id })
	if i < 0 {
		return "", false, seal.ErrTampered // the card knows nothing of it
	}
	return k.facts[i].Value, true, nil
}
