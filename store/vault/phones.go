package vault

import (
	"context"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/spelling"
)

// PutPhone lets a customer be found by the last four digits of the numbers in a
// fact, and by the whole of them; it replaces what was known of the fact. Only
// keyed tokens rest, under the current secret_key: after a change of it, this
// is to be called again for every fact.
func (q Names) PutPhone(ctx context.Context, customer, fact, number string) error {
	if err := q.DropPhone(ctx, fact); err != nil {
		return err
	}
	for _, digits := range spelling.PhoneWords(number) {
		if _, err := q.tx.Exec(ctx, "put phone", `INSERT INTO customer_phone (token, fact, customer) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			q.tx.Keys().Token(digits), fact, customer); err != nil {
			return err
		}
	}
	return nil
}

// DropPhone forgets the numbers in a fact.
func (q Names) DropPhone(ctx context.Context, fact string) error {
	_, err := q.tx.Exec(ctx, "drop phone", `DELETE FROM customer_phone WHERE fact = $1`, fact)
	return err
}

// phonesOf are the customers with a number that ends with these four digits, or
// that is these digits. Numbers put under an old key are found, too.
func (q Names) phones(ctx context.Context, digits string, most int) ([]string, error) {
	var list []string
	for _, token := range q.tx.Keys().Tokens(digits) {
		ids, err := engine.All(ctx, q.tx, "customers by phone", `SELECT DISTINCT customer FROM customer_phone WHERE token = $1 ORDER BY customer LIMIT $2`,
			[]any{token, most}, engine.Word)
		if err != nil {
			return nil, err
		}
		list = append(list, ids...)
	}
	return list, nil
}
