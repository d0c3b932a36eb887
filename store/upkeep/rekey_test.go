package upkeep_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
	"marketbot/store/upkeep"
	"marketbot/store/vault"
)

// keyed opens the store of o under a key, with old ones.
func keyed(t *testing.T, o store.Options, key string, old ...string) *store.DB {
	t.Helper()
	seals, err := store.NewSealer(key, old...)
	if err != nil {
		t.Fatal(err)
	}
	o.Seals = seals
	return storetest.Reopen(t, o)
}

// onBoth runs a test on every database that nobody has opened.
func onBoth(t *testing.T, f func(t *testing.T, o store.Options)) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) { f(t, storetest.Options(t, backend)) })
	}
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
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		errs := []error{
			storetest.AddFile(ctx, tx), vault.Search(tx).PutPhone(ctx, "K1", "f1", "020-88886666"),
			tx.Requests().Add(ctx, storetest.ARequest("A90", "明华")),
			tx.Grants().Add(ctx, store.Grant{ID: "A90", Person: "lin", Customer: "K1", By: "chen", From: now, Until: now.AddDate(0, 0, 1)}),
			tx.Delegations().Add(ctx, store.Delegation{ID: "d1", Person: "zhou", First: "2026-11-26", Last: "2026-11-28", By: "chen", At: now}),
			tx.People().Add(ctx, store.Person{ID: "lin", Name: "小林", Post: store.Supervisor, Duties: []store.Duty{store.Administrator}, Since: now}),
			tx.Accounts().Bind(ctx, store.Account{Platform: "x", ID: "ou_lin", Person: "lin"}, now),
			tx.Changes().Add(ctx, store.Change{Code: "A91", Person: "lin", At: now}),
			tx.Codes().Add(ctx, "ABCDEF", "lin", now.AddDate(0, 0, 1)),
			tx.Leads().Add(ctx, store.Lead{Code: "L1", Giver: "lin", At: now, Words: "明华", Text: "要扩建", Source: "展会"}),
			storetest.WriteContract(ctx, tx, 1, "展会"), storetest.WriteActivity(ctx, tx, 1, "展会"), storetest.WritePhoto(ctx, tx, 1, "展会"),
			storetest.WriteMoney(ctx, tx, 1, "展会"), storetest.WriteDeparture(ctx, tx, 1, "展会"), storetest.WriteIncident(ctx, tx, 1, "展会"), storetest.WriteSetting(ctx, tx, 1, "展会"), storetest.WriteShown(ctx, tx, 1, "展会"), storetest.WriteTarget(ctx, tx, 1, "展会"), storetest.WriteStall(ctx, tx, 1, "展会"), storetest.WriteMeeting(ctx, tx, 1, "展会"),
		}
		_, err := tx.Leads().Decide(ctx, store.Lead{Code: "L1", State: store.LeadRejected, By: "li", Decided: now, Reason: "已有"})
		no := storetest.ARequest("A90", "明华")
		no.State, no.By, no.Decided, no.Reason = store.RequestRejected, "chen", now, "已有别人"
		_, err1 := tx.Requests().Decide(ctx, no)
		errs = append(errs, err1)
		for i := range 250 {
			a := ledger.Entry{ID: tx.NewID(now), At: now, Person: "zhao", Act: "客户", Outcome: ledger.Denied, Look: ledger.Look{Customer: "K1", Why: fmt.Sprint("理由", i)}}
			errs = append(errs, tx.Audit().Record(ctx, a))
		}
		return errors.Join(append(errs, err)...)
	})
}

// restAllSealed is restAll without what it reads back.
func restAllSealed(t *testing.T, db *store.DB, i int, s string) {
	t.Helper()
	ctx := context.Background()
	if err := db.Update(ctx, func(tx *store.Tx) error { return storetest.WriteTexts(ctx, tx, i, s) }); err != nil {
		t.Fatalf("%.60q: %v", s, err)
	}
}

