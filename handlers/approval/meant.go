package approval

import (
	"context"
	"strings"

	"marketbot/handlers/command"
	"marketbot/store"
)

// namesMost is how many words the name of a customer may have.
const namesMost = 5

// meant is the one customer that is named in words, and where the name has
// several, in the first of more; empty when it is nobody or not clear who. It
// is for the eyes of whoever decides only.
func meant(ctx context.Context, tx *store.Tx, words, more string) (string, error) {
	if command.IsCustomerCode(words) {
		c, found, err := tx.Customer(ctx, code(words))
		if err != nil || !found {
			return "", err
		}
		return c.ID, nil
	}
	rest := strings.Fields(more)
	for n := min(len(rest), namesMost-1); n >= 0; n-- {
		list, err := tx.SimilarCustomers(ctx, strings.Join(append([]string{words}, rest[:n]...), " "))
		if err != nil {
			return "", err
		}
		if len(list) > 0 {
			return sole(list), nil
		}
	}
	return "", nil
}

// sole is the only one of a list; empty when there are more.
func sole(list []store.Customer) string {
	if len(list) == 1 {
		return list[0].ID
	}
	return ""
}

// named is a customer for a sentence: 华东机电有限公司（K12）.
func named(ctx context.Context, tx *store.Tx, id string) (string, error) {
	c, found, err := tx.Customer(ctx, id)
	if err != nil || !found {
		return id, err
	}
	return c.Name + "（" + c.ID + "）", nil
}
