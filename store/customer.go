package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
)

// Customer is what of a customer rests in plain words: what rights, reminders
// and the short answers need. Everything else is in the File.
type Customer struct {
	ID         string // K12: a code that readers may type
	Name       string // in full
	Owner      string // person id; empty: nobody's
	Stage      string
	Created    time.Time
	Author     string    // person id of whoever entered it
	Checked    time.Time // when the file was last changed or found right (档-8)
	Progressed time.Time // when progress was last noted; Created when never
}

// Plain tells whether words can rest in plain: no database holds NUL or broken
// UTF-8 in a text.
func Plain(words string) bool { return !engine.Nowhere(words) }

// ErrNotPlain is a name, stage or field that is not Plain.
var ErrNotPlain = errors.New("words that no text column holds")

// ErrNoCustomer is a customer that is not there.
var ErrNoCustomer = errors.New("no such customer")

// words are what the customer's mac vouches for.
func (c Customer) words() []string {
	return []string{"customer", c.ID, c.Name, c.Owner, c.Stage, ms(c.Created), c.Author}
}

// NewCustomerCode is the next K1, K2 …
func (tx *Tx) NewCustomerCode(ctx context.Context) (string, error) { return tx.NextCode(ctx, "K") }

// AddCustomer enters a customer under c.ID and makes its data key. Checked and
// Progressed are Created when they are zero.
func (tx *Tx) AddCustomer(ctx context.Context, c Customer) error {
	if !Plain(c.Name) || !Plain(c.Stage) {
		return fmt.Errorf("add customer: %w", ErrNotPlain)
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
	_, err = tx.e.Exec(ctx, "add customer", `INSERT INTO customer (id, name, owner, stage, created, author, checked, progressed, data_key, mac, card)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		c.ID, c.Name, c.Owner, c.Stage, engine.Millis(c.Created), c.Author, engine.Millis(c.Checked), engine.Millis(c.Progressed),
		tx.e.Keys().Wrap(key, "customer", c.ID, "data_key"), key.MAC(c.words()...), card{customer: c.ID, key: key}.seal())
	if err != nil || c.Owner == "" {
		return err
	}
	return tx.own(ctx, key, c.ID, Ownership{Person: c.Owner, From: c.Created, By: c.Author})
}

const customerColumns = `customer.id, customer.name, customer.owner, customer.stage, customer.created, customer.author,
	customer.checked, customer.progressed, customer.data_key, customer.mac`

// keptCustomer is a customer's row with its key.
type keptCustomer struct {
	Customer
	key     seal.DataKey
	wrapped []byte // the key
	mac     []byte
}

// scanKept reads a row, and what follows it into more.
func scanKept(scan engine.Scan, more ...any) (k keptCustomer, err error) {
	var created, checked, progressed int64
	into := []any{&k.ID, &k.Name, &k.Owner, &k.Stage, &created, &k.Author, &checked, &progressed, &k.wrapped, &k.mac}
	if err := scan(append(into, more...)...); err != nil {
		return k, err
	}
	k.Created, k.Checked, k.Progressed = engine.Moment(created), engine.Moment(checked), engine.Moment(progressed)
	return k, nil
}

// unlock opens the row's key and finds changes that the store did not make
// (ErrTampered).
func (tx *Tx) unlock(k *keptCustomer) (err error) {
	if k.key, err = tx.customerKey(k.wrapped, k.ID); err != nil {
		return err
	}
	if err := k.key.Check(k.mac, k.words()...); err != nil {
		return fmt.Errorf("customer %s: %w", k.ID, err)
	}
	return nil
}

// scanRow is scanKept of a row that nothing follows, unlocked.
func (tx *Tx) scanRow(scan engine.Scan) (keptCustomer, error) {
	k, err := scanKept(scan)
	if err == nil {
		err = tx.unlock(&k)
	}
	return k, err
}

// scanCustomer is scanRow without the key.
func (tx *Tx) scanCustomer(scan engine.Scan) (Customer, error) {
	k, err := tx.scanRow(scan)
	return k.Customer, err
}

// kept is a customer's row with its key; ErrNoCustomer when there is none.
func (tx *Tx) kept(ctx context.Context, id string) (keptCustomer, error) {
	if engine.Nowhere(id) {
		return keptCustomer{}, ErrNoCustomer
	}
	list, err := engine.All(ctx, tx.e, "customer", `SELECT `+customerColumns+` FROM customer WHERE id = $1`, []any{id}, tx.scanRow)
	if err == nil && len(list) == 0 {
		err = ErrNoCustomer
	}
	return engine.First(list), err
}

// Customer is a customer by id. A row whose name, owner or stage was changed
// behind the store's back is ErrTampered, here and wherever a Customer is read.
func (tx *Tx) Customer(ctx context.Context, id string) (Customer, bool, error) {
	k, err := tx.kept(ctx, id)
	if errors.Is(err, ErrNoCustomer) {
		return Customer{}, false, nil
	}
	return k.Customer, err == nil, err
}

// CustomersOf lists a person's customers, by stage and name; those of nobody
// for "".
func (tx *Tx) CustomersOf(ctx context.Context, owner string) ([]Customer, error) {
	return engine.All(ctx, tx.e, "customers of", `SELECT `+customerColumns+` FROM customer WHERE owner = $1 ORDER BY stage, name, id`,
		[]any{owner}, tx.scanCustomer)
}

// StaleCustomers lists customers whose file was last changed or found right
// before a moment (档-8), the longest ago first, most at most.
func (tx *Tx) StaleCustomers(ctx context.Context, before time.Time, most int) ([]Customer, error) {
	return engine.All(ctx, tx.e, "stale customers", `SELECT `+customerColumns+` FROM customer WHERE checked < $1 ORDER BY checked, id LIMIT $2`,
		[]any{engine.Millis(before), most}, tx.scanCustomer)
}

// StageCustomer moves a customer to a stage; the file counts as changed.
func (tx *Tx) StageCustomer(ctx context.Context, id, stage string, at time.Time) error {
	if _, err := tx.changeCustomer(ctx, id, func(c *Customer) { c.Stage = stage }); err != nil {
		return err
	}
	return tx.TouchCustomer(ctx, id, at)
}

// RenameCustomer gives a customer another name in full; the file counts as
// changed. The names that it is found by are CustomerNames of their own.
func (tx *Tx) RenameCustomer(ctx context.Context, id, name string, at time.Time) error {
	if _, err := tx.changeCustomer(ctx, id, func(c *Customer) { c.Name = name }); err != nil {
		return err
	}
	return tx.TouchCustomer(ctx, id, at)
}

// TouchCustomer notes that a customer's file was changed or found right.
func (tx *Tx) TouchCustomer(ctx context.Context, id string, at time.Time) error {
	_, err := tx.e.Exec(ctx, "touch customer", `UPDATE customer SET checked = $1 WHERE id = $2 AND checked < $1`, engine.Millis(at), id)
	return err
}

// touched is TouchCustomer that gives the row and holds it until the end of the
// transaction, so that two changes of one file follow each other.
func (tx *Tx) touched(ctx context.Context, id string, at time.Time) (keptCustomer, error) {
	if engine.Nowhere(id) {
		return keptCustomer{}, ErrNoCustomer
	}
	list, err := engine.All(ctx, tx.e, "touch customer", `UPDATE customer SET checked = CASE WHEN checked < $1 THEN $1 ELSE checked END
		WHERE id = $2 RETURNING `+customerColumns, []any{engine.Millis(at), id}, tx.scanRow)
	if err == nil && len(list) == 0 {
		err = ErrNoCustomer
	}
	return engine.First(list), err
}

// changesMost is how often somebody else may change the same row meanwhile.
const changesMost = 100

// changeCustomer changes what a row's mac vouches for and gives the row as it
// was before. The old mac is the condition: whoever was faster is not undone.
func (tx *Tx) changeCustomer(ctx context.Context, id string, change func(*Customer)) (keptCustomer, error) {
	for range changesMost {
		old, err := tx.kept(ctx, id)
		if err != nil {
			return old, err
		}
		c := old.Customer
		change(&c)
		if !Plain(c.Name) || !Plain(c.Stage) {
			return old, fmt.Errorf("change customer: %w", ErrNotPlain)
		}
		n, err := tx.e.Exec(ctx, "change customer", `UPDATE customer SET name = $1, owner = $2, stage = $3, mac = $4 WHERE id = $5 AND mac = $6`,
			c.Name, c.Owner, c.Stage, old.key.MAC(c.words()...), id, old.mac)
		if err != nil || n == 1 {
			return old, err
		}
	}
	return keptCustomer{}, fmt.Errorf("change customer %s: others change it all the time", id)
}

// customerKey opens a customer's data key.
func (tx *Tx) customerKey(wrapped []byte, customer string) (seal.DataKey, error) {
	return tx.e.Keys().Unwrap(wrapped, "customer", customer, "data_key")
}

// ms is a time among the words that are vouched for.
func ms(t time.Time) string { return strconv.FormatInt(engine.Millis(t), 10) }
