package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Report is one version of what a person handed in for a week.
type Report struct {
	ID         string
	Person     string
	Week       Week
	Version    int // 1, 2 … of this person and week
	Sent       time.Time
	Late       int       // begun minutes after the due as it stood then; 0: on time
	Supplement bool      // came after the week was sent up
	Withdrawn  time.Time // zero while it counts
	Kept       int       // items of the plan before that were done,
	Partly     int       // partly done
	Unkept     int       // or not done
	Text       ReportText
}

// Live reports whether the version counts.
func (r Report) Live() bool { return r.Withdrawn.IsZero() }

// ReportText is what people wrote, byte for byte.
type ReportText struct {
	Review  string // what became of the plan before, line by line
	Done    string
	Plan    string
	Payment string
	Problem string
}

const reportHead = `id, person, week, version, sent, late, supplement, withdrawn, kept, partly, unkept`
const reportColumns = reportHead + `, review, done, plan, payment, problem`

// Add keeps a new version and tells its number.
func (q Reports) Add(ctx context.Context, r Report) (version int, err error) {
	if _, err := q.tx.One(ctx, "report version", `SELECT COALESCE(MAX(version), 0) + 1 FROM report WHERE person = $1 AND week = $2`,
		[]any{r.Person, r.Week.Key()}, &version); err != nil {
		return 0, err
	}
	seal := func(text, column string) []byte { return q.tx.SealText(text, "report", r.ID, column) }
	_, err = q.tx.Exec(ctx, "add report", `INSERT INTO report (`+reportColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9, $10, $11, $12, $13, $14, $15)`,
		r.ID, r.Person, r.Week.Key(), version, engine.Millis(r.Sent), r.Late, engine.Flag(r.Supplement), r.Kept, r.Partly, r.Unkept,
		seal(r.Text.Review, "review"), seal(r.Text.Done, "done"), seal(r.Text.Plan, "plan"),
		seal(r.Text.Payment, "payment"), seal(r.Text.Problem, "problem"))
	return version, err
}

// reportRow scans reportHead into r, and what follows it into more.
func reportRow(scan engine.Scan, r *Report, more ...any) error {
	into := []any{&r.ID, &r.Person, engine.Parsed(&r.Week, ParseWeek), &r.Version, engine.At(&r.Sent), &r.Late, &r.Supplement,
		engine.At(&r.Withdrawn), &r.Kept, &r.Partly, &r.Unkept}
	return scan(append(into, more...)...)
}

func (q Reports) scan(scan engine.Scan) (r Report, err error) {
	text := func(into *string, column string) any { return q.tx.Sealed(into, "report", &r.ID, column) }
	err = reportRow(scan, &r, text(&r.Text.Review, "review"), text(&r.Text.Done, "done"), text(&r.Text.Plan, "plan"),
		text(&r.Text.Payment, "payment"), text(&r.Text.Problem, "problem"))
	return r, err
}

// In lists what counts of a week, by person and when it was sent, supplements
// last.
func (q Reports) In(ctx context.Context, w Week) ([]Report, error) {
	return engine.All(ctx, q.tx, "reports", `SELECT `+reportColumns+` FROM report WHERE week = $1 AND withdrawn = 0 ORDER BY person, supplement, sent, version`,
		[]any{w.Key()}, q.scan)
}

// Heads is Reports without Text, for whoever only counts.
func (q Reports) Heads(ctx context.Context, w Week) ([]Report, error) {
	return engine.All(ctx, q.tx, "report heads", `SELECT `+reportHead+` FROM report WHERE week = $1 AND withdrawn = 0 ORDER BY person, supplement, sent, version`,
		[]any{w.Key()}, func(scan engine.Scan) (r Report, err error) { return r, reportRow(scan, &r) })
}

// Of lists what counts of a person's week, by when it was sent, supplements last.
func (q Reports) Of(ctx context.Context, person string, w Week) ([]Report, error) {
	return engine.All(ctx, q.tx, "reports of", `SELECT `+reportColumns+` FROM report WHERE person = $1 AND week = $2 AND withdrawn = 0 ORDER BY supplement, sent, version`,
		[]any{person, w.Key()}, q.scan)
}

// ByID is a version by id, whether it counts or not.
func (q Reports) ByID(ctx context.Context, id string) (Report, bool, error) {
	if engine.Nowhere(id) {
		return Report{}, false, nil
	}
	list, err := engine.All(ctx, q.tx, "report", `SELECT `+reportColumns+` FROM report WHERE id = $1`, []any{id}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Versions lists all that a person handed in of a week, whether it counts or not.
func (q Reports) Versions(ctx context.Context, person string, w Week) ([]Report, error) {
	return engine.All(ctx, q.tx, "versions of a report", `SELECT `+reportColumns+` FROM report WHERE person = $1 AND week = $2 ORDER BY sent, version`,
		[]any{person, w.Key()}, q.scan)
}

// LastWeek is the latest week up to w for which something of a person
// counts; false when there is none.
func (q Reports) LastWeek(ctx context.Context, person string, w Week) (last Week, found bool, err error) {
	found, err = q.tx.One(ctx, "last report week", `SELECT week FROM report WHERE person = $1 AND week <= $2 AND withdrawn = 0 ORDER BY week DESC LIMIT 1`,
		[]any{person, w.Key()}, engine.Parsed(&last, ParseWeek))
	return last, found, err
}

// Withdraw takes one version back; false when it was already.
func (q Reports) Withdraw(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := q.tx.Exec(ctx, "withdraw report", `UPDATE report SET withdrawn = $1 WHERE id = $2 AND withdrawn = 0`, engine.Millis(at), id)
	return n == 1, err
}

// Changed is when a version of a person's week was last sent, and when one was
// last taken back.
func (q Reports) Changed(ctx context.Context, person string, w Week) (sent, withdrawn time.Time, err error) {
	_, err = q.tx.One(ctx, "report changed", `SELECT COALESCE(MAX(sent), 0), COALESCE(MAX(withdrawn), 0) FROM report WHERE person = $1 AND week = $2`,
		[]any{person, w.Key()}, engine.At(&sent), engine.At(&withdrawn))
	return sent, withdrawn, err
}

// WithdrawAll takes every version of a person's week back that was sent by a
// moment, and tells how many there were.
func (q Reports) WithdrawAll(ctx context.Context, person string, w Week, at time.Time) (int64, error) {
	return q.tx.Exec(ctx, "withdraw reports", `UPDATE report SET withdrawn = $1 WHERE person = $2 AND week = $3 AND withdrawn = 0 AND sent <= $1`,
		engine.Millis(at), person, w.Key())
}

// Restore makes what WithdrawAll took back at that time count again.
func (q Reports) Restore(ctx context.Context, person string, w Week, at time.Time) (int64, error) {
	return q.tx.Exec(ctx, "restore reports", `UPDATE report SET withdrawn = 0 WHERE person = $1 AND week = $2 AND withdrawn = $3`,
		person, w.Key(), engine.Millis(at))
}

// Chased tells who was chased since a time, and when last.
func (q Reports) Chased(ctx context.Context, since time.Time) (map[string]time.Time, error) {
	type chase struct {
		person string
		at     time.Time
	}
	list, err := engine.All(ctx, q.tx, "chased", `SELECT person, at FROM report_chase WHERE at > $1`, []any{engine.Millis(since)},
		func(scan engine.Scan) (c chase, err error) { return c, scan(&c.person, engine.At(&c.at)) })
	at := make(map[string]time.Time, len(list))
	for _, c := range list {
		at[c.person] = c.at
	}
	return at, err
}

// Chase remembers that a person was chased.
func (q Reports) Chase(ctx context.Context, person string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "chase", `INSERT INTO report_chase (person, at) VALUES ($1, $2)
		ON CONFLICT (person) DO UPDATE SET at = excluded.at WHERE report_chase.at < excluded.at`, person, engine.Millis(at))
	return err
}
