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

// Add makes a binding code for a person, or for the first administrator
// when person is empty. Codes made before for the same are void.
func (q Codes) Add(ctx context.Context, code, person string, expires time.Time) error {
	if err := q.Void(ctx, person); err != nil {
		return err
	}
	_, err := q.tx.Exec(ctx, "add binding code", `INSERT INTO binding (code, person, expires, used) VALUES ($1, $2, $3, 0)`, codeKey(code), person, engine.Millis(expires))
	return err
}

// Void ends the unused codes of a person.
func (q Codes) Void(ctx context.Context, person string) error {
	_, err := q.tx.Exec(ctx, "void binding codes", `DELETE FROM binding WHERE person = $1 AND used = 0`, person)
	return err
}

// Use uses a code up: whose it is, true once and before it expires.
func (q Codes) Use(ctx context.Context, code string, now time.Time) (person string, ok bool, err error) {
	ok, err = q.tx.One(ctx, "use binding code", `UPDATE binding SET used = $1 WHERE code = $2 AND used = 0 AND expires > $1 RETURNING person`,
		[]any{engine.Millis(now), codeKey(code)}, &person)
	return person, ok, err
}

// Wrong notes a wrong code and forgets those from before since.
func (q Codes) Wrong(ctx context.Context, platform, account string, at, since time.Time) error {
	if _, err := q.tx.Exec(ctx, "forget wrong codes", `DELETE FROM wrong_code WHERE at < $1`, engine.Millis(since)); err != nil {
		return err
	}
	_, err := q.tx.Exec(ctx, "wrong code", `INSERT INTO wrong_code (platform, account, at) VALUES ($1, $2, $3)`, platform, account, engine.Millis(at))
	return err
}

// CountWrong counts an account's wrong codes since a time.
func (q Codes) CountWrong(ctx context.Context, platform, account string, since time.Time) (int, error) {
	var n int
	_, err := q.tx.One(ctx, "count wrong codes", `SELECT COUNT(*) FROM wrong_code WHERE platform = $1 AND account = $2 AND at >= $3`,
		[]any{platform, account, engine.Millis(since)}, &n)
	return n, err
}

// Of is whose a code is, without using it up; false when it is not valid.
func (q Codes) Of(ctx context.Context, code string, now time.Time) (person string, ok bool, err error) {
	ok, err = q.tx.One(ctx, "binding code", `SELECT person FROM binding WHERE code = $1 AND used = 0 AND expires > $2`,
		[]any{codeKey(code), engine.Millis(now)}, &person)
	return person, ok, err
}
