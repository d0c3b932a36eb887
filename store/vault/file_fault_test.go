package vault_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// tampered tells what is wrong with reading K1 after a row was changed: it must
// be said, and nothing of it be shown.
func tampered(ctx context.Context, tx *store.Tx) error {
	f, err := storetest.OpenFile(ctx, tx)
	h, err2 := storetest.OpenHistory(ctx, tx)
	c, _, err3 := vault.In(tx).Customer(ctx, "K1")
	if err != nil && !cmp.Equal(f, vault.File{}) || err2 != nil && !cmp.Equal(h, vault.History{}) || err3 != nil && c != (store.Customer{}) {
		return errors.New("shown beside an error")
	}
	found := len(tx.Damaged()) > 0 // the rest of the file is shown, and it is said that this is not
	for _, err := range []error{err, err2, err3} {
		switch {
		case errors.Is(err, store.ErrTampered), errors.Is(err, store.ErrNoKey): // a key's own id was changed
			found = true
		case err != nil:
			return err
		}
	}
	if !found {
		return errors.New("nothing was found")
	}
	return nil
}

// flips are a value with one thing changed: bits of bytes and numbers, a letter
// of a text.
func flips(v any, every bool) []any {
	var list []any
	switch v := v.(type) {
	case []byte:
		for i := range v {
			for bit := range 8 {
				if every || bit == i%8 {
					b := bytes.Clone(v)
					b[i] ^= 1 << bit
					list = append(list, b)
				}
			}
		}
		list = append(list, []byte{}, v[:len(v)-1])
	case int64:
		for bit := range 42 {
			list = append(list, v^1<<bit)
		}
	case string:
		for i, r := range v {
			list = append(list, v[:i]+string(r^1)+v[i+len(string(r)):])
		}
		list = append(list, v+"x")
	}
	return list
}

// protected are the columns that vouch for themselves.
var protected = []struct{ table, id, columns string }{
	{"customer", "K1", "name owner stage created author data_key mac card"},
	{"customer_owner", "", "id person since until by_person mac"},
	{"customer_person", "p1", "id data_key card created author"},
	{"fact", "f1", "id person field value source why author at checked checked_by until"},
	{"fact", "f4", "id person field value source why author at checked checked_by until"},
	{"progress", "g1", "id author at words stage amount next_day step"},
}

// A bit flipped in any protected column is found on read, every one of them.
func TestFlippedBitsAreFound(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		r := storetest.Behind(t, o)
		every := !strings.HasPrefix(o.Source, "postgres") // there, one bit of each byte
		flipped := 0
		for _, p := range protected {
			id := p.id
			if id == "" {
				id = r.Get(`SELECT id FROM ` + p.table).(string)
			}
			for column := range strings.FieldsSeq(p.columns) {
				old := r.Get(`SELECT `+column+` FROM `+p.table+` WHERE id = $1`, id)
				for _, v := range flips(old, every) {
					now := id
					r.Do(`UPDATE `+p.table+` SET `+column+` = $1 WHERE id = $2`, v, now)
					if column == "id" {
						now = v.(string)
					}
					err := db.Update(t.Context(), func(tx *store.Tx) error { return tampered(t.Context(), tx) })
					if err != nil {
						t.Errorf("%s.%s as %q: %v", p.table, column, v, err)
					}
					r.Do(`UPDATE `+p.table+` SET `+column+` = $1 WHERE id = $2`, old, now)
					flipped++
				}
			}
		}
		t.Logf("%d changes found", flipped)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, err := storetest.OpenHistory(ctx, tx)
			return err
		})
	})
}

