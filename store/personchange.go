package store

import (
	"context"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// ChangeKind is what is to become of a person.
type ChangeKind string

// The kinds of change.
const (
	ChangeHold    ChangeKind = "hold"    // they get a post, duties, or both
	ChangeStop    ChangeKind = "stop"    // they are stopped
	ChangeAccount ChangeKind = "account" // one more account is theirs
	ChangeCode    ChangeKind = "code"    // they get a binding code
)

// Asks is whose word a change needs.
type Asks string

// Whose word it may be.
const (
	AsksManager Asks = "manager" // the general manager's
	AsksLine    Asks = "line"    // of the general manager, or the executive director's
	AsksSelf    Asks = "self"    // of the person whom it concerns
)

// ChangeState is how far a change has come.
type ChangeState string

// The states of a change. Waiting and Acting are open.
const (
	ChangeWaiting   ChangeState = "waiting"   // for somebody's word
	ChangeActing    ChangeState = "acting"    // in effect, and nobody has confirmed it yet
	ChangeConfirmed ChangeState = "confirmed" // in effect
	ChangeRefused   ChangeState = "refused"
	ChangeWithdrawn ChangeState = "withdrawn" // by who asked, or overtaken
)

// Change is something that was asked of a person.
type Change struct {
	Code     string // A12, of the series of 确认
	Person   string // id
	Kind     ChangeKind
	Was      Post   // their post before; empty: they were not registered
	Post     Post   // that they get; empty: theirs stays
	Duties   []Duty // that they get
	Platform string // of Account
	Account  string
	Asks     Asks
	By       string // person id of who asked; empty: the settings
	At       time.Time
	Acts     time.Time // from then on it acts without a word; zero: never
	State    ChangeState
	Decider  string    // person id; empty: nobody
	Decided  time.Time // zero while it is open
}

// Open reports whether the change can still be decided.
func (c Change) Open() bool { return c.State == ChangeWaiting || c.State == ChangeActing }

// proof is all that a change says, to rest sealed beside it.
func (c Change) proof() string {
	ms := func(t time.Time) string { return strconv.FormatInt(engine.Millis(t), 10) }
	return proofOf(c.Person, string(c.Kind), string(c.Was), string(c.Post), joinDuties(c.Duties), c.Platform, c.Account, string(c.Asks),
		c.By, ms(c.At), ms(c.Acts), string(c.State), c.Decider, ms(c.Decided))
}

const changeColumns = `code, person, kind, was, post, duties, platform, account, asks, by_person, at, acts, state, decider, decided, proof`

// scan reads a change that is what its proof says; ErrTampered otherwise.
func (q Changes) scan(scan engine.Scan) (c Change, err error) {
	var duties string
	var proof []byte
	err = scan(&c.Code, &c.Person, &c.Kind, &c.Was, &c.Post, &duties, &c.Platform, &c.Account, &c.Asks, &c.By,
		engine.At(&c.At), engine.At(&c.Acts), &c.State, &c.Decider, engine.At(&c.Decided), &proof)
	if err != nil {
		return c, err
	}
	c.Duties = splitDuties(duties)
	return c, Grants(q).proven(c.proof(), proof, "person_change", c.Code)
}

// all lists changes, without those that are not what was sealed beside them: they
// give nothing.
func (q Changes) all(ctx context.Context, what, where string, args ...any) ([]Change, error) {
	return engine.Sound(ctx, q.tx, what, `SELECT `+changeColumns+` FROM person_change WHERE `+where, args, q.scan)
}

// NewCode is the code of a new change, of the series that 确认 has too, so that
// no number means two things.
func (q Changes) NewCode(ctx context.Context) (string, error) { return nextCode(ctx, q.tx, "A") }

// Add keeps a change under c.Code.
func (q Changes) Add(ctx context.Context, c Change) error {
	_, err := q.tx.Exec(ctx, "add change", `INSERT INTO person_change (`+changeColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		c.Code, c.Person, string(c.Kind), string(c.Was), string(c.Post), joinDuties(c.Duties), c.Platform, c.Account, string(c.Asks), c.By,
		engine.Millis(c.At), engine.Millis(c.Acts), string(c.State), c.Decider, engine.Millis(c.Decided),
		q.tx.SealText(c.proof(), "person_change", c.Code, "proof"))
	return err
}

// ByCode is a change by its code, in whatever state.
func (q Changes) ByCode(ctx context.Context, code string) (Change, bool, error) {
	if engine.Nowhere(code) {
		return Change{}, false, nil
	}
	list, err := q.all(ctx, "change", `code = $1`, code)
	return engine.First(list), len(list) > 0, err
}

// Open lists what is open, oldest first.
func (q Changes) Open(ctx context.Context) ([]Change, error) {
	return q.all(ctx, "open changes", `decided = 0 ORDER BY at, code`)
}

// OpenOf lists what is open of a person, oldest first.
func (q Changes) OpenOf(ctx context.Context, person string) ([]Change, error) {
	return q.all(ctx, "open changes of a person", `person = $1 AND decided = 0 ORDER BY at, code`, person)
}

// Since lists what was asked of a person or decided from a moment on, oldest
// first.
func (q Changes) Since(ctx context.Context, person string, since time.Time) ([]Change, error) {
	return q.all(ctx, "changes of a person", `person = $1 AND (at >= $2 OR decided >= $2) ORDER BY at, code`, person, engine.Millis(since))
}

// Due lists what acts by now without a word, oldest first.
func (q Changes) Due(ctx context.Context, now time.Time) ([]Change, error) {
	return q.all(ctx, "due changes", `decided = 0 AND acts > 0 AND acts <= $1 ORDER BY at, code`, engine.Millis(now))
}

// Decide ends an open change: false when it was not open any more, exactly one
// caller ends it.
func (q Changes) Decide(ctx context.Context, c Change, state ChangeState, by string, at time.Time) (bool, error) {
	c.State, c.Decider, c.Decided = state, by, at
	n, err := q.tx.Exec(ctx, "decide change", `UPDATE person_change SET state = $1, decider = $2, decided = $3, proof = $4 WHERE code = $5 AND decided = 0`,
		string(state), by, engine.Millis(at), q.tx.SealText(c.proof(), "person_change", c.Code, "proof"), c.Code)
	return n == 1, err
}

// withdrawOf ends everything that is open about a person.
func (q Changes) withdrawOf(ctx context.Context, person string, at time.Time) error {
	list, err := q.all(ctx, "open changes of a person", `person = $1 AND decided = 0`, person)
	for _, c := range list {
		if _, err := q.Decide(ctx, c, ChangeWithdrawn, "", at); err != nil {
			return err
		}
	}
	return err
}
