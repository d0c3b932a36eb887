package ledger

import (
	"context"
	"errors"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// Outcome is how an audited act ended.
type Outcome string

// The outcomes.
const (
	Done    Outcome = "done"
	Denied  Outcome = "denied"  // no right
	Refused Outcome = "refused" // not possible as asked
	Failed  Outcome = "failed"  // our fault
	Unknown Outcome = "unknown" // not understood, or not registered
)

// Entry says who did what to what, and how it ended. Subject names
// ids and periods, never content.
type Entry struct {
	ID      string
	At      time.Time
	Person  string
	Act     string
	Subject string
	Outcome Outcome
	Clause  string
	Ref     string
	Look
	Changed bool // behind the store's back; said by those that read, see Looks
	counted bool // as it committed: all are but those of programs that did not count yet
}

// Look is what an audit entry says beside when somebody looked into a
// customer's file, or was not let in (档-3). Empty in all other entries.
type Look struct {
	Customer string // id; empty when it is not known whom was meant
	Trace    string // short code that every answer with content of a file carries
	Grant    string // id of the grant that opened it (档-6)
	Why      string // as given by the person; rests sealed
	Post     string // of who looked, at that time
	Basis    string // by which the file was opened; empty: it was not
}

func (a Entry) fields() []string {
	list := []string{a.ID, strconv.FormatInt(engine.Millis(a.At), 10), a.Person, a.Act, a.Subject, string(a.Outcome), a.Clause, a.Ref}
	if a.Look != (Look{}) { // entries made before there were looks keep their MAC
		list = append(list, a.Customer, a.Trace, a.Grant, a.Why)
	}
	if a.Post != "" || a.Basis != "" { // as do those from before posts were kept
		list = append(list, a.Post, a.Basis)
	}
	return list
}

// counts stands behind the fields under the MAC of an entry that was counted. A
// link's sum is without it: it is the same for every program.
const counts = "counted"

// ErrTraceTaken is a look whose trace code is another's: nothing was recorded.
var ErrTraceTaken = errors.New("trace code in use")

// Record appends an entry under its own MAC, and has its commit count it.
func (q Ledger) Record(ctx context.Context, a Entry) error {
	var why []byte
	if a.Why != "" {
		why = q.tx.SealText(a.Why, "audit", a.ID, "why")
	}
	n, err := q.tx.Exec(ctx, "audit", `INSERT INTO audit (id, at, person, act, subject, outcome, clause, ref, mac, customer, trace, grant_id, why, post, basis)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
		ON CONFLICT (trace) WHERE trace <> '' DO NOTHING`,
		a.ID, engine.Millis(a.At), a.Person, a.Act, a.Subject, string(a.Outcome), a.Clause, a.Ref, q.tx.Keys().MAC(append(a.fields(), counts)...),
		a.Customer, a.Trace, a.Grant, why, a.Post, a.Basis)
	if err == nil && n == 0 {
		err = ErrTraceTaken
	}
	if err == nil {
		q.tx.Count(a.ID)
	}
	return err
}

const (
	auditColumns = `id, at, person, act, subject, outcome, clause, ref, mac, customer, trace, grant_id, why, post, basis`
	macColumn    = 8 // among them
)

// scanAudit reads an entry and reports whether its MAC is right.
func (q Ledger) scan(scan engine.Scan) (a Entry, genuine bool, err error) {
	var mac, why []byte
	if err = scan(&a.ID, engine.At(&a.At), &a.Person, &a.Act, &a.Subject, &a.Outcome, &a.Clause, &a.Ref, &mac, &a.Customer, &a.Trace, &a.Grant, &why, &a.Post, &a.Basis); err != nil {
		return a, false, err
	}
	if a.Why, err = q.tx.OpenText(why, "audit", a.ID, "why"); err != nil {
		return a, false, nil // its why was changed, so the entry was
	}
	a.counted = q.tx.Keys().CheckMAC(mac, append(a.fields(), counts)...)
	return a, a.counted || q.tx.Keys().CheckMAC(mac, a.fields()...), nil
}

// Tail is the last n entries, newest first. Entries that were changed
// behind the store's back are listed by id in forged.
func (q Ledger) Tail(ctx context.Context, n int) (tail []Entry, forged []string, err error) {
	tail, err = engine.All(ctx, q.tx, "audit tail", `SELECT `+auditColumns+` FROM audit ORDER BY id DESC LIMIT $1`, []any{n},
		func(scan engine.Scan) (Entry, error) {
			a, genuine, err := q.scan(scan)
			if err == nil && !genuine {
				forged = append(forged, a.ID)
			}
			return a, err
		})
	return tail, forged, err
}
