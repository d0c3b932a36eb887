package command

import (
	"context"
	"errors"

	"marketbot/store/ledger"
)

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
	for {
		entry.ID, entry.Trace = c.Tx.NewID(c.Now), ledger.NewTrace()
		if err := c.Tx.Audit().Record(ctx, entry); !errors.Is(err, ledger.ErrTraceTaken) {
			return entry.Trace, err
		}
	}
}
