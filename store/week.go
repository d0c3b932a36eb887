package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Consolidated is that the reports of a week went up to the general manager.
type Consolidated struct {
	Week    Week
	Person  string // who sent it up
	Sent    time.Time
	Late    int // begun minutes after the due as it stood then; 0: on time
	Opinion string
}

// SendUp freezes a week; false when it was sent up before.
func (q Weeks) SendUp(ctx context.Context, c Consolidated) (bool, error) {
	n, err := q.tx.Exec(ctx, "send up", `INSERT INTO consolidated (week, person, sent, late, opinion) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (week) DO NOTHING`, c.Week.Key(), c.Person, engine.Millis(c.Sent), c.Late, q.tx.SealText(c.Opinion, "consolidated", c.Week.Key(), "opinion"))
	return n == 1, err
}

func (q Weeks) scan(scan engine.Scan) (c Consolidated, err error) {
	var week string // what the opinion is bound to
	err = scan(&week, &c.Person, engine.At(&c.Sent), &c.Late, q.tx.Sealed(&c.Opinion, "consolidated", &week, "opinion"))
	if err == nil {
		c.Week, err = ParseWeek(week)
	}
	return c, err
}

// Lock lets a week's hand-ins and its sending up go one after the other, so
// that every report is either in what went up or forwarded after it. It holds
// until the transaction ends.
func (q Weeks) Lock(ctx context.Context, w Week) error {
	_, err := q.tx.Exec(ctx, "lock week", `INSERT INTO counter (name, value) VALUES ($1, 0) ON CONFLICT (name) DO UPDATE SET value = counter.value`, "week/"+w.Key())
	return err
}

// SentUp is what went up for a week; false while nothing did.
func (q Weeks) SentUp(ctx context.Context, w Week) (Consolidated, bool, error) {
	list, err := engine.All(ctx, q.tx, "sent up", `SELECT week, person, sent, late, opinion FROM consolidated WHERE week = $1`, []any{w.Key()}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// LastSentUp is the latest week that went up; false before the first.
func (q Weeks) LastSentUp(ctx context.Context) (Consolidated, bool, error) {
	list, err := engine.All(ctx, q.tx, "last sent up", `SELECT week, person, sent, late, opinion FROM consolidated ORDER BY week DESC LIMIT 1`, nil, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Unread lists what went up since a week that a person has not read, oldest first.
func (q Weeks) Unread(ctx context.Context, person string, since Week) ([]Consolidated, error) {
	return engine.All(ctx, q.tx, "unread", `SELECT c.week, c.person, c.sent, c.late, c.opinion FROM consolidated c
		LEFT JOIN report_reading r ON r.week = c.week AND r.person = $1
		WHERE r.person IS NULL AND c.week >= $2 ORDER BY c.week`, []any{person, since.Key()}, q.scan)
}

// Reading is that somebody read what went up for a week.
type Reading struct {
	Person string
	At     time.Time
}

// Read remembers a reading; false when the person had read it before.
func (q Weeks) Read(ctx context.Context, w Week, r Reading) (bool, error) {
	n, err := q.tx.Exec(ctx, "read", `INSERT INTO report_reading (week, person, at) VALUES ($1, $2, $3) ON CONFLICT (week, person) DO NOTHING`,
		w.Key(), r.Person, engine.Millis(r.At))
	return n == 1, err
}

// Readings lists who read what went up for a week, first reader first.
func (q Weeks) Readings(ctx context.Context, w Week) ([]Reading, error) {
	return engine.All(ctx, q.tx, "readings", `SELECT person, at FROM report_reading WHERE week = $1 ORDER BY at, person`, []any{w.Key()},
		func(scan engine.Scan) (r Reading, err error) {
			err = scan(&r.Person, engine.At(&r.At))
			return r, err
		})
}

// ReportComment is what the general manager said about a week.
type ReportComment struct {
	ID, Person string
	Week       Week
	At         time.Time
	Text       string
}

// Comment keeps a comment.
func (q Weeks) Comment(ctx context.Context, c ReportComment) error {
	_, err := q.tx.Exec(ctx, "add comment", `INSERT INTO report_comment (id, week, person, at, words) VALUES ($1, $2, $3, $4, $5)`,
		c.ID, c.Week.Key(), c.Person, engine.Millis(c.At), q.tx.SealText(c.Text, "report_comment", c.ID, "words"))
	return err
}

// Comments lists what was said about a week, oldest first.
func (q Weeks) Comments(ctx context.Context, w Week) ([]ReportComment, error) {
	return engine.All(ctx, q.tx, "comments", `SELECT id, person, at, words FROM report_comment WHERE week = $1 ORDER BY id`, []any{w.Key()},
		func(scan engine.Scan) (ReportComment, error) {
			c := ReportComment{Week: w}
			err := scan(&c.ID, &c.Person, engine.At(&c.At), q.tx.Sealed(&c.Text, "report_comment", &c.ID, "words"))
			return c, err
		})
}