// readBack reads everything that fillSealed wrote.
func readBack(t *testing.T, db *store.DB) {
	t.Helper()
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		for i, s := range rekeyTexts {
			got := map[string]string{}
			if err := storetest.ReadTexts(ctx, tx, i, got); err != nil {
				return err
			}
			for what, text := range got {
				if text != s {
					t.Errorf("%s: %.60q came back as %.60q", what, s, text)
				}
			}
		}
		contract := map[string]string{}
		err9 := errors.Join(storetest.ReadContract(ctx, tx, 1, contract), storetest.ReadMoney(ctx, tx, 1, contract), storetest.ReadActivity(ctx, tx, 1, contract), storetest.ReadDeparture(ctx, tx, 1, contract), storetest.ReadIncident(ctx, tx, 1, contract), storetest.ReadTarget(ctx, tx, 1, contract), storetest.ReadStall(ctx, tx, 1, contract),
			storetest.ReadMeeting(ctx, tx, 1, contract))
		for what, text := range contract {
			if text != "展会" {
				t.Errorf("%s came back as %q", what, text)
			}
		}
		f, err := storetest.OpenFile(ctx, tx)
		if want := "电话=020-88886666（名片，wang）"; len(f.Facts) == 0 || !strings.Contains(strings.Join(storetest.Shown(f), "\n"), want) {
			t.Errorf("the file says %v", storetest.Shown(f))
		}
		_, err1 := storetest.OpenHistory(ctx, tx)
		g, err2 := tx.Grants().For(ctx, "lin", "K1", now, now)
		d, err3 := tx.Delegations().From(ctx, "2026-11-26")
		r, _, err4 := tx.Requests().ByCode(ctx, "A90")
		l, _, err5 := tx.Leads().ByCode(ctx, "L1")
		who, found, err8 := tx.Accounts().Person(ctx, "x", "ou_lin")
		if err == nil && (!found || who.Post != store.Supervisor || !who.Has(store.Administrator)) {
			t.Errorf("%+v", who)
		}
		hits, err6 := vault.Search(tx).Find(ctx, "6666", 5)
		looks, err7 := tx.Audit().Looks(ctx, ledger.Filter{Person: "zhao"})
		if g.ID != "A90" || len(d) != 1 || r.Words != "明华" || l.Text != "要扩建" || l.Reason != "已有" || len(hits) != 1 || len(looks) < 250 {
			t.Errorf("%+v\n%+v\n%+v\n%+v\n%+v\n%d looks", g, d, r, l, hits, len(looks))
		}
		for _, a := range looks {
			if a.Changed {
				t.Errorf("%+v", a)
			}
		}
		return errors.Join(err, err1, err2, err3, err4, err5, err6, err7, err8, err9)
	})
}

// under counts the values of sealed columns by the key that they rest under.
func under(t *testing.T, raw *sql.DB) map[string]int {
	t.Helper()
	count := map[string]int{}
	for table, columns := range upkeep.SealedColumns() {
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
	onBoth(t, func(t *testing.T, o store.Options) {
		old, key := store.NewSecretKey(), store.NewSecretKey()
		db := keyed(t, o, old)
		fillSealed(t, db)
		raw := storetest.Raw(t, o)
		layAll(t, db)
		head := verified(t, db).Head
		before := under(t, raw)
		db.Close()

		db = keyed(t, o, key, old)
		foundByPhone(t, db)
		done, err := upkeep.Rekey(t.Context(), db, func(upkeep.Rekeying) {})
		if err != nil || len(done.Lost) > 0 || done.Done < 500 {
			t.Fatalf("%+v, %v", done, err)
		}
		again, err := upkeep.Rekey(t.Context(), db, func(upkeep.Rekeying) {})
		if err != nil || again.Done != 0 {
			t.Errorf("the second time: %+v, %v", again, err)
		}
		db.Close()

		after := under(t, raw)
		for id := range before {
			if after[id] > 0 || len(before) != 1 || len(after) != 1 {
				t.Errorf("%d values under the old key; keys %d before, %d after", after[id], len(before), len(after))
			}
		}
		db = keyed(t, o, key)
		t.Cleanup(func() { db.Close() })
		if r := verified(t, db); !r.Whole() || r.Unlinked != 0 || r.Head.Code() != head.Code() {
			t.Errorf("the chain: %+v", r)
		}
		readBack(t, db)
	})
}

// foundByPhone finds a phone that was put under the old key.
func foundByPhone(t *testing.T, db *store.DB) {
	t.Helper()
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		hits, err := vault.Search(tx).Find(ctx, "6666", 5)
		if len(hits) != 1 {
			t.Errorf("before rekey: %+v", hits)
		}
		return err
	})
}

