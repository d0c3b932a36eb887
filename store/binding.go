package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"marketbot/store/internal/engine"
)

// codeKey is how a binding code rests.
func codeKey(code string) string {
	sum := sha256.Sum256([]byte(code))
	return hex.EncodeToString(sum[:])
}

// AddCode makes a binding code for a person, or for the first administrator
// when person is empty. Codes made before for the same are void.
func (tx *Tx) AddCode(ctx context.Context, code, person string, expires time.Time) error {
	if err := tx.VoidCodes(ctx, person); err != nil {
		return err
	}
	_, err := tx.e.Exec(ctx, "add binding code", `INSERT INTO binding (code, person, expires, used) VALUES ($1, $2, $3, 0)`, codeKey(code), person, engine.Millis(expires))
	return err
}

// VoidCodes ends the unused codes of a person.
func (tx *Tx) VoidCodes(ctx context.Context, person string) error {
	_, err := tx.e.Exec(ctx, "void binding codes", `DELETE FROM binding WHERE person = $1 AND used = 0`, person)
	return err
}

// UseCode uses a code up: whose it is, true once and before it expires.
func (tx *Tx) UseCode(ctx context.Context, code string, now time.Time) (person string, ok bool, err error) {
	ok, err = tx.e.One(ctx, "use binding code", `UPDATE binding SET used = $1 WHERE code = $2 AND used = 0 AND expires > $1 RETURNING person`,
		[]any{engine.Millis(now), codeKey(code)}, &person)
	return person, ok, err
}

// WrongCode notes a wrong code and forgets those from before since.
func (tx *Tx) WrongCode(ctx context.Context, platform, account string, at, since time.Time) error {
	if _, err := tx.e.Exec(ctx, "forget wrong codes", `DELETE FROM wrong_code WHERE at < $1`, engine.Millis(since)); err != nil {
		return err
	}
	_, err := tx.e.Exec(ctx, "wrong code", `INSERT INTO wrong_code (platform, account, at) VALUES ($1, $2, $3)`, platform, account, engine.Millis(at))
	return err
}

// WrongCodes counts an account's wrong codes since a time.
func (tx *Tx) WrongCodes(ctx context.Context, platform, account string, since time.Time) (int, error) {
	var n int
	_, err := tx.e.One(ctx, "count wrong codes", `SELECT COUNT(*) FROM wrong_code WHERE platform = $1 AND account = $2 AND at >= $3`,
		[]any{platform, account, engine.Millis(since)}, &n)
	return n, err
}

// Unbind frees an account.
func (tx *Tx) Unbind(ctx context.Context, platform, account string) error {
	_, err := tx.e.Exec(ctx, "unbind", `DELETE FROM account WHERE platform = $1 AND id = $2`, platform, account)
	return err
}

// Seeds are the entries of the config file as they were last applied, by name.
func (tx *Tx) Seeds(ctx context.Context) (map[string]string, error) {
	seeds := map[string]string{}
	err := engine.Each(ctx, tx.e, "seeds", `SELECT name, content FROM seed`, nil, func(scan engine.Scan) error {
		var name, content string
		err := scan(&name, &content)
		seeds[name] = content
		return err
	})
	return seeds, err
}

// Seed remembers an entry of the config file as applied.
func (tx *Tx) Seed(ctx context.Context, name, content string, at time.Time) error {
	_, err := tx.e.Exec(ctx, "seed", `INSERT INTO seed (name, content, applied) VALUES ($1, $2, $3)
		ON CONFLICT (name) DO UPDATE SET content = excluded.content, applied = excluded.applied`, name, content, engine.Millis(at))
	return err
}

// CodeOf is whose a code is, without using it up; false when it is not valid.
func (tx *Tx) CodeOf(ctx context.Context, code string, now time.Time) (person string, ok bool, err error) {
	ok, err = tx.e.One(ctx, "binding code", `SELECT person FROM binding WHERE code = $1 AND used = 0 AND expires > $2`,
		[]any{codeKey(code), engine.Millis(now)}, &person)
	return person, ok, err
}
