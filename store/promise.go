package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Keeping is whether a promise was kept, as people read it.
type Keeping string

// The keepings.
const (
	Promised   Keeping = "" // the promise itself: nobody has said yet
	PromiseMet Keeping = "兑现"
	PartlyMet  Keeping = "部分"
	NotMet     Keeping = "未兑现"
)

// Keepings are what somebody may say of a promise.
var Keepings = []Keeping{PromiseMet, PartlyMet, NotMet}

// PromiseEntry is a promise about a key customer for a month, or what somebody said
// of whether it was kept (会-4). Of one customer and month the last promise counts,
// and the last that was said of it behind it.
type PromiseEntry struct {
	ID       string
	Customer string
	Month    Day // its first day
	Kept     Keeping
	At       time.Time
	By       string // person id
	Words    string
}

func (p PromiseEntry) place() string {
	return engine.Joined(p.ID, p.Customer, string(p.Month), string(p.Kept), millis(p.At), p.By)
}

// Add keeps an entry.
func (q Promises) Add(ctx context.Context, p PromiseEntry) error {
	_, err := q.tx.Exec(ctx, "add promise", `INSERT INTO promise (id, customer, month, kept, at, by_person, undone, words) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)`,
		p.ID, p.Customer, string(p.Month), string(p.Kept), engine.Millis(p.At), p.By, q.tx.SealText(engine.Joined(p.Words), "promise", p.place(), "words"))
	return err
}

// Undo takes an entry back; false when it did not count.
func (q Promises) Undo(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := q.tx.Exec(ctx, "undo promise", `UPDATE promise SET undone = $1 WHERE id = $2 AND undone = 0`, engine.Millis(at), id)
	return n > 0, err
}

// In lists the entries that count for the months from … to, month by month and
// customer by customer, oldest first; damaged ones are passed over.
func (q Promises) In(ctx context.Context, from, to Day) ([]PromiseEntry, error) {
	return q.list(ctx, `undone = 0 AND month >= $1 AND month <= $2 ORDER BY month, customer, id`, string(from), string(to))
}

// Of is In of all months for one customer.
func (q Promises) Of(ctx context.Context, customer string) ([]PromiseEntry, error) {
	if engine.Nowhere(customer) {
		return nil, nil
	}
	return q.list(ctx, `undone = 0 AND customer = $1 ORDER BY month, id`, customer)
}

func (q Promises) list(ctx context.Context, where string, args ...any) ([]PromiseEntry, error) {
	return engine.Sound(ctx, q.tx, "promises", `SELECT id, customer, month, kept, at, by_person, words FROM promise WHERE `+where, args,
		func(scan engine.Scan) (p PromiseEntry, err error) {
			var sealed []byte
			if err := scan(&p.ID, &p.Customer, &p.Month, &p.Kept, engine.At(&p.At), &p.By, &sealed); err != nil {
				return p, err
			}
			words, err := Stalls(q).openWords(sealed, "promise", p.place())
			if err != nil {
				return p, engine.InRow("promise", p.ID, err)
			}
			w, err := parted(words, 1)
			p.Words = w[0]
			return p, err
		})
}
