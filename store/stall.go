package store

import (
	"context"
	"fmt"
	"time"

	"marketbot/store/internal/engine"
)

// Stall is why a customer stands still, as somebody said it (会-4).
type Stall struct {
	ID       string
	Customer string
	At       time.Time
	By       string // person id
	Until    Day    // the cause is known up to this day and with it
	Cause    string
	Remedy   string // what is done about it; may be empty
}

func (s Stall) place() string {
	return engine.Joined(s.ID, s.Customer, millis(s.At), s.By, string(s.Until))
}

// Add keeps a cause. The one before stays.
func (q Stalls) Add(ctx context.Context, s Stall) error {
	_, err := q.tx.Exec(ctx, "add stall", `INSERT INTO stall (id, customer, at, by_person, until_day, undone, words) VALUES ($1, $2, $3, $4, $5, 0, $6)`,
		s.ID, s.Customer, engine.Millis(s.At), s.By, string(s.Until), q.tx.SealText(engine.Joined(s.Cause, s.Remedy), "stall", s.place(), "words"))
	return err
}

// Undo takes a cause back; false when it did not count.
func (q Stalls) Undo(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := q.tx.Exec(ctx, "undo stall", `UPDATE stall SET undone = $1 WHERE id = $2 AND undone = 0`, engine.Millis(at), id)
	return n > 0, err
}

// Last lists the last cause of each customer, or of some, that counts and was said
// before a moment, or at all where that is zero. Where that one is damaged there is
// none: what was said before does not hold any more.
func (q Stalls) Last(ctx context.Context, before time.Time, customers ...string) ([]Stall, error) {
	where, args := among("customer", customers)
	if !before.IsZero() {
		args = append(args, engine.Millis(before))
		where += fmt.Sprintf(" AND at < $%d", len(args))
	}
	return engine.Sound(ctx, q.tx, "last stalls", `SELECT id, customer, at, by_person, until_day, words FROM stall
		WHERE id IN (SELECT MAX(id) FROM stall WHERE undone = 0`+where+` GROUP BY customer)`, args, q.scan)
}

func (q Stalls) scan(scan engine.Scan) (s Stall, err error) {
	var sealed []byte
	if err := scan(&s.ID, &s.Customer, engine.At(&s.At), &s.By, &s.Until, &sealed); err != nil {
		return s, err
	}
	words, err := q.openWords(sealed, "stall", s.place())
	if err != nil {
		return s, engine.InRow("stall", s.ID, err)
	}
	w, err := parted(words, 2)
	s.Cause, s.Remedy = w[0], w[1]
	return s, err
}

// openWords opens the words of a row that never rests without any.
func (q Stalls) openWords(sealed []byte, table, place string) (string, error) {
	words, err := q.tx.OpenText(sealed, table, place, "words")
	if err == nil && len(sealed) == 0 {
		err = ErrTampered
	}
	return words, err
}

// among limits a query to some words of a column; none: to nothing.
func among(column string, words []string) (where string, args []any) {
	if len(words) == 0 {
		return "", nil
	}
	return " AND " + column + " IN (" + engine.Marks(len(words)) + ")", engine.Args(words)
}
