package store

import (
	"context"
	"strconv"
	"time"
)

// Delegation lets a person decide requests beside the general manager, on days
// that are both included (C5).
type Delegation struct {
	ID, Person  string
	First, Last Day
	By          string
	At          time.Time
}

func (d Delegation) proof(ended int64) string {
	return proofOf(d.Person, string(d.First), string(d.Last), d.By, strconv.FormatInt(ended, 10))
}

const delegationColumns = `id, person, first_day, last_day, by_person, at, ended, proof`

// scanDelegation reads a delegation that is what its proof says; ErrTampered
// otherwise.
func (tx *Tx) scanDelegation(scan func(...any) error) (Delegation, error) {
	var d Delegation
	var at, ended int64
	var proof []byte
	if err := scan(&d.ID, &d.Person, &d.First, &d.Last, &d.By, &at, &ended, &proof); err != nil {
		return d, err
	}
	d.At = moment(at)
	return d, tx.proven(d.proof(ended), proof, "delegation", d.ID)
}

// AddDelegation keeps a delegation under d.ID.
func (tx *Tx) AddDelegation(ctx context.Context, d Delegation) error {
	_, err := tx.exec(ctx, "add delegation", `INSERT INTO delegation (`+delegationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)`,
		d.ID, d.Person, string(d.First), string(d.Last), d.By, millis(d.At), tx.sealText(d.proof(0), "delegation", d.ID, "proof"))
	return err
}

// Delegations lists the delegations that end on day or later and were not taken
// back, by first day.
func (tx *Tx) Delegations(ctx context.Context, day Day) ([]Delegation, error) {
	return all(ctx, tx, "delegations", `SELECT `+delegationColumns+` FROM delegation WHERE last_day >= $1 AND ended = 0 ORDER BY first_day, id`,
		[]any{string(day)}, tx.scanDelegation)
}

// EndDelegation takes a delegation back; false when it was before.
func (tx *Tx) EndDelegation(ctx context.Context, d Delegation, at time.Time) (bool, error) {
	n, err := tx.exec(ctx, "end delegation", `UPDATE delegation SET ended = $1, proof = $2 WHERE id = $3 AND ended = 0`,
		millis(at), tx.sealText(d.proof(millis(at)), "delegation", d.ID, "proof"), d.ID)
	return n == 1, err
}
