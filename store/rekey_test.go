package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"marketbot/store"
)

// keyed opens the store of o under a key, with old ones.
func keyed(t *testing.T, o store.Options, key string, old ...string) *store.DB {
	t.Helper()
	seals, err := store.NewSealer(key, old...)
	if err != nil {
		t.Fatal(err)
	}
	o.Seals = seals
	return open(t, o)
}

// rekeyTexts are what is written everywhere.
var rekeyTexts = []string{"谈价格", "", "a\x00b", "\xff\xfe", strings.Repeat("长", 5000)}

// fillSealed writes into every table that holds anything sealed, and more than one
// step's worth into one of them.
func fillSealed(t *testing.T, db *store.DB) {
	t.Helper()
	for i, s := range rekeyTexts {
		restAllSealed(t, db, i, s)
	}
	update(t, db, func(ctx context.Context, tx *store.Tx) error {
		errs := []error{
			aFile(ctx, tx), tx.PutPhone(ctx, "K1", "f1", "020-88886666"),
			tx.AddRequest(ctx, aRequest("A90", "明华")),
			tx.AddGrant(ctx, store.Grant{ID: "A90", Person: "lin", Customer: "K1", By: "chen", From: now, Until: now.AddDate(0, 0, 1)}),
			tx.AddDelegation(ctx, store.Delegation{ID: "d1", Person: "zhou", First: "2026-11-26", Last: "2026-11-28", By: "chen", At: now}),
			tx.AddLead(ctx, store.Lead{Code: "L1", Giver: "lin", At: now, Words: "明华", Text: "要扩建", Source: "展会"}),
		}
		_, err := tx.DecideLead(ctx, store.Lead{Code: "L1", State: store.LeadRejected, By: "li", Decided: now, Reason: "已有"})
		no := aRequest("A90", "明华")
		no.State, no.By, no.Decided, no.Reason = store.RequestRejected, "chen", now, "已有别人"
		_, err1 := tx.Decide(ctx, no)
		errs = append(errs, err1)
		for i := range 250 {
			a := store.Audit{ID: tx.NewID(now), At: now, Person: "zhao", Act: "客户", Outcome: store.Denied, Look: store.Look{Customer: "K1", Why: fmt.Sprint("理由", i)}}
			errs = append(errs, tx.Record(ctx, a))
		}
		return errors.Join(append(errs, err)...)
	})
}

// restAllSealed is restAll without what it reads back.
func restAllSealed(t *testing.T, db *store.DB, i int, s string) {
	t.Helper()
	ctx := context.Background()
	if err := db.Update(ctx, func(tx *store.Tx) error { return writeAll(ctx, tx, i, s) }); err != nil {
		t.Fatalf("%.60q: %v", s, err)
	}
}

// readBack reads everything that fillSealed wrote.
func readBack(t *testing.T, db *store.DB) {
	t.Helper()
	update(t, db, func(ctx context.Context, tx *store.Tx) error {
		for i, s := range rekeyTexts {
			got := map[string]string{}
			if err := readAll(ctx, tx, i, got); err != nil {
				return err
			}
			for what, text := range got {
				if text != s {
					t.Errorf("%s: %.60q came back as %.60q", what, s, text)
				}
			}
		}
		f, err := openFile(ctx, tx)
		if want := "电话=020-88886666（名片，wang）"; len(f.Facts) == 0 || !strings.Contains(strings.Join(shown(f), "\n"), want) {
			t.Errorf("the file says %v", shown(f))
		}
		_, err1 := openHistory(ctx, tx)
		g, err2 := tx.GrantFor(ctx, "lin", "K1", now)
		d, err3 := tx.Delegations(ctx, "2026-11-26")
		r, _, err4 := tx.Request(ctx, "A90")
		l, _, err5 := tx.Lead(ctx, "L1")
		hits, err6 := tx.FindCustomers(ctx, "6666", 5)
		looks, err7 := tx.Looks(ctx, store.LookFilter{Person: "zhao"})
		if g.ID != "A90" || len(d) != 1 || r.Words != "明华" || l.Text != "要扩建" || l.Reason != "已有" || len(hits) != 1 || len(looks) < 250 {
			t.Errorf("%+v\n%+v\n%+v\n%+v\n%+v\n%d looks", g, d, r, l, hits, len(looks))
		}
		for _, a := range looks {
			if a.Changed {
				t.Errorf("%+v", a)
			}
		}
		return errors.Join(err, err1, err2, err3, err4, err5, err6, err7)
	})
}

// under counts the values of sealed columns by the key that they rest under.
func under(t *testing.T, raw *sql.DB) map[string]int {
	t.Helper()
	count := map[string]int{}
	for table, columns := range store.SealedColumns() {
		for _, c := range columns {
			rows, err := raw.Query(fmt.Sprintf(`SELECT %s FROM %s WHERE length(%s) > 0`, c, table, c))
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			n := 0
			for rows.Next() {
				var b []byte
				if err := rows.Scan(&b); err != nil {
					t.Fatal(err)
				}
				n++
				count[string(b[:4])]++
			}
			if err := rows.Err(); err != nil || n == 0 {
				t.Fatalf("%s %s: %d values, %v", table, c, n, err)
			}
		}
	}
	return count
}

