package ledger_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
)

// record is one entry.
func record(ctx context.Context, tx *store.Tx) error {
	return tx.Audit().Record(ctx, ledger.Entry{ID: tx.NewID(now), At: now, Person: "p", Act: "客户", Outcome: ledger.Done})
}

// wait records n entries that are not linked, each in a commit of its own.
func (t *chainTest) wait(n int) (ids []string) {
	t.Helper()
	for range n {
		storetest.Update(t.T, t.db, record)
	}
	err := t.db.View(context.Background(), func(tx *store.Tx) (err error) {
		ids, err = tx.Audit().Unlinked(context.Background(), time.Time{}, "", 1000)
		return err
	})
	if err != nil || len(ids) != n {
		t.Fatal(ids, err)
	}
	return ids
}

// An entry that was deleted before it was linked is found, 100 of 100: alone,
// with others, all of them.
func TestUnlinkedEntriesAreCounted(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		c := &chainTest{t, db, storetest.Raw(t, o), rand.New(rand.NewPCG(3, 4))}
		c.write(10)
		list := c.wait(20)
		if r := c.verify(); !r.Whole() || r.Unlinked != 20 {
			t.Fatalf("%+v", r)
		}
		c.do(`CREATE TABLE gone AS SELECT * FROM audit WHERE id = ''`)
		for i := range damages {
			c.rand.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			gone := list[:1+c.rand.IntN(6)]
			if i == 0 {
				gone = list
			}
			where := ` WHERE id IN ('` + strings.Join(gone, `', '`) + `')`
			c.do(`INSERT INTO gone SELECT * FROM audit` + where)
			c.do(`DELETE FROM audit` + where)
			c.expect(fmt.Sprintf("%d deleted", len(gone)), ledger.Uncounted, "")
			c.do(`INSERT INTO audit SELECT * FROM gone`)
			c.do(`DELETE FROM gone`)
		}
		if r := c.verify(); !r.Whole() {
			t.Errorf("after all was brought back: %+v", r)
		}
	})
}

// What is put in the place of an entry, or done to the tallies, hides nothing;
// and what was found is found for ever, linked over and opened again.
func TestNothingHidesAnUnlinkedEntry(t *testing.T) {
	another := func(t *testing.T) (columns []any) { // as genuine, of another time or place
		o := storetest.Options(t, storetest.SQLite)
		c := &chainTest{t, storetest.Reopen(t, o), storetest.Raw(t, o), nil}
		c.wait(1)
		columns = make([]any, 15)
		into := make([]any, len(columns))
		for i := range columns {
			into[i] = &columns[i]
		}
		if err := c.raw.QueryRow(`SELECT * FROM audit`).Scan(into...); err != nil {
			t.Fatal(err)
		}
		return columns
	}
	for name, hide := range map[string]func(*chainTest){
		"nothing": func(*chainTest) {},
		"another genuine entry": func(c *chainTest) {
			c.do(`INSERT INTO audit VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`, another(c.T)...)
		},
		"tallies taken away": func(c *chainTest) { c.do(`DELETE FROM chain_state WHERE name LIKE 'counted/%'`) },
		"tallies of other places": func(c *chainTest) {
			c.do(`UPDATE chain_state SET value = (SELECT value FROM was WHERE name = 'counted/7')`)
		},
		"tallies put back, with all that came since": func(c *chainTest) {
			c.do(`DELETE FROM audit WHERE id NOT IN (SELECT entry FROM chain)`)
			c.do(`UPDATE chain_state SET value = (SELECT value FROM was WHERE was.name = chain_state.name)`)
		},
		"all of the chain taken away": func(c *chainTest) { c.do(`DELETE FROM chain_state`) },
		"as if nothing was ever": func(c *chainTest) {
			c.do(`DELETE FROM chain_state`)
			c.do(`DELETE FROM chain`)
			c.do(`DELETE FROM audit`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
				c := &chainTest{t, db, storetest.Raw(t, o), nil}
				c.write(10)
				c.do(`CREATE TABLE was AS SELECT * FROM chain_state`)
				list := c.wait(5)
				c.do(`DELETE FROM audit WHERE id = '` + list[2] + `'`)
				hide(c)
				if !strings.HasPrefix(name, "tallies put back") && c.verify().Whole() { // that shows with the next commit
					t.Error("nothing found at once")
				}
				storetest.Update(t, db, record)
				if c.verify().Whole() {
					t.Error("nothing found after a commit")
				}
				c.lay()
				if err := db.Close(); err != nil {
					t.Fatal(err)
				}
				c.db = storetest.Reopen(t, o)
				c.write(3)
				if c.verify().Whole() {
					t.Error("nothing found later")
				}
			})
		})
	}
}

