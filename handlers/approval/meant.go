package approval

import (
	"context"
	"strings"

	"marketbot/handlers/command"
	"marketbot/handlers/text"
	"marketbot/store"
)

// namesMost is how many words the name of a customer may have.
const namesMost = 5

// namedBy is whom words may name, by code or by a name in full; where a name
// has several words they go on in more. The longer the name, the earlier.
func namedBy(ctx context.Context, tx *store.Tx, words, more string) ([][]store.Customer, error) {
	if command.IsCustomerCode(words) {
		c, found, err := tx.Customer(ctx, text.Code(words))
		if err != nil || !found {
			return nil, err
		}
		return [][]store.Customer{{c}}, nil
	}
	var lists [][]store.Customer
	rest := strings.Fields(more)
	for n := min(len(rest), namesMost-1); n >= 0; n-- {
		list, err := tx.SimilarCustomers(ctx, strings.Join(append([]string{words}, rest[:n]...), " "))
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			lists = append(lists, list)
		}
	}
	return lists, nil
}

// meant is the one customer of those that namedBy found; empty when it is
// nobody or not clear who.
func meant(lists [][]store.Customer) string {
	if len(lists) == 0 || len(lists[0]) != 1 {
		return ""
	}
	return lists[0][0].ID
}

// named is a customer for a sentence: 华东机电有限公司（K12）.
func named(ctx context.Context, tx *store.Tx, id string) (string, error) {
	c, found, err := tx.Customer(ctx, id)
	if err != nil || !found {
		return id, err
	}
	return c.Name + "（" + c.ID + "）", nil
}
