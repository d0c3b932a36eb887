package store

import (
	"context"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// Write is a person's own write that can be taken back for a while: from when it
// arrived, which its ID tells, for only then they hear of it.
type Write struct {
	ID, Person, Command, Ref string
	At                       time.Time // when it was sent
	Told                     []string  // people who heard of it
	Undone                   time.Time // zero while it counts
}

// WriteEnd is how many characters of a write's end tell it from the person's
// others of the same minutes.
const WriteEnd = 4

// Short is what people see of an id and type: of one that NewID made its end, which
// tells it from a few others; a code as it is, however long.
func Short(id string) string {
	if len(id) <= madeID || strings.Trim(id, "0123456789abcdef") != "" {
		return id
	}
	return id[len(id)-WriteEnd:]
}

// madeID is how long a code may be; what NewID makes is longer.
const madeID = 12

// Named reports whether a write is called so: by its id, or by at least the last
// WriteEnd characters of it.
func (w Write) Named(id string) bool { return len(id) >= WriteEnd && strings.HasSuffix(w.ID, id) }

// Add remembers a write for 撤销.
func (q Writes) Add(ctx context.Context, w Write) error {
	_, err := q.tx.Exec(ctx, "remember write", `INSERT INTO undo (id, person, command, ref, at, told, undone) VALUES ($1, $2, $3, $4, $5, $6, 0)`,
		w.ID, w.Person, w.Command, w.Ref, engine.Millis(w.At), strings.Join(w.Told, ","))
	return err
}

// Of lists a person's writes that arrived from a time on and were sent up to and
// with another, the one sent last first.
func (q Writes) Of(ctx context.Context, person string, from, to time.Time) ([]Write, error) {
	return engine.All(ctx, q.tx, "writes", `SELECT id, person, command, ref, at, told, undone FROM undo WHERE id >= $1 AND person = $2 AND at <= $3
		ORDER BY at DESC, id DESC`, []any{engine.IDBefore(from), person, engine.Millis(to)}, scanWrite)
}

// ByID is a write, whosoever it is.
func (q Writes) ByID(ctx context.Context, id string) (Write, bool, error) {
	list, err := engine.All(ctx, q.tx, "write", `SELECT id, person, command, ref, at, told, undone FROM undo WHERE id = $1`, []any{id}, scanWrite)
	return engine.First(list), len(list) > 0, err
}

func scanWrite(scan engine.Scan) (w Write, err error) {
	var told string
	err = scan(&w.ID, &w.Person, &w.Command, &w.Ref, engine.At(&w.At), &told, engine.At(&w.Undone))
	if told != "" {
		w.Told = strings.Split(told, ",")
	}
	return w, err
}

// TakeBack marks a write as taken back.
func (q Writes) TakeBack(ctx context.Context, id string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "take back", `UPDATE undo SET undone = $1 WHERE id = $2 AND undone = 0`, engine.Millis(at), id)
	return err
}
