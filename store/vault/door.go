package vault

import (
	"context"
	"errors"
	"fmt"

	"marketbot/store"
	"marketbot/store/ledger"
)

// File is what a look into a customer's file shows.
type File struct {
	store.Customer
	Facts  []Fact   // about the company, current ones, by field
	People []Person // by when they were entered
	Trace  string   // code of the look; stands on everything that shows of it
	Lacks  bool     // somebody who does not open
}

// History is what a look into the past of a file shows.
type History struct {
	store.Customer
	Changes  []Fact     // every value that any field ever had, oldest first
	Progress []Progress // undone ones too, oldest first
	Owners   []Ownership
	Trace    string // as in File
	Lacks    bool   // something that does not open
}

// ErrNoAccess is a look that the Access does not allow.
var ErrNoAccess = errors.New("no access to this file")

// Open is the door to a customer's file: entry, which says who looks,
// how and why, is recorded first, in this transaction, and nothing is unsealed
// when that fails. The entry's Customer, Trace, Grant and Outcome are filled
// in, its ID when it is empty. ErrNoAccess when a does not give the look to the
// entry's person; ErrTampered when the customer's row was changed behind the store's
// back. People and facts that were are left out, and are damaged.
func (q Files) Open(ctx context.Context, a store.Access, entry ledger.Entry) (File, error) {
	trace, err := q.look(ctx, a, entry)
	if err != nil {
		return File{}, err
	}
	k, err := q.file(ctx, a.Customer)
	if err != nil {
		return File{}, err
	}
	f := File{Customer: k.Customer, Facts: k.company.facts, Trace: trace, Lacks: len(k.lost) > 0}
	for _, p := range k.people {
		f.People = append(f.People, p.withFacts())
	}
	return f, nil
}

// History is Open for the past of a file.
func (q Files) History(ctx context.Context, a store.Access, entry ledger.Entry) (History, error) {
	trace, err := q.look(ctx, a, entry)
	if err != nil {
		return History{}, err
	}
	before := len(q.tx.Damaged())
	k, err := q.file(ctx, a.Customer)
	if err != nil {
		return History{}, err
	}
	h := History{Customer: k.Customer, Trace: trace}
	if h.Changes, err = q.changes(ctx, k); err != nil {
		return History{}, err
	}
	if h.Progress, err = q.progress(ctx, k.keptCustomer); err != nil {
		return History{}, err
	}
	if h.Owners, err = q.owners(ctx, k.keptCustomer); err != nil {
		return History{}, err
	}
	h.Lacks = len(k.lost) > 0 || len(q.tx.Damaged()) > before
	return h, nil
}

// traceTries is how often a trace code may be in use already: there are 887
// million.
const traceTries = 5

// look records a look and gives its trace code.
func (q Files) look(ctx context.Context, a store.Access, entry ledger.Entry) (trace string, err error) {
	if !a.Read() || a.Person == "" || a.Person != entry.Person || a.Customer == "" ||
		entry.Customer != "" && entry.Customer != a.Customer || a.Basis == store.ByGrant && a.Grant == "" {
		return "", ErrNoAccess
	}
	if entry.ID == "" {
		entry.ID = q.tx.NewID(entry.At)
	}
	entry.Outcome, entry.Customer, entry.Grant = ledger.Done, a.Customer, a.Grant
	entry.Post, entry.Basis = string(a.Post), string(a.Basis)
	for range traceTries {
		entry.Trace = ledger.NewTrace()
		if err = ledger.Of(q.tx).Record(ctx, entry); !errors.Is(err, ledger.ErrTraceTaken) {
			break
		}
	}
	if err != nil {
		return "", fmt.Errorf("record the look: %w", err)
	}
	return entry.Trace, nil
}
