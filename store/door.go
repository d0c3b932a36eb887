package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
)

// File is what a look into a customer's file shows.
type File struct {
	Customer
	Facts  []Fact       // about the company, current ones, by field
	People []FilePerson // by when they were entered
	Trace  string       // code of the look; stands on everything that shows of it
}

// History is what a look into the past of a file shows.
type History struct {
	Customer
	Changes  []Fact     // every value that any field ever had, oldest first
	Progress []Progress // undone ones too, oldest first
	Owners   []Ownership
	Trace    string // as in File
}

// ErrNoAccess is a look that the Access does not allow.
var ErrNoAccess = errors.New("no access to this file")

// OpenCustomer is the door to a customer's file: entry, which says who looks,
// how and why, is recorded first, in this transaction, and nothing is unsealed
// when that fails. The entry's Customer, Trace, Grant and Outcome are filled
// in, its ID when it is empty. ErrNoAccess when a does not give the look to the
// entry's person; ErrTampered when anything in the file was changed behind the
// store's back.
func (tx *Tx) OpenCustomer(ctx context.Context, a Access, entry Audit) (File, error) {
	trace, err := tx.look(ctx, a, entry)
	if err != nil {
		return File{}, err
	}
	k, err := tx.file(ctx, a.Customer)
	if err != nil {
		return File{}, err
	}
	f := File{Customer: k.Customer, Facts: k.company.facts, Trace: trace}
	for _, p := range k.people {
		f.People = append(f.People, p.withFacts())
	}
	return f, nil
}

// OpenHistory is OpenCustomer for the past of a file.
func (tx *Tx) OpenHistory(ctx context.Context, a Access, entry Audit) (History, error) {
	trace, err := tx.look(ctx, a, entry)
	if err != nil {
		return History{}, err
	}
	k, err := tx.file(ctx, a.Customer)
	if err != nil {
		return History{}, err
	}
	h := History{Customer: k.Customer, Trace: trace}
	if h.Changes, err = tx.changes(ctx, k); err != nil {
		return History{}, err
	}
	if h.Progress, err = tx.progressOf(ctx, k.keptCustomer); err != nil {
		return History{}, err
	}
	if h.Owners, err = tx.owners(ctx, k.keptCustomer); err != nil {
		return History{}, err
	}
	return h, nil
}

// traceTries is how often a trace code may be in use already: there are 887
// million.
const traceTries = 5

// look records a look and gives its trace code.
func (tx *Tx) look(ctx context.Context, a Access, entry Audit) (trace string, err error) {
	if !a.Read() || a.Person == "" || a.Person != entry.Person || a.Customer == "" ||
		entry.Customer != "" && entry.Customer != a.Customer || a.Basis == ByGrant && a.Grant == "" {
		return "", ErrNoAccess
	}
	if entry.ID == "" {
		entry.ID = tx.NewID(entry.At)
	}
	entry.Outcome, entry.Customer, entry.Grant = Done, a.Customer, a.Grant
	for range traceTries {
		entry.Trace = NewTrace()
		if err = tx.Record(ctx, entry); !errors.Is(err, errTraceTaken) {
			break
		}
	}
	if err != nil {
		return "", fmt.Errorf("record the look: %w", err)
	}
	return entry.Trace, nil
}

// NewTrace is a new trace code: six letters and digits that nobody can guess.
func NewTrace() string {
	const fair = 256 / len(codeLetters) * len(codeLetters) // bytes above would favour some letters
	var code, b [6]byte
	for i := 0; i < len(code); {
		rand.Read(b[:]) // never fails (crypto/rand)
		for _, v := range b {
			if int(v) < fair && i < len(code) {
				code[i] = codeLetters[int(v)%len(codeLetters)]
				i++
			}
		}
	}
	return string(code[:])
}
