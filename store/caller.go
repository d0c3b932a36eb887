package store

import (
	"context"
	"slices"
	"time"

	"marketbot/store/internal/engine"
)

// Caller is who writes from an account: nobody when it is not bound.
type Caller struct {
	Person
	Used    time.Time // when the account was last noted to be used
	Asked   bool      // a question waits for the person's answer
	Bound   time.Time // when the account became theirs
	Changed time.Time // when they last got or lost a post or a duty
}

// Caller is everything that is asked of every message, in one query at most.
func (q Accounts) Caller(ctx context.Context, platform, account string) (Caller, error) {
	at := Account{Platform: platform, ID: account}
	if c, ok := q.tx.Cache()[at].(Caller); ok {
		c.Duties = slices.Clone(c.Duties)
		return c, nil
	}
	list, err := engine.All(ctx, q.tx, "caller", `SELECT `+personColumns+`, a.used, EXISTS (SELECT 1 FROM dialog d WHERE d.person = p.id),
		a.bound, COALESCE((SELECT MAX(CASE WHEN t.until > t.since THEN t.until ELSE t.since END) FROM tenure t WHERE t.person = p.id), 0)
		FROM account a JOIN person p ON p.id = a.person WHERE a.platform = $1 AND lower(a.id) = lower($2) AND p.until = 0`, []any{platform, account},
		func(scan engine.Scan) (c Caller, err error) {
			c.Person, err = scanPerson(func(columns ...any) error {
				return scan(append(columns, engine.At(&c.Used), &c.Asked, engine.At(&c.Bound), engine.At(&c.Changed))...)
			})
			return c, err
		})
	if kept := q.tx.Cache(); len(list) > 0 && kept != nil {
		kept[at] = list[0]
	}
	return engine.First(list), err
}

// callerTables are those that Caller reads: what it read is kept until one of
// them is written to, for every message asks, and hardly one changes it.
var callerTables = []string{"account", "person", "dialog", "tenure"}
