package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// RequestState is how far a request has come.
type RequestState string

// The states of a request. Only an open one can still be decided.
const (
	RequestOpen      RequestState = "open"
	RequestApproved  RequestState = "approved"
	RequestRejected  RequestState = "rejected"
	RequestLapsed    RequestState = "lapsed"    // nobody answered in time
	RequestWithdrawn RequestState = "withdrawn" // by its asker
)

// LookRequest is the kind of request that asks to read one customer's file.
const LookRequest = "look"

// Request is what somebody asks of a named post (档-6). Words, Why and Reason
// rest sealed.
type Request struct {
	Code     string // A12
	Kind     string // LookRequest
	Asker    string // person id
	Customer string // id; empty while it is not clear who is meant
	Words    string // the customer, as the asker called it
	Why      string
	At       time.Time
	Lapses   time.Time // from when on it cannot be decided any more
	State    RequestState
	By       string    // person id of who decided it
	Decided  time.Time // zero while open
	Reason   string    // why it was not approved
	Length   time.Duration
}

// Open reports whether the request can be decided at a moment.
func (r Request) Open(now time.Time) bool { return r.State == RequestOpen && now.Before(r.Lapses) }

const requestColumns = `code, kind, asker, customer, words, why, at, lapses, state, by_person, decided, reason, length, proof`

// proof is what a decision is about, to rest sealed beside it.
func (r Request) proof() string {
	return proofOf(r.Kind, r.Asker, r.Customer, millis(r.At), millis(r.Lapses))
}

func (q Requests) seal(r Request) []byte { return q.tx.SealText(r.proof(), "request", r.Code, "proof") }

// scan reads a request. One that asks for something else than was asked for is
// damaged: nobody decides it.
func (q Requests) scan(scan engine.Scan) (r Request, err error) {
	var length int64
	var proof []byte
	err = scan(&r.Code, &r.Kind, &r.Asker, &r.Customer,
		q.tx.Sealed(&r.Words, "request", &r.Code, "words"), q.tx.Sealed(&r.Why, "request", &r.Code, "why"),
		engine.At(&r.At), engine.At(&r.Lapses), &r.State, &r.By, engine.At(&r.Decided),
		q.tx.Sealed(&r.Reason, "request", &r.Code, "reason"), &length, &proof)
	r.Length = time.Duration(length) * time.Millisecond
	if err == nil {
		err = Grants(q).proven(r.proof(), proof, "request", r.Code)
	}
	return r, err
}

// NewCode is the code of a new request, of the series that 确认 has too,
// so that no number means two things.
func (q Requests) NewCode(ctx context.Context) (string, error) { return nextCode(ctx, q.tx, "A") }

// Add keeps a new request, open, under r.Code.
func (q Requests) Add(ctx context.Context, r Request) error {
	seal := func(text, column string) []byte { return q.tx.SealText(text, "request", r.Code, column) }
	_, err := q.tx.Exec(ctx, "add request", `INSERT INTO request (`+requestColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', '', 0, NULL, 0, $9)`,
		r.Code, r.Kind, r.Asker, r.Customer, seal(r.Words, "words"), seal(r.Why, "why"), engine.Millis(r.At), engine.Millis(r.Lapses), q.seal(r))
	return err
}

// ByCode is one request by its code, in whatever state.
func (q Requests) ByCode(ctx context.Context, code string) (Request, bool, error) {
	if engine.Nowhere(code) {
		return Request{}, false, nil
	}
	list, err := engine.All(ctx, q.tx, "request", `SELECT `+requestColumns+` FROM request WHERE code = $1`, []any{code}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Open lists what still can be decided at a moment, oldest first.
func (q Requests) Open(ctx context.Context, now time.Time) ([]Request, error) {
	return engine.Sound(ctx, q.tx, "open requests", `SELECT `+requestColumns+` FROM request WHERE state = 'open' AND lapses > $1 ORDER BY at, code`,
		[]any{engine.Millis(now)}, q.scan)
}

// Lapsed lists what can not be decided any more at a moment and is not
// marked so, oldest first.
func (q Requests) Lapsed(ctx context.Context, now time.Time) ([]Request, error) {
	return engine.Sound(ctx, q.tx, "lapsed requests", `SELECT `+requestColumns+` FROM request WHERE state = 'open' AND lapses <= $1 ORDER BY at, code`,
		[]any{engine.Millis(now)}, q.scan)
}

// Of lists what somebody asked since a moment, in whatever state,
// newest first.
func (q Requests) Of(ctx context.Context, asker string, since time.Time) ([]Request, error) {
	return engine.Sound(ctx, q.tx, "requests of a person", `SELECT `+requestColumns+` FROM request WHERE asker = $1 AND at >= $2 ORDER BY at DESC, code DESC`,
		[]any{asker, engine.Millis(since)}, q.scan)
}

// Decide ends an open request as r says: its State, By, Decided, Reason, Length
// and Customer. False when it was not open any more: exactly one caller ends it.
func (q Requests) Decide(ctx context.Context, r Request) (bool, error) {
	was, found, err := q.ByCode(ctx, r.Code)
	if err != nil || !found {
		return false, err
	}
	was.Customer = r.Customer
	n, err := q.tx.Exec(ctx, "decide", `UPDATE request SET state = $1, by_person = $2, decided = $3, reason = $4, length = $5, customer = $6, proof = $8
		WHERE code = $7 AND state = 'open'`, string(r.State), r.By, engine.Millis(r.Decided), q.tx.SealText(r.Reason, "request", r.Code, "reason"),
		r.Length.Milliseconds(), r.Customer, r.Code, q.seal(was))
	return n == 1, err
}
