package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Trip is a business trip that a person declared. Its days are inclusive.
type Trip struct {
	ID       string
	Person   string
	Place    string
	Reason   string
	First    Day
	Last     Day // what counts; before First when the trip was replaced or taken back
	Planned  Day // Last as declared
	Declared time.Time
	Ended    time.Time // by its person before its time; zero: ends by itself
}

// On reports whether day is one of the trip's.
func (t Trip) On(day Day) bool { return t.First <= day && day <= t.Last }

// Days is how many days the trip has.
func (t Trip) Days() int {
	if t.Last < t.First {
		return 0
	}
	return t.Last.Since(t.First) + 1
}

const tripColumns = `t.id, t.person, t.place, t.reason, t.first_day, t.last_day, t.planned, t.declared, t.ended`

func (q Trips) scan(scan engine.Scan) (t Trip, err error) {
	err = scan(&t.ID, &t.Person, q.tx.Sealed(&t.Place, "trip", &t.ID, "place"), q.tx.Sealed(&t.Reason, "trip", &t.ID, "reason"),
		&t.First, &t.Last, &t.Planned, engine.At(&t.Declared), engine.At(&t.Ended))
	return t, err
}

// Add stores a declared trip; Last is also what was planned.
func (q Trips) Add(ctx context.Context, t Trip) error {
	_, err := q.tx.Exec(ctx, "add trip", `INSERT INTO trip (id, person, first_day, last_day, planned, place, reason, declared, ended)
		VALUES ($1, $2, $3, $4, $4, $5, $6, $7, 0)`, t.ID, t.Person, string(t.First), string(t.Last),
		q.tx.SealText(t.Place, "trip", t.ID, "place"), q.tx.SealText(t.Reason, "trip", t.ID, "reason"), engine.Millis(t.Declared))
	return err
}

// ByID is a trip by id, whatever became of it.
func (q Trips) ByID(ctx context.Context, id string) (Trip, bool, error) {
	list, err := engine.All(ctx, q.tx, "trip", `SELECT `+tripColumns+` FROM trip t WHERE t.id = $1`, []any{id}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Of lists a person's trips that touch from … to, by day.
func (q Trips) Of(ctx context.Context, person string, from, to Day) ([]Trip, error) {
	return engine.All(ctx, q.tx, "trips of a person", `SELECT `+tripColumns+` FROM trip t WHERE t.person = $1
		AND t.last_day >= $2 AND t.first_day <= $3 AND t.last_day >= t.first_day ORDER BY t.first_day`,
		[]any{person, string(from), string(to)}, q.scan)
}

// Between lists everyone's trips that touch from … to, by day.
func (q Trips) Between(ctx context.Context, from, to Day) ([]Trip, error) {
	return engine.All(ctx, q.tx, "trips", `SELECT `+tripColumns+` FROM trip t WHERE t.last_day >= $1 AND t.first_day <= $2
		AND t.last_day >= t.first_day ORDER BY t.first_day, t.id`, []any{string(from), string(to)}, q.scan)
}

// TripCut says what shortens a trip.
type TripCut struct {
	Cause string    // the write that does it, for Uncut
	Last  Day       // the day that counts from now on; "" takes the trip away altogether
	Ended time.Time // set when its person ended it
	At    time.Time
}

// Cut moves a trip's last day and records the change.
func (q Trips) Cut(ctx context.Context, t Trip, c TripCut) error {
	_, err := q.tx.Exec(ctx, "record trip change", `INSERT INTO trip_change (id, trip, cause, was, was_ended, becomes, at, undone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, 0)`, q.tx.NewID(c.At), t.ID, c.Cause, string(t.Last), engine.Millis(t.Ended), string(c.Last), engine.Millis(c.At))
	if err != nil {
		return err
	}
	ended := c.Ended
	if ended.IsZero() {
		ended = t.Ended
	}
	_, err = q.tx.Exec(ctx, "cut trip", `UPDATE trip SET last_day = $1, ended = $2 WHERE id = $3`, string(c.Last), engine.Millis(ended), t.ID)
	return err
}

// Uncut takes back every Cut of a cause and tells how many there were.
func (q Trips) Uncut(ctx context.Context, cause string, at time.Time) (int, error) {
	_, err := q.tx.Exec(ctx, "uncut trips", `UPDATE trip SET last_day = c.was, ended = c.was_ended FROM trip_change c
		WHERE c.trip = trip.id AND c.cause = $1 AND c.undone = 0`, cause)
	if err != nil {
		return 0, err
	}
	n, err := q.tx.Exec(ctx, "take back trip change", `UPDATE trip_change SET undone = $1 WHERE cause = $2 AND undone = 0`, engine.Millis(at), cause)
	return int(n), err
}

// ChangedSince reports whether a person declared, ended or cancelled a trip
// after a write of theirs, by the write's id, and did not take that back.
func (q Trips) ChangedSince(ctx context.Context, person, write string) (bool, error) {
	var n int
	_, err := q.tx.One(ctx, "later trips", `SELECT
		(SELECT COUNT(*) FROM trip WHERE person = $1 AND id > $2 AND last_day <> '') +
		(SELECT COUNT(*) FROM trip_change c JOIN trip t ON t.id = c.trip
			WHERE t.person = $1 AND c.undone = 0 AND c.cause > $2 AND c.cause NOT LIKE 'undo/%')`, []any{person, write}, &n)
	return n > 0, err
}

// Changed is when a person last declared a trip, or changed one or took that back.
func (q Trips) Changed(ctx context.Context, person string) (at time.Time, err error) {
	_, err = q.tx.One(ctx, "trips changed", `SELECT COALESCE(MAX(at), 0) FROM (SELECT declared AS at FROM trip WHERE person = $1
		UNION ALL SELECT CASE WHEN c.undone > c.at THEN c.undone ELSE c.at END FROM trip_change c JOIN trip t ON t.id = c.trip WHERE t.person = $1) changes`,
		[]any{person}, engine.At(&at))
	return at, err
}

// Away is a person on a trip on some day, with what they have reported.
type Away struct {
	Person    Person
	Trip      Trip
	CheckIns  int // of the day
	Afternoon int // of the day, since noon
}

// On lists who is on a trip on a day and not on leave, with their
// check-ins of that day, by registration. noon is that day's 12:00.
func (q Trips) On(ctx context.Context, day Day, noon time.Time) ([]Away, error) {
	return engine.All(ctx, q.tx, "people on trips", `SELECT `+personColumns+`, `+tripColumns+`, COUNT(c.id), COUNT(CASE WHEN c.at >= $2 THEN 1 END)
		FROM trip t JOIN person p ON p.id = t.person AND p.until = 0
		LEFT JOIN check_in c ON c.person = t.person AND c.day = $1 AND c.undone = 0
		WHERE t.last_day >= $1 AND t.first_day <= $1
		AND NOT EXISTS (SELECT 1 FROM leave l WHERE l.person = t.person AND l.cancelled = 0 AND l.last_day >= $1 AND l.first_day <= $1)
		GROUP BY p.id, t.id ORDER BY p.since, p.id`, []any{string(day), engine.Millis(noon)},
		func(scan engine.Scan) (Away, error) {
			var a Away
			p, err := People(q).scan(func(person ...any) error {
				t, err := q.scan(func(trip ...any) error {
					return scan(append(append(person, trip...), &a.CheckIns, &a.Afternoon)...)
				})
				a.Trip = t
				return err
			})
			a.Person = p
			return a, err
		})
}
