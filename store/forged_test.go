package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// forged is a store with two people, an account each, a code and a message that
// waits; somebody with the database but without the key writes to it.
func forged(t *testing.T, backend string) (*store.DB, storetest.Rest) {
	t.Helper()
	o := storetest.Prepared(t, backend)
	db := storetest.Reopen(t, o)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Outbox().Enqueue(ctx, &store.Outgoing{ID: "o1", Key: "k1", Platform: "x", Address: "chen", Person: "gm", Due: now, Created: now, Content: []byte("机密")})
		return errors.Join(err,
			tx.People().Add(ctx, store.Person{ID: "lin", Name: "小林", Post: store.Salesperson, Since: now}),
			tx.People().Add(ctx, store.Person{ID: "gm", Name: "陈总", Post: store.GeneralManager, Since: now}),
			tx.People().Add(ctx, store.Person{ID: "old", Name: "老周", Post: store.Supervisor, Duties: []store.Duty{store.Administrator}, Since: now}),
			tx.People().Stop(ctx, "old", now.Add(time.Hour)),
			tx.Accounts().Bind(ctx, store.Account{Platform: "x", ID: "alin", Person: "lin"}, now),
			tx.Accounts().Bind(ctx, store.Account{Platform: "x", ID: "aold", Person: "old"}, now),
			tx.Accounts().Bind(ctx, store.Account{Platform: "x", ID: "agm", Person: "gm"}, now),
			tx.Codes().Add(ctx, "ABCDEF", "lin", now.Add(time.Hour)))
	})
	return db, storetest.Behind(t, o)
}

// A row that somebody wrote behind the store's back gives no rights, hides nobody
// else, and is listed.
func TestForgedRowsGiveNoRights(t *testing.T) {
	for _, backend := range storetest.Backends() {
		for name, c := range map[string]struct {
			forge            string
			account          string // through which rights are sought
			people, account1 int    // forged rows that are listed
		}{
			"a post":              {`UPDATE person SET post = '总经理' WHERE id = 'lin'`, "alin", 1, 0},
			"a duty":              {`UPDATE person SET duties = '管理员' WHERE id = 'lin'`, "alin", 1, 0},
			"a stopped person":    {`UPDATE person SET until = 0 WHERE id = 'old'`, "aold", 1, 0},
			"another's whole row": {`UPDATE person SET post = (SELECT post FROM person WHERE id = 'gm'), proof = (SELECT proof FROM person WHERE id = 'gm') WHERE id = 'lin'`, "alin", 1, 0},
			"no proof":            {`UPDATE person SET proof = NULL WHERE id = 'lin'`, "alin", 1, 0},
			"an account moved":    {`UPDATE account SET person = 'gm' WHERE id = 'alin'`, "alin", 0, 1},
			"an account made":     {`INSERT INTO account (platform, id, person, bound, used) VALUES ('x', 'new', 'gm', 1, 9999999999999)`, "new", 0, 1},
			"an account renamed":  {`UPDATE account SET id = 'mine' WHERE id = 'agm'`, "mine", 0, 1},
		} {
			t.Run(backend+"/"+name, func(t *testing.T) {
				db, rest := forged(t, backend)
				rest.Do(c.forge)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					caller, err := tx.Accounts().Caller(ctx, "x", c.account)
					p, found, err1 := tx.Accounts().Person(ctx, "x", c.account)
					if caller.ID != "" || found {
						t.Errorf("writes as %+v, %+v", caller, p)
					}
					heads, err2 := tx.People().Holding(ctx, store.GeneralManager, store.Administrator)
					if len(heads) != 1 || heads[0].ID != "gm" {
						t.Errorf("heads %+v", heads)
					}
					lin, _, err3 := tx.People().ByID(ctx, "lin")
					if lin.Post != store.Salesperson && lin.Post != "" || len(lin.Duties) > 0 {
						t.Errorf("%+v", lin)
					}
					people, err4 := tx.People().Forged(ctx)
					accounts, err5 := tx.Accounts().Forged(ctx)
					if len(people) != c.people || len(accounts) != c.account1 {
						t.Errorf("listed %+v, %+v", people, accounts)
					}
					all, err6 := tx.Accounts().All(ctx)
					for _, a := range all {
						if a.ID == c.account && c.account1 > 0 {
							t.Errorf("messages go to %+v", a)
						}
					}
					return errors.Join(err, err1, err2, err3, err4, err5, err6)
				})
			})
		}
	}
}

