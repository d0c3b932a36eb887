package ledger_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// chainTest is a chain that somebody damages.
type chainTest struct {
	*testing.T
	db   *store.DB
	raw  *sql.DB
	rand *rand.Rand
}

func (t *chainTest) do(query string, args ...any) {
	t.Helper()
	if _, err := t.raw.Exec(query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// write records n entries and links them; every tenth comes late.
func (t *chainTest) write(n int) {
	t.Helper()
	for i := range n {
		storetest.Update(t.T, t.db, func(ctx context.Context, tx *store.Tx) error {
			at := now.Add(time.Duration(i) * time.Second)
			if i%10 == 9 {
				at = at.Add(-7 * time.Hour)
			}
			a := ledger.Entry{ID: tx.NewID(at), At: at, Person: "p", Act: "客户", Outcome: ledger.Done, Clause: "档-4", Ref: fmt.Sprint(i)}
			if i%3 == 0 {
				a.Look = ledger.Look{Customer: "k", Trace: tx.NewID(at), Why: "谈合同"}
			}
			return tx.Audit().Record(ctx, a)
		})
		if i%7 == 0 || i == n-1 {
			t.lay()
		}
	}
}

func (t *chainTest) lay() {
	t.Helper()
	storetest.Update(t.T, t.db, func(ctx context.Context, tx *store.Tx) error {
		ids, err := tx.Audit().Unlinked(ctx, now.Add(time.Hour), "", 1000)
		if err != nil {
			return err
		}
		return tx.Audit().Lay(ctx, ids, now)
	})
}

func (t *chainTest) verify() *ledger.Report {
	t.Helper()
	var r *ledger.Report
	ctx := context.Background()
	err := t.db.View(ctx, func(tx *store.Tx) (err error) {
		r, err = tx.Audit().Verify(ctx, 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// entries are the ids in the order of their links.
func (t *chainTest) entries() []string {
	t.Helper()
	rows, err := t.raw.Query(`SELECT entry FROM chain ORDER BY seq`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			t.Fatal(err)
		}
		list = append(list, id)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// without runs f while some rows are gone, and brings them back.
func (t *chainTest) without(f func(), rows ...[2]string) {
	t.Helper()
	for i, r := range rows {
		t.do(fmt.Sprintf(`CREATE TABLE spare%d AS SELECT * FROM %s WHERE %s`, i, r[0], r[1]))
		t.do(fmt.Sprintf(`DELETE FROM %s WHERE %s`, r[0], r[1]))
	}
	f()
	for i, r := range rows {
		t.do(fmt.Sprintf(`INSERT INTO %s SELECT * FROM spare%d`, r[0], i))
		t.do(fmt.Sprintf(`DROP TABLE spare%d`, i))
	}
}

// damages is how often each damage is tried.
const damages = 100

// expect verifies and reports whether the damage was found, at an entry.
func (t *chainTest) expect(how string, d ledger.Damage, entry string) {
	t.Helper()
	r := t.verify()
	if r.Counts[d] == 0 {
		t.Errorf("%s: not found as %s: %v", how, d, r.Counts)
		return
	}
	for _, f := range r.Finds {
		if f.Damage == d && (entry == "" || f.Entry == entry) {
			return
		}
	}
	t.Errorf("%s: %s is not about %s: %+v", how, d, entry, r.Finds)
}

// Entries that were edited, deleted or cut off behind the store's back are
// found, 100 of 100 each, and so is a chain that was changed with them.
func TestChainFinds(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		c := &chainTest{t, db, storetest.Raw(t, o), rand.New(rand.NewPCG(1, 2))}
		c.write(60)
		list := c.entries()
		if r := c.verify(); len(list) != 60 || !r.Whole() || r.Entries != 60 || r.Unlinked != 0 || r.Head.Seq != 60 {
			t.Fatalf("%d links, %+v", len(list), r)
		}
		for _, f := range []func(*chainTest, []string){edited, deleted, cut} {
			for range damages {
				f(c, list)
			}
		}
		for _, f := range []func(*chainTest, []string){removed, forgedLink, swapped, inserted} {
			for range damages / 5 {
				f(c, list)
			}
		}
		if r := c.verify(); !r.Whole() {
			t.Errorf("after all was brought back: %+v", r)
		}
	})
}

func edited(t *chainTest, list []string) {
	id := list[t.rand.IntN(len(list))]
	column := []string{"at", "person", "act", "subject", "outcome", "clause", "ref", "customer", "grant_id", "mac"}[t.rand.IntN(10)]
	value := "'x'"
	switch column {
	case "at":
		value = "at + 1"
	case "mac":
		value = `(SELECT mac FROM audit b WHERE b.id <> '` + id + `' LIMIT 1)`
	}
	was := []string{"CREATE TABLE was AS SELECT * FROM audit WHERE id = '" + id + "'", "UPDATE audit SET " + column + " = " + value + " WHERE id = '" + id + "'"}
	for _, q := range was {
		t.do(q)
	}
	t.expect("edited "+column, ledger.EntryEdited, id)
	t.do("UPDATE audit SET " + column + " = (SELECT " + column + " FROM was) WHERE id = '" + id + "'")
	t.do("DROP TABLE was")
}

func deleted(t *chainTest, list []string) {
	id := list[t.rand.IntN(len(list))]
	t.without(func() { t.expect("deleted", ledger.EntryDeleted, id) }, [2]string{"audit", "id = '" + id + "'"})
}

// cut takes the newest entries with their links.
func cut(t *chainTest, list []string) {
	from := len(list) - 1 - t.rand.IntN(len(list)-1)
	ids := "'" + strings.Join(list[from:], "', '") + "'"
	t.without(func() { t.expect("cut", ledger.TailCut, "") },
		[2]string{"audit", "id IN (" + ids + ")"}, [2]string{"chain", fmt.Sprint("seq > ", from)})
}

// removed takes an entry from the middle with its link.
func removed(t *chainTest, list []string) {
	at := t.rand.IntN(len(list) - 1)
	t.without(func() { t.expect("removed with its link", ledger.LinkMissing, "") },
		[2]string{"audit", "id = '" + list[at] + "'"}, [2]string{"chain", fmt.Sprint("seq = ", at+1)})
}

func forgedLink(t *chainTest, list []string) {
	at := t.rand.IntN(len(list)-1) + 1
	t.do(fmt.Sprintf(`CREATE TABLE was AS SELECT sum FROM chain WHERE seq = %d`, at))
	t.do(fmt.Sprintf(`UPDATE chain SET sum = (SELECT sum FROM chain WHERE seq = %d) WHERE seq = %d`, at+1, at))
	t.expect("forged a link", ledger.LinkBroken, list[at-1])
	t.do(fmt.Sprintf(`UPDATE chain SET sum = (SELECT sum FROM was) WHERE seq = %d`, at))
	t.do(`DROP TABLE was`)
}

// swapped exchanges the numbers of two links, and their sums.
func swapped(t *chainTest, list []string) {
	at := t.rand.IntN(len(list)-2) + 1
	exchange := func() {
		t.do(fmt.Sprintf(`UPDATE chain SET entry = 'x' WHERE seq = %d`, at))
		t.do(fmt.Sprintf(`UPDATE chain SET entry = '%s' WHERE seq = %d`, list[at-1], at+1))
		t.do(fmt.Sprintf(`UPDATE chain SET entry = '%s' WHERE seq = %d`, list[at], at))
		list[at-1], list[at] = list[at], list[at-1]
	}
	exchange()
	t.expect("swapped", ledger.LinkBroken, list[at-1])
	exchange()
}

// inserted brings in an entry that nobody wrote: a copy of another.
func inserted(t *chainTest, list []string) {
	t.do(`INSERT INTO audit SELECT 'inserted', at, person, act, subject, outcome, clause, ref, mac, customer, '', grant_id, why, post, basis FROM audit WHERE id = $1`,
		list[t.rand.IntN(len(list))])
	t.expect("inserted", ledger.EntryEdited, "inserted")
	t.do(`DELETE FROM audit WHERE id = 'inserted'`)
}

// A cut is still found when the bot goes on and writes new entries, and so is a
// head that was taken away.
func TestChainGoesOnAfterACut(t *testing.T) {
	for name, statements := range map[string][]string{
		"tail":           {`DELETE FROM audit WHERE id IN (SELECT entry FROM chain WHERE seq > 20)`, `DELETE FROM chain WHERE seq > 20`},
		"tail and head":  {`DELETE FROM audit WHERE id IN (SELECT entry FROM chain WHERE seq > 20)`, `DELETE FROM chain WHERE seq > 20`, `DELETE FROM chain_state WHERE name = 'head'`},
		"links and head": {`DELETE FROM audit`, `DELETE FROM chain`, `DELETE FROM chain_state WHERE name = 'head'`},
		"key":            {`DELETE FROM chain_state WHERE name = 'key'`},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
				c := &chainTest{t, db, storetest.Raw(t, o), nil}
				c.write(30)
				kept := c.verify().Head
				for _, q := range statements {
					c.do(q)
				}
				c.write(15)
				r := c.verify()
				if r.Whole() {
					t.Errorf("nothing found: %+v", r)
				}
				if name != "key" && c.holds(kept.Code()) {
					t.Error("a head that was cut off is still there")
				}
			})
		})
	}
}

// holds reports whether the chain goes through a head's code.
func (t *chainTest) holds(code string) (held bool) {
	t.Helper()
	head, err := ledger.ParseHead(code)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	err = t.db.View(ctx, func(tx *store.Tx) error {
		held, err = tx.Audit().Holds(ctx, head)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return held
}

// An old state with its old tail, as from a backup, looks whole; the code that
// somebody kept tells it apart, and is known again for ever.
func TestHeadKnowsARolledBackLog(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		c := &chainTest{t, db, storetest.Raw(t, o), nil}
		c.write(20)
		early := c.verify().Head
		c.do(`CREATE TABLE old_state AS SELECT * FROM chain_state`)
		c.write(20)
		late := c.verify().Head
		for _, code := range []string{early.Code(), late.Code(), " " + strings.ToLower(late.Code()) + "\n"} {
			if !c.holds(code) {
				t.Errorf("head %s is not known", code)
			}
		}
		c.do(`DELETE FROM audit WHERE id IN (SELECT entry FROM chain WHERE seq > 20)`)
		c.do(`DELETE FROM chain WHERE seq > 20`)
		c.do(`DELETE FROM chain_state`)
		c.do(`INSERT INTO chain_state SELECT * FROM old_state`)
		if r := c.verify(); !r.Whole() || !c.holds(early.Code()) || c.holds(late.Code()) {
			t.Errorf("rolled back: %+v", r)
		}
	})
}

// Two who lay at once leave one chain.
func TestChainHasOneHolder(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		c := &chainTest{t, db, nil, nil}
		c.write(1)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for range 300 {
				if err := tx.Audit().Record(ctx, ledger.Entry{ID: tx.NewID(now), At: now, Person: "p", Outcome: ledger.Done}); err != nil {
					return err
				}
			}
			return nil
		})
		done := make(chan error)
		for range 4 {
			go func() {
				ctx := context.Background()
				var ids []string
				err := db.View(ctx, func(tx *store.Tx) (err error) {
					ids, err = tx.Audit().Unlinked(ctx, time.Time{}, "", 1000)
					return err
				})
				if err == nil {
					err = db.Update(ctx, func(tx *store.Tx) error { return tx.Audit().Lay(ctx, ids, now) })
				}
				done <- err
			}()
		}
		for range 4 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if r := c.verify(); !r.Whole() || r.Head.Seq != 301 || r.Unlinked != 0 {
			t.Errorf("%+v", r)
		}
	})
}

// FuzzHead: no text panics, and a code that is one comes back.
func FuzzHead(f *testing.F) {
	f.Add("1823-K7QXM2PA9D")
	f.Add("１８-ⅯⅯⅯⅯⅯⅯⅯⅯⅯⅯ")
	f.Fuzz(func(t *testing.T, code string) {
		head, err := ledger.ParseHead(code)
		if err != nil {
			return
		}
		again, err := ledger.ParseHead(head.Code())
		if err != nil || again.Code() != head.Code() {
			t.Errorf("%q became %q, %v", code, head.Code(), err)
		}
	})
}
