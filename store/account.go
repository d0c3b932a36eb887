package store

import (
	"context"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// Account is one platform's account of a person. It is found whatever capitals
// its id is written in: the settings and the platform may differ in them.
type Account struct {
	Platform, ID, Person string
	Used                 time.Time
}

// proof is what an account's row says of whose it is, to rest sealed beside it.
func (a Account) proof(bound int64) string {
	return proofOf(a.Platform, a.ID, a.Person, strconv.FormatInt(bound, 10))
}

func (a Account) row() string { return a.Platform + "/" + a.ID }

// damage is an account that was changed behind the store's back: the code is its
// person's, as its own id would say who they are elsewhere.
func (a Account) damage() Damage { return Damage{Table: "account", Row: a.Person} }

func (q Accounts) seal(a Account, bound int64) []byte {
	return q.tx.SealText(a.proof(bound), "account", a.row(), "proof")
}

// accountProof are the columns by which an account is known to be its person's.
const accountProof = `a.platform, a.id, a.person, a.bound, a.proof`

// owned is what scans them: ours is false of an account that was made or changed
// behind the store's back.
type owned struct {
	Account
	bound int64
	proof []byte
}

func (o *owned) columns() []any { return []any{&o.Platform, &o.ID, &o.Person, &o.bound, &o.proof} }

func (q Accounts) ours(o owned) bool {
	return Grants(q).proven(o.Account.proof(o.bound), o.proof, "account", o.row()) == nil
}

// theAccount is the condition that finds an account, by platform and id, and
// theAccounts the same for DELETE, for which SQLite uses no index of lower(id).
const (
	theAccount  = `platform = $1 AND lower(id) = lower($2)`
	theAccounts = `platform = $1 AND id IN (SELECT id FROM account WHERE ` + theAccount + `)`
)

// Bind joins an account to a person, taking it from whoever had it. The person's
// unused codes are void: they were for who had no account, or one fewer.
func (q Accounts) Bind(ctx context.Context, a Account, at time.Time) error {
	if _, err := q.tx.Exec(ctx, "bind", `DELETE FROM account WHERE `+theAccounts+` AND id <> $2`, a.Platform, a.ID); err != nil {
		return err
	}
	if err := Codes(q).Void(ctx, a.Person); err != nil {
		return err
	}
	_, err := q.tx.Exec(ctx, "bind", `INSERT INTO account (platform, id, person, bound, used, proof) VALUES ($1, $2, $3, $4, $4, $5)
		ON CONFLICT (platform, id) DO UPDATE SET person = excluded.person, bound = excluded.bound, used = excluded.used, proof = excluded.proof`,
		a.Platform, a.ID, a.Person, engine.Millis(at), q.seal(a, engine.Millis(at)))
	return err
}

// Use notes that a person wrote from an account: pushes go to the one used last.
func (q Accounts) Use(ctx context.Context, platform, id string, at time.Time) error {
	_, err := q.tx.Exec(ctx, "use account", `UPDATE account SET used = $3 WHERE `+theAccount+` AND used < $3`, platform, id, engine.Millis(at))
	return err
}

// All lists the accounts of everyone active, the one used last first, without
// those that were changed behind the store's back.
func (q Accounts) All(ctx context.Context) ([]Account, error) {
	return q.list(ctx, true)
}

// Of lists the accounts of a person, active or not, the one used last first,
// without those that were changed behind the store's back.
func (q Accounts) Of(ctx context.Context, person string) (list []Account, err error) {
	err = engine.Each(ctx, q.tx, "accounts of a person", `SELECT `+accountProof+`, a.used FROM account a WHERE a.person = $1
		ORDER BY a.used DESC, a.bound DESC, a.platform, a.id`, []any{person}, func(scan engine.Scan) error {
		var o owned
		err := scan(append(o.columns(), engine.At(&o.Used))...)
		if err == nil && q.ours(o) {
			list = append(list, o.Account)
		}
		if q.tx.PassOver(err) {
			return nil
		}
		return err
	})
	return list, err
}

// Forged lists the accounts of everyone active that were made or changed behind
// the store's back.
func (q Accounts) Forged(ctx context.Context) ([]Account, error) { return q.list(ctx, false) }

func (q Accounts) list(ctx context.Context, ours bool) (list []Account, err error) {
	err = engine.Each(ctx, q.tx, "accounts", `SELECT `+accountProof+`, a.used FROM account a JOIN person p ON p.id = a.person
		WHERE p.until = 0 ORDER BY a.used DESC, a.bound DESC, a.platform, a.id`, nil,
		func(scan engine.Scan) error {
			var o owned
			err := scan(append(o.columns(), engine.At(&o.Used))...)
			if err == nil && q.ours(o) == ours {
				list = append(list, o.Account)
			}
			if q.tx.PassOver(err) {
				return nil
			}
			return err
		})
	return list, err
}

// Person is the active person of an account; nobody where one of the two rows was
// changed behind the store's back.
func (q Accounts) Person(ctx context.Context, platform, account string) (Person, bool, error) {
	c, err := q.caller(ctx, platform, account)
	return c.Person, c.ID != "", err
}

// Unbind frees an account.
func (q Accounts) Unbind(ctx context.Context, platform, account string) error {
	_, err := q.tx.Exec(ctx, "unbind", `DELETE FROM account WHERE `+theAccounts, platform, account)
	return err
}
