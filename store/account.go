package store

import (
	"context"
	"time"

	"marketbot/store/internal/engine"
)

// Account is one platform's account of a person. It is found whatever capitals
// its id is written in: the settings and the platform may differ in them.
type Account struct {
	Platform, ID, Person string
	Used                 time.Time
}

// theAccount is the condition that finds an account, by platform and id.
const theAccount = `platform = $1 AND lower(id) = lower($2)`

// Bind joins an account to a person, taking it from whoever had it. The person's
// unused codes are void: they were for who had no account, or one fewer.
func (q Accounts) Bind(ctx context.Context, a Account, at time.Time) error {
	if _, err := q.tx.Exec(ctx, "bind", `DELETE FROM account WHERE `+theAccount+` AND id <> $2`, a.Platform, a.ID); err != nil {
		return err
	}
	if err := Codes(q).Void(ctx, a.Person); err != nil {
		return err
	}
	_, err := q.tx.Exec(ctx, "bind", `INSERT INTO account (platform, id, person, bound, used) VALUES ($1, $2, $3, $4, $4)
		ON CONFLICT (platform, id) DO UPDATE SET person = excluded.person, bound = excluded.bound, used = excluded.used`, a.Platform, a.ID, a.Person, engine.Millis(at))
	return err
}

// Use notes that a person wrote from an account: pushes go to the one used last.
func (q Accounts) Use(ctx context.Context, platform, id string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "use account", `UPDATE account SET used = $3 WHERE `+theAccount+` AND used < $3`, platform, id, engine.Millis(at))
	return err
}

// All lists the accounts of everyone active, the one used last first.
func (q Accounts) All(ctx context.Context) ([]Account, error) {
	return engine.All(ctx, q.tx, "accounts", `SELECT a.platform, a.id, a.person, a.used FROM account a JOIN person p ON p.id = a.person
		WHERE p.until = 0 ORDER BY a.used DESC, a.bound DESC, a.platform, a.id`, nil,
		func(scan engine.Scan) (a Account, err error) {
			err = scan(&a.Platform, &a.ID, &a.Person, engine.At(&a.Used))
			return a, err
		})
}

// Of lists the accounts of a person, active or not, the one used last first.
func (q Accounts) Of(ctx context.Context, person string) ([]Account, error) {
	return engine.All(ctx, q.tx, "accounts of a person", `SELECT platform, id, person, used FROM account WHERE person = $1
		ORDER BY used DESC, bound DESC, platform, id`, []any{person}, func(scan engine.Scan) (a Account, err error) {
		return a, scan(&a.Platform, &a.ID, &a.Person, engine.At(&a.Used))
	})
}

// Person is the active person of an account.
func (q Accounts) Person(ctx context.Context, platform, account string) (Person, bool, error) {
	list, err := engine.All(ctx, q.tx, "person by account", `SELECT `+personColumns+` FROM account a JOIN person p ON p.id = a.person
		WHERE a.platform = $1 AND lower(a.id) = lower($2) AND p.until = 0`, []any{platform, account}, scanPerson)
	return engine.First(list), len(list) > 0, err
}

// Unbind frees an account.
func (q Accounts) Unbind(ctx context.Context, platform, account string) error {
	_, err := q.tx.Exec(ctx, "unbind", `DELETE FROM account WHERE `+theAccount, platform, account)
	return err
}
