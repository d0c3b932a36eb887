package store

import (
	"context"
	"fmt"
	"strconv"

	"marketbot/store/internal/engine"
)

// contractSeries is the counter of a series' numbers.
func contractSeries(series string) string { return "contract/" + series }

// Draw is the next number of a series. Two never get the same one; whoever draws
// next waits for the transaction, and gets the number if that comes to nothing.
func (q Contracts) Draw(ctx context.Context, series string) (seq int, err error) {
	_, err = q.tx.One(ctx, "draw contract number", `INSERT INTO counter (name, value) VALUES ($1, 1)
		ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value`, []any{contractSeries(series)}, &seq)
	return seq, err
}

// Drawn is the highest number that was drawn of a series; 0: none.
func (q Contracts) Drawn(ctx context.Context, series string) (seq int, err error) {
	_, err = q.tx.One(ctx, "drawn contract numbers", `SELECT value FROM counter WHERE name = $1`, []any{contractSeries(series)}, &seq)
	return seq, err
}

// Raise draws all numbers of a series up to one.
func (q Contracts) Raise(ctx context.Context, series string, seq int) error {
	_, err := q.tx.Exec(ctx, "raise contract numbers", `INSERT INTO counter (name, value) VALUES ($1, $2)
		ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counter.value < excluded.value`, contractSeries(series), seq)
	return err
}

// Add enters a contract, with the act that made it; false when its number is
// there already.
func (q Contracts) Add(ctx context.Context, c Contract, a ContractAct) (bool, error) {
	if !Plain(c.Number) || !Plain(c.Series) {
		return false, fmt.Errorf("add contract: %w", ErrNotPlain)
	}
	c.Version = 1
	until, moved := c.course()
	n, err := q.tx.Exec(ctx, "add contract", `INSERT INTO contract (number, folded, series, seq, customer, holder, state, claimed, signed, due, ended, version, waits, card, open_until, moved)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) ON CONFLICT DO NOTHING`,
		c.Number, c.Folded, c.Series, c.Seq, c.Customer, c.Holder, string(c.State), string(c.Claimed), string(c.Signed), string(c.Due), string(c.Ended),
		c.Version, engine.Flag(c.Waits()), q.tx.SealText(c.card(), "contract", c.place(), "card"), string(until), string(moved))
	if err != nil || n == 0 {
		return false, err
	}
	return true, q.act(ctx, Contract{}, c, a)
}

// Save changes a contract from what it was to what it is, with the act that does
// it; false when somebody else changed it meanwhile. What it is called stays.
func (q Contracts) Save(ctx context.Context, was, is Contract, a ContractAct) (bool, error) {
	is.Version = was.Version + 1
	until, moved := is.course()
	n, err := q.tx.Exec(ctx, "save contract", `UPDATE contract SET customer = $1, holder = $2, state = $3, claimed = $4, signed = $5, due = $6, ended = $7,
		version = $8, waits = $9, card = $10, open_until = $11, moved = $12 WHERE number = $13 AND version = $14`,
		is.Customer, is.Holder, string(is.State), string(is.Claimed), string(is.Signed), string(is.Due), string(is.Ended),
		is.Version, engine.Flag(is.Waits()), q.tx.SealText(is.card(), "contract", is.place(), "card"), string(until), string(moved), was.Number, was.Version)
	if err != nil || n == 0 {
		return false, err
	}
	return true, q.act(ctx, was, is, a)
}

const contractColumns = `number, folded, series, seq, customer, holder, state, claimed, signed, due, ended, version, card`

// scan reads a contract whose row is what was sealed; it is damaged otherwise.
func (q Contracts) scan(scan engine.Scan) (Contract, error) {
	var c Contract
	var sealed []byte
	err := scan(&c.Number, &c.Folded, &c.Series, &c.Seq, &c.Customer, &c.Holder, &c.State, &c.Claimed, &c.Signed, &c.Due, &c.Ended, &c.Version, &sealed)
	if err != nil {
		return c, err
	}
	card, err := q.tx.OpenText(sealed, "contract", c.place(), "card")
	if err == nil && card == "" {
		err = ErrTampered
	}
	if err != nil {
		return c, engine.InRow("contract", c.Number, err)
	}
	return contractOf(card)
}

// list reads the contracts that a condition finds, by number; damaged ones are
// passed over.
func (q Contracts) list(ctx context.Context, what, where string, args ...any) ([]Contract, error) {
	return engine.Sound(ctx, q.tx, what, `SELECT `+contractColumns+` FROM contract WHERE `+where, args, q.scan)
}