// A value does not open in another place: not in another field, not with another
// person, not with another customer, even where the whole row moves there.
func TestMovedValuesDoNotOpen(t *testing.T) {
	swap := func(table, column, a, b string) string {
		return fmt.Sprintf(`UPDATE %[1]s SET %[2]s = (SELECT o.%[2]s FROM %[1]s o WHERE o.id = '%[4]s') WHERE id = '%[3]s'`, table, column, a, b)
	}
	moves := map[string][]string{
		"field to field":         {swap("fact", "value", "f2", "f1")},
		"source to value":        {`UPDATE fact SET value = source WHERE id = 'f1'`},
		"masked field renamed":   {`UPDATE fact SET field = '地址' WHERE id = 'f1'`},
		"from another customer":  {swap("fact", "value", "f1", "k2f")},
		"row from another":       {`UPDATE fact SET customer = 'K1' WHERE id = 'k2g'`},
		"from another person":    {swap("fact", "value", "f4", "f5")},
		"row of another person":  {`UPDATE fact SET person = 'p1' WHERE id = 'f5'`},
		"person to company":      {`UPDATE fact SET person = '' WHERE id = 'f5'`},
		"another person's key":   {swap("customer_person", "data_key", "p1", "p2")},
		"a person from another":  {`UPDATE customer_person SET customer = 'K2' WHERE id = 'p1'`},
		"another customer's key": {swap("customer", "data_key", "K1", "K2"), swap("customer", "mac", "K1", "K2")},
		"words of other entry":   {swap("progress", "words", "g1", "g2")},
		"another owner's mac":    {`UPDATE customer_owner SET mac = (SELECT mac FROM customer WHERE id = 'K1') WHERE customer = 'K1'`},
		"value taken away":       {`UPDATE fact SET value = NULL WHERE id = 'f1'`},
		"key taken away":         {`UPDATE customer_person SET data_key = NULL WHERE id = 'p1'`},
		"person taken away":      {`DELETE FROM customer_person WHERE id = 'p1'`},
	}
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		storetest.Update(t, db, neighbour)
		for name, statements := range moves {
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				for _, s := range statements {
					if err := raw(t.Context(), tx, s); err != nil {
						return err
					}
				}
				return errors.Join(tampered(t.Context(), tx), errUndo)
			})
			if err == nil || err.Error() != errUndo.Error() {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// neighbour is another customer, and more of the first.
func neighbour(ctx context.Context, tx *store.Tx) error {
	return errors.Join(
		vault.In(tx).Add(ctx, store.Customer{ID: "K2", Name: "另一家", Owner: "wang", Created: now, Author: "li"}),
		vault.In(tx).PutFact(ctx, vault.Fact{ID: "k2f", Customer: "K2", Field: "电话", Value: "020-11112222", Author: "li", At: now}),
		vault.In(tx).PutFact(ctx, vault.Fact{ID: "k2g", Customer: "K2", Field: "特征", Value: "大", Author: "li", At: now}),
		vault.In(tx).AddPerson(ctx, vault.Person{ID: "p2", Customer: "K1", Name: "刘芳", Created: now, Author: "wang"}),
		vault.In(tx).PutFact(ctx, vault.Fact{ID: "f5", Customer: "K1", Person: "p2", Field: "年龄", Value: "40", Author: "wang", At: now}),
		vault.In(tx).AddProgress(ctx, vault.Progress{ID: "g2", Customer: "K1", Author: "wang", At: now, Words: "签约"}),
	)
}

// Erasing a person destroys their key and every value, source and reason there
// ever was, and what they were found by; the rest of the file stays.
func TestErasePerson(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(
				vault.In(tx).PutFact(ctx, vault.Fact{ID: "e1", Customer: "K1", Person: "p1", Field: "电话", Value: "13800001111", Author: "wang", At: now}),
				vault.Search(tx).PutPhone(ctx, "K1", "e1", "13800001111"),
				vault.In(tx).PutFact(ctx, vault.Fact{ID: "e2", Customer: "K1", Person: "p1", Field: "家庭", Value: "三女", Author: "wang", At: now.Add(time.Minute), Why: "又生"}),
			)
		})
		r := storetest.Behind(t, o)
		secrets := []any{r.Get(`SELECT data_key FROM customer_person WHERE id = 'p1'`), r.Get(`SELECT value FROM fact WHERE id = 'e1'`)}
		at := now.Add(time.Hour)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			none, err := vault.In(tx).ErasePerson(ctx, "K1", "p9", "li", at)
			erased, err2 := vault.In(tx).ErasePerson(ctx, "K1", "p1", "li", at)
			again, err3 := vault.In(tx).ErasePerson(ctx, "K1", "p1", "li", at)
			if none || !erased || again {
				t.Errorf("erased nobody %v, somebody %v, again %v", none, erased, again)
			}
			if err := vault.In(tx).PutFact(ctx, vault.Fact{ID: "e3", Customer: "K1", Person: "p1", Field: "电话", Value: "1", Author: "wang", At: at}); !errors.Is(err, vault.ErrErased) {
				t.Errorf("wrote about an erased person: %v", err)
			}
			return errors.Join(err, err2, err3)
		})
		for _, q := range []string{
			`SELECT COUNT(*) FROM customer_person WHERE id = 'p1' AND data_key IS NOT NULL`,
			`SELECT COUNT(*) FROM fact WHERE person = 'p1' AND (value IS NOT NULL OR source IS NOT NULL OR why IS NOT NULL OR until = 0)`,
			`SELECT COUNT(*) FROM customer_phone`,
		} {
			if n := r.Get(q); n != int64(0) {
				t.Errorf("%s: %v", q, n)
			}
		}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			f, err := storetest.OpenFile(ctx, tx)
			h, err2 := storetest.OpenHistory(ctx, tx)
			if len(f.People) != 0 || len(f.Facts) != 2 {
				t.Errorf("left %+v", f)
			}
			gone := 0
			for _, c := range h.Changes {
				if c.Erased && c.Person == "p1" && c.Value == "" && c.Author == "wang" {
					gone++
				}
			}
			if gone != 4 || len(h.Changes) != 6 {
				t.Errorf("%d of %d changes erased", gone, len(h.Changes))
			}
			return errors.Join(err, err2)
		})
		if strings.HasPrefix(o.Source, "postgres") {
			return // keeps old rows until it vacuums
		}
		if err := errors.Join(r.DB.Close(), db.Close()); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(o.Source)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range secrets {
			if bytes.Contains(file, s.([]byte)) {
				t.Error("what was erased is still in the database file")
			}
		}
	})
}

