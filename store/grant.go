package store

import (
	"context"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// Grant is leave to read one customer's file, for one person and a time (档-6).
type Grant struct {
	ID       string // the code of the request that it answers
	Person   string
	Customer string
	By       string // who approved
	From     time.Time
	Until    time.Time // exclusive
}

// Covers reports whether the grant lets a person read a customer's file at a
// moment.
func (g Grant) Covers(person, customer string, now time.Time) bool {
	return g.ID != "" && g.Person == person && g.Customer == customer && !now.Before(g.From) && now.Before(g.Until)
}

// proof is all that a grant says, to rest sealed beside it.
func (g Grant) proof() string {
	return proofOf(g.Person, g.Customer, g.By, strconv.FormatInt(engine.Millis(g.From), 10), strconv.FormatInt(engine.Millis(g.Until), 10))
}

// proofOf joins fields so that no two lists of them are the same.
func proofOf(fields ...string) string { return engine.Joined(fields...) }

const grantColumns = `id, person, customer, by_person, from_time, until_time, proof`

// scan reads a grant that is what its proof says; it is damaged otherwise.
func (q Grants) scan(scan engine.Scan) (g Grant, err error) {
	var proof []byte
	if err := scan(&g.ID, &g.Person, &g.Customer, &g.By, engine.At(&g.From), engine.At(&g.Until), &proof); err != nil {
		return g, err
	}
	return g, q.proven(g.proof(), proof, "access_grant", g.ID)
}

// proven reports whether a row is what was sealed beside it.
func (q Grants) proven(want string, proof []byte, table, row string) error {
	got, err := q.tx.OpenText(proof, table, row, "proof")
	if err == nil && got != want {
		err = ErrTampered
	}
	return engine.InRow(table, row, err)
}

// Add keeps a grant under g.ID.
func (q Grants) Add(ctx context.Context, g Grant) error {
	_, err := q.tx.Exec(ctx, "add grant", `INSERT INTO access_grant (id, person, customer, by_person, from_time, until_time, closed, proof)
		VALUES ($1, $2, $3, $4, $5, $6, 0, $7)`, g.ID, g.Person, g.Customer, g.By, engine.Millis(g.From), engine.Millis(g.Until),
		q.tx.SealText(g.proof(), "access_grant", g.ID, "proof"))
	return err
}

// For is the grant that lets a person read a customer's file all the time from
// when they asked to now; the zero Grant when there is none. A grant that was
// made or changed behind the store's back is none, nor is one whose end was told,
// though the clock be set back.
func (q Grants) For(ctx context.Context, person, customer string, asked, now time.Time) (Grant, error) {
	list, err := engine.Sound(ctx, q.tx, "grant", `SELECT `+grantColumns+` FROM access_grant
		WHERE person = $1 AND customer = $2 AND from_time <= $3 AND until_time > $4 AND closed = 0 ORDER BY until_time DESC`,
		[]any{person, customer, engine.Millis(asked), engine.Millis(now)}, q.scan)
	return engine.First(list), err
}

// Check comes upon every grant that is damaged and whose end was not told.
func (q Grants) Check(ctx context.Context) error {
	_, err := engine.Sound(ctx, q.tx, "all grants", `SELECT `+grantColumns+` FROM access_grant WHERE closed = 0`, nil, q.scan)
	return err
}

// ByID is one grant by id, ended or not.
func (q Grants) ByID(ctx context.Context, id string) (Grant, bool, error) {
	if engine.Nowhere(id) {
		return Grant{}, false, nil
	}
	list, err := engine.Sound(ctx, q.tx, "grant by id", `SELECT `+grantColumns+` FROM access_grant WHERE id = $1`, []any{id}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Of lists a person's grants that run all the time from when they asked to now,
// the first to end first.
func (q Grants) Of(ctx context.Context, person string, asked, now time.Time) ([]Grant, error) {
	return engine.Sound(ctx, q.tx, "grants of a person", `SELECT `+grantColumns+` FROM access_grant
		WHERE person = $1 AND from_time <= $2 AND until_time > $3 AND closed = 0 ORDER BY until_time, id`, []any{person, engine.Millis(asked), engine.Millis(now)}, q.scan)
}

// Ending lists the grants whose end was not told and lies after from, up
// to and with to, the first to end first. Of one that was made or changed behind
// the store's back nothing is told.
func (q Grants) Ending(ctx context.Context, from, to time.Time) ([]Grant, error) {
	return engine.Sound(ctx, q.tx, "grants that end", `SELECT `+grantColumns+` FROM access_grant
		WHERE closed = 0 AND until_time > $1 AND until_time <= $2 ORDER BY until_time, id`, []any{engine.Millis(from), engine.Millis(to)}, q.scan)
}

// End ends a running grant at a moment, before its time; false when it was
// over.
func (q Grants) End(ctx context.Context, g Grant, at time.Time) (bool, error) {
	g.Until = at
	n, err := q.tx.Exec(ctx, "end grant", `UPDATE access_grant SET until_time = $1, proof = $2 WHERE id = $3 AND until_time > $1 AND closed = 0`,
		engine.Millis(at), q.tx.SealText(g.proof(), "access_grant", g.ID, "proof"), g.ID)
	return n == 1, err
}

// endOf ends all that a person was let read. A forged grant opens nothing
// and stays as it is, to be found.
func (q Grants) endOf(ctx context.Context, person string, at time.Time) error {
	ids, err := engine.All(ctx, q.tx, "running grants", `SELECT id FROM access_grant WHERE person = $1 AND until_time > $2`, []any{person, engine.Millis(at)}, engine.Word)
	if err != nil {
		return err
	}
	for _, id := range ids {
		g, sound, err := q.ByID(ctx, id)
		if err == nil && sound {
			_, err = q.End(ctx, g, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Close notes that a grant's end was told: true for exactly one caller.
func (q Grants) Close(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := q.tx.Exec(ctx, "close grant", `UPDATE access_grant SET closed = $1 WHERE id = $2 AND closed = 0`, engine.Millis(at), id)
	return n == 1, err
}
