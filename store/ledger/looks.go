package ledger

import (
	"context"
	"fmt"
	"strings"
	"time"

	"marketbot/store/internal/engine"
)

// Filter says which looks are asked for; what is empty does not restrict.
type Filter struct {
	Person   string    // id
	Customer string    // id
	From, To time.Time // To is exclusive
	// Acts are commands whose entries count even where no customer is known:
	// somebody asked for one that does not exist.
	Acts []string
	Most int // 0: all
}

// conditions is the filter in SQL.
func (f Filter) conditions() (where string, args []any) {
	add := func(condition string, arg any) {
		args = append(args, arg)
		where += fmt.Sprintf(" AND "+condition, len(args))
	}
	if f.Person != "" {
		add("person = $%d", f.Person)
	}
	if f.Customer != "" {
		add("customer = $%d", f.Customer)
	}
	if !f.From.IsZero() { // ids sort by time: an index over it would cost every look
		add("at >= $%d", engine.Millis(f.From))
		add("id >= $%d", engine.IDBefore(f.From))
	}
	if !f.To.IsZero() {
		add("at < $%d", engine.Millis(f.To))
	}
	looks := "customer <> ''"
	if len(f.Acts) > 0 && f.Customer == "" {
		marks := make([]string, len(f.Acts))
		for i, act := range f.Acts {
			args = append(args, act)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		looks = "(customer <> '' OR act IN (" + strings.Join(marks, ", ") + "))"
	}
	return looks + where, args
}

// Looks lists who looked into files and who was not let in, newest first.
func (q Ledger) Looks(ctx context.Context, f Filter) ([]Entry, error) {
	where, args := f.conditions()
	query := `SELECT ` + auditColumns + ` FROM audit WHERE ` + where + ` ORDER BY id DESC`
	if f.Most > 0 {
		args = append(args, f.Most)
		query += fmt.Sprintf(" LIMIT $%d", len(args))
	}
	return q.audits(ctx, "looks", query, args...)
}

// ByTrace finds the look that gave out a trace code; false when there is none.
func (q Ledger) ByTrace(ctx context.Context, code string) (Entry, bool, error) {
	if code == "" || engine.Nowhere(code) {
		return Entry{}, false, nil
	}
	list, err := q.audits(ctx, "look by trace", `SELECT `+auditColumns+` FROM audit WHERE trace = $1 AND trace <> ''`, code)
	return engine.First(list), len(list) > 0, err
}

// CountLooks counts the looks that a person was granted since a moment, by one
// act; "" counts those of every act.
func (q Ledger) CountLooks(ctx context.Context, person, act string, since time.Time) (n int, err error) {
	_, err = q.tx.One(ctx, "looks since", `SELECT COUNT(*) FROM audit
		WHERE person = $1 AND id >= $2 AND customer <> '' AND at >= $3 AND outcome = 'done' AND (act = $4 OR $4 = '')`,
		[]any{person, engine.IDBefore(since), engine.Millis(since), act}, &n)
	return n, err
}

// CountFiles counts the different customers whose files a person was
// shown since a moment.
func (q Ledger) CountFiles(ctx context.Context, person string, since time.Time) (n int, err error) {
	_, err = q.tx.One(ctx, "files opened since", `SELECT COUNT(DISTINCT customer) FROM audit
		WHERE person = $1 AND id >= $2 AND customer <> '' AND at >= $3 AND trace <> ''`, []any{person, engine.IDBefore(since), engine.Millis(since)}, &n)
	return n, err
}

// UsesOf lists the looks that a grant opened, oldest first.
func (q Ledger) UsesOf(ctx context.Context, grant string) ([]Entry, error) {
	return q.audits(ctx, "uses of a grant", `SELECT `+auditColumns+` FROM audit WHERE grant_id = $1 AND grant_id <> '' ORDER BY at, id`, grant)
}

// audits reads entries and says of each whether it was changed.
func (q Ledger) audits(ctx context.Context, what, query string, args ...any) ([]Entry, error) {
	return engine.All(ctx, q.tx, what, query, args, func(scan engine.Scan) (Entry, error) {
		a, genuine, err := q.scan(scan)
		a.Changed = !genuine
		return a, err
	})
}
