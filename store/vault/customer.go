package vault

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// ErrNoCustomer is a customer that is not there.
var ErrNoCustomer = errors.New("no such customer")

// words are what the customer's mac vouches for.
func words(c store.Customer) []string {
	return []string{"customer", c.ID, c.Name, c.Owner, c.Stage, ms(c.Created), c.Author}
}

// NewCode is the next K1, K2 …
func (q Files) NewCode(ctx context.Context) (string, error) { return q.codes.NextCode(ctx, "K") }

// Add enters a customer under c.ID and makes its data key. Checked and
// Progressed are Created when they are zero.
func (q Files) Add(ctx context.Context, c store.Customer) error {
	if !store.Plain(c.Name) || !store.Plain(c.Stage) {
		return fmt.Errorf("add customer: %w", store.ErrNotPlain)
	}
	key, err := seal.NewDataKey()
	if err != nil {
		return err
	}
	if c.Checked.IsZero() {
		c.Checked = c.Created
	}
	if c.Progressed.IsZero() {
		c.Progressed = c.Created
	}
	_, err = q.tx.Exec(ctx, "add customer", `INSERT INTO customer (id, name, owner, stage, created, author, checked, progressed, data_key, mac, card)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		c.ID, c.Name, c.Owner, c.Stage, engine.Millis(c.Created), c.Author, engine.Millis(c.Checked), engine.Millis(c.Progressed),
		q.tx.Keys().Wrap(key, "customer", c.ID, "data_key"), key.MAC(words(c)...), card{customer: c.ID, key: key}.seal())
	if err != nil || c.Owner == "" {
		return err
	}
	return q.own(ctx, key, c.ID, Ownership{Person: c.Owner, From: c.Created, By: c.Author})
}

const customerColumns = `customer.id, customer.name, customer.owner, customer.stage, customer.created, customer.author,
	customer.checked, customer.progressed, customer.data_key, customer.mac`

// keptCustomer is a customer's row with its key.
type keptCustomer struct {
	store.Customer
	key     seal.DataKey
	wrapped []byte // the key
	mac     []byte
}

// scanKept reads a row, and what follows it into more.
func scanKept(scan engine.Scan, more ...any) (k keptCustomer, err error) {
	into := []any{&k.ID, &k.Name, &k.Owner, &k.Stage, engine.At(&k.Created), &k.Author, engine.At(&k.Checked), engine.At(&k.Progressed), &k.wrapped, &k.mac}
	err = scan(append(into, more...)...)
	return k, err
}

// unlock opens the row's key and finds changes that the store did not make
// (ErrTampered).
func (q Files) unlock(k *keptCustomer) (err error) {
	if k.key, err = q.customerKey(k.wrapped, k.ID); err == nil {
		err = k.key.Check(k.mac, words(k.Customer)...)
	}
	return engine.InRow("customer", k.ID, err)
}

// scanRow is scanKept of a row that nothing follows, unlocked.
func (q Files) scanRow(scan engine.Scan) (keptCustomer, error) {
	k, err := scanKept(scan)
	if err == nil {
		err = q.unlock(&k)
	}
	return k, err
}

// scanCustomer is scanRow without the key.
func (q Files) scanCustomer(scan engine.Scan) (store.Customer, error) {
	k, err := q.scanRow(scan)
	return k.Customer, err
}

// kept is a customer's row with its key; ErrNoCustomer when there is none.
func (q Files) kept(ctx context.Context, id string) (keptCustomer, error) {
	if engine.Nowhere(id) {
		return keptCustomer{}, ErrNoCustomer
	}
	list, err := engine.All(ctx, q.tx, "customer", `SELECT `+customerColumns+` FROM customer WHERE id = $1`, []any{id}, q.scanRow)
	if err == nil && len(list) == 0 {
		err = ErrNoCustomer
	}
	return engine.First(list), err
}

// Customer is a customer by id. A row whose name, owner or stage was changed
// behind the store's back is ErrTampered; lists and searches pass it over.
func (q Files) Customer(ctx context.Context, id string) (store.Customer, bool, error) {
	k, err := q.kept(ctx, id)
	if errors.Is(err, ErrNoCustomer) {
		return store.Customer{}, false, nil
	}
	return k.Customer, err == nil, err
}

// Sound is Customer where one that is damaged counts as not there.
func (q Files) Sound(ctx context.Context, id string) (store.Customer, bool, error) {
	k, found, err := q.Customer(ctx, id)
	if q.tx.PassOver(err) {
		return store.Customer{}, false, nil
	}
	return k, found, err
}

// Of lists a person's customers, by stage and name; those of nobody
// for "".
func (q Files) Of(ctx context.Context, owner string) ([]store.Customer, error) {
	return engine.Sound(ctx, q.tx, "customers of", `SELECT `+customerColumns+` FROM customer WHERE owner = $1 ORDER BY stage, name, id`,
		[]any{owner}, q.scanCustomer)
}

// Rename gives a customer another name in full; the file counts as
// changed. The names that it is found by are CustomerNames of their own.
func (q Files) Rename(ctx context.Context, id, name string, at time.Time) error {
	if _, err := q.changeCustomer(ctx, id, func(c *store.Customer) { c.Name = name }); err != nil {
		return err
	}
	return q.Touch(ctx, id, at)
}

// Touch notes that a customer's file was changed or found right.
func (q Files) Touch(ctx context.Context, id string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "touch customer", `UPDATE customer SET checked = $1 WHERE id = $2 AND checked < $1`, engine.Millis(at), id)
	return err
}

// touched is Touch that gives the row and holds it until the end of the
// transaction, so that two changes of one file follow each other.
func (q Files) touched(ctx context.Context, id string, at time.Time) (keptCustomer, error) {
	if engine.Nowhere(id) {
		return keptCustomer{}, ErrNoCustomer
	}
	list, err := engine.All(ctx, q.tx, "touch customer", `UPDATE customer SET checked = CASE WHEN checked < $1 THEN $1 ELSE checked END
		WHERE id = $2 RETURNING `+customerColumns, []any{engine.Millis(at), id}, q.scanRow)
	if err == nil && len(list) == 0 {
		err = ErrNoCustomer
	}
	return engine.First(list), err
}

// maxChanges is how often somebody else may change the same row meanwhile.
const maxChanges = 100

// changeCustomer changes what a row's mac vouches for and gives the row as it
// was before. The old mac is the condition: whoever was faster is not undone.
func (q Files) changeCustomer(ctx context.Context, id string, change func(*store.Customer)) (keptCustomer, error) {
	for range maxChanges {
		old, err := q.kept(ctx, id)
		if err != nil {
			return old, err
		}
		c := old.Customer
		change(&c)
		if !store.Plain(c.Name) || !store.Plain(c.Stage) {
			return old, fmt.Errorf("change customer: %w", store.ErrNotPlain)
		}
		n, err := q.tx.Exec(ctx, "change customer", `UPDATE customer SET name = $1, owner = $2, stage = $3, mac = $4 WHERE id = $5 AND mac = $6`,
			c.Name, c.Owner, c.Stage, old.key.MAC(words(c)...), id, old.mac)
		if err != nil || n == 1 {
			return old, err
		}
	}
	return keptCustomer{}, fmt.Errorf("change customer %s: others change it all the time", id)
}

// customerKey opens a customer's data key.
func (q Files) customerKey(wrapped []byte, customer string) (seal.DataKey, error) {
	return q.tx.Keys().Unwrap(wrapped, "customer", customer, "data_key")
}

// ms is a time among the words that are vouched for.
func ms(t time.Time) string { return strconv.FormatInt(engine.Millis(t), 10) }