// What was forged is not vouched for when the row is changed in order.
func TestForgedDutiesGoWithTheNextChange(t *testing.T) {
	db, rest := forged(t, storetest.SQLite)
	rest.Do(`UPDATE person SET duties = '管理员' WHERE id = 'lin'`)
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		err := tx.People().SetPost(ctx, "lin", store.Supervisor, now)
		p, _, err1 := tx.People().ByID(ctx, "lin")
		if p.Post != store.Supervisor || len(p.Duties) > 0 || p.Forged {
			t.Errorf("%+v", p)
		}
		return errors.Join(err, err1)
	})
}

// A code that was made for somebody else binds nobody, and is not guessed from
// what rests; a message that was given another address is not readable.
func TestForgedCodesAndAddresses(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			db, rest := forged(t, backend)
			rest.Do(`UPDATE binding SET person = 'gm'`)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				person, ok, err := tx.Codes().Use(ctx, "ABCDEF", now)
				if ok || person != "" {
					t.Errorf("binds %q", person)
				}
				return err
			})
			for _, forge := range []string{
				`UPDATE outbox SET address = 'mallory'`, `UPDATE outbox SET address = 'chen', platform = 'y'`,
				`UPDATE outbox SET platform = 'x', person = 'lin'`, `UPDATE outbox SET person = 'gm', grp = 1`,
			} {
				rest.Do(forge)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					o, _, err := tx.Outbox().ByID(ctx, "o1")
					if !errors.Is(err, store.ErrUnreadable) || o.Content != nil {
						t.Errorf("%s: %q, %v", forge, o.Content, err)
					}
					return nil
				})
			}
			rest.Do(`UPDATE outbox SET grp = 0`)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				o, _, err := tx.Outbox().ByID(ctx, "o1")
				if string(o.Content) != "机密" {
					t.Errorf("as it was: %q", o.Content)
				}
				return err
			})
		})
	}
}

// What somebody wrote into the history of who held what gives no rights to what
// was sent then, and the rest of it counts.
func TestForgedTenuresGiveNoRights(t *testing.T) {
	for _, backend := range storetest.Backends() {
		db, rest := forged(t, backend)
		rest.Do(`CREATE TABLE was AS SELECT * FROM tenure`)
		for name, forge := range map[string]string{
			"another post":          `UPDATE tenure SET name = '总经理' WHERE person = 'lin'`,
			"longer":                `UPDATE tenure SET since = 1 WHERE person = 'lin'`,
			"another's":             `UPDATE tenure SET person = 'lin' WHERE person = 'gm'`,
			"a stopped one goes on": `UPDATE tenure SET until = 0 WHERE person = 'old'`,
			"made":                  `INSERT INTO tenure (id, person, kind, name, since, until) VALUES ('t', 'lin', 'post', '总经理', 1, 0)`,
			"a duty":                `INSERT INTO tenure (id, person, kind, name, since, until) SELECT 't', 'lin', 'duty', '管理员', since, until FROM tenure WHERE kind = 'duty'`,
		} {
			t.Run(backend+"/"+name, func(t *testing.T) {
				rest.Do(forge)
				defer rest.Do(`INSERT INTO tenure SELECT * FROM was`)
				defer rest.Do(`DELETE FROM tenure`)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					for _, at := range []time.Time{now.Add(-time.Hour), now, now.Add(30 * time.Minute), now.Add(2 * time.Hour)} {
						posts, err := tx.People().PostsAt(ctx, at.Add(time.Millisecond))
						if err != nil {
							return err
						}
						for id, post := range map[string]store.Post{"lin": store.Salesperson, "gm": store.GeneralManager, "old": store.Supervisor} {
							p, err := tx.People().AsOf(ctx, store.Person{ID: id}, at)
							one, err1 := tx.People().PostAt(ctx, id, at.Add(time.Millisecond))
							if err := errors.Join(err, err1); err != nil {
								return err
							}
							held := !at.Before(now) && (id != "old" || at.Before(now.Add(time.Hour)))
							for _, got := range []store.Post{p.Post, posts[id], one} {
								if got != "" && (got != post || !held) {
									t.Errorf("%s at %v: %q", id, at, got)
								}
							}
							if id == "lin" && len(p.Duties) > 0 {
								t.Errorf("duties %v", p.Duties)
							}
						}
					}
					if len(tx.Damaged()) == 0 {
						t.Error("nobody will hear of it")
					}
					return nil
				})
			})
		}
	}
}

