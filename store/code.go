package store

import (
	"context"
	"encoding/hex"
	"strconv"
	"time"

	"marketbot/store/internal/engine"
)

// codeKey is how a binding code rests: keyed, for codes are short. After a change
// of secret_key those of before are void.
func (q Codes) codeKey(code string) string {
	return hex.EncodeToString(q.tx.Keys().MAC("binding code", code))
}

// codeProof is what a code's row says, to rest sealed beside it.
func codeProof(person string, expires int64) string {
	return proofOf(person, strconv.FormatInt(expires, 10))
}

// Add makes a binding code for a person, or for the first administrator
// when person is empty. Codes made before for the same are void.
func (q Codes) Add(ctx context.Context, code, person string, expires time.Time) error {
	if err := q.Void(ctx, person); err != nil {
		return err
	}
	key := q.codeKey(code)
	_, err := q.tx.Exec(ctx, "add binding code", `INSERT INTO binding (code, person, expires, used, proof) VALUES ($1, $2, $3, 0, $4)`,
		key, person, engine.Millis(expires), q.tx.SealText(codeProof(person, engine.Millis(expires)), "binding", key, "proof"))
	return err
}

// Expires is when the unused code of a person does; zero where there is none.
func (q Codes) Expires(ctx context.Context, person string) (at time.Time, err error) {
	_, err = q.tx.One(ctx, "expiry of a code", `SELECT expires FROM binding WHERE person = $1 AND used = 0 ORDER BY expires DESC`, []any{person}, engine.At(&at))
	return at, err
}

// Void ends the unused codes of a person.
func (q Codes) Void(ctx context.Context, person string) error {
	_, err := q.tx.Exec(ctx, "void binding codes", `DELETE FROM binding WHERE person = $1 AND used = 0`, person)
	return err
}

// Use uses a code up: whose it is, true once and before it expires.
func (q Codes) Use(ctx context.Context, code string, now time.Time) (person string, ok bool, err error) {
	if person, ok, err = q.Of(ctx, code, now); err != nil || !ok {
		return "", false, err
	}
	n, err := q.tx.Exec(ctx, "use binding code", `UPDATE binding SET used = $1 WHERE code = $2 AND used = 0`, engine.Millis(now), q.codeKey(code))
	return person, n == 1, err
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

// Of is whose a code is, without using it up; false when it is not valid, or its
// row was made or changed behind the store's back.
func (q Codes) Of(ctx context.Context, code string, now time.Time) (person string, ok bool, err error) {
	key := q.codeKey(code)
	var expires int64
	var proof []byte
	ok, err = q.tx.One(ctx, "binding code", `SELECT person, expires, proof FROM binding WHERE code = $1 AND used = 0 AND expires > $2`,
		[]any{key, engine.Millis(now)}, &person, &expires, &proof)
	if err != nil || !ok || Grants(q).proven(codeProof(person, expires), proof, "binding", key) != nil {
		return "", false, err
	}
	return person, true, nil
}
