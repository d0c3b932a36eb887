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
	c, err := tx.kept(ctx, a.Customer)
	if err != nil {
		return File{}, err
	}
	facts, err := tx.facts(ctx, c)
	if err != nil {
		return File{}, err
	}
	f := File{Customer: c.Customer, Trace: trace}
	for _, x := range facts {
		if x.Person == "" {
			f.Facts = append(f.Facts, x.Fact)
			continue
		}
		if n := len(f.People); n == 0 || f.People[n-1].ID != x.Person {
			f.People = append(f.People, x.person)
		}
		f.People[len(f.People)-1].add(x.Fact)
	}
	return f, nil
}

// add puts a fact to the person whom it is about.
func (p *FilePerson) add(f Fact) {
	if f.Field == PersonName {
		p.Name, p.Source = f.Value, f.Source
	}
	p.Facts = append(p.Facts, f)
}

// OpenHistory is OpenCustomer for the past of a file.
func (tx *Tx) OpenHistory(ctx context.Context, a Access, entry Audit) (History, error) {
	trace, err := tx.look(ctx, a, entry)
	if err != nil {
		return History{}, err
	}
	c, err := tx.kept(ctx, a.Customer)
	if err != nil {
		return History{}, err
	}
	h := History{Customer: c.Customer, Trace: trace}
	if h.Changes, err = tx.changes(ctx, c); err != nil {
		return History{}, err
	}
	if h.Progress, err = tx.progressOf(ctx, c); err != nil {
		return History{}, err
	}
	if h.Owners, err = tx.owners(ctx, c); err != nil {
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

// keptFact is a fact's row with whom it is about.
type keptFact struct {
	Fact
	person  FilePerson // without its facts
	erased  bool
	wrapped []byte // the person's key
	sealed  [3][]byte
}

const factColumns = `f.id, f.customer, f.person, f.field, f.author, f.at, f.checked, f.checked_by, f.until, f.until_by, f.value, f.source, f.why,
	COALESCE(p.customer, ''), COALESCE(p.author, ''), COALESCE(p.created, 0), COALESCE(p.erased, 0), p.data_key`

// facts are the current facts of a file without their Why, by person and field.
func (tx *Tx) facts(ctx context.Context, c keptCustomer) ([]keptFact, error) {
	r := factReader{c: c, columns: []string{"value", "source"}}
	return all(ctx, tx, "facts", `SELECT `+factColumns+` FROM fact f LEFT JOIN customer_person p ON p.id = f.person
		WHERE f.customer = $1 AND f.until = 0 ORDER BY f.person, f.field`, []any{c.ID}, r.scan)
}

// changes are all facts of a file, oldest first.
func (tx *Tx) changes(ctx context.Context, c keptCustomer) ([]Fact, error) {
	r := factReader{c: c, columns: []string{"value", "source", "why"}}
	return all(ctx, tx, "changes", `SELECT `+factColumns+` FROM fact f LEFT JOIN customer_person p ON p.id = f.person
		WHERE f.customer = $1 ORDER BY f.at, f.id`, []any{c.ID}, func(scan func(...any) error) (Fact, error) {
		k, err := r.scan(scan)
		return k.Fact, err
	})
}

// factReader unseals the facts of one file.
type factReader struct {
	c       keptCustomer
	columns []string // to unseal
	keys    map[string]dataKey
}

// scan reads a fact and unseals it.
func (r *factReader) scan(scan func(...any) error) (keptFact, error) {
	var k keptFact
	var at, checked, until, created, erased int64
	err := scan(&k.ID, &k.Fact.Customer, &k.Person, &k.Field, &k.Author, &at, &checked, &k.CheckedBy, &until, &k.UntilBy,
		&k.sealed[0], &k.sealed[1], &k.sealed[2], &k.person.Customer, &k.person.Author, &created, &erased, &k.wrapped)
	if err != nil {
		return k, err
	}
	k.At, k.Checked, k.Until, k.erased = moment(at), moment(checked), moment(until), erased != 0
	k.person.ID, k.person.Created = k.Person, moment(created)
	if k.Erased = k.erased && k.sealed[0] == nil; k.Erased {
		return k, nil
	}
	if err := r.unseal(&k); err != nil {
		return keptFact{}, fmt.Errorf("fact %s: %w", k.ID, err)
	}
	return k, nil
}

func (r *factReader) unseal(k *keptFact) error {
	key, err := r.key(k)
	if err != nil {
		return err
	}
	into := map[string]*string{"value": &k.Value, "source": &k.Source, "why": &k.Why}
	for i, column := range r.columns {
		text, err := key.open(k.sealed[i], k.words(column)...)
		if err != nil {
			return err
		}
		*into[column] = string(text)
	}
	return nil
}

// key is the customer's, or the key of the person whom the fact is about.
func (r *factReader) key(k *keptFact) (dataKey, error) {
	if k.Person == "" {
		return r.c.key, nil
	}
	if key, known := r.keys[k.Person]; known {
		return key, nil
	}
	key, err := r.c.key.personKey(k.wrapped, k.person)
	if r.keys == nil {
		r.keys = map[string]dataKey{}
	}
	r.keys[k.Person] = key
	return key, err
}