// Tallies that are taken away with all that they ever counted are missed.
func TestEveryTallyIsMissed(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		c := &chainTest{t, db, storetest.Raw(t, o), nil}
		c.do(`CREATE TABLE was AS SELECT * FROM chain_state`)
		c.wait(3)
		c.do(`DELETE FROM audit`)
		c.do(`DELETE FROM chain_state WHERE value NOT IN (SELECT value FROM was)`)
		c.expect("taken away", ledger.Uncounted, "")
	})
}

// Whatever is undone, alone or with its neighbours, linked and looked at in
// between, by several processes at once: no alarm is false.
func TestCountsAreRight(t *testing.T) {
	undone := errors.New("undone")
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		list := []*store.DB{db}
		if db.Shared() {
			list = append(list, storetest.Reopen(t, o))
		}
		whole := func(ctx context.Context, tx *store.Tx) error {
			r, err := tx.Audit().Verify(ctx, 50)
			if err == nil && !r.Whole() {
				t.Errorf("%+v", r)
			}
			return err
		}
		lay := func(ctx context.Context, tx *store.Tx) error {
			ids, err := tx.Audit().Unlinked(ctx, now.Add(time.Hour), "", 7)
			return errors.Join(err, tx.Audit().Lay(ctx, ids, now))
		}
		acts := []func(context.Context, *store.Tx) error{
			record, record, lay, whole,
			func(ctx context.Context, tx *store.Tx) error {
				return errors.Join(record(ctx, tx), whole(ctx, tx), undone)
			},
			func(ctx context.Context, tx *store.Tx) error {
				tx.Nested(ctx, func() error { return errors.Join(record(ctx, tx), undone) })
				return tx.Nested(ctx, func() error { return record(ctx, tx) })
			},
			func(ctx context.Context, tx *store.Tx) error {
				err := errors.Join(record(ctx, tx), tx.Nested(ctx, func() error { return record(ctx, tx) }))
				return errors.Join(err, whole(ctx, tx))
			},
		}
		var all sync.WaitGroup
		for w := range 6 {
			db, r := list[w%len(list)], rand.New(rand.NewPCG(5, uint64(w)))
			all.Go(func() {
				for range 25 {
					act := acts[r.IntN(len(acts))]
					err := db.Update(t.Context(), func(tx *store.Tx) error { return act(t.Context(), tx) })
					if err != nil && !errors.Is(err, undone) && !store.Again(err) {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		c := &chainTest{t, db, nil, nil}
		if r := c.verify(); !r.Whole() || r.Entries == 0 {
			t.Errorf("%+v", r)
		}
	})
}

// A store of a program that did not count goes on: what that program wrote
// before, and beside one that counts, is no damage.
func TestCountingBegins(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		c := &chainTest{t, db, storetest.Raw(t, o), nil}
		uncounted := func(ctx context.Context, tx *store.Tx) error { return tx.Audit().RecordUncounted(ctx, now) }
		storetest.Update(t, db, uncounted)
		c.lay()
		storetest.Update(t, db, uncounted)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error { return tx.Audit().ForgetCounts(ctx) })
		if r := c.verify(); !r.Whole() {
			t.Errorf("as the earlier program left it: %+v", r)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		c.do(`DELETE FROM goose_db_version WHERE version_id = 46`)
		c.db = storetest.Reopen(t, o)
		storetest.Update(t, c.db, uncounted)
		c.lay()
		c.wait(3)
		if r := c.verify(); !r.Whole() || r.Entries != 6 {
			t.Errorf("%+v", r)
		}
		c.do(`DELETE FROM audit WHERE id = (SELECT MAX(id) FROM audit)`)
		c.expect("deleted since", ledger.Uncounted, "")
	})
}
