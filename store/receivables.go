package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// place is what the sealed part of an entry is bound to.
func (e MoneyEntry) place() string {
	return engine.Joined(e.ID, e.Code, string(e.Kind), e.Contract, e.Customer, e.Holder, string(e.Day),
		strconv.FormatInt(engine.Millis(e.At), 10), e.By, e.Ref, strconv.Itoa(engine.Flag(e.Settled)))
}

// content is the sealed part of an entry as one text. What is added comes last: a
// text from before has it empty.
func (e MoneyEntry) content() string {
	return engine.Joined(amount(e.Amount), strconv.Itoa(e.Line), string(e.Until), planText(e.Plan), yes(e.Alone), yes(e.Opening), e.Words)
}

// contentFields is how many words a content has.
const contentFields = 7

// fill reads what content made.
func (e *MoneyEntry) fill(content string) error {
	w, err := engine.Parted(content)
	if err != nil {
		return err
	}
	for len(w) < contentFields {
		w = append(w, "")
	}
	n := numbers{}
	e.Amount, e.Line, e.Until = n.read(w[0]), int(n.read(w[1])), Day(w[2])
	e.Alone, e.Opening, e.Words = w[4] != "", w[5] != "", w[6]
	if e.Plan, err = planOf(w[3]); err != nil {
		return err
	}
	return n.err
}

// planText are the lines of a plan: 2026-10-31 2026-12-31 1 5000000, one after
// the other.
func planText(lines []PlanLine) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%s %s %d %d\n", string(l.First), string(l.Due), l.Moved, l.Amount)
	}
	return b.String()
}

var errPlan = errors.New("a plan that cannot be read")

func planOf(text string) ([]PlanLine, error) {
	if text == "" {
		return nil, nil
	}
	list := make([]PlanLine, 0, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		first, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		due, rest, _ := strings.Cut(rest, " ")
		moved, fen, _ := strings.Cut(rest, " ")
		n := numbers{}
		l := PlanLine{First: Day(first), Due: Day(due), Moved: int(n.read(moved)), Amount: n.read(fen)}
		if n.err != nil || fen == "" {
			return nil, errPlan
		}
		list = append(list, l)
	}
	return list, nil
}

// Receipts and arrivals are called by a letter and a number.
const (
	receiptLetter = "R"
	arrivalLetter = "W"
)