// After a change of secret_key everything is readable without the old one, the
// chain is whole, and a head from before is still known.
func TestRekey(t *testing.T) {
	both(t, func(t *testing.T, o store.Options, db *store.DB) {
		db.Close()
		old, key := store.NewSecretKey(), store.NewSecretKey()
		db = keyed(t, o, old)
		fillSealed(t, db)
		c := &chainTest{t, db, rawly(t, o), nil}
		c.lay()
		head := c.verify().Head
		before := under(t, c.raw)
		db.Close()

		db = keyed(t, o, key, old)
		foundByPhone(t, db)
		done, err := db.Rekey(t.Context(), func(store.Rekeying) {})
		if err != nil || len(done.Lost) > 0 || done.Done < 500 {
			t.Fatalf("%+v, %v", done, err)
		}
		again, err := db.Rekey(t.Context(), func(store.Rekeying) {})
		if err != nil || again.Done != 0 {
			t.Errorf("the second time: %+v, %v", again, err)
		}
		db.Close()

		after := under(t, c.raw)
		for id := range before {
			if after[id] > 0 || len(before) != 1 || len(after) != 1 {
				t.Errorf("%d values under the old key; keys %d before, %d after", after[id], len(before), len(after))
			}
		}
		c.db = keyed(t, o, key)
		t.Cleanup(func() { c.db.Close() })
		if r := c.verify(); !r.Whole() || r.Unlinked != 0 || !c.holds(head.Code()) {
			t.Errorf("the chain: %+v", r)
		}
		readBack(t, c.db)
	})
}

// foundByPhone finds a phone that was put under the old key.
func foundByPhone(t *testing.T, db *store.DB) {
	t.Helper()
	update(t, db, func(ctx context.Context, tx *store.Tx) error {
		hits, err := tx.FindCustomers(ctx, "6666", 5)
		if len(hits) != 1 {
			t.Errorf("before rekey: %+v", hits)
		}
		return err
	})
}

// What neither key opens is named and does not keep the rest from going over.
func TestRekeyNamesWhatIsLost(t *testing.T) {
	both(t, func(t *testing.T, o store.Options, db *store.DB) {
		db.Close()
		lost, old, key := store.NewSecretKey(), store.NewSecretKey(), store.NewSecretKey()
		for i, k := range []string{lost, old} {
			db = keyed(t, o, k)
			update(t, db, func(ctx context.Context, tx *store.Tx) error {
				return tx.AddLeave(ctx, store.Leave{ID: fmt.Sprint("l", i), Person: "p", First: "2026-11-26", Last: "2026-11-26", Reason: "病", By: "p", Entered: now})
			})
			db.Close()
		}
		db = keyed(t, o, key, old)
		t.Cleanup(func() { db.Close() })
		done, err := db.Rekey(t.Context(), func(store.Rekeying) {})
		if err != nil || done.Done != 1 || len(done.Lost) != 1 || done.Lost[0] != "leave reason l0" {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

// Nothing that is written, changed or wiped meanwhile is lost or comes back.
func TestRekeyUnderLoad(t *testing.T) {
	both(t, func(t *testing.T, o store.Options, db *store.DB) {
		db.Close()
		old, key := store.NewSecretKey(), store.NewSecretKey()
		db = keyed(t, o, old)
		fillSealed(t, db)
		db.Close()
		db = keyed(t, o, key, old)
		ctx := t.Context()
		stop := make(chan struct{})
		var writers sync.WaitGroup
		for w := range 8 {
			writers.Go(func() {
				for i := 0; ; i++ {
					select {
					case <-stop:
						return
					default:
					}
					err := db.Update(ctx, func(tx *store.Tx) error {
						return errors.Join(
							tx.AddCheckIn(ctx, store.CheckIn{ID: tx.NewID(now), Person: fmt.Sprint("w", w), Day: "2026-11-27", At: now, Place: "广州", Progress: fmt.Sprint(i)}),
							tx.Rewrite(ctx, fmt.Sprint("p", i%len(rekeyTexts)), []byte(fmt.Sprint("again ", i))),
						)
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		done, err := db.Rekey(ctx, func(store.Rekeying) {})
		close(stop)
		writers.Wait()
		db.Close()
		if err != nil || len(done.Lost) > 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		db = keyed(t, o, key)
		t.Cleanup(func() { db.Close() })
		update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for i := range rekeyTexts {
				if o, _, err := tx.Owed(ctx, fmt.Sprint("p", i)); err != nil || !strings.HasPrefix(string(o.Content), "again ") {
					t.Errorf("message %d: %q, %v", i, o.Content, err)
				}
			}
			return nil
		})
	})
}
