package vault_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/internal/engine"
	"marketbot/store/ledger"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// What was entered is shown to whoever opens the file, and the look is recorded.
func TestOpenCustomer(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			f, err := storetest.OpenFile(ctx, tx)
			if err != nil {
				return err
			}
			want := []string{"电话=020-88886666（名片，wang）", "行业=食品（拜访，wang）", "陈国强 姓名=陈国强（名片）", "陈国强 家庭=二女（闲谈）"}
			if got := storetest.Shown(f); !cmp.Equal(got, want) {
				t.Error(cmp.Diff(want, got))
			}
			if f.Name != "广州明华贸易有限公司" || f.Owner != "wang" || !f.Progressed.Equal(now.Add(time.Hour)) || f.People[0].Author != "wang" {
				t.Errorf("%+v", f)
			}
			tail, forged, err := tx.Audit().Tail(ctx, 1)
			wantLook := ledger.Look{Customer: "K1", Trace: f.Trace, Why: "拜访前", Basis: "post"}
			if err != nil || len(forged) > 0 || len(f.Trace) != 6 || tail[0].Look != wantLook || tail[0].Outcome != ledger.Done || tail[0].Person != "zhao" {
				t.Errorf("recorded %+v, trace %q, forged %v, %v", tail, f.Trace, forged, err)
			}
			return nil
		})
	})
}

// The door opens only for whom the access is, for the file it is for, and never
// without a place for the record.
func TestDoorRefuses(t *testing.T) {
	cases := map[string]func(*store.Access, *ledger.Entry){
		"no basis":          func(a *store.Access, _ *ledger.Entry) { a.Basis = store.NoBasis },
		"another person":    func(_ *store.Access, e *ledger.Entry) { e.Person = "sun" },
		"nobody":            func(a *store.Access, e *ledger.Entry) { a.Person, e.Person = "", "" },
		"another customer":  func(_ *store.Access, e *ledger.Entry) { e.Look.Customer = "K2" },
		"no customer":       func(a *store.Access, _ *ledger.Entry) { a.Customer = "" },
		"unknown customer":  func(a *store.Access, _ *ledger.Entry) { a.Customer = "K9" },
		"grant without id":  func(a *store.Access, _ *ledger.Entry) { a.Basis = store.ByGrant },
		"zero access":       func(a *store.Access, _ *ledger.Entry) { *a = store.Access{} },
		"customer with NUL": func(a *store.Access, _ *ledger.Entry) { a.Customer = "K\xff" },
	}
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		for name, change := range cases {
			a, e := storetest.Access("zhao"), storetest.Look("zhao")
			change(&a, &e)
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				f, err := vault.In(tx).Open(t.Context(), a, e)
				if err == nil || !cmp.Equal(f, vault.File{}) {
					t.Errorf("%s: opened %+v", name, f)
				}
				return err
			})
			err2 := db.Update(t.Context(), func(tx *store.Tx) error {
				h, err := vault.In(tx).History(t.Context(), a, e)
				if err == nil || !cmp.Equal(h, vault.History{}) {
					t.Errorf("%s: opened %+v", name, h)
				}
				return err
			})
			if err == nil || err2 == nil {
				t.Errorf("%s: %v, %v", name, err, err2)
			}
		}
		err := db.View(t.Context(), func(tx *store.Tx) error { // where nothing can be recorded
			f, err := storetest.OpenFile(t.Context(), tx)
			if err == nil || !cmp.Equal(f, vault.File{}) {
				t.Errorf("opened without a record: %+v", f)
			}
			return nil
		})
		if err != nil && !strings.Contains(err.Error(), "rollback") {
			t.Error(err)
		}
	})
}

// A look by grant is recorded as a use of that grant.
func TestLookByGrant(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			a := store.Access{Person: "zhao", Customer: "K1", Basis: store.ByGrant, Grant: "Q7", Clause: "档-6"}
			f, err := vault.In(tx).Open(ctx, a, storetest.Look("zhao"))
			if err != nil {
				return err
			}
			tail, _, err := tx.Audit().Tail(ctx, 1)
			if tail[0].Grant != "Q7" || tail[0].Trace != f.Trace {
				t.Errorf("recorded %+v", tail[0])
			}
			return err
		})
	})
}

