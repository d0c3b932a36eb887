package store

import (
	"context"
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

// All lists the causes that count, of all customers or of some, customer by
// customer, oldest first; damaged ones are passed over.
func (q Stalls) All(ctx context.Context, customers ...string) ([]Stall, error) {
	where, args := among("customer", customers)
	return engine.Sound(ctx, q.tx, "stalls", `SELECT id, customer, at, by_person, until_day, words FROM stall WHERE undone = 0`+where+` ORDER BY customer, id`, args,
		func(scan engine.Scan) (s Stall, err error) {
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
		})
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
