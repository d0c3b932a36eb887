package progress

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"marketbot/handlers/closing"
	"marketbot/store"
	"marketbot/store/vault"
)

// keptName is under which name the table of a month is kept when it freezes.
const keptName = "progress/customers"

// Keep is the table of all customers of a month that freezes.
func (h Handler) Keep(ctx context.Context, tx *store.Tx, month store.Day, at time.Time) ([]store.KeptTable, error) {
	list, err := h.live(ctx, tx, asked{month: month, at: at})
	if err != nil {
		return nil, err
	}
	table, err := closing.Table(month, keptName, list)
	return []store.KeptTable{table}, err
}

// kept are the entries that are asked for of a month that froze, as they were kept;
// false where none were. Whose customers are now is told as it is now: that decides
// who may look.
func (h Handler) kept(ctx context.Context, tx *store.Tx, a asked) ([]*entry, bool, error) {
	tables, err := tx.Months().Kept(ctx, keptName, a.month, a.month)
	if err != nil || len(tables) == 0 {
		return nil, false, err
	}
	var list []*entry
	if err := json.Unmarshal([]byte(tables[0].Content), &list); err != nil {
		return nil, false, fmt.Errorf("table of %s: %w", string(a.month), err)
	}
	if a.own {
		now, err := vault.In(tx).Of(ctx, a.owner)
		if err != nil {
			return nil, false, err
		}
		theirs := map[string]bool{}
		for _, k := range now {
			theirs[k.ID] = true
		}
		for _, e := range list {
			switch {
			case theirs[e.ID]:
				e.Customer.Owner = a.owner
			case e.Customer.Owner == a.owner:
				e.Customer.Owner = ""
			}
		}
	}
	return slices.DeleteFunc(list, func(e *entry) bool { return !a.is(e) }), true, nil
}
