package receivable

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Holdings are the lines that are open of the contracts that somebody holds, and their
// receipts that wait for 核款; both go with the contract (2-7). What they entered for a
// contract of another's waits for the same eyes.
func (h Handler) Holdings(ctx context.Context, tx *store.Tx, of store.Person, at time.Time) ([]leaving.Held, error) {
	contracts, err := tx.Contracts().ByHolder(ctx, of.ID)
	if err != nil {
		return nil, err
	}
	entries, err := tx.Receivables().OfHolder(ctx, of.ID)
	if err != nil {
		return nil, err
	}
	waiting, err := tx.Receivables().Waiting(ctx)
	if err != nil {
		return nil, err
	}
	money, today := byContract(entries), h.Rules.Day(at)
	var list []leaving.Held
	for _, k := range contracts {
		if k.Signed == "" {
			continue
		}
		d, with := h.made(k, money[k.Number], today), leaving.Key(leaving.Contract, k.Number)
		for _, l := range d.Lines {
			if l.Open > 0 {
				list = append(list, leaving.Held{
					Kind: "收款", Ref: fmt.Sprintf("%s/%d", k.Number, l.No), Name: fmt.Sprintf("第%d期 %s 到期", l.No, l.Due), Amount: l.Open, With: with,
				})
			}
		}
		for _, r := range rulebook.Receipts(d.account.Entries) {
			if r.Pending() {
				list = append(list, leaving.Held{Kind: "待核", Ref: r.Code, Name: k.Number + " " + r.Day.String() + " 的回款", With: with, Accounts: true})
			}
		}
	}
	for _, r := range rulebook.Receipts(waiting) {
		if own := money[r.Contract] != nil; !own && r.Pending() && r.By == of.ID && !r.At.After(at) {
			list = append(list, leaving.Held{Kind: "待核", Ref: r.Code, Name: r.Contract + " " + r.Day.String() + " 的回款，登记人是本人", Accounts: true, Others: true})
		}
	}
	return list, nil
}
