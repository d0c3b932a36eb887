package store

import (
	"context"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// Write is a person's own write that can be taken back for a while.
type Write struct {
	ID, Person, Command, Ref string
	At                       time.Time
	Told                     []string // people who heard of it
}

// WriteEnd is how many characters of a write's end tell it from the person's
// others of the same minutes.
const WriteEnd = 4

// Add remembers a write for 撤销.
func (q Writes) Add(ctx context.Context, w Write) error {
	_, err := q.tx.Exec(ctx, "remember write", `INSERT INTO undo (id, person, command, ref, at, told, undone) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		w.ID, w.Person, w.Command, w.Ref, engine.Millis(w.At), strings.Join(w.Told, ","))
	return err
}

// Last is a person's last write from a time on, up to and with another, that was
// not taken back; with an id only that one, which its last WriteEnd characters or
// more name, too: letters and digits.
func (q Writes) Last(ctx context.Context, person, id string, from, to time.Time) (Write, bool, error) {
	w := Write{Person: person}
	if id == "" || len(id) >= WriteEnd {
		id = "%" + id
	}
	var told string
	found, err := q.tx.One(ctx, "last write", `SELECT id, command, ref, at, told FROM undo WHERE id >= $1 AND person = $2 AND at >= $3 AND at <= $5 AND undone = 0 AND id LIKE $4
		ORDER BY at DESC, id DESC LIMIT 1`, []any{engine.IDBefore(from), person, engine.Millis(from), id, engine.Millis(to)}, &w.ID, &w.Command, &w.Ref, engine.At(&w.At), &told)
	if told != "" {
		w.Told = strings.Split(told, ",")
	}
	return w, found, err
}

// TakeBack marks a write as taken back.
func (q Writes) TakeBack(ctx context.Context, id string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "take back", `UPDATE undo SET undone = $1 WHERE id = $2 AND undone = 0`, engine.Millis(at), id)
	return err
}
