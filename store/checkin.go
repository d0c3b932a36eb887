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

// AddCheckIn stores a check-in.
func (tx *Tx) AddCheckIn(ctx context.Context, c CheckIn) error {
	_, err := tx.e.Exec(ctx, "add check-in", `INSERT INTO check_in (id, person, day, at, place, progress, undone) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		c.ID, c.Person, string(c.Day), engine.Millis(c.At), tx.e.SealText(c.Place, "check_in", c.ID, "place"), tx.e.SealText(c.Progress, "check_in", c.ID, "progress"))
	return err
}

// TripDay is what a check-in needs to know of its day: how many there are
// already, and the person's trip when they are on one.
func (tx *Tx) TripDay(ctx context.Context, person string, day Day) (checkIns int, trip Trip, away bool, err error) {
	// One query, because every check-in passes here.
	rows, err := engine.All(ctx, tx.e, "trip day", `SELECT c.n, COALESCE(t.id, ''), COALESCE(t.person, ''), t.place, t.reason, COALESCE(t.first_day, ''),
		COALESCE(t.last_day, ''), COALESCE(t.planned, ''), COALESCE(t.declared, 0), COALESCE(t.ended, 0)
		FROM (SELECT COUNT(*) AS n FROM check_in WHERE person = $1 AND day = $2 AND undone = 0) c
		LEFT JOIN trip t ON t.person = $1 AND t.last_day >= $2 AND t.first_day <= $2`, []any{person, string(day)},
		func(scan engine.Scan) (Trip, error) {
			return tx.scanTrip(func(into ...any) error { return scan(append([]any{&checkIns}, into...)...) })
		})
	trip = engine.First(rows)
	return checkIns, trip, trip.ID != "", err
}

const checkInColumns = `id, person, day, at, place, progress, undone`

func (tx *Tx) scanCheckIn(scan engine.Scan) (CheckIn, error) {
	var c CheckIn
	var at, undone int64
	var place, progress []byte
	err := scan(&c.ID, &c.Person, &c.Day, &at, &place, &progress, &undone)
	if err != nil {
		return c, err
	}
	c.At, c.Undone = engine.Moment(at), engine.Moment(undone)
	if c.Place, err = tx.e.OpenText(place, "check_in", c.ID, "place"); err != nil {
		return c, err
	}
	c.Progress, err = tx.e.OpenText(progress, "check_in", c.ID, "progress")
	return c, err
}

// CheckIns lists a person's check-ins from a time on and before another, by
// time, without those taken back.
func (tx *Tx) CheckIns(ctx context.Context, person string, from, to time.Time) ([]CheckIn, error) {
	return engine.All(ctx, tx.e, "check-ins", `SELECT `+checkInColumns+` FROM check_in WHERE person = $1 AND at >= $2 AND at < $3 AND undone = 0 ORDER BY at, id`,
		[]any{person, engine.Millis(from), engine.Millis(to)}, tx.scanCheckIn)
}

// DayCount is how often somebody checked in on a day.
type DayCount struct {
	Person string
	Day    Day
	Times  int
}

// CheckInCounts counts everyone's check-ins of the days from … to; days
// without any are not listed.
func (tx *Tx) CheckInCounts(ctx context.Context, from, to Day) ([]DayCount, error) {
	return engine.All(ctx, tx.e, "check-in counts", `SELECT person, day, COUNT(*) FROM check_in WHERE day >= $1 AND day <= $2 AND undone = 0
		GROUP BY person, day ORDER BY person, day`, []any{string(from), string(to)},
		func(scan engine.Scan) (DayCount, error) {
			var d DayCount
			err := scan(&d.Person, &d.Day, &d.Times)
			return d, err
		})
}

// UndoCheckIn takes a person's check-in back; the row stays. False when it is
// not theirs or was taken back already.
func (tx *Tx) UndoCheckIn(ctx context.Context, id, person string, at time.Time) (CheckIn, bool, error) {
	list, err := engine.All(ctx, tx.e, "take back check-in", `UPDATE check_in SET undone = $1 WHERE id = $2 AND person = $3 AND undone = 0 RETURNING `+checkInColumns,
		[]any{engine.Millis(at), id, person}, tx.scanCheckIn)
	return engine.First(list), len(list) > 0, err
}

// ForgetCheckIns wipes where people were and what they wrote before a day; that
// they checked in stays, as evidence for 2-4. It tells how many it wiped.
func (tx *Tx) ForgetCheckIns(ctx context.Context, before Day) (int, error) {
	n, err := tx.e.Exec(ctx, "forget check-ins", `UPDATE check_in SET place = NULL, progress = NULL WHERE day < $1 AND progress IS NOT NULL`, string(before))
	return int(n), err
}
