package progress

import (
	"context"
	"fmt"
	"time"

	"marketbot/handlers/leaving"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/words"
	"marketbot/store"
	"marketbot/store/vault"
)

// How far ahead next steps and promises are handed over.
const (
	stepsAhead = 3650 // days
	lastMonth  = store.Day("9999-12-01")
)

// Holdings are a person's next steps, and the promises that are still to be
// answered: they go with the customer that they are about.
func (h Handler) Holdings(ctx context.Context, tx *store.Tx, of store.Person, at time.Time) ([]leaving.Held, error) {
	steps, err := vault.In(tx).StepsDue(ctx, h.Rules.Day(at).Add(stepsAhead), of.ID)
	if err != nil {
		return nil, err
	}
	var list []leaving.Held
	for _, d := range steps {
		list = append(list, leaving.Held{
			Kind: "下一步", Ref: d.Customer.ID, With: leaving.Key(leaving.Customer, d.Customer.ID),
			Name: fmt.Sprintf("%s %s %s", words.DayIn(d.Next.Day, h.Rules.Day(at)), d.Name, said(d.Next.What)),
		})
	}
	mine, err := vault.In(tx).Of(ctx, of.ID)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, k := range mine {
		names[k.ID] = k.Name
	}
	entries, err := tx.Promises().In(ctx, "", lastMonth)
	for _, p := range rulebook.Promises(entries) {
		if name, theirs := names[p.Customer]; theirs && p.Answer == nil {
			list = append(list, leaving.Held{
				Kind: "承诺", Ref: p.Customer + "/" + string(p.Month[:len("2026-11")]), With: leaving.Key(leaving.Customer, p.Customer),
				Name: fmt.Sprintf("%s %s：%s", words.Month(p.Month), name, said(p.Words)),
			})
		}
	}
	return list, err
}
