package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Leave is a person's days away, first and last included. Whether leave that
// was entered afterwards counts depends on By and Entered; reports decide.
type Leave struct {
	ID, Person  string
	First, Last Day
	Begins      time.Duration // on the first day, after midnight, where it is only a part of it
	By          string        // person id of whoever entered it
	Entered     time.Time     // when it was first entered; shortening keeps it
	Reason      string        // rests sealed
}

// Covers reports whether day is one of the leave's days, also in part.
func (l Leave) Covers(day Day) bool { return l.First <= day && day <= l.Last }

// AllDay reports whether the leave covers all of a day.
func (l Leave) AllDay(day Day) bool { return l.Covers(day) && (day > l.First || l.Begins == 0) }

const leaveColumns = `id, person, first_day, begins, last_day, reason, by_person, entered`

func (q Leaves) scan(scan engine.Scan) (l Leave, err error) {
	err = scan(&l.ID, &l.Person, &l.First, engine.Lasting(&l.Begins), &l.Last, q.tx.Sealed(&l.Reason, "leave", &l.ID, "reason"), &l.By, engine.At(&l.Entered))
	return l, err
}

// Days lists the leave of everyone that overlaps from … to and was not
// cancelled, by first day. The reasons stay sealed: it only asks who is away.
func (q Leaves) Days(ctx context.Context, from, to Day) ([]Leave, error) {
	return engine.All(ctx, q.tx, "days of leave", `SELECT id, person, first_day, begins, last_day, by_person, entered FROM leave
		WHERE last_day >= $1 AND first_day <= $2 AND cancelled = 0 ORDER BY first_day, id`, []any{string(from), string(to)},
		func(scan engine.Scan) (l Leave, err error) {
			err = scan(&l.ID, &l.Person, &l.First, engine.Lasting(&l.Begins), &l.Last, &l.By, engine.At(&l.Entered))
			return l, err
		})
}

// Of lists one person's leave that ends on day or later and was not
// cancelled, by first day.
func (q Leaves) Of(ctx context.Context, person string, day Day) ([]Leave, error) {
	return engine.All(ctx, q.tx, "leaves of a person", `SELECT `+leaveColumns+` FROM leave
		WHERE person = $1 AND last_day >= $2 AND cancelled = 0 ORDER BY first_day, id`, []any{person, string(day)}, q.scan)
}

// ByID is one leave by id, cancelled or not.
func (q Leaves) ByID(ctx context.Context, id string) (Leave, bool, error) {
	list, err := engine.All(ctx, q.tx, "leave", `SELECT `+leaveColumns+` FROM leave WHERE id = $1`, []any{id}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Add enters leave under l.ID.
func (q Leaves) Add(ctx context.Context, l Leave) error {
	_, err := q.tx.Exec(ctx, "add leave", `INSERT INTO leave (id, person, first_day, begins, last_day, reason, by_person, entered, cancelled)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)`,
		l.ID, l.Person, string(l.First), l.Begins.Milliseconds(), string(l.Last), q.tx.SealText(l.Reason, "leave", l.ID, "reason"), l.By, engine.Millis(l.Entered))
	return err
}

// Changed is when leave of a person was last entered, and when last cancelled.
func (q Leaves) Changed(ctx context.Context, person string) (entered, cancelled time.Time, err error) {
	_, err = q.tx.One(ctx, "leave changed", `SELECT COALESCE(MAX(entered), 0), COALESCE(MAX(cancelled), 0) FROM leave WHERE person = $1`,
		[]any{person}, engine.At(&entered), engine.At(&cancelled))
	return entered, cancelled, err
}

// Cancel makes leave count no more; false when it did not count before.
func (q Leaves) Cancel(ctx context.Context, id string, at time.Time) (bool, error) {
	n, err := q.tx.Exec(ctx, "cancel leave", `UPDATE leave SET cancelled = $1 WHERE id = $2 AND cancelled = 0`, engine.Millis(at), id)
	return n == 1, err
}

// Restore takes a Cancel back; false when it was not cancelled.
func (q Leaves) Restore(ctx context.Context, id string) (bool, error) {
	n, err := q.tx.Exec(ctx, "restore leave", `UPDATE leave SET cancelled = 0 WHERE id = $1 AND cancelled <> 0`, id)
	return n == 1, err
}

// Forget wipes the reasons of leave that ended before a day; that somebody was away
// stays. It tells how many it wiped.
func (q Leaves) Forget(ctx context.Context, before Day) (int, error) {
	n, err := q.tx.Exec(ctx, "forget reasons of leave", `UPDATE leave SET reason = NULL WHERE last_day < $1 AND reason IS NOT NULL`, string(before))
	return int(n), err
}