// Get is the contract of a number, given by its letters and digits.
func (q Contracts) Get(ctx context.Context, folded string) (Contract, bool, error) {
	if engine.Nowhere(folded) {
		return Contract{}, false, nil
	}
	list, err := engine.All(ctx, q.tx, "contract", `SELECT `+contractColumns+` FROM contract WHERE folded = $1`, []any{folded}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Ending lists the contracts whose number is some letters and then these digits.
func (q Contracts) Ending(ctx context.Context, digits string) ([]Contract, error) {
	return q.list(ctx, "contracts by digits", `ltrim(folded, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ') = $1 ORDER BY number`, digits)
}

// InPlace lists the contracts that have a place in whatever series that numbers are
// drawn of, the last one first. What came in with a number of another kind stands in a
// series of its own, "#" in front.
func (q Contracts) InPlace(ctx context.Context, seq int) ([]Contract, error) {
	return q.list(ctx, "contracts in a place", `series IN (SELECT substr(name, `+strconv.Itoa(len(contractSeries(""))+1)+`) FROM counter WHERE name LIKE '`+contractSeries("%")+`' AND name NOT LIKE '`+contractSeries("#%")+`') AND seq = $1
		ORDER BY claimed DESC, number DESC`, seq)
}

// ByHolder lists a person's contracts by number, likewise the others by what they
// are named for.
func (q Contracts) ByHolder(ctx context.Context, person string) ([]Contract, error) {
	return q.list(ctx, "contracts of a holder", `holder = $1 ORDER BY number`, person)
}

// receivedIn finds the contracts for which something was received from the day $2 up
// to before $3.
const receivedIn = `SELECT r.contract FROM money r WHERE r.kind = 'receipt' AND r.day >= $2 AND r.day < $3`

// HeldIn lists the contracts that a person holds which were claimed or signed from a
// day up to before another, or for which something was received.
func (q Contracts) HeldIn(ctx context.Context, person string, from, before Day) ([]Contract, error) {
	return q.list(ctx, "contracts of a holder in a time", `holder = $1 AND (claimed >= $2 AND claimed < $3 OR signed >= $2 AND signed < $3 OR number IN (`+receivedIn+`)) ORDER BY number`,
		person, string(from), string(before))
}

// ByCustomer lists a customer's contracts.
func (q Contracts) ByCustomer(ctx context.Context, customer string) ([]Contract, error) {
	return q.list(ctx, "contracts of a customer", `customer = $1 ORDER BY number`, customer)
}

// CourseSince lists the contracts of some customers, of all for none, about which
// something happened from a day on, or of whose money something was open, as far as
// PaidUp was told. last is when those left out were the last progress of their
// customers, by ids.
func (q Contracts) CourseSince(ctx context.Context, day Day, customers ...string) (list []Contract, last map[string]Day, err error) {
	where, args := among("customer", customers)
	args = append(args, string(day))
	since := fmt.Sprintf("$%d", len(args))
	list, err = q.list(ctx, "contracts of customers", `customer <> ''`+where+` AND open_until >= `+since, args...)
	if err != nil {
		return nil, nil, err
	}
	last = map[string]Day{}
	err = engine.Each(ctx, q.tx, "contracts of customers before", `SELECT customer, MAX(moved) FROM contract WHERE customer <> ''`+where+` AND open_until < `+since+` GROUP BY customer`, args,
		func(scan engine.Scan) error {
			var customer string
			var moved Day
			err := scan(&customer, &moved)
			last[customer] = moved
			return err
		})
	return list, last, err
}

// ContractFilter is which contracts a list shows, and which part of it.
type ContractFilter struct {
	Holder  string        // person id; empty: anybody's
	State   ContractState // empty: any
	InHand  bool          // only forms that somebody has, see Contract.InHand
	Waiting bool          // only those about which somebody has still to do something
	Most    int
	Skip    int
}

// where is what finds the contracts that a filter lets through.
func (f ContractFilter) where() (where string, args []any) {
	where = "number <> ''"
	for _, is := range []struct{ column, value string }{{"holder", f.Holder}, {"state", string(f.State)}} {
		if is.value != "" {
			args = append(args, is.value)
			where += fmt.Sprintf(" AND %s = $%d", is.column, len(args))
		}
	}
	if f.InHand {
		args = append(args, string(ContractClaimed), string(ContractReported))
		where += fmt.Sprintf(" AND state IN ($%d, $%d)", len(args)-1, len(args))
	}
	if f.Waiting {
		where += " AND waits = 1"
	}
	return where, args
}

// Count counts the contracts that a filter lets through, damaged ones, too, whatever
// its Most and Skip.
func (q Contracts) Count(ctx context.Context, f ContractFilter) (n int, err error) {
	where, args := f.where()
	_, err = q.tx.One(ctx, "count contracts", `SELECT COUNT(*) FROM contract WHERE `+where, args, &n)
	return n, err
}

// List lists a part of the contracts that a filter lets through, by number.
func (q Contracts) List(ctx context.Context, f ContractFilter) ([]Contract, error) {
	where, args := f.where()
	args = append(args, f.Most, f.Skip)
	return q.list(ctx, "contracts", fmt.Sprintf(`%s ORDER BY number LIMIT $%d OFFSET $%d`, where, len(args)-1, len(args)), args...)
}

// ClaimedIn lists the contracts that were claimed from a day up to before another,
// by number.
func (q Contracts) ClaimedIn(ctx context.Context, from, before Day) ([]Contract, error) {
	return q.list(ctx, "contracts of a time", `claimed >= $1 AND claimed < $2 ORDER BY claimed, number`, string(from), string(before))
}

// SignedIn lists the contracts that were signed from a day up to before another,
// also those that were terminated since.
func (q Contracts) SignedIn(ctx context.Context, from, before Day) ([]Contract, error) {
	return q.list(ctx, "contracts signed in a time", `signed <> '' AND signed >= $1 AND signed < $2 ORDER BY signed, number`, string(from), string(before))
}

// EndedIn lists the contracts that were terminated from a day up to before another.
func (q Contracts) EndedIn(ctx context.Context, from, before Day) ([]Contract, error) {
	return q.list(ctx, "contracts ended in a time", `ended <> '' AND ended >= $1 AND ended < $2 ORDER BY ended, number`, string(from), string(before))
}

// Signed lists all contracts that were ever signed.
func (q Contracts) Signed(ctx context.Context) ([]Contract, error) {
	return q.list(ctx, "signed contracts", `signed <> '' ORDER BY signed, number`)
}

// stillOpen is until when something of a contract's money is open, as long as nobody
// has found that nothing is.
const stillOpen = "9999-12-31"

// owes is what finds the contracts of which something may be open on the day $1, of
// the holder $2, or for "" of all.
const owes = `c.signed <> '' AND c.open_until >= $1 AND ($2 = '' OR c.holder = $2)`

// Owing lists the signed contracts but those of which nothing was open, left over or
// waiting before a day, as far as PaidUp was told: of a person, for "" of all.
func (q Contracts) Owing(ctx context.Context, day Day, holder string) ([]Contract, error) {
	return q.list(ctx, "owing contracts", `number IN (SELECT c.number FROM contract c WHERE `+owes+`) ORDER BY number`, string(day), holder)
}

// course is until when something of a contract may be open, as far as can be told
// without its money, and the last day on which it was progress once nothing is.
func (c Contract) course() (until, moved Day) {
	switch {
	case c.Signed != "":
		return stillOpen, ""
	case c.State == ContractUndone:
		return "", ""
	}
	moved = max(c.Reported, c.LastReport)
	return moved, moved
}

// PaidUp remembers that from a day on nothing of a contract is open, left over or
// waiting, and when it was the last progress, until something is entered about it or
// changed in it. Nothing is remembered of one that was changed since it was read, or has
// not as many entries any more. The first statement waits for who is entering one, so
// that the second one sees it.
func (q Contracts) PaidUp(ctx context.Context, c Contract, entries int, day, moved Day) error {
	if _, err := q.tx.Exec(ctx, "hold contract", `UPDATE contract SET open_until = open_until WHERE number = $1`, c.Number); err != nil {
		return err
	}
	_, err := q.tx.Exec(ctx, "paid up", `UPDATE contract SET open_until = $1, moved = $2 WHERE number = $3 AND version = $4
		AND (SELECT COUNT(*) FROM money WHERE contract = $3) = $5`, string(max(day, moved)), string(moved), c.Number, c.Version, entries)
	return err
}

// Waiting lists the contracts about which somebody has still to do something.
func (q Contracts) Waiting(ctx context.Context) ([]Contract, error) {
	return q.list(ctx, "waiting contracts", `waits = 1 ORDER BY number`)
}

// InSeries lists the contracts of a series, by their running numbers.
func (q Contracts) InSeries(ctx context.Context, series string) ([]Contract, error) {
	return q.list(ctx, "contracts of a series", `series = $1 ORDER BY seq`, series)
}

// CountInHand is how many unused forms are with a person.
func (q Contracts) CountInHand(ctx context.Context, person string) (n int, err error) {
	_, err = q.tx.One(ctx, "count forms in hand", `SELECT COUNT(*) FROM contract WHERE holder = $1 AND state IN ($2, $3)`,
		[]any{person, string(ContractClaimed), string(ContractReported)}, &n)
	return n, err
}

// Any reports whether there is any contract.
func (q Contracts) Any(ctx context.Context) (bool, error) {
	var n int
	return q.tx.One(ctx, "any contract", `SELECT 1 FROM contract LIMIT 1`, nil, &n)
}

// OfNumbers lists the contracts of some numbers.
func (q Contracts) OfNumbers(ctx context.Context, numbers []string) (list []Contract, err error) {
	for _, n := range numbers {
		one, err := q.list(ctx, "contract of a number", `number = $1`, n)
		if err != nil {
			return nil, err
		}
		list = append(list, one...)
	}
	return list, nil
}