// Old and new, who, when and why of every change stay (R48).
func TestFileHistory(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		day := func(n int) time.Time { return now.AddDate(0, 0, n) }
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(
				vault.In(tx).PutFact(ctx, vault.Fact{ID: "h1", Customer: "K1", Field: "电话", Value: "020-1", Author: "li", At: day(1), Why: "换号", Checked: day(1), CheckedBy: "li"}),
				vault.In(tx).PutFact(ctx, vault.Fact{ID: "h2", Customer: "K1", Field: "电话", Author: "zhou", At: day(2), Why: "停机"}),
				vault.In(tx).PutFact(ctx, vault.Fact{ID: "h3", Customer: "K1", Person: "p1", Field: "家庭", Value: "三女", Author: "wang", At: day(3)}),
				vault.In(tx).SetStage(ctx, "K1", "报价", day(4)),
			)
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			h, err := storetest.OpenHistory(ctx, tx)
			if err != nil {
				return err
			}
			var got []string
			for _, c := range h.Changes {
				until := ""
				if !c.Until.IsZero() {
					until = " 止于" + c.UntilBy
				}
				if c.Field == "电话" || c.Field == "家庭" {
					got = append(got, fmt.Sprintf("%s=%s %s %s%s", c.Field, c.Value, c.Author, c.Why, until))
				}
			}
			want := []string{"电话=020-88886666 wang  止于li", "家庭=二女 wang  止于wang", "电话=020-1 li 换号 止于zhou", "电话= zhou 停机 止于zhou", "家庭=三女 wang "}
			if !cmp.Equal(got, want) {
				t.Error(cmp.Diff(want, got))
			}
			if !h.Checked.Equal(day(4)) || h.Stage != "报价" || len(h.Progress) != 1 || h.Progress[0].Amount != 1234500 || h.Progress[0].Words != "谈价格" {
				t.Errorf("%+v", h)
			}
			f, err := storetest.OpenFile(ctx, tx)
			if want := []string{"行业=食品（拜访，wang）", "陈国强 姓名=陈国强（名片）", "陈国强 家庭=三女（）"}; !cmp.Equal(storetest.Shown(f), want) {
				t.Error(cmp.Diff(want, storetest.Shown(f)))
			}
			return err
		})
	})
}

// Whose a customer was stays, with its intervals.
func TestOwners(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		day := func(n int) time.Time { return now.AddDate(0, 0, n) }
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(
				vault.In(tx).Move(ctx, "K1", "sun", "li", day(1)),
				vault.In(tx).Move(ctx, "K1", "sun", "li", day(2)), // already
				vault.In(tx).Move(ctx, "K1", "", "li", day(3)),
				vault.In(tx).Move(ctx, "K1", "wang", "zhou", day(5)),
				vault.In(tx).Add(ctx, store.Customer{ID: "K2", Name: "无主", Created: now, Author: "li"}),
			)
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			owners, err := vault.In(tx).Owners(ctx, "K1")
			for i := range owners {
				owners[i].ID = ""
			}
			want := []vault.Ownership{{"", "wang", now, day(1), "li"}, {"", "sun", day(1), day(3), "li"}, {"", "wang", day(5), time.Time{}, "zhou"}}
			if !cmp.Equal(owners, want) {
				t.Error(cmp.Diff(want, owners))
			}
			for owner, want := range map[string]string{"wang": "K1", "": "K2", "sun": ""} {
				list, err := vault.In(tx).Of(ctx, owner)
				if len(list) > 1 || err != nil || (len(list) == 1) != (want != "") || want != "" && list[0].ID != want {
					t.Errorf("customers of %q: %v, %v", owner, list, err)
				}
			}
			_, err2 := vault.In(tx).Owners(ctx, "K9")
			if !errors.Is(err2, vault.ErrNoCustomer) || !errors.Is(vault.In(tx).Move(ctx, "K9", "a", "b", now), vault.ErrNoCustomer) {
				t.Errorf("an unknown customer: %v", err2)
			}
			return err
		})
	})
}

// What nobody has looked at yet is counted until somebody finds the file right.
func TestCheckFile(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		later := now.AddDate(0, 0, 100)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			waits, err := vault.In(tx).Waiting(ctx, later)
			files, err2 := vault.In(tx).Wanting(ctx, vault.Wanting{Before: later, Others: 10})
			quiet, err3 := vault.In(tx).QuietUnsaid(ctx, "quiet/", 7, now, later)
			if waits != (vault.Waiting{Stale: 1, Unchecked: 1}) || len(files[vault.Stale]) != 1 || len(files[vault.Unchecked]) != 1 || len(quiet) != 1 {
				t.Errorf("%+v, %v, quiet %v", waits, files, quiet)
			}
			n, err4 := vault.In(tx).Check(ctx, "K1", "li", later)
			waits, err5 := vault.In(tx).Waiting(ctx, later)
			files, err6 := vault.In(tx).Wanting(ctx, vault.Wanting{Before: later, Others: 10})
			f, err7 := storetest.OpenFile(ctx, tx)
			if n != 4 || waits != (vault.Waiting{}) || len(files) != 0 || f.Facts[0].CheckedBy != "li" || !f.Facts[0].Checked.Equal(later) {
				t.Errorf("%d checked, then %+v, %v, %+v", n, waits, files, f.Facts)
			}
			return errors.Join(err, err2, err3, err4, err5, err6, err7)
		})
	})
}