// Add makes an entry under e.ID, and gives it with its code, where it is of a
// kind that has one.
func (q Receivables) Add(ctx context.Context, e MoneyEntry) (MoneyEntry, error) {
	var err error
	switch e.Kind {
	case MoneyReceipt:
		e.Code, err = nextCode(ctx, q.tx, receiptLetter)
	case MoneyArrival:
		e.Code, err = nextCode(ctx, q.tx, arrivalLetter)
	}
	if err != nil {
		return e, err
	}
	_, err = q.tx.Exec(ctx, "add money", `INSERT INTO money (id, code, kind, contract, customer, holder, day, at, by_person, ref, settled, content)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		e.ID, e.Code, string(e.Kind), e.Contract, e.Customer, e.Holder, string(e.Day), engine.Millis(e.At), e.By, e.Ref,
		engine.Flag(e.Settled), q.tx.SealText(e.content(), "money", e.place(), "content"))
	if err != nil || e.Contract == "" {
		return e, err
	}
	// Also where it is open: [Contracts.PaidUp] waits for who holds the row.
	_, err = q.tx.Exec(ctx, "open again", `UPDATE contract SET open_until = '`+stillOpen+`' WHERE number = $1`, e.Contract)
	return e, err
}

const moneyColumns = `m.id, m.code, m.kind, m.contract, m.customer, m.holder, m.day, m.at, m.by_person, m.ref, m.settled, m.content`

// scan reads an entry. One that was changed behind the store's back is Damaged,
// and among those of Tx.Damaged: a sum that lacks it must say so.
func (q Receivables) scan(scan engine.Scan) (e MoneyEntry, err error) {
	var sealed []byte
	err = scan(&e.ID, &e.Code, &e.Kind, &e.Contract, &e.Customer, &e.Holder, &e.Day, engine.At(&e.At), &e.By, &e.Ref, &e.Settled, &sealed)
	if err != nil {
		return e, err
	}
	content, err := q.tx.OpenText(sealed, "money", e.place(), "content")
	if err == nil && content == "" {
		err = ErrTampered
	}
	if q.tx.PassOver(engine.InRow("money", cmp.Or(e.Code, e.ID), err)) {
		e.Damaged = true
		return e, nil
	}
	if err != nil {
		return e, err
	}
	return e, e.fill(content)
}

// list reads the entries that a condition finds, contract by contract, oldest first.
func (q Receivables) list(ctx context.Context, what, where string, args ...any) ([]MoneyEntry, error) {
	return engine.All(ctx, q.tx, what, `SELECT `+moneyColumns+` FROM money m `+where+` ORDER BY m.contract, m.id`, args, q.scan)
}

// Of lists a contract's entries, oldest first; of no contract, for "", what has
// arrived.
func (q Receivables) Of(ctx context.Context, contract string) ([]MoneyEntry, error) {
	return q.list(ctx, "money of a contract", `WHERE m.contract = $1`, contract)
}

// OfCustomer lists the entries of all contracts of a customer, contract by
// contract, likewise the others by whose contracts they are.
func (q Receivables) OfCustomer(ctx context.Context, customer string) ([]MoneyEntry, error) {
	return q.list(ctx, "money of a customer", `JOIN contract c ON c.number = m.contract WHERE c.customer = $1`, customer)
}

// OfHolder lists the entries of all contracts that a person holds.
func (q Receivables) OfHolder(ctx context.Context, person string) ([]MoneyEntry, error) {
	return q.list(ctx, "money of a holder", `JOIN contract c ON c.number = m.contract WHERE c.holder = $1`, person)
}

// HeldIn lists the entries of all contracts that a person holds for which something
// was received from a day up to before another.
func (q Receivables) HeldIn(ctx context.Context, person string, from, before Day) ([]MoneyEntry, error) {
	return q.list(ctx, "money of a holder in a time", `WHERE m.contract IN (SELECT c.number FROM contract c WHERE c.holder = $1 AND c.number IN (`+receivedIn+`))`,
		person, string(from), string(before))
}

// CourseSince lists the entries of the contracts that [Contracts.CourseSince] lists.
func (q Receivables) CourseSince(ctx context.Context, day Day, customers ...string) ([]MoneyEntry, error) {
	where, args := among("c.customer", customers)
	return q.list(ctx, "money of customers", fmt.Sprintf(`WHERE m.contract IN (SELECT c.number FROM contract c WHERE c.customer <> ''%s AND c.open_until >= $%d)`, where, len(args)+1),
		append(args, string(day))...)
}

// Owing lists the entries of the contracts that [Contracts.Owing] lists.
func (q Receivables) Owing(ctx context.Context, day Day, holder string) ([]MoneyEntry, error) {
	return q.list(ctx, "money owing", `WHERE m.contract IN (SELECT c.number FROM contract c WHERE `+owes+`)`, string(day), holder)
}

// All lists the entries of all contracts.
func (q Receivables) All(ctx context.Context) ([]MoneyEntry, error) {
	return q.list(ctx, "money of all", `WHERE m.contract <> ''`)
}

// Counting lists the receipts and refunds from a day up to and with another, and
// what was entered about them.
func (q Receivables) Counting(ctx context.Context, from, to Day) ([]MoneyEntry, error) {
	return q.counting(ctx, "money that counts", `SELECT id FROM money WHERE kind = 'receipt' AND day >= $1 AND day <= $2
		UNION SELECT id FROM money WHERE kind = 'refund' AND day >= $1 AND day <= $2`, string(from), string(to))
}

// CountingSince lists the receipts and refunds that were entered from about a
// moment on, or about which something was, with all that was entered about them.
func (q Receivables) CountingSince(ctx context.Context, at time.Time) ([]MoneyEntry, error) {
	since := engine.IDBefore(at)
	return q.counting(ctx, "money that counts since", `SELECT id FROM money WHERE id >= $1 AND kind IN ('receipt', 'refund')
		UNION SELECT r.id FROM money n JOIN money r ON r.id = n.ref WHERE n.id >= $1 AND r.kind IN ('receipt', 'refund')
		UNION SELECT r.id FROM money n JOIN money d ON d.id = n.ref JOIN money r ON r.id = d.ref WHERE n.id >= $1 AND r.kind IN ('receipt', 'refund')`, since)
}

// counting are the entries that a query finds by id, in their order, with those
// about them as far as a decision about a decision.
func (q Receivables) counting(ctx context.Context, what, ids string, args ...any) ([]MoneyEntry, error) {
	about := `SELECT a.id FROM money a WHERE a.ref <> '' AND a.ref IN (` + ids + `)`
	return engine.All(ctx, q.tx, what, `SELECT `+moneyColumns+` FROM money m WHERE m.id IN (`+ids+` UNION `+about+`
		UNION SELECT b.id FROM money b WHERE b.ref <> '' AND b.ref IN (`+about+`)) ORDER BY m.id`, args, q.scan)
}

// stands says that nothing of some kinds, which was not taken back itself, is
// about the row of an alias.
func stands(alias, kinds string) string {
	return `NOT EXISTS (SELECT 1 FROM money s WHERE s.ref <> '' AND s.ref = ` + alias + `.id AND s.kind IN (` + kinds + `)
		AND NOT EXISTS (SELECT 1 FROM money u WHERE u.ref <> '' AND u.ref = s.id AND u.kind = 'undone'))`
}

// Waiting lists all entries of the contracts that have a receipt which waits for
// 核款.
func (q Receivables) Waiting(ctx context.Context) ([]MoneyEntry, error) {
	return q.list(ctx, "receipts that wait", `WHERE m.contract IN (SELECT w.contract FROM contract c CROSS JOIN money w
		WHERE c.signed <> '' AND c.open_until >= '`+stillOpen+`' AND w.contract = c.number AND w.kind = 'receipt' AND w.settled = 0 AND `+stands("w", `'confirmed', 'rejected', 'undone'`)+`)`)
}

// ByCode is the receipt or arrival of a code.
func (q Receivables) ByCode(ctx context.Context, code string) (MoneyEntry, bool, error) {
	if engine.Nowhere(code) || code == "" {
		return MoneyEntry{}, false, nil
	}
	list, err := q.list(ctx, "money by code", `WHERE m.code = $1 AND m.code <> ''`, code)
	return engine.First(list), len(list) > 0, err
}

// ByID is an entry by its id.
func (q Receivables) ByID(ctx context.Context, id string) (MoneyEntry, bool, error) {
	list, err := q.list(ctx, "money by id", `WHERE m.id = $1`, id)
	return engine.First(list), len(list) > 0, err
}

// About lists what is about an entry, oldest first.
func (q Receivables) About(ctx context.Context, id string) ([]MoneyEntry, error) {
	return q.list(ctx, "money about", `WHERE m.ref = $1 AND m.ref <> ''`, id)
}

// Arrival is the arrival of a code, with the customer that it was found to be of.
func (q Receivables) Arrival(ctx context.Context, code string) (MoneyEntry, bool, error) {
	e, found, err := q.ByCode(ctx, code)
	if err != nil || !found || e.Kind != MoneyArrival {
		return MoneyEntry{}, false, err
	}
	list, err := q.paidBy(ctx, []MoneyEntry{e})
	return engine.First(list), true, err
}

// Unclaimed lists the arrivals that no contract has yet, oldest first, likewise,
// without damaged ones.
func (q Receivables) Unclaimed(ctx context.Context) ([]MoneyEntry, error) {
	list, err := q.list(ctx, "unclaimed money", `WHERE m.contract = '' AND m.kind = 'arrival' AND `+stands("m", `'rejected', 'undone'`)+`
		AND NOT EXISTS (SELECT 1 FROM money r WHERE r.ref <> '' AND r.ref = m.id AND r.kind = 'receipt' AND `+stands("r", `'rejected', 'undone'`)+`)`)
	list = slices.DeleteFunc(list, func(e MoneyEntry) bool { return e.Damaged }) // nobody knows how much it is
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return q.paidBy(ctx, list)
}

// paidBy gives arrivals the customers that they were found to be of, the last word
// counting.
func (q Receivables) paidBy(ctx context.Context, arrivals []MoneyEntry) ([]MoneyEntry, error) {
	payers, err := q.list(ctx, "payers", `WHERE m.contract = '' AND m.kind = 'payer' AND `+stands("m", `'undone'`))
	for _, p := range payers {
		if i := slices.IndexFunc(arrivals, func(e MoneyEntry) bool { return e.ID == p.Ref }); i >= 0 && !p.Damaged {
			arrivals[i].Customer = p.Customer
		}
	}
	return arrivals, err
}

// Lock lets what is entered about a customer's money go one after the other, so
// that nothing is used twice. It holds until the transaction ends.
func (q Receivables) Lock(ctx context.Context, customer string) error {
	_, err := q.tx.Exec(ctx, "lock money", `INSERT INTO counter (name, value) VALUES ($1, 0) ON CONFLICT (name) DO UPDATE SET value = counter.value`, "money/"+customer)
	return err
}
