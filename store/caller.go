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
	c, err := q.caller(ctx, platform, account)
	if kept := q.tx.Cache(); c.ID != "" && kept != nil {
		kept[at] = c
	}
	return c, err
}

// caller reads who writes from an account: nobody where one of the two rows was
// made or changed behind the store's back.
func (q Accounts) caller(ctx context.Context, platform, account string) (c Caller, err error) {
	list, err := engine.Sound(ctx, q.tx, "caller", `SELECT `+personColumns+`, a.used, EXISTS (SELECT 1 FROM dialog d WHERE d.person = p.id),
		a.bound, COALESCE((SELECT MAX(CASE WHEN t.until > t.since THEN t.until ELSE t.since END) FROM tenure t WHERE t.person = p.id), 0), `+accountProof+`
		FROM account a JOIN person p ON p.id = a.person WHERE a.platform = $1 AND lower(a.id) = lower($2) AND p.until = 0`, []any{platform, account},
		func(scan engine.Scan) (c Caller, err error) {
			var o owned
			c.Person, err = People(q).scan(func(columns ...any) error {
				columns = append(columns, engine.At(&c.Used), &c.Asked, engine.At(&c.Bound), engine.At(&c.Changed))
				return scan(append(columns, o.columns()...)...)
			})
			if err == nil && (c.Person.Forged || !q.ours(o)) {
				return Caller{}, nil
			}
			return c, err
		})
	return engine.First(list), err
}

// callerTables are those that Caller reads: what it read is kept until one of
// them is written to, for every message asks, and hardly one changes it.
var callerTables = []string{"account", "person", "dialog", "tenure"}
