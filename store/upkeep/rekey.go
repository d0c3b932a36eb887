package upkeep

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
	"marketbot/store/ledger"
	"marketbot/store/vault"
)

// Rekeying is how far a change of secret_key has come.
type Rekeying struct {
	Done int      `json:"done"` // values that went over to secret_key
	Lost []string `json:"lost"` // values that no configured key opens: table, column, row
}

// rekeyStep is how many values go over in one transaction: others write
// between.
const rekeyStep = 100

// rekeyPasses bounds how often everything is looked at. What is written
// meanwhile is under secret_key, so that the second pass finds nothing, but
// for a process that still runs with the old settings.
const rekeyPasses = 5

// ErrOldKeyInUse is somebody who goes on writing under an old key.
var ErrOldKeyInUse = errors.New("another process still writes under an old key")

// Rekey brings everything that rests under one of old_secret_keys under
// secret_key, in small transactions beside everything else. It may be stopped
// at any moment and begins again where it was. When it returns nil, nothing but
// what is Lost needs an old key. tell hears now and then how far it is.
func Rekey(ctx context.Context, db *store.DB, tell func(Rekeying)) (Rekeying, error) {
	k := &rekey{store: db, db: engine.BorrowDB(db), tell: tell}
	for range rekeyPasses {
		before := k.Done
		k.Lost = nil
		if err := k.pass(ctx); err != nil {
			return k.Rekeying, fmt.Errorf("rekey: %w", err)
		}
		if k.Done == before {
			return k.Rekeying, k.db.Update(ctx, func(tx *engine.Tx) error { return tx.OnlyKey(ctx) })
		}
	}
	return k.Rekeying, ErrOldKeyInUse
}

// rekey is a change of secret_key under way.
type rekey struct {
	Rekeying
	store *store.DB
	db    *engine.DB
	tell  func(Rekeying)
}

func (k *rekey) pass(ctx context.Context) error {
	for _, c := range sealedColumns {
		if err := k.column(ctx, c); err != nil {
			return err
		}
	}
	if err := k.entries(ctx); err != nil {
		return err
	}
	return k.phones(ctx)
}

// step commits a few changes.
func (k *rekey) step(ctx context.Context, f func(tx *engine.Tx) (int, error)) error {
	n := 0
	err := k.db.Update(ctx, func(tx *engine.Tx) (err error) {
		n, err = f(tx)
		return err
	})
	if err == nil {
		k.did(n)
	}
	return err
}

func (k *rekey) did(n int) {
	if n > 0 {
		k.Done += n
		k.tell(k.Rekeying)
	}
}

func (k *rekey) lose(table, column, row string) {
	if name := table + " " + column + " " + row; !slices.Contains(k.Lost, name) {
		k.Lost = append(k.Lost, name)
	}
}

// sealedValue is a value of a sealed column.
type sealedValue struct {
	row           []any
	beside        []string
	sealed, fresh []byte
}

func (v sealedValue) words() []string {
	words := make([]string, len(v.row))
	for i, w := range v.row {
		words[i] = fmt.Sprint(w)
	}
	return words
}

// name is of the row, for people.
func (v sealedValue) name() string { return strings.Join(v.words(), "/") }

// place is what the value is bound to.
func (v sealedValue) place() string {
	if len(v.beside) > 0 {
		return engine.Joined(append(v.words(), v.beside...)...)
	}
	return v.name()
}

// column reseals a column from its first row to its last.
func (k *rekey) column(ctx context.Context, c sealedColumn) error {
	after := make([]any, len(c.row))
	for i := range after {
		after[i] = ""
	}
	for {
		var list []sealedValue
		err := k.db.View(ctx, func(tx *engine.Tx) (err error) {
			list, err = underOldKeys(ctx, tx, c, after)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].row
		if err := k.step(ctx, func(tx *engine.Tx) (int, error) { return reseal(ctx, tx, c, k.opened(c, list)) }); err != nil {
			return err
		}
	}
}

// opened are the values that open, sealed anew.
func (k *rekey) opened(c sealedColumn, list []sealedValue) []sealedValue {
	var can []sealedValue
	for _, v := range list {
		plain, err := k.db.Keys().Open(v.sealed, c.table, v.place(), c.column)
		if err != nil {
			k.lose(c.table, c.column, v.name())
			continue
		}
		v.fresh = k.db.Keys().Seal(plain, c.table, v.place(), c.column)
		can = append(can, v)
	}
	return can
}

// parameters are $first, $first+1 … for the columns of a row.
func (c sealedColumn) parameters(first int) string {
	words := make([]string, len(c.row))
	for i := range words {
		words[i] = fmt.Sprintf("$%d", first+i)
	}
	return strings.Join(words, ", ")
}

// underOldKeys are the next values after a row that do not rest under
// secret_key.
func underOldKeys(ctx context.Context, tx *engine.Tx, c sealedColumn, after []any) ([]sealedValue, error) {
	row, n := strings.Join(c.row, ", "), len(c.row)
	read := strings.Join(append(append([]string{}, c.row...), c.beside...), ", ")
	query := fmt.Sprintf(`SELECT %s, %s FROM %s WHERE (%s) > (%s) AND length(%s) > 0 AND substr(%s, 1, %d) <> $%d ORDER BY %s LIMIT %d`,
		read, c.column, c.table, row, c.parameters(1), c.column, c.column, seal.IDSize, n+1, row, rekeyStep)
	args := append(append([]any{}, after...), tx.Keys().ID())
	return engine.All(ctx, tx, "values under old keys", query, args, func(scan engine.Scan) (sealedValue, error) {
		v := sealedValue{row: make([]any, n)}
		names, into := make([]string, n+len(c.beside)), make([]any, 0, n+len(c.beside)+1)
		for i := range names {
			into = append(into, &names[i])
		}
		err := scan(append(into, &v.sealed)...)
		for i, s := range names[:n] {
			v.row[i] = s
		}
		v.beside = names[n:]
		return v, err
	})
}

// reseal replaces values that are still what they were.
func reseal(ctx context.Context, tx *engine.Tx, c sealedColumn, list []sealedValue) (n int, err error) {
	query := fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %s = $2 AND (%s) = (%s)`,
		c.table, c.column, c.column, strings.Join(c.row, ", "), c.parameters(3))
	for _, v := range list {
		changed, err := tx.Exec(ctx, "reseal", query, append([]any{v.fresh, v.sealed}, v.row...)...)
		if err != nil {
			return 0, err
		}
		n += int(changed)
	}
	return n, nil
}

// entries brings the MACs of audit entries under secret_key.
func (k *rekey) entries(ctx context.Context) error {
	for after, more := "", true; more; {
		err := k.step(ctx, func(tx *engine.Tx) (n int, err error) {
			after, n, err = ledger.Of(tx).Renew(ctx, after, 5*rekeyStep)
			return n, err
		})
		if more = after != ""; err != nil {
			return err
		}
	}
	return nil
}

// phones brings the tokens by which numbers are found under secret_key.
func (k *rekey) phones(ctx context.Context) error {
	for after, more := "", true; more; {
		var r vault.Retokened
		err := k.store.Update(ctx, func(tx *store.Tx) (err error) {
			r, err = vault.Search(tx).Retoken(ctx, after, rekeyStep)
			return err
		})
		if err != nil {
			return err
		}
		k.did(r.Done)
		for _, fact := range r.Lost {
			k.lose("customer_phone", "token", fact)
		}
		after, more = r.Last, r.Last != ""
	}
	return nil
}