// Somebody at a customer's who does not open, or a value of the past, keeps nobody
// from the rest of the file.
func TestTheRestOfADamagedFileOpens(t *testing.T) {
	for row, change := range map[string]string{
		"customer_person p1": `UPDATE customer_person SET card = data_key WHERE id = 'p1'`,
		"fact f1":            `UPDATE fact SET value = source WHERE id = 'f1'`,
	} {
		t.Run(row, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
				storetest.Update(t, db, storetest.AddFile)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					f, err1 := storetest.OpenFile(ctx, tx)
					h, err2 := storetest.OpenHistory(ctx, tx)
					if err := errors.Join(err1, err2, raw(ctx, tx, change)); err != nil {
						return err
					}
					less, err1 := storetest.OpenFile(ctx, tx)
					past, err2 := storetest.OpenHistory(ctx, tx)
					if len(past.Changes) == 0 || len(past.Changes) >= len(h.Changes) || len(less.Facts) != len(f.Facts) {
						t.Errorf("%d of %d changes, %d of %d facts", len(past.Changes), len(h.Changes), len(less.Facts), len(f.Facts))
					}
					if less.Lacks != strings.HasPrefix(row, "customer_person") || !past.Lacks || f.Lacks || h.Lacks {
						t.Errorf("lacks %v, %v, before %v, %v", less.Lacks, past.Lacks, f.Lacks, h.Lacks)
					}
					if list := tx.Damaged(); len(list) != 1 || list[0].Table+" "+list[0].Row != row {
						t.Errorf("damaged %v", list)
					}
					return errors.Join(err1, err2)
				})
			})
		})
	}
}

// A value of the past that was made to count again is found, and is not shown as
// what counts.
func TestThePastMadeToCountAgain(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			later := now.Add(time.Hour)
			err := errors.Join(
				vault.In(tx).PutFact(ctx, vault.Fact{ID: "f9", Customer: "K1", Field: "电话", Author: "wang", At: later}), // emptied
				raw(ctx, tx, `UPDATE fact SET until = 0, until_by = '' WHERE id = 'f1'`))
			past, err2 := storetest.OpenHistory(ctx, tx)
			if list := tx.Damaged(); !cmp.Equal(list, []store.Damage{{Table: "fact", Row: "f1"}}) || !past.Lacks {
				t.Errorf("damaged %v", list)
			}
			return errors.Join(err, err2)
		})
	})
}

// Nobody finds a file right of which somebody does not open.
func TestAFileThatLacksSomebodyIsNotChecked(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			err := raw(ctx, tx, `UPDATE customer_person SET card = data_key WHERE id = 'p1'`)
			n, err2 := vault.In(tx).Check(ctx, "K1", "li", now.Add(time.Hour))
			var d *engine.DamagedError
			if n != 0 || !errors.As(err2, &d) || d.Row != "p1" {
				t.Errorf("%d checked, %v", n, err2)
			}
			return err
		})
	})
}
