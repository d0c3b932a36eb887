package store

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Caller is who writes from an account: nobody when it is not bound.
type Caller struct {
	Person
	Used  time.Time // when the account was last noted to be used
	Asked bool      // a question waits for the person's answer
}

// Caller is everything that is asked of every message, in one query at most.
func (tx *Tx) Caller(ctx context.Context, platform, account string) (Caller, error) {
	at := Account{Platform: platform, ID: account}
	if c, ok := tx.callers()[at]; ok {
		c.Duties = slices.Clone(c.Duties)
		return c, nil
	}
	list, err := all(ctx, tx, "caller", `SELECT `+personColumns+`, a.used, (SELECT COUNT(*) FROM dialog d WHERE d.person = p.id)
		FROM account a JOIN person p ON p.id = a.person WHERE a.platform = $1 AND a.id = $2 AND p.until = 0`, []any{platform, account},
		func(scan func(...any) error) (c Caller, err error) {
			var used, asked int64
			c.Person, err = scanPerson(func(columns ...any) error { return scan(append(columns, &used, &asked)...) })
			c.Used, c.Asked = moment(used), asked > 0
			return c, err
		})
	if kept := tx.callers(); len(list) > 0 && kept != nil {
		kept[at] = list[0]
	}
	return first(list), err
}

// callers keeps what Caller read until what it read is written: every message
// asks, and hardly one changes it. It is the writer's of a store that is not
// shared.
type callers map[Account]Caller

// callers are kept in a group; what is undone alone would stay among them.
func (tx *Tx) callers() callers {
	if tx.group == nil {
		return nil
	}
	return tx.group.callers
}

// heed forgets them where a statement may change one.
func (c callers) heed(query string) {
	if len(c) > 0 && slices.ContainsFunc(callerWrites, func(w string) bool { return strings.HasPrefix(query, w) }) {
		clear(c)
	}
}

var callerWrites = []string{
	"INSERT INTO account ", "UPDATE account ", "DELETE FROM account ",
	"INSERT INTO person ", "UPDATE person ", "DELETE FROM person ",
	"INSERT INTO dialog ", "UPDATE dialog ", "DELETE FROM dialog ",
}
