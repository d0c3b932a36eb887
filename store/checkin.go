package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// CheckIn is one report of progress from the road (2-4).
type CheckIn struct {
	ID       string
	Person   string
	Day      Day // of At, in the company's zone
	At       time.Time
	Place    string // a city or the name of a place; may be empty
	Progress string
	Undone   time.Time // zero while it counts
}

// Add stores a check-in.
func (q CheckIns) Add(ctx context.Context, c CheckIn) error {
	_, err := q.tx.Exec(ctx, "add check-in", `INSERT INTO check_in (id, person, day, at, place, progress, undone) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		c.ID, c.Person, string(c.Day), engine.Millis(c.At), q.tx.SealText(c.Place, "check_in", c.ID, "place"), q.tx.SealText(c.Progress, "check_in", c.ID, "progress"))
	return err
}

// Day is what a check-in needs to know of its day: how many were sent by a
// moment, and the person's trip when they are on one.
func (q CheckIns) Day(ctx context.Context, person string, day Day, sent time.Time) (checkIns int, trip Trip, away bool, err error) {
	// One query, because every check-in passes here.
	rows, err := engine.All(ctx, q.tx, "trip day", `SELECT c.n, COALESCE(t.id, ''), COALESCE(t.person, ''), t.place, t.reason, COALESCE(t.first_day, ''),
		COALESCE(t.last_day, ''), COALESCE(t.planned, ''), COALESCE(t.declared, 0), COALESCE(t.ended, 0)
		FROM (SELECT COUNT(*) AS n FROM check_in WHERE person = $1 AND day = $2 AND at <= $3 AND undone = 0) c
		LEFT JOIN trip t ON t.person = $1 AND t.last_day >= $2 AND t.first_day <= $2`, []any{person, string(day), engine.Millis(sent)},
		func(scan engine.Scan) (Trip, error) {
			return Trips(q).scan(func(into ...any) error { return scan(append([]any{&checkIns}, into...)...) })
		})
	trip = engine.First(rows)
	return checkIns, trip, trip.ID != "", err
}

const checkInColumns = `id, person, day, at, place, progress, undone`

func (q CheckIns) scan(scan engine.Scan) (c CheckIn, err error) {
	err = scan(&c.ID, &c.Person, &c.Day, engine.At(&c.At), q.tx.Sealed(&c.Place, "check_in", &c.ID, "place"),
		q.tx.Sealed(&c.Progress, "check_in", &c.ID, "progress"), engine.At(&c.Undone))
	return c, err
}

// Of lists a person's check-ins from a time on and before another, by
// time, without those taken back.
func (q CheckIns) Of(ctx context.Context, person string, from, to time.Time) ([]CheckIn, error) {
	// The index goes by day, and no zone is further than one from UTC: without
	// the days, years of them would be read.
	first, last := DayOf(from.UTC()).Add(-1), DayOf(to.UTC()).Add(1)
	return engine.All(ctx, q.tx, "check-ins", `SELECT `+checkInColumns+` FROM check_in
		WHERE person = $1 AND day >= $2 AND day <= $3 AND at >= $4 AND at < $5 AND undone = 0 ORDER BY at, id`,
		[]any{person, string(first), string(last), engine.Millis(from), engine.Millis(to)}, q.scan)
}

// DayCount is how often somebody checked in on a day.
type DayCount struct {
	Person string
	Day    Day
	Times  int
}

// Counts counts everyone's check-ins of the days from … to; days
// without any are not listed.
func (q CheckIns) Counts(ctx context.Context, from, to Day) ([]DayCount, error) {
	return engine.All(ctx, q.tx, "check-in counts", `SELECT c.person, c.day, COUNT(*) FROM person p CROSS JOIN check_in c
		WHERE c.person = p.id AND c.day >= $1 AND c.day <= $2 AND c.undone = 0 GROUP BY c.person, c.day ORDER BY c.person, c.day`, []any{string(from), string(to)},
		func(scan engine.Scan) (DayCount, error) {
			var d DayCount
			err := scan(&d.Person, &d.Day, &d.Times)
			return d, err
		})
}

// Undo takes a person's check-in back; the row stays. False when it is
// not theirs or was taken back already.
func (q CheckIns) Undo(ctx context.Context, id, person string, at time.Time) (CheckIn, bool, error) {
	list, err := engine.All(ctx, q.tx, "take back check-in", `UPDATE check_in SET undone = $1 WHERE id = $2 AND person = $3 AND undone = 0 RETURNING `+checkInColumns,
		[]any{engine.Millis(at), id, person}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Forget wipes where people were and what they wrote before a day; that
// they checked in stays, as evidence for 2-4. It tells how many it wiped.
func (q CheckIns) Forget(ctx context.Context, before Day) (int, error) {
	n, err := q.tx.Exec(ctx, "forget check-ins", `UPDATE check_in SET place = NULL, progress = NULL WHERE day < $1 AND progress IS NOT NULL`, string(before))
	return int(n), err
}
