package contract

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Holdings are the contracts that somebody has still to see to (2-7): forms in hand,
// originals that are owed or lost, what is not paid in full, and originals that they
// have on loan.
func (h Handler) Holdings(ctx context.Context, tx *store.Tx, of store.Person, at time.Time) ([]leaving.Held, error) {
	held, err := tx.Contracts().ByHolder(ctx, of.ID)
	if err != nil {
		return nil, err
	}
	money, err := tx.Receivables().OfHolder(ctx, of.ID)
	if err != nil {
		return nil, err
	}
	entries := map[string][]store.MoneyEntry{}
	for _, e := range money {
		entries[e.Contract] = append(entries[e.Contract], e)
	}
	waiting, err := tx.Contracts().Waiting(ctx)
	if err != nil {
		return nil, err
	}
	n := h.people(tx)
	var list []leaving.Held
	for _, ct := range held {
		open := h.unpaid(ct, entries[ct.Number], at)
		if !ct.InHand() && !ct.OwesOriginal() && !(ct.State == store.ContractLost && !ct.Explained) && !open {
			continue
		}
		customer, err := n.customer(ctx, ct.Customer)
		if err != nil {
			return nil, err
		}
		list = append(list, leaving.Held{
			Kind: leaving.Contract, Ref: ct.Number, Name: fmt.Sprintf("%s %s，%s", customer, ct.Project, stateWords(ct, h.Rules.Day(at))), Accounts: ct.InHand(),
			Takes: takesContracts, Move: h.moving(ct.Folded, func(is *store.Contract, to string) { is.Holder = to }),
		})
	}
	for _, ct := range waiting {
		if ct.Borrower == of.ID {
			list = append(list, leaving.Held{
				Kind: "借出的原件", Ref: ct.Number, Name: dayWords(ct.Back, h.Rules.Day(at)) + " 归还", Accounts: true,
				Move: h.moving(ct.Folded, func(is *store.Contract, to string) { is.Borrower = to }),
			})
		}
	}
	return list, nil
}

func takesContracts(p store.Person) bool { return rulebook.Allows(rulebook.TakeContracts, p) }

// unpaid reports whether something is still to come in for a signed contract, or
// waits for 核款.
func (h Handler) unpaid(ct store.Contract, entries []store.MoneyEntry, at time.Time) bool {
	if ct.Signed == "" {
		return false
	}
	s := rulebook.AccountOf(ct, 0, entries).Standing(h.Rules.Day(at), nil)
	return s.Open > 0 || s.Pending+s.PendingSurplus > 0
}

// moving is the Move of a contract: a change of its own, so that its history says by
// whom and when.
func (h Handler) moving(folded string, change func(is *store.Contract, to string)) func(context.Context, *command.Call, store.Person) ([]chat.Notice, error) {
	return func(ctx context.Context, c *command.Call, to store.Person) ([]chat.Notice, error) {
		was, found, err := c.Tx.Contracts().Get(ctx, folded)
		if err == nil && !found {
			err = fmt.Errorf("contract %s is gone", folded)
		}
		if err != nil {
			return nil, err
		}
		is := was
		change(&is, to.ID)
		return nil, h.save(ctx, c, was, &is, "")
	}
}
