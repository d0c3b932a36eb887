package store

import (
	"context"

	"marketbot/store/internal/engine"
)

// Add makes the next version of a target under t.ID, and gives it with its number.
func (q Targets) Add(ctx context.Context, t Target) (Target, error) {
	if err := q.lock(ctx, t); err != nil {
		return t, err
	}
	_, err := q.tx.One(ctx, "versions of a target", `SELECT COALESCE(MAX(version), 0) FROM target WHERE person = $1 AND month = $2 AND measure = $3`,
		[]any{t.Person, string(t.Month), string(t.Measure)}, &t.Version)
	if err != nil {
		return t, err
	}
	t.Version++
	_, err = q.tx.Exec(ctx, "add target", `INSERT INTO target (id, person, month, measure, version, at, by_person, corrects, content) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		t.ID, t.Person, string(t.Month), string(t.Measure), t.Version, engine.Millis(t.At), t.By, string(t.Corrects), q.tx.SealText(t.content(), "target", t.place(), "content"))
	return t, err
}

// lock lets the versions of a month's targets be made one after the other. It
// holds until the transaction ends.
func (q Targets) lock(ctx context.Context, t Target) error {
	_, err := q.tx.Exec(ctx, "lock targets", `INSERT INTO counter (name, value) VALUES ($1, 0) ON CONFLICT (name) DO UPDATE SET value = counter.value`, "target/"+string(t.Month))
	return err
}

const targetColumns = `id, person, month, measure, version, at, by_person, corrects, content`

// scan reads a target whose row is what was sealed; it is damaged otherwise.
func (q Targets) scan(scan engine.Scan) (t Target, err error) {
	var sealed []byte
	if err = scan(&t.ID, &t.Person, &t.Month, &t.Measure, &t.Version, engine.At(&t.At), &t.By, &t.Corrects, &sealed); err != nil {
		return t, err
	}
	content, err := q.tx.OpenText(sealed, "target", t.place(), "content")
	if err == nil && content == "" {
		err = ErrTampered
	}
	if err != nil {
		return t, engine.InRow("target", t.ID, err)
	}
	return t, t.fill(content)
}

// list reads the targets that a condition finds, in the order they were set;
// damaged ones are passed over, so that the version before holds.
func (q Targets) list(ctx context.Context, what, where string, args ...any) ([]Target, error) {
	return engine.Sound(ctx, q.tx, what, `SELECT `+targetColumns+` FROM target WHERE `+where+` ORDER BY id`, args, q.scan)
}

// Between lists all versions of the targets of the months from … to, and those that
// are 会后更正 of one of these, in the order they were set.
func (q Targets) Between(ctx context.Context, from, to Day) ([]Target, error) {
	return q.list(ctx, "targets of a time", `month >= $1 AND month <= $2 OR corrects >= $3 AND corrects <= $4 AND corrects <> ''`, string(from), string(to), string(from), string(to))
}

// Versions lists the versions of one target, the first one first.
func (q Targets) Versions(ctx context.Context, person string, month Day, m Measure) ([]Target, error) {
	return q.list(ctx, "versions of a target", `month = $1 AND person = $2 AND measure = $3`, string(month), person, string(m))
}

// ByID is a version by its id.
func (q Targets) ByID(ctx context.Context, id string) (Target, bool, error) {
	list, err := engine.All(ctx, q.tx, "target by id", `SELECT `+targetColumns+` FROM target WHERE id = $1`, []any{id}, q.scan)
	return engine.First(list), len(list) > 0, err
}

// Any reports whether a target was ever set.
func (q Targets) Any(ctx context.Context) (bool, error) {
	return q.tx.One(ctx, "any target", `SELECT 1 FROM target LIMIT 1`, nil, new(int))
}
