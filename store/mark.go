package store

import (
	"context"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// CreatedMark is when the store was made; nothing is known from before.
const CreatedMark = "created"

// DepartmentMark begins the names of the marks that say which group on a platform
// is the department's, since when.
const DepartmentMark = "department/"

// DepartmentOf is the name of the mark that a group on a platform is the
// department's; without a group, what all of the platform begin with.
func DepartmentOf(platform, group string) string { return DepartmentMark + platform + "/" + group }

// Set remembers a moment under a name (how far the clock was followed, when
// the store was created).
func (q Marks) Set(ctx context.Context, name string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "mark", `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
		name, at.UTC().Format(time.RFC3339Nano))
	return err
}

// At is a moment remembered by Mark; zero when never.
func (q Marks) At(ctx context.Context, name string) (at time.Time, err error) {
	parse := func(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }
	_, err = q.tx.One(ctx, "marked", `SELECT value FROM meta WHERE name = $1`, []any{name}, engine.Parsed(&at, parse))
	return at, err
}

// Under lists what follows a prefix in the names of the moments that begin with
// it, in the order of the names. A prefix holds no % and no _.
func (q Marks) Under(ctx context.Context, prefix string) ([]string, error) {
	return engine.All(ctx, q.tx, "marks", `SELECT name FROM meta WHERE name LIKE $1 ORDER BY name`, []any{prefix + "%"},
		func(scan engine.Scan) (name string, err error) {
			err = scan(&name)
			return strings.TrimPrefix(name, prefix), err
		})
}

// Clear forgets a moment.
func (q Marks) Clear(ctx context.Context, name string) error {
	_, err := q.tx.Exec(ctx, "clear mark", `DELETE FROM meta WHERE name = $1`, name)
	return err
}