// Everybody's own words of a week, and nobody else's; what was taken back counts
// no more.
func TestOwnProgress(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		at := func(h int) time.Time { return now.Add(time.Duration(h) * time.Hour) }
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(
				vault.In(tx).Add(ctx, store.Customer{ID: "K2", Name: "另一家", Owner: "wang", Created: now, Author: "li"}),
				vault.In(tx).AddProgress(ctx, vault.Progress{ID: "g2", Customer: "K2", Author: "wang", At: at(2), Words: "送样品"}),
				vault.In(tx).AddProgress(ctx, vault.Progress{ID: "g3", Customer: "K2", Author: "sun", At: at(2), Words: "别人的"}),
				vault.In(tx).AddProgress(ctx, vault.Progress{ID: "g4", Customer: "K2", Author: "wang", At: at(5), Words: "下周"}),
			)
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			words := func() (list []string) {
				own, err := vault.In(tx).OwnProgress(ctx, "wang", now, at(5))
				if err != nil {
					t.Error(err)
				}
				for _, p := range own {
					list = append(list, p.Customer+p.Words)
				}
				return list
			}
			if got := words(); !cmp.Equal(got, []string{"K1谈价格", "K2送样品"}) {
				t.Error(got)
			}
			undone, err := vault.In(tx).UndoProgress(ctx, "g1", at(6))
			again, err2 := vault.In(tx).UndoProgress(ctx, "g1", at(6))
			c, _, err3 := vault.In(tx).Customer(ctx, "K1")
			if got := words(); !cmp.Equal(got, []string{"K2送样品"}) || !undone || again || !c.Progressed.Equal(c.Created) {
				t.Errorf("%v, undone %v, again %v, %+v", got, undone, again, c)
			}
			h, err4 := storetest.OpenHistory(ctx, tx)
			if len(h.Progress) != 1 || h.Progress[0].Undone.IsZero() {
				t.Errorf("history %+v", h.Progress)
			}
			return errors.Join(err, err2, err3, err4)
		})
	})
}

// An entry of which an older program did not note that it has an amount is looked
// through for one, and noted by the next start, however many before it do not open.
func TestAmountsAreNoted(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		rest := storetest.Behind(t, o)
		looks := func() {
			t.Helper()
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				later := vault.Progress{ID: tx.NewID(now), Customer: "K1", Author: "wang", At: now.Add(24 * time.Hour), Words: "等回音"}
				err := vault.In(tx).AddProgress(ctx, later)
				list, err1 := vault.In(tx).Courses(ctx, "", later.At.Add(time.Hour), later.At.Add(2*time.Hour))
				if len(list) != 1 || len(list[0].Entries) < 2 || list[0].Entries[0].Amount != 1234500 {
					t.Errorf("%+v", list)
				}
				return errors.Join(err, err1)
			})
		}
		for i := range 100 {
			rest.Do(`INSERT INTO progress (id, customer, author, at, words, stage, amount, undone, next_day, step)
				SELECT $1, customer, author, at, words, stage, amount, undone, next_day, step FROM progress WHERE id = 'g1'`, fmt.Sprintf("damaged%03d", i))
		}
		rest.Do(`UPDATE progress SET priced = 2`)
		looks()
		db.Close()
		db = storetest.Reopen(t, o)
		for end := time.Now().Add(10 * time.Second); rest.Get(`SELECT priced FROM progress WHERE id = 'g1'`) == int64(2); {
			if time.Now().After(end) {
				t.Fatal("nobody looked")
			}
		}
		looks()
		if got := rest.Get(`SELECT COUNT(*) FROM progress WHERE priced = 1`); got != int64(1) {
			t.Errorf("%v have an amount", got)
		}
	})
}

// An amount rests sealed; one that an older program left in plain is read, and
// sealed by the next start.
func TestAmountsRestSealed(t *testing.T) {
	storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
		storetest.Update(t, db, storetest.AddFile)
		rest := storetest.Behind(t, o)
		if got := rest.Get(`SELECT amount FROM progress`); got != int64(0) {
			t.Errorf("%v rests in plain", got)
		}
		told := func() {
			t.Helper()
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				h, err := storetest.OpenHistory(ctx, tx)
				if len(h.Progress) != 1 || h.Progress[0].Amount != 1234500 || h.Progress[0].Words != "谈价格" {
					t.Errorf("%+v", h.Progress)
				}
				return err
			})
		}
		told()
		key, err := engine.BorrowDB(db).Keys().Unwrap(rest.Get(`SELECT data_key FROM customer`).([]byte), "customer", "K1", "data_key")
		if err != nil {
			t.Fatal(err)
		}
		at := fmt.Sprint(now.Add(time.Hour).UnixMilli())
		rest.Do(`UPDATE progress SET amount = 1234500, words = $1, next_day = '', step = NULL`, key.Seal([]byte("谈价格"), "progress", "g1", "words", "K1", "wang", at, "报价", "1234500"))
		told()
		db.Close()
		db = storetest.Reopen(t, o)
		for end := time.Now().Add(10 * time.Second); rest.Get(`SELECT amount FROM progress`) != int64(0); {
			if time.Now().After(end) {
				t.Fatal("the amount still rests in plain")
			}
		}
		told()
	})
}
