package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"marketbot/store/internal/engine"
	"marketbot/store/internal/seal"
	"marketbot/store/internal/spelling"
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
func (db *DB) Rekey(ctx context.Context, tell func(Rekeying)) (Rekeying, error) {
	k := &rekey{db: db, tell: tell}
	for range rekeyPasses {
		before := k.Done
		k.Lost = nil
		if err := k.pass(ctx); err != nil {
			return k.Rekeying, fmt.Errorf("rekey: %w", err)
		}
		if k.Done == before {
			return k.Rekeying, nil
		}
	}
	return k.Rekeying, ErrOldKeyInUse
}

// rekey is a change of secret_key under way.
type rekey struct {
	Rekeying
	db   *DB
	tell func(Rekeying)
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
func (k *rekey) step(ctx context.Context, f func(tx *Tx) (int, error)) error {
	n := 0
	err := k.db.Update(ctx, func(tx *Tx) (err error) {
		n, err = f(tx)
		return err
	})
	if err == nil && n > 0 {
		k.Done += n
		k.tell(k.Rekeying)
	}
	return err
}

func (k *rekey) lose(table, column, row string) {
	if name := table + " " + column + " " + row; !slices.Contains(k.Lost, name) {
		k.Lost = append(k.Lost, name)
	}
}

// sealedValue is a value of a sealed column.
type sealedValue struct {
	row           []any
	sealed, fresh []byte
}

func (v sealedValue) name() string {
	words := make([]string, len(v.row))
	for i, w := range v.row {
		words[i] = fmt.Sprint(w)
	}
	return strings.Join(words, "/")
}

// column reseals a column from its first row to its last.
func (k *rekey) column(ctx context.Context, c sealedColumn) error {
	after := make([]any, len(c.row))
	for i := range after {
		after[i] = ""
	}
	for {
		var list []sealedValue
		err := k.db.View(ctx, func(tx *Tx) (err error) {
			list, err = tx.underOldKeys(ctx, c, after)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].row
		if err := k.step(ctx, func(tx *Tx) (int, error) { return tx.reseal(ctx, c, k.opened(c, list)) }); err != nil {
			return err
		}
	}
}

// opened are the values that open, sealed anew.
func (k *rekey) opened(c sealedColumn, list []sealedValue) []sealedValue {
	var can []sealedValue
	for _, v := range list {
		plain, err := k.db.e.Keys().Open(v.sealed, c.table, v.name(), c.column)
		if err != nil {
			k.lose(c.table, c.column, v.name())
			continue
		}
		v.fresh = k.db.e.Keys().Seal(plain, c.table, v.name(), c.column)
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
func (tx *Tx) underOldKeys(ctx context.Context, c sealedColumn, after []any) ([]sealedValue, error) {
	row, n := strings.Join(c.row, ", "), len(c.row)
	query := fmt.Sprintf(`SELECT %s, %s FROM %s WHERE (%s) > (%s) AND length(%s) > 0 AND substr(%s, 1, %d) <> $%d ORDER BY %s LIMIT %d`,
		row, c.column, c.table, row, c.parameters(1), c.column, c.column, seal.IDSize, n+1, row, rekeyStep)
	args := append(append([]any{}, after...), tx.e.Keys().ID())
	return engine.All(ctx, tx.e, "values under old keys", query, args, func(scan engine.Scan) (sealedValue, error) {
		v := sealedValue{row: make([]any, n)}
		names, into := make([]string, n), make([]any, 0, n+1)
		for i := range names {
			into = append(into, &names[i])
		}
		err := scan(append(into, &v.sealed)...)
		for i, s := range names {
			v.row[i] = s
		}
		return v, err
	})
}

// reseal replaces values that are still what they were.
func (tx *Tx) reseal(ctx context.Context, c sealedColumn, list []sealedValue) (n int, err error) {
	query := fmt.Sprintf(`UPDATE %s SET %s = $1 WHERE %s = $2 AND (%s) = (%s)`,
		c.table, c.column, c.column, strings.Join(c.row, ", "), c.parameters(3))
	for _, v := range list {
		changed, err := tx.e.Exec(ctx, "reseal", query, append([]any{v.fresh, v.sealed}, v.row...)...)
		if err != nil {
			return 0, err
		}
		n += int(changed)
	}
	return n, nil
}

// entries brings the MACs of audit entries under secret_key. Entries that were
// changed stay as they are: they are found under whatever key.
func (k *rekey) entries(ctx context.Context) error {
	for after := ""; ; {
		var list []entryMAC
		err := k.db.View(ctx, func(tx *Tx) (err error) {
			list, err = tx.entryMACs(ctx, after)
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		after = list[len(list)-1].id
		if err := k.step(ctx, func(tx *Tx) (int, error) { return tx.setMACs(ctx, list) }); err != nil {
			return err
		}
	}
}

// entryMAC is an entry's MAC and what is to take its place; nil when nothing is.
type entryMAC struct {
	id         string
	mac, fresh []byte
}

func (tx *Tx) entryMACs(ctx context.Context, after string) ([]entryMAC, error) {
	return engine.All(ctx, tx.e, "entries", `SELECT `+auditColumns+` FROM audit WHERE id > $1 ORDER BY id LIMIT $2`, []any{after, 5 * rekeyStep},
		func(scan engine.Scan) (entryMAC, error) {
			var mac []byte
			a, err := tx.scanLoose(func(into ...any) error {
				err := scan(into...)
				if b, ok := into[macColumn].(*[]byte); ok && err == nil {
					mac = *b
				}
				return err
			})
			m := entryMAC{id: a.ID, mac: mac}
			if fresh := tx.e.Keys().MAC(a.fields()...); !a.Changed && !bytes.Equal(fresh, mac) {
				m.fresh = fresh
			}
			return m, err
		})
}

func (tx *Tx) setMACs(ctx context.Context, list []entryMAC) (n int, err error) {
	for _, m := range list {
		if m.fresh == nil {
			continue
		}
		changed, err := tx.e.Exec(ctx, "vouch anew", `UPDATE audit SET mac = $1 WHERE id = $2 AND mac = $3`, m.fresh, m.id, m.mac)
		if err != nil {
			return 0, err
		}
		n += int(changed)
	}
	return n, nil
}

// phones brings the tokens by which numbers are found under secret_key. They
// are made anew of the facts themselves.
func (k *rekey) phones(ctx context.Context) error {
	for after := ""; ; {
		var facts []phoneFact
		err := k.db.View(ctx, func(tx *Tx) (err error) {
			facts, err = tx.phoneFacts(ctx, after)
			return err
		})
		if err != nil || len(facts) == 0 {
			return err
		}
		after = facts[len(facts)-1].id
		err = k.step(ctx, func(tx *Tx) (n int, err error) {
			for _, f := range facts {
				changed, err := tx.retoken(ctx, f)
				switch {
				case errors.Is(err, ErrTampered), errors.Is(err, ErrErased), errors.Is(err, ErrNoCustomer):
					k.lose("customer_phone", "token", f.id)
				case err != nil:
					return 0, err
				case changed:
					n++
				}
			}
			return n, nil
		})
		if err != nil {
			return err
		}
	}
}

// phoneFact is a fact by whose numbers a customer is found.
type phoneFact struct{ id, customer string }

func (tx *Tx) phoneFacts(ctx context.Context, after string) ([]phoneFact, error) {
	return engine.All(ctx, tx.e, "facts with phones", `SELECT DISTINCT fact, customer FROM customer_phone WHERE fact > $1 ORDER BY fact LIMIT $2`,
		[]any{after, rekeyStep}, func(scan engine.Scan) (f phoneFact, err error) { return f, scan(&f.id, &f.customer) })
}

// retoken puts a fact's numbers under secret_key; false when they are.
func (tx *Tx) retoken(ctx context.Context, p phoneFact) (bool, error) {
	value, found, err := tx.factValue(ctx, p)
	if err != nil {
		return false, err
	}
	if !found {
		return true, tx.DropPhone(ctx, p.id)
	}
	have, err := engine.All(ctx, tx.e, "tokens of a fact", `SELECT token FROM customer_phone WHERE fact = $1`, []any{p.id},
		func(scan engine.Scan) (t []byte, err error) { return t, scan(&t) })
	if err != nil {
		return false, err
	}
	want := map[string]bool{}
	for _, digits := range spelling.PhoneWords(value) {
		want[string(tx.e.Keys().Token(digits))] = true
	}
	same := len(have) == len(want)
	for _, t := range have {
		same = same && want[string(t)]
	}
	if same {
		return false, nil
	}
	return true, tx.PutPhone(ctx, p.customer, p.id, value)
}

// factValue is what a fact says; false when it does not count any more.
func (tx *Tx) factValue(ctx context.Context, p phoneFact) (string, bool, error) {
	var person string
	found, err := tx.e.One(ctx, "fact", `SELECT person FROM fact WHERE id = $1 AND customer = $2 AND until = 0`, []any{p.id, p.customer}, &person)
	if err != nil || !found {
		return "", false, err
	}
	c, err := tx.kept(ctx, p.customer)
	if err != nil {
		return "", false, err
	}
	k, err := tx.card(ctx, c, person)
	if err != nil {
		return "", false, err
	}
	i := slices.IndexFunc(k.facts, func(f Fact) bool { return f.ID == p.id })
	if i < 0 {
		return "", false, ErrTampered // the card knows nothing of it
	}
	return k.facts[i].Value, true, nil
}
