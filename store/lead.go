package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// LeadState is how far a lead has come.
type LeadState string

// The states of a lead. Only an open one can still be judged or taken back.
const (
	LeadOpen      LeadState = "open"
	LeadAccepted  LeadState = "accepted"
	LeadRejected  LeadState = "rejected"
	LeadWithdrawn LeadState = "withdrawn" // by its giver
)

// Lead is something that somebody brought in about a customer (档-2): a draft
// that is in no file before it was accepted (档-7). Words, Text, Source and
// Reason rest sealed.
type Lead struct {
	Code     string // L3
	Customer string // id; empty while it is not known whom was meant
	Giver    string // person id
	At       time.Time
	State    LeadState
	By       string    // person id of who judged it
	Decided  time.Time // zero while open
	Words    string    // the customer, as the giver called it
	Text     string
	Source   string // where the giver has it from; may be empty
	Reason   string // why it was not accepted
	Activity string // the code of the activity that it comes of, as its giver wrote it; empty: none
}

const leadColumns = `code, customer, giver, at, state, by_person, decided, words, body, source, reason, activity`

func (q Leads) scan(scan engine.Scan) (l Lead, err error) {
	err = scan(&l.Code, &l.Customer, &l.Giver, engine.At(&l.At), &l.State, &l.By, engine.At(&l.Decided),
		q.tx.Sealed(&l.Words, "lead", &l.Code, "words"), q.tx.Sealed(&l.Text, "lead", &l.Code, "body"),
		q.tx.Sealed(&l.Source, "lead", &l.Code, "source"), q.tx.Sealed(&l.Reason, "lead", &l.Code, "reason"), &l.Activity)
	return l, err
}

// NewCode is the code of a new lead.
func (q Leads) NewCode(ctx context.Context) (string, error) { return nextCode(ctx, q.tx, "L") }

// Add keeps a new lead, open, under l.Code.
func (q Leads) Add(ctx context.Context, l Lead) error {
	seal := func(text, column string) []byte { return q.tx.SealText(text, "lead", l.Code, column) }
	_, err := q.tx.Exec(ctx, "add lead", `INSERT INTO lead (`+leadColumns+`) VALUES ($1, $2, $3, $4, $5, '', 0, $6, $7, $8, NULL, $9)`,
		l.Code, l.Customer, l.Giver, engine.Millis(l.At), string(LeadOpen), seal(l.Words, "words"), seal(l.Text, "body"), seal(l.Source, "source"), l.Activity)
	return err
}

// ByCode is a lead by its code.
func (q Leads) ByCode(ctx context.Context, code string) (Lead, bool, error) {
	if engine.Nowhere(code) {
		return Lead{}, false, nil
	}
	list, err := engine.All(ctx, q.tx, "lead", `SELECT `+leadColumns+` FROM lead WHERE code = $1`, []any{code}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Open lists at most so many leads that wait to be judged, the oldest
// first.
func (q Leads) Open(ctx context.Context, most int) ([]Lead, error) {
	return engine.All(ctx, q.tx, "open leads", `SELECT `+leadColumns+` FROM lead WHERE state = 'open' ORDER BY at, code LIMIT $1`, []any{most}, q.scan)
}

// CountOpen is how many leads wait to be judged.
func (q Leads) CountOpen(ctx context.Context) (n int, err error) {
	_, err = q.tx.One(ctx, "count leads", `SELECT COUNT(*) FROM lead WHERE state = 'open'`, nil, &n)
	return n, err
}

// CountOf is how many leads an activity brought in: those that were taken back do
// not count.
func (q Leads) CountOf(ctx context.Context, activity string) (n int, err error) {
	_, err = q.tx.One(ctx, "count leads of an activity", `SELECT COUNT(*) FROM lead WHERE activity = $1 AND activity <> '' AND state <> $2`,
		[]any{activity, string(LeadWithdrawn)}, &n)
	return n, err
}

// CountGiven is how many leads everybody gave in [from, to), but for those that were
// taken back.
func (q Leads) CountGiven(ctx context.Context, from, to time.Time) (map[string]int, error) {
	n := map[string]int{}
	return n, engine.Each(ctx, q.tx, "count leads given", `SELECT l.giver, COUNT(*) FROM person p CROSS JOIN lead l
		WHERE l.giver = p.id AND l.at >= $1 AND l.at < $2 AND l.state <> $3 GROUP BY l.giver`,
		[]any{engine.Millis(from), engine.Millis(to), string(LeadWithdrawn)}, func(scan engine.Scan) error {
			var person string
			var k int
			err := scan(&person, &k)
			n[person] = k
			return err
		})
}

// OpenOf lists the codes of a giver's leads that wait, the oldest first.
func (q Leads) OpenOf(ctx context.Context, giver string) ([]string, error) {
	return engine.All(ctx, q.tx, "leads of", `SELECT code FROM lead WHERE giver = $1 AND state = 'open' ORDER BY at, code`, []any{giver}, engine.Word)
}

// Decide ends an open lead, and names the customer that it went to; false
// when it was not open any more.
func (q Leads) Decide(ctx context.Context, l Lead) (bool, error) {
	var reason []byte
	if l.Reason != "" {
		reason = q.tx.SealText(l.Reason, "lead", l.Code, "reason")
	}
	n, err := q.tx.Exec(ctx, "decide lead", `UPDATE lead SET state = $1, by_person = $2, decided = $3, customer = $4, reason = $5
		WHERE code = $6 AND state = 'open'`, string(l.State), l.By, engine.Millis(l.Decided), l.Customer, reason, l.Code)
	return n == 1, err
}
