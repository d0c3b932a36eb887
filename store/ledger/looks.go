package ledger

import (
	"context"
	"fmt"
	"slices"
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
	Acts  []string
	Seen  bool     // only those that showed something
	Posts []string // of who looked; empty: all
	Most  int      // 0: all
	Skip  int      // so many of the newest
}

// listing stands before the customers that an entry lists in its Subject.
const listing = "customers "

// Listing is the Subject of an entry that lists customers, by their ids.
func Listing(customers []string) string { return listing + strings.Join(customers, " ") }

// Lists are the customers that an entry lists; none where it is about one, or
// about something else.
func (a Entry) Lists() []string {
	list, is := strings.CutPrefix(a.Subject, listing)
	if !is {
		return nil
	}
	return strings.Fields(list)
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
		args = append(args, f.Customer, "% "+f.Customer+" %")
		where += fmt.Sprintf(" AND (customer = $%d OR subject LIKE '"+listing+"%%' AND subject || ' ' LIKE $%d)", len(args)-1, len(args))
	}
	if f.Seen {
		where += " AND outcome <> 'denied' AND (trace <> '' OR subject LIKE '" + listing + "%')"
	}
	if len(f.Posts) > 0 {
		where += " AND person IN (SELECT id FROM person WHERE post IN (" + marks(&args, f.Posts) + "))"
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
		looks = "(customer <> '' OR act IN (" + marks(&args, f.Acts) + "))"
	}
	return looks + where, args
}

// marks adds a list to the arguments and gives its place holders.
func marks(args *[]any, list []string) string {
	all := make([]string, len(list))
	for i, one := range list {
		*args = append(*args, one)
		all[i] = fmt.Sprintf("$%d", len(*args))
	}
	return strings.Join(all, ", ")
}

// Count counts the looks that a filter lets through, whatever its Most and Skip.
func (q Ledger) Count(ctx context.Context, f Filter) (n int, err error) {
	where, args := f.conditions()
	_, err = q.tx.One(ctx, "count looks", `SELECT COUNT(*) FROM audit WHERE `+where, args, &n)
	return n, err
}

// Looks lists who looked into files and who was not let in, newest first.
func (q Ledger) Looks(ctx context.Context, f Filter) ([]Entry, error) {
	where, args := f.conditions()
	query := `SELECT ` + auditColumns + ` FROM audit WHERE ` + where + ` ORDER BY id DESC`
	if f.Most > 0 {
		args = append(args, f.Most)
		query += fmt.Sprintf(" LIMIT $%d", len(args))
		args = append(args, f.Skip)
		query += fmt.Sprintf(" OFFSET $%d", len(args))
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

// Told is which customers somebody was told of.
type Told struct {
	Opened map[string]bool // whose files they were shown
	Named  map[string]bool // those, and whom a search or a refusal named
}

// ToldOf is which customers a person was told of since a moment.
func (q Ledger) ToldOf(ctx context.Context, person string, since time.Time) (Told, error) {
	t := Told{map[string]bool{}, map[string]bool{}}
	list, err := engine.All(ctx, q.tx, "customers told of", `SELECT customer, subject, trace, outcome FROM audit
		WHERE person = $1 AND id >= $2 AND customer <> '' AND at >= $3`, []any{person, engine.IDBefore(since), engine.Millis(since)},
		func(scan engine.Scan) (e Entry, err error) {
			err = scan(&e.Customer, &e.Subject, &e.Trace, &e.Outcome)
			return e, err
		})
	for _, e := range list {
		if e.Outcome == Denied && len(e.Lists()) == 0 { // it was said of nobody
			continue
		}
		if e.Trace != "" {
			t.Opened[e.Customer] = true
		}
		for _, id := range append(e.Lists(), e.Customer) {
			t.Named[id] = true
		}
	}
	return t, err
}

// UsesOf lists the looks that a grant opened, oldest first. One that was refused opened
// nothing, unless somebody changed what the entry says.
func (q Ledger) UsesOf(ctx context.Context, grant string) ([]Entry, error) {
	list, err := q.audits(ctx, "uses of a grant", `SELECT `+auditColumns+` FROM audit WHERE grant_id = $1 AND grant_id <> '' ORDER BY at, id`, grant)
	return slices.DeleteFunc(list, func(e Entry) bool { return e.Outcome != Done && !e.Changed }), err
}

// audits reads entries and says of each whether it was changed.
func (q Ledger) audits(ctx context.Context, what, query string, args ...any) ([]Entry, error) {
	return engine.All(ctx, q.tx, what, query, args, func(scan engine.Scan) (Entry, error) {
		a, genuine, err := q.scan(scan)
		a.Changed = !genuine
		return a, err
	})
}
