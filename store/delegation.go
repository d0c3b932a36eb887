package store

import (
	"context"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
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

// scan reads a delegation that is what its proof says; it is damaged otherwise.
func (q Delegations) scan(scan engine.Scan) (Delegation, error) {
	var d Delegation
	var ended int64
	var proof []byte
	if err := scan(&d.ID, &d.Person, &d.First, &d.Last, &d.By, engine.At(&d.At), &ended, &proof); err != nil {
		return d, err
	}
	return d, Grants(q).proven(d.proof(ended), proof, "delegation", d.ID)
}

// Add keeps a delegation under d.ID.
func (q Delegations) Add(ctx context.Context, d Delegation) error {
	_, err := q.tx.Exec(ctx, "add delegation", `INSERT INTO delegation (`+delegationColumns+`) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)`,
		d.ID, d.Person, string(d.First), string(d.Last), d.By, engine.Millis(d.At), q.tx.SealText(d.proof(0), "delegation", d.ID, "proof"))
	return err
}

// From lists the delegations that end on day or later and were not taken
// back, by first day.
func (q Delegations) From(ctx context.Context, day Day) ([]Delegation, error) {
	return engine.Sound(ctx, q.tx, "delegations", `SELECT `+delegationColumns+` FROM delegation WHERE last_day >= $1 AND ended = 0 ORDER BY first_day, id`,
		[]any{string(day)}, q.scan)
}

// Changed is when something that was delegated to a person was last taken back.
func (q Delegations) Changed(ctx context.Context, person string) (at time.Time, err error) {
	_, err = q.tx.One(ctx, "delegation changed", `SELECT COALESCE(MAX(ended), 0) FROM delegation WHERE person = $1`, []any{person}, engine.At(&at))
	return at, err
}

// End takes a delegation back; false when it was before.
func (q Delegations) End(ctx context.Context, d Delegation, at time.Time) (bool, error) {
	n, err := q.tx.Exec(ctx, "end delegation", `UPDATE delegation SET ended = $1, proof = $2 WHERE id = $3 AND ended = 0`,
		engine.Millis(at), q.tx.SealText(d.proof(engine.Millis(at)), "delegation", d.ID, "proof"), d.ID)
	return n == 1, err
}