// What neither key opens is named and does not keep the rest from going over.
func TestRekeyNamesWhatIsLost(t *testing.T) {
	onBoth(t, func(t *testing.T, o store.Options) {
		lost, old, key := store.NewSecretKey(), store.NewSecretKey(), store.NewSecretKey()
		other := storetest.Options(t, storetest.SQLite)
		for place, k := range map[*store.Options]string{&other: lost, &o: old} {
			db := keyed(t, *place, k)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				return errors.Join(
					tx.Leaves().Add(ctx, store.Leave{ID: "l0", Person: "p", First: "2026-11-26", Last: "2026-11-26", Reason: "病", By: "p", Entered: now}),
					tx.Leaves().Add(ctx, store.Leave{ID: "l1", Person: "p", First: "2026-11-26", Last: "2026-11-26", Reason: "病", By: "p", Entered: now}))
			})
			db.Close()
		}
		rest := storetest.Behind(t, o)
		rest.Do(`UPDATE leave SET reason = $1 WHERE id = 'l0'`, storetest.Behind(t, other).Get(`SELECT reason FROM leave WHERE id = 'l0'`))
		db := keyed(t, o, key, old)
		t.Cleanup(func() { db.Close() })
		done, err := upkeep.Rekey(t.Context(), db, func(upkeep.Rekeying) {})
		chain, ok := rest.Get(`SELECT COUNT(*) FROM chain_state`).(int64)
		if err != nil || !ok || int64(done.Done) != 1+chain || len(done.Lost) != 1 || done.Lost[0] != "leave reason l0" {
			t.Errorf("%+v, %v", done, err)
		}
	})
}

// Nothing that is written, changed or wiped meanwhile is lost or comes back.
func TestRekeyUnderLoad(t *testing.T) {
	onBoth(t, func(t *testing.T, o store.Options) {
		old, key := store.NewSecretKey(), store.NewSecretKey()
		db := keyed(t, o, old)
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
							tx.CheckIns().Add(ctx, store.CheckIn{ID: tx.NewID(now), Person: fmt.Sprint("w", w), Day: "2026-11-27", At: now, Place: "广州", Progress: fmt.Sprint(i)}),
							tx.Outbox().Rewrite(ctx, fmt.Sprint("p", i%len(rekeyTexts)), []byte(fmt.Sprint("again ", i))),
						)
					})
					if err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		done, err := upkeep.Rekey(ctx, db, func(upkeep.Rekeying) {})
		close(stop)
		writers.Wait()
		db.Close()
		if err != nil || len(done.Lost) > 0 {
			t.Fatalf("%+v, %v", done, err)
		}
		db = keyed(t, o, key)
		t.Cleanup(func() { db.Close() })
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			for i := range rekeyTexts {
				if o, _, err := tx.Outbox().ByID(ctx, fmt.Sprint("p", i)); err != nil || !strings.HasPrefix(string(o.Content), "again ") {
					t.Errorf("message %d: %q, %v", i, o.Content, err)
				}
			}
			return nil
		})
	})
}

// layAll links every entry of the audit.
func layAll(t *testing.T, db *store.DB) {
	t.Helper()
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		ids, err := tx.Audit().Unlinked(ctx, now.Add(time.Hour), "", 1000)
		if err != nil {
			return err
		}
		return tx.Audit().Lay(ctx, ids, now)
	})
}

func verified(t *testing.T, db *store.DB) (r *ledger.Report) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		r, err = tx.Audit().Verify(t.Context(), 0)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}
