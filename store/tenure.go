package store

import (
	"context"
	"slices"
	"strconv"
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

// held is a row of it.
type held struct {
	id, person, kind, name string
	since, until           int64
}

const heldColumns = `id, person, kind, name, since, until, proof`

// proof is all that the row says, to rest sealed beside it.
func (h held) proof() string {
	return proofOf(h.person, h.kind, h.name, strconv.FormatInt(h.since, 10), strconv.FormatInt(h.until, 10))
}

func (h held) tenure() Tenure {
	t := Tenure{Since: engine.Moment(h.since), Until: engine.Moment(h.until)}
	if h.kind == "post" {
		t.Post = Post(h.name)
	} else {
		t.Duty = Duty(h.name)
	}
	return t
}

func (q People) sealHeld(h held) []byte {
	return q.tx.SealText(h.proof(), "tenure", h.id, "proof")
}

// held reads rows, without those that were made or changed behind the store's
// back: whoever they are about held nothing by them.
func (q People) held(ctx context.Context, what, condition string, args ...any) ([]held, error) {
	return engine.Sound(ctx, q.tx, what, `SELECT `+heldColumns+` FROM tenure WHERE `+condition, args, func(scan engine.Scan) (h held, err error) {
		var proof []byte
		if err = scan(&h.id, &h.person, &h.kind, &h.name, &h.since, &h.until, &proof); err != nil {
			return h, err
		}
		return h, Grants(q).proven(h.proof(), proof, "tenure", h.id)
	})
}

// hold begins what a person holds.
func (q People) hold(ctx context.Context, person, kind, name string, since time.Time) error {
	h := held{q.tx.NewID(since), person, kind, name, engine.Millis(since), 0}
	_, err := q.tx.Exec(ctx, "hold "+kind, `INSERT INTO tenure (id, person, kind, name, since, until, proof) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		h.id, h.person, h.kind, h.name, h.since, h.until, q.sealHeld(h))
	return err
}

// endHeld ends rows that were read, or has them go on.
func (q People) endHeld(ctx context.Context, what string, list []held, at time.Time) error {
	for _, h := range list {
		h.until = engine.Millis(at)
		if _, err := q.tx.Exec(ctx, what, `UPDATE tenure SET until = $1, proof = $2 WHERE id = $3`, h.until, q.sealHeld(h), h.id); err != nil {
			return err
		}
	}
	return nil
}

// CheckTenures comes upon every tenure that is damaged.
func (q People) CheckTenures(ctx context.Context) error {
	_, err := q.held(ctx, "all tenures", `id <> ''`)
	return err
}

// Tenures is what a person held and holds, oldest first.
func (q People) Tenures(ctx context.Context, person string) ([]Tenure, error) {
	list, err := q.held(ctx, "tenures", `person = $1 ORDER BY since, id`, person)
	tenures := make([]Tenure, len(list))
	for i, h := range list {
		tenures[i] = h.tenure()
	}
	return tenures, err
}

// PostsAt is the post that each person, active or stopped since, held just
// before a moment, by the person's id.
func (q People) PostsAt(ctx context.Context, at time.Time) (map[string]Post, error) {
	list, err := q.held(ctx, "posts at", `kind = 'post' AND since < $1 AND (until = 0 OR until >= $1) ORDER BY since, id`, engine.Millis(at))
	posts := make(map[string]Post, len(list))
	for _, h := range list {
		posts[h.person] = Post(h.name)
	}
	return posts, err
}

// PostAt is PostsAt of one person; empty when they held none.
func (q People) PostAt(ctx context.Context, person string, at time.Time) (post Post, err error) {
	list, err := q.held(ctx, "post at", `person = $1 AND kind = 'post' AND since < $2 AND (until = 0 OR until >= $2)
		ORDER BY since DESC, id DESC`, person, engine.Millis(at))
	return Post(engine.First(list).name), err
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
	list, err := q.held(ctx, "post", `person = $1 AND kind = 'post' AND until = 0`, person)
	if err == nil {
		err = q.endHeld(ctx, "end post", list, at)
	}
	if err != nil {
		return err
	}
	return q.hold(ctx, person, "post", string(post), at)
}

// Rename gives a person another name, which must be free.
func (q People) Rename(ctx context.Context, person, name string) error {
	return q.set(ctx, "rename person", `UPDATE person SET name = $2 WHERE id = $1`, person, name)
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
	list, err := q.held(ctx, "duty", `person = $1 AND kind = 'duty' AND name = $2 AND until = 0`, person, string(duty))
	if err != nil {
		return err
	}
	return q.endHeld(ctx, "end duty", list, at)
}

func (q People) setDuties(ctx context.Context, person string, duties []Duty) error {
	return q.set(ctx, "set duties", `UPDATE person SET duties = $2 WHERE id = $1`, person, joinDuties(duties))
}

// Resume takes back a Stop; false when the person was not stopped
// or somebody active has the name by now.
func (q People) Resume(ctx context.Context, person string) (bool, error) {
	list, err := q.held(ctx, "tenures that a stop ended", `person = $1
		AND until = (SELECT p.until FROM person p WHERE p.id = $1 AND p.until <> 0
			AND NOT EXISTS (SELECT 1 FROM person q WHERE q.name = p.name AND q.until = 0))`, person)
	if err != nil || len(list) == 0 {
		return false, err
	}
	if err := q.endHeld(ctx, "resume tenure", list, time.Time{}); err != nil {
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

// Acknowledged is when each person acknowledged one of some versions, last.
func (q People) Acknowledged(ctx context.Context, versions []string) (map[string]time.Time, error) {
	by := map[string]time.Time{}
	err := engine.Each(ctx, q.tx, "acknowledged", `SELECT person, MAX(at) FROM acknowledgement WHERE version IN (`+engine.Marks(len(versions))+`) GROUP BY person`,
		engine.Args(versions), func(scan engine.Scan) error {
			var person string
			var at time.Time
			err := scan(&person, engine.At(&at))
			by[person] = at
			return err
		})
	return by, err
}

// AcknowledgedBy is which of some versions a person acknowledged last, and when; zero
// when none.
func (q People) AcknowledgedBy(ctx context.Context, person string, versions []string) (version string, at time.Time, err error) {
	_, err = q.tx.One(ctx, "acknowledged by", `SELECT version, at FROM acknowledgement WHERE version IN (`+engine.Marks(len(versions))+`)
		AND person = $`+strconv.Itoa(len(versions)+1)+` ORDER BY at DESC, version DESC LIMIT 1`, append(engine.Args(versions), person), &version, engine.At(&at))
	return version, at, err
}
