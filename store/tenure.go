package store

import (
	"context"
	"slices"
	"time"

	"marketbot/store/internal/engine"
)

// Tenure is a post or duty with the time it was held.
type Tenure struct {
	Post  Post // one of Post and Duty is set
	Duty  Duty
	Since time.Time
	Until time.Time // zero while held
}

// Tenures is what a person held and holds, oldest first.
func (q People) Tenures(ctx context.Context, person string) ([]Tenure, error) {
	return engine.All(ctx, q.tx, "tenures", `SELECT kind, name, since, until FROM tenure WHERE person = $1 ORDER BY since, id`, []any{person},
		func(scan engine.Scan) (Tenure, error) {
			var t Tenure
			var kind, name string
			err := scan(&kind, &name, engine.At(&t.Since), engine.At(&t.Until))
			if kind == "post" {
				t.Post = Post(name)
			} else {
				t.Duty = Duty(name)
			}
			return t, err
		})
}

// PostsAt is the post that each person, active or stopped since, held just
// before a moment, by the person's id.
func (q People) PostsAt(ctx context.Context, at time.Time) (map[string]Post, error) {
	type held struct{ person, post string }
	list, err := engine.All(ctx, q.tx, "posts at", `SELECT person, name FROM tenure WHERE kind = 'post' AND since < $1 AND (until = 0 OR until >= $1)
		ORDER BY since, id`, []any{engine.Millis(at)}, func(scan engine.Scan) (p held, err error) { return p, scan(&p.person, &p.post) })
	posts := make(map[string]Post, len(list))
	for _, p := range list {
		posts[p.person] = Post(p.post)
	}
	return posts, err
}

// PostAt is PostsAt of one person; empty when they held none.
func (q People) PostAt(ctx context.Context, person string, at time.Time) (post Post, err error) {
	var name string
	_, err = q.tx.One(ctx, "post at", `SELECT name FROM tenure WHERE person = $1 AND kind = 'post' AND since < $2 AND (until = 0 OR until >= $2)
		ORDER BY since DESC, id DESC LIMIT 1`, []any{person, engine.Millis(at)}, &name)
	return Post(name), err
}

// Changed is when a person last got or lost a post or a duty.
func (q People) Changed(ctx context.Context, person string) (at time.Time, err error) {
	_, err = q.tx.One(ctx, "person changed", `SELECT COALESCE(MAX(CASE WHEN until > since THEN until ELSE since END), 0) FROM tenure WHERE person = $1`,
		[]any{person}, engine.At(&at))
	return at, err
}

// AsOf is a person as they stood at a moment: with the post and the duties of
// then, and not active while they held no post.
func (q People) AsOf(ctx context.Context, p Person, at time.Time) (Person, error) {
	tenures, err := q.Tenures(ctx, p.ID)
	p.Post, p.Duties, p.Then, p.Until = "", nil, nil, at
	for _, t := range tenures {
		switch {
		case t.Since.After(at) || !t.Until.IsZero() && !t.Until.After(at):
		case t.Post != "":
			p.Post, p.Until = t.Post, time.Time{}
		default:
			p.Duties = append(p.Duties, t.Duty)
		}
	}
	return p, err
}

// SetPost moves a person to another post; they await none any more.
func (q People) SetPost(ctx context.Context, person string, post Post, at time.Time) error {
	if err := q.set(ctx, "set post", `UPDATE person SET post = $2, awaits = '' WHERE id = $1`, person, string(post)); err != nil {
		return err
	}
	if _, err := q.tx.Exec(ctx, "end post", `UPDATE tenure SET until = $1 WHERE person = $2 AND kind = 'post' AND until = 0`, engine.Millis(at), person); err != nil {
		return err
	}
	return q.hold(ctx, person, "post", string(post), at)
}

// Rename gives a person another name, which must be free.
func (q People) Rename(ctx context.Context, person, name string) error {
	_, err := q.tx.Exec(ctx, "rename person", `UPDATE person SET name = $1 WHERE id = $2`, name, person)
	return err
}

// Await notes a post that waits for the general manager's word; empty: none.
func (q People) Await(ctx context.Context, person string, post Post) error {
	return q.set(ctx, "await post", `UPDATE person SET awaits = $2 WHERE id = $1`, person, string(post))
}

// GiveDuty charges a person with a duty; nothing happens when they have it.
func (q People) GiveDuty(ctx context.Context, person string, duty Duty, at time.Time) error {
	p, found, err := q.ByID(ctx, person)
	if err != nil || !found || p.Has(duty) {
		return err
	}
	if err := q.setDuties(ctx, person, append(p.Duties, duty)); err != nil {
		return err
	}
	return q.hold(ctx, person, "duty", string(duty), at)
}

// TakeDuty frees a person from a duty; nothing happens when they lack it.
func (q People) TakeDuty(ctx context.Context, person string, duty Duty, at time.Time) error {
	p, found, err := q.ByID(ctx, person)
	if err != nil || !found || !p.Has(duty) {
		return err
	}
	rest := slices.DeleteFunc(p.Duties, func(d Duty) bool { return d == duty })
	if err := q.setDuties(ctx, person, rest); err != nil {
		return err
	}
	_, err = q.tx.Exec(ctx, "end duty", `UPDATE tenure SET until = $1 WHERE person = $2 AND kind = 'duty' AND name = $3 AND until = 0`, engine.Millis(at), person, string(duty))
	return err
}

func (q People) setDuties(ctx context.Context, person string, duties []Duty) error {
	return q.set(ctx, "set duties", `UPDATE person SET duties = $2 WHERE id = $1`, person, joinDuties(duties))
}

// Resume takes back a Stop; false when the person was not stopped
// or somebody active has the name by now.
func (q People) Resume(ctx context.Context, person string) (bool, error) {
	n, err := q.tx.Exec(ctx, "resume tenures", `UPDATE tenure SET until = 0 WHERE person = $1
		AND until = (SELECT p.until FROM person p WHERE p.id = $1 AND p.until <> 0
			AND NOT EXISTS (SELECT 1 FROM person q WHERE q.name = p.name AND q.until = 0))`, person)
	if err != nil || n == 0 {
		return false, err
	}
	err = q.set(ctx, "resume person", `UPDATE person SET until = 0 WHERE id = $1`, person)
	return err == nil, err
}

// Acknowledge notes that a person has read a version of the rules (R06); the
// first time counts.
func (q People) Acknowledge(ctx context.Context, person, version string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "acknowledge", `INSERT INTO acknowledgement (person, version, at) VALUES ($1, $2, $3) ON CONFLICT (person, version) DO NOTHING`,
		person, version, engine.Millis(at))
	return err
}

// Acknowledged is when a person acknowledged a version; zero when never.
func (q People) Acknowledged(ctx context.Context, person, version string) (at time.Time, err error) {
	_, err = q.tx.One(ctx, "acknowledged", `SELECT at FROM acknowledgement WHERE person = $1 AND version = $2`, []any{person, version}, engine.At(&at))
	return at, err
}