// A history in which somebody wrote is not vouched for when it goes on in order.
func TestForgedTenureIsNotVouchedFor(t *testing.T) {
	for _, backend := range storetest.Backends() {
		db, rest := forged(t, backend)
		rest.Do(`UPDATE tenure SET since = 1 WHERE person = 'lin'`)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			err := tx.People().SetPost(ctx, "lin", store.Supervisor, now.Add(time.Hour))
			before, err1 := tx.People().PostAt(ctx, "lin", now.Add(-time.Hour))
			after, err2 := tx.People().PostAt(ctx, "lin", now.Add(2*time.Hour))
			if before != "" || after != store.Supervisor {
				t.Errorf("%s: held %q, then %q", backend, before, after)
			}
			return errors.Join(err, err1, err2)
		})
	}
}

// Whoever has another name is the same person with the same rights.
func TestRenamed(t *testing.T) {
	for _, backend := range storetest.Backends() {
		db, _ := forged(t, backend)
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			err := tx.People().Rename(ctx, "lin", "林小林")
			p, _, err1 := tx.People().ByID(ctx, "lin")
			if p.Forged || p.Post != store.Salesperson || p.Name != "林小林" {
				t.Errorf("%s: %+v", backend, p)
			}
			return errors.Join(err, err1)
		})
	}
}

// Nobody's word is given for another customer, asker or time than was asked for.
func TestForgedRequestsAreNotDecided(t *testing.T) {
	for change, set := range map[string]string{
		"another customer": "customer = 'K2'", "another asker": "asker = 'wu'", "another time": "lapses = lapses + 1",
	} {
		t.Run(change, func(t *testing.T) {
			storetest.Both(t, func(t *testing.T, o store.Options, db *store.DB) {
				r := store.Request{Code: "A3", Kind: store.LookRequest, Asker: "lin", Customer: "K1", Words: "K1", Why: "对账", At: now, Lapses: now.Add(time.Hour)}
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error { return tx.Requests().Add(ctx, r) })
				storetest.Behind(t, o).Do(`UPDATE request SET ` + set)
				storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
					if list, err := tx.Requests().Open(ctx, now); err != nil || len(list) > 0 || len(tx.Damaged()) != 1 {
						t.Errorf("open %+v, damaged %v, %v", list, tx.Damaged(), err)
					}
					if got, _, err := tx.Requests().ByCode(ctx, "A3"); !tx.PassOver(err) {
						t.Errorf("the request is %+v, %v", got, err)
					}
					return nil
				})
			})
		})
	}
}

// A row whose columns hold what they cannot, as after a flipped bit, is one bad row: the
// others are read beside it, and it gives nobody a right.
func TestRowsThatCannotBeRead(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  string
		table  string
		people int // who is still there
		lin    bool
	}{
		"a person's time":    {`UPDATE person SET since = 'zz' WHERE id = 'lin'`, "person", 1, false},
		"an account's time":  {`UPDATE account SET bound = 'zz' WHERE id = 'alin'`, "account", 2, false},
		"an activity's time": {`UPDATE activity SET ends = 'zz' WHERE code = 'H1'`, "activity", 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			db, rest := forged(t, storetest.SQLite)
			day := store.DayOf(now)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				for _, code := range []string{"H1", "H2"} {
					err = errors.Join(err, tx.Activities().Add(ctx, store.Activity{Code: code, State: store.ActivityPlanned, First: day, Last: day, Ends: now}, store.ActivityAct{ID: "act" + code, At: now, By: "gm", Act: "活动 新增"}))
				}
				return err
			})
			rest.Do(c.spoil)
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
				caller, err := tx.Accounts().Caller(ctx, "x", "alin")
				people, err1 := tx.People().Active(ctx)
				_, err2 := tx.Accounts().All(ctx)
				list, err3 := tx.Activities().Open(ctx)
				if (caller.ID != "") != c.lin || len(people) != c.people || len(list) == 0 {
					t.Errorf("%+v writes, people %+v, activities %+v", caller, people, list)
				}
				if !slices.ContainsFunc(tx.Damaged(), func(d store.Damage) bool { return d.Table == c.table }) {
					t.Errorf("said to be damaged: %v", tx.Damaged())
				}
				return errors.Join(err, err1, err2, err3)
			})
		})
	}
}
