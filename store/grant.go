package store

import "time"

// Grant is leave to read one customer's file, for one person and a time (档-6).
type Grant struct {
	ID       string // the code of the request that it answers
	Person   string
	Customer string
	By       string // who approved
	From     time.Time
	Until    time.Time // exclusive
}

// Covers tells whether the grant lets a person read a customer's file at a
// moment.
func (g Grant) Covers(person, customer string, now time.Time) bool {
	return g.ID != "" && g.Person == person && g.Customer == customer && !now.Before(g.From) && now.Before(g.Until)
}
