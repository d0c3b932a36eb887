package command

import (
	"context"
	"errors"
	"slices"

	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/ledger"
)

// Meets counts a customer that words mean, and that the answer names, among those
// that the caller was told of: whoever tries one after the other with any command
// lists them (档-3). Their own customers they know, and the heads all of them.
func (c *Call) Meets(words string, k store.Customer) {
	if c.Met == nil || k.Owner == c.Person.ID || rulebook.Allows(rulebook.SeeDepartment, c.Person) || slices.Contains(c.Met.Customers, k.ID) {
		return
	}
	c.Met.Words, c.Met.Customers = words, append(c.Met.Customers, k.ID)
}

// LookedAt records that a list or a sheet was shown to the caller, and gives the
// trace code that is to stand on it. The answer is then [Answer.Recorded]. One of
// customers is refused to whoever may be shown none yet.
func (c *Call) LookedAt(ctx context.Context, subject, clause string) (trace string, err error) {
	entry := ledger.Entry{
		At: c.Now, Person: c.Person.ID, Act: c.Spec.Name, Subject: subject, Outcome: ledger.Done, Clause: clause, Ref: c.Event.ID,
		Look: ledger.Look{Post: string(c.Person.Post)},
	}
	if len(entry.Lists()) > 0 {
		if err := c.ListsCustomers(ctx); err != nil {
			return "", err
		}
	}
	if c.Met != nil && len(c.Met.Customers) == 1 {
		entry.Customer, entry.Why = c.Met.Customers[0], c.Met.Words
	}
	for {
		entry.ID, entry.Trace = c.Tx.NewID(c.Now), ledger.NewTrace()
		if err := c.Tx.Audit().Record(ctx, entry); !errors.Is(err, ledger.ErrTraceTaken) {
			return entry.Trace, err
		}
	}
}
