package vault

import (
	"context"
	"fmt"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// Courses are how things went with the customers that there were before a moment:
// with those that are or were a person's, or with all for "". It reads no word of
// their files and needs no look. They come by their code; of what does not open
// nothing is in them (see store.Tx.Damaged).
func (q Files) Courses(ctx context.Context, owner string, before time.Time) ([]store.Course, error) {
	r := courses{Files: q, owner: owner, before: engine.Millis(before), keys: map[string]seal.DataKey{}, at: map[string]int{}}
	for _, read := range []func(context.Context) error{r.customers, r.owners, r.moves, r.entries} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	return r.list, nil
}

// courses are read one table after the other.
type courses struct {
	Files
	owner  string // person id; empty: all
	before int64  // milliseconds
	list   []store.Course
	at     map[string]int // of a customer in list
	keys   map[string]seal.DataKey
}

// theirs limits a query of some arguments to the customers that are or were the
// owner's, if there is one.
func (r *courses) theirs(column string, args ...any) (string, []any) {
	if r.owner == "" {
		return "", args
	}
	args = append(args, r.owner)
	return fmt.Sprintf(" AND %s IN (SELECT theirs.customer FROM customer_owner theirs WHERE theirs.person = $%d)", column, len(args)), args
}

func (r *courses) customers(ctx context.Context) error {
	where, args := r.theirs("id", r.before)
	list, err := engine.Sound(ctx, r.tx, "courses", `SELECT `+customerColumns+` FROM customer WHERE created < $1`+where+` ORDER BY created, id`, args, r.scanRow)
	r.list = make([]store.Course, len(list))
	for i, k := range list {
		r.list[i].Customer, r.at[k.ID], r.keys[k.ID] = k.Customer, i, k.key
	}
	return err
}

func (r *courses) owners(ctx context.Context) error {
	where, args := r.theirs("customer", r.before)
	_, err := engine.Sound(ctx, r.tx, "owners of all", `SELECT id, customer, person, since, until, by_person, mac FROM customer_owner WHERE since < $1`+where+` ORDER BY customer, id`, args,
		func(scan engine.Scan) (none struct{}, err error) {
			var o Ownership
			var customer string
			var mac []byte
			if err := scan(&o.ID, &customer, &o.Person, engine.At(&o.From), engine.At(&o.Until), &o.By, &mac); err != nil {
				return none, err
			}
			i, known := r.at[customer]
			if !known {
				return none, nil
			}
			key := r.keys[customer]
			if err := key.Check(mac, o.words(customer)...); err != nil {
				return none, engine.InRow("customer_owner", o.ID, err)
			}
			r.list[i].Owners = append(r.list[i].Owners, store.Owning{Person: o.Person, From: o.From, Until: o.Until})
			return none, nil
		})
	return err
}

// moves are all that count, also those since: where a customer was is told by the
// next one.
func (r *courses) moves(ctx context.Context) error {
	where, args := r.theirs("customer")
	_, err := engine.Sound(ctx, r.tx, "moves of all", `SELECT id, customer, was, stage, at, mac FROM customer_stage WHERE undone = 0`+where+` ORDER BY customer, at, id`, args,
		func(scan engine.Scan) (none struct{}, err error) {
			m, known, err := scanMove(scan, r.keys)
			if err != nil || !known {
				return none, err
			}
			i := r.at[m.customer]
			r.list[i].Moves = append(r.list[i].Moves, m.StageMove)
			return none, nil
		})
	return err
}

func (r *courses) entries(ctx context.Context) error {
	where, args := r.theirs("p.customer", r.before)
	_, err := engine.Sound(ctx, r.tx, "progress of all", `SELECT `+progressColumns+` FROM progress p WHERE p.undone = 0 AND p.at < $1`+where+` ORDER BY p.customer, p.at, p.id`, args,
		func(scan engine.Scan) (none struct{}, err error) {
			sealed, err := scanProgress(scan)
			if err != nil {
				return none, err
			}
			i, known := r.at[sealed.Customer]
			if !known {
				return none, nil
			}
			p, err := sealed.unseal(r.keys[sealed.Customer])
			if err != nil {
				return none, err
			}
			r.list[i].Entries = append(r.list[i].Entries, store.Entry{ID: p.ID, At: p.At, Stage: p.Stage, Amount: p.Amount, Next: p.Next})
			return none, nil
		})
	return err
}

// DueStep is what is to be done with a customer on a day that has come.
type DueStep struct {
	store.Customer
	store.Entry
}

// StepsDue lists the next steps of a day and of those before it which no later
// entry ended, the longest due first; of a person's customers, of all for "".
func (q Files) StepsDue(ctx context.Context, day store.Day, owner string) ([]DueStep, error) {
	return engine.Sound(ctx, q.tx, "steps due", `SELECT `+customerColumns+`, `+progressColumns+` FROM progress p JOIN customer ON customer.id = p.customer
		WHERE p.next_day <> '' AND p.next_day <= $1 AND p.undone = 0 AND ($2 = '' OR customer.owner = $3)
		AND NOT EXISTS (SELECT 1 FROM progress later WHERE later.customer = p.customer AND later.undone = 0 AND (later.at > p.at OR later.at = p.at AND later.id > p.id))
		ORDER BY p.next_day, p.id`, []any{string(day), owner, owner}, q.scanStep)
}

func (q Files) scanStep(scan engine.Scan) (DueStep, error) {
	var k keptCustomer
	sealed, err := scanProgress(func(into ...any) (err error) {
		k, err = scanKept(scan, into...)
		return err
	})
	if err == nil {
		err = q.unlock(&k)
	}
	if err != nil {
		return DueStep{}, err
	}
	p, err := sealed.unseal(k.key)
	return DueStep{k.Customer, store.Entry{ID: p.ID, At: p.At, Stage: p.Stage, Amount: p.Amount, Next: p.Next}}, err
}
