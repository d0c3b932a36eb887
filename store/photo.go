package store

import (
	"context"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// Photo is a picture by which a participant shows that they were at an activity.
type Photo struct {
	ID       string
	Activity string // its code
	Person   string
	At       time.Time
	Content  []byte // rests sealed; only of Get
}

func (p Photo) place() string {
	return engine.Joined(p.ID, p.Activity, p.Person, strconv.FormatInt(engine.Millis(p.At), 10))
}

// Add keeps a photo.
func (q Photos) Add(ctx context.Context, p Photo) error {
	_, err := q.tx.Exec(ctx, "add photo", `INSERT INTO photo (id, activity, person, at, content) VALUES ($1, $2, $3, $4, $5)`,
		p.ID, p.Activity, p.Person, engine.Millis(p.At), q.tx.SealText(string(p.Content), "photo", p.place(), "content"))
	return err
}

// Of lists the photos of an activity, in the order they were sent, without what they
// show.
func (q Photos) Of(ctx context.Context, activity string) ([]Photo, error) {
	return engine.All(ctx, q.tx, "photos of an activity", `SELECT id, activity, person, at FROM photo WHERE activity = $1 AND content IS NOT NULL ORDER BY id`,
		[]any{activity}, func(scan engine.Scan) (p Photo, err error) {
			return p, scan(&p.ID, &p.Activity, &p.Person, engine.At(&p.At))
		})
}

// Get is a photo with what it shows; false where there is none, or none any more.
func (q Photos) Get(ctx context.Context, id string) (Photo, bool, error) {
	list, err := engine.All(ctx, q.tx, "photo", `SELECT id, activity, person, at, content FROM photo WHERE id = $1 AND content IS NOT NULL`, []any{id},
		func(scan engine.Scan) (p Photo, err error) {
			var sealed []byte
			if err := scan(&p.ID, &p.Activity, &p.Person, engine.At(&p.At), &sealed); err != nil {
				return p, err
			}
			content, err := q.tx.OpenText(sealed, "photo", p.place(), "content")
			p.Content = []byte(content)
			return p, engine.InRow("photo", p.ID, err)
		})
	return engine.First(list), len(list) > 0, err
}

// Wipe wipes a person's photo; false when it is not theirs, or gone.
func (q Photos) Wipe(ctx context.Context, id, person string) (bool, error) {
	n, err := q.tx.Exec(ctx, "wipe photo", `UPDATE photo SET content = NULL WHERE id = $1 AND person = $2 AND content IS NOT NULL`, id, person)
	return n > 0, err
}

// WipeOf wipes all photos of a person at an activity.
func (q Photos) WipeOf(ctx context.Context, activity, person string) error {
	_, err := q.tx.Exec(ctx, "wipe photos", `UPDATE photo SET content = NULL WHERE activity = $1 AND person = $2 AND content IS NOT NULL`, activity, person)
	return err
}

// Forget wipes the photos of before a moment; that they were sent stays, as evidence
// for 2-8. It tells how many it wiped.
func (q Photos) Forget(ctx context.Context, before time.Time) (int, error) {
	n, err := q.tx.Exec(ctx, "forget photos", `UPDATE photo SET content = NULL WHERE at < $1 AND content IS NOT NULL`, engine.Millis(before))
	return int(n), err
}
