package store

import (
	"context"
	"strconv"
	"time"
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

// Audit is an entry: who did what to what, and how it ended. Subject names
// ids and periods, never content.
type Audit struct {
	ID      string
	At      time.Time
	Person  string
	Act     string
	Subject string
	Outcome Outcome
	Clause  string
	Ref     string
}

func (a Audit) fields() []string {
	return []string{a.ID, strconv.FormatInt(millis(a.At), 10), a.Person, a.Act, a.Subject, string(a.Outcome), a.Clause, a.Ref}
}

// Record appends an audit entry under its own MAC.
func (tx *Tx) Record(ctx context.Context, a Audit) error {
	_, err := tx.exec(ctx, "audit", `INSERT INTO audit (id, at, person, act, subject, outcome, clause, ref, mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		a.ID, millis(a.At), a.Person, a.Act, a.Subject, string(a.Outcome), a.Clause, a.Ref, tx.db.seals.mac(a.fields()...))
	return err
}

// AuditTail is the last n entries, newest first. Entries that were changed
// behind the store's back are listed by id in forged.
func (tx *Tx) AuditTail(ctx context.Context, n int) (tail []Audit, forged []string, err error) {
	tail, err = all(ctx, tx, "audit tail", `SELECT id, at, person, act, subject, outcome, clause, ref, mac FROM audit ORDER BY id DESC LIMIT $1`, []any{n},
		func(scan func(...any) error) (Audit, error) {
			var a Audit
			var at int64
			var mac []byte
			err := scan(&a.ID, &at, &a.Person, &a.Act, &a.Subject, &a.Outcome, &a.Clause, &a.Ref, &mac)
			a.At = moment(at)
			if err == nil && !tx.db.seals.checkMAC(mac, a.fields()...) {
				forged = append(forged, a.ID)
			}
			return a, err
		})
	return tail, forged, err
}
