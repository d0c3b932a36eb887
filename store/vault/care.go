package vault

import (
	"context"
	"strconv"
	"strings"
	"time"

	"marketbot/store"
	"marketbot/store/internal/engine"
)

// Waiting is how much there is to do about files.
type Waiting struct {
	Stale     int // files that were last changed or found right before a moment (档-8)
	Unchecked int // files with facts that nobody else has looked at yet (档-7)
	Leads     int // that wait to be judged (档-7)
}

// Waiting counts what waits; stale are the files of before a moment.
func (q Files) Waiting(ctx context.Context, before time.Time) (w Waiting, err error) {
	_, err = q.tx.One(ctx, "what waits", `SELECT (SELECT COUNT(*) FROM customer WHERE checked < $1),
		(SELECT COUNT(DISTINCT customer) FROM fact WHERE until = 0 AND checked = 0),
		(SELECT COUNT(*) FROM lead WHERE state = 'open')`, []any{engine.Millis(before)}, &w.Stale, &w.Unchecked, &w.Leads)
	return w, err
}

// Why is why a file wants care.
type Why string

// The reasons. A file may have several.
const (
	New       Why = "new"       // begun in a time, and nothing was said of it
	Stale     Why = "stale"     // last changed or found right before a moment (档-8)
	Unchecked Why = "unchecked" // has facts that nobody else has looked at yet (档-7)
)

// Wanting is which files are asked for; the zero value leaves out new and stale
// ones.
type Wanting struct {
	Prefix   string    // of the key under which is said that a file is new; its id follows (see store.Said)
	From, To time.Time // new ones were begun in [From, To)
	New      int       // how many of them at most
	Before   time.Time // stale ones were changed before
	Others   int       // how many stale ones at most; how many unchecked ones to look at for one that is sound
}

// WantingCustomer is a customer whose file wants care.
type WantingCustomer struct {
	store.Customer
	Fields []string // of the company, that have a value
}

// fieldsHeld are a company's fields that have a value, with what no field's name
// holds between them.
const fieldsHeld = `COALESCE((SELECT string_agg(fact.field, '=') FROM fact WHERE fact.customer = customer.id AND fact.person = '' AND fact.until = 0), '')`

// Wanting lists the files that want care, by why: new ones the first begun
// first, stale ones the longest ago first, of the unchecked ones the first by id
// for an example. It is one query for a whole morning, however many files there
// are.
func (q Files) Wanting(ctx context.Context, w Wanting) (map[Why][]WantingCustomer, error) {
	files := map[Why][]WantingCustomer{}
	_, err := engine.Sound(ctx, q.tx, "files that want care", `SELECT `+customerColumns+`, due.why, `+fieldsHeld+` FROM (
			SELECT * FROM (SELECT customer.id AS id, 'new' AS why, customer.created AS since FROM customer LEFT JOIN said ON said.key = $1 || customer.id
				WHERE customer.created >= $2 AND customer.created < $3 AND said.key IS NULL ORDER BY customer.created, customer.id LIMIT $4) AS fresh
			UNION ALL
			SELECT * FROM (SELECT id, 'stale' AS why, checked AS since FROM customer WHERE checked < $5 ORDER BY checked, id LIMIT $6) AS stale
			UNION ALL
			SELECT * FROM (SELECT customer AS id, 'unchecked' AS why, 0 AS since FROM fact WHERE until = 0 AND checked = 0
				GROUP BY customer ORDER BY customer LIMIT $6) AS unchecked
		) AS due JOIN customer ON customer.id = due.id ORDER BY due.why, due.since, due.id`,
		[]any{w.Prefix, engine.Millis(w.From), engine.Millis(w.To), w.New, engine.Millis(w.Before), w.Others},
		func(scan engine.Scan) (why Why, err error) {
			var fields string
			k, err := scanKept(scan, &why, &fields)
			if err != nil || why == Unchecked && len(files[why]) > 0 {
				return why, err
			}
			if err = q.unlock(&k); err == nil {
				files[why] = append(files[why], WantingCustomer{k.Customer, strings.Split(fields, "=")})
			}
			return why, err
		})
	return files, err
}

// QuietCustomer is a customer without progress.
type QuietCustomer struct {
	store.Customer
	Said int // the highest step that was said since their last progress; 0: none
}

// SaidKey is the key under which is said, with prefix before it, that there was
// no progress since the last.
func (c QuietCustomer) SaidKey(prefix string) string {
	return prefix + c.ID + "/" + strconv.FormatInt(engine.Millis(c.Progressed), 10)
}

// QuietUnsaid lists the customers whose last progress lies in [from, to) and of
// whom step was not said since, under their SaidKey, the longest ago first; those with
// contracts whatever was said, for by these there may be progress since.
func (q Files) QuietUnsaid(ctx context.Context, prefix string, step int, from, to time.Time) ([]QuietCustomer, error) {
	return engine.Sound(ctx, q.tx, "quiet customers", `SELECT `+customerColumns+`, COALESCE(said.step, 0) FROM customer
		LEFT JOIN said ON said.key = $1 || customer.id || '/' || CAST(customer.progressed AS TEXT)
		WHERE customer.progressed >= $2 AND customer.progressed < $3 
			AND (COALESCE(said.step, 0) < $4 OR EXISTS (SELECT 1 FROM contract WHERE contract.customer = customer.id))
		ORDER BY customer.progressed, customer.id`, []any{prefix, engine.Millis(from), engine.Millis(to), step},
		func(scan engine.Scan) (c QuietCustomer, err error) {
			c.Customer, err = q.scanCustomer(func(into ...any) error { return scan(append(into, &c.Said)...) })
			return c, err
		})
}
