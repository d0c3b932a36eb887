package store_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/store"
	"marketbot/store/storetest"
)

// Whoever writes is known as they are now, whatever was changed of them since
// their last message, and whatever of that was undone.
func TestCallers(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		account := store.Account{Platform: "feishu", ID: "ou_li", Person: "li"}
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(
				tx.People().Add(ctx, store.Person{ID: "li", Name: "李雷", Post: store.Salesperson, Since: now}),
				tx.People().Add(ctx, store.Person{ID: "han", Name: "韩梅梅", Post: store.Salesperson, Since: now}),
				tx.Accounts().Bind(ctx, account, now))
		})
		ask := func(asking func(context.Context, func(*store.Tx) error) error) (c store.Caller) {
			t.Helper()
			err := asking(t.Context(), func(tx *store.Tx) (err error) {
				c, err = tx.Accounts().Caller(t.Context(), account.Platform, account.ID)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		before := ask(db.Update)
		for _, step := range []struct {
			name string
			do   func(context.Context, *store.Tx) error
		}{
			{"post", func(ctx context.Context, tx *store.Tx) error {
				return tx.People().SetPost(ctx, "li", store.Supervisor, now)
			}},
			{"duty given", func(ctx context.Context, tx *store.Tx) error {
				return tx.People().GiveDuty(ctx, "li", store.Administrator, now)
			}},
			{"duty taken", func(ctx context.Context, tx *store.Tx) error {
				return tx.People().TakeDuty(ctx, "li", store.Administrator, now)
			}},
			{"asked", func(ctx context.Context, tx *store.Tx) error {
				return tx.Dialogs().Ask(ctx, "li", store.Dialog{Line: "签到", Expires: now.Add(time.Hour)})
			}},
			{"answered", func(ctx context.Context, tx *store.Tx) error {
				_, _, err := tx.Dialogs().Take(ctx, "li", now)
				return err
			}},
			{"used", func(ctx context.Context, tx *store.Tx) error {
				return tx.Accounts().Use(ctx, account.Platform, account.ID, now.Add(time.Hour))
			}},
			{"stopped", func(ctx context.Context, tx *store.Tx) error { return tx.People().Stop(ctx, "li", now) }},
			{"resumed", func(ctx context.Context, tx *store.Tx) error { _, err := tx.People().Resume(ctx, "li"); return err }},
			{"stopped again", func(ctx context.Context, tx *store.Tx) error { return tx.People().Stop(ctx, "li", now) }},
			{"reinstated", func(ctx context.Context, tx *store.Tx) error {
				return tx.People().Reinstate(ctx, store.Person{ID: "li", Name: "李雷", Post: store.Salesperson}, now)
			}},
			{"unbound", func(ctx context.Context, tx *store.Tx) error {
				return tx.Accounts().Unbind(ctx, account.Platform, account.ID)
			}},
			{"bound", func(ctx context.Context, tx *store.Tx) error { return tx.Accounts().Bind(ctx, account, now) }},
			{"another's", func(ctx context.Context, tx *store.Tx) error {
				return tx.Accounts().Bind(ctx, store.Account{Platform: account.Platform, ID: account.ID, Person: "han"}, now)
			}},
		} {
			undone := errors.New("no")
			err := db.Update(t.Context(), func(tx *store.Tx) error {
				_, err := tx.Accounts().Caller(t.Context(), account.Platform, account.ID)
				err = errors.Join(err, step.do(t.Context(), tx))
				_, err2 := tx.Accounts().Caller(t.Context(), account.Platform, account.ID)
				return errors.Join(err, err2, undone)
			})
			if diff := cmp.Diff(before, ask(db.Update)); diff != "" || !errors.Is(err, undone) {
				t.Errorf("%s, undone: %v %s", step.name, err, diff)
			}
			storetest.Update(t, db, step.do)
			kept, read := ask(db.Update), ask(db.View)
			if cmp.Equal(before, read) {
				t.Errorf("%s: nothing changed", step.name)
			}
			if diff := cmp.Diff(read, kept); diff != "" {
				t.Errorf("%s: %s", step.name, diff)
			}
			before = read
		}
	})
}

// No statement changes a caller unheeded.
func TestCallerWrites(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	writes, found := regexp.MustCompile(`(INTO|UPDATE|DELETE FROM)\s+(account|person|dialog)\b`), 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, literal := range strings.Split(string(text), "`") {
			if i%2 == 0 || strings.HasSuffix(file, "_test.go") || !writes.MatchString(literal) {
				continue
			}
			if found++; !store.HeededByCallers(literal) {
				t.Errorf("%s: %s", file, literal)
			}
		}
	}
	if found < 8 {
		t.Errorf("only %d statements found", found)
	}
}

// How somebody stood at a moment: with what they held then, and not at all before
// they came and after they were stopped.
func TestAsOf(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		at := func(hours int) time.Time { return now.Add(time.Duration(hours) * time.Hour) }
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(
				tx.People().Add(ctx, store.Person{ID: "li", Name: "李雷", Post: store.Salesperson, Duties: []store.Duty{store.Archivist}, Since: at(0)}),
				tx.People().SetPost(ctx, "li", store.Supervisor, at(2)),
				tx.People().TakeDuty(ctx, "li", store.Archivist, at(3)),
				tx.People().Stop(ctx, "li", at(4)),
				tx.People().Reinstate(ctx, store.Person{ID: "li", Post: store.Supervisor}, at(6)))
		})
		for hour, want := range []string{"业务员 档案员", "业务员 档案员", "市场主管 档案员", "市场主管", "", "", "市场主管"} {
			var p store.Person
			storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) (err error) {
				p, err = tx.People().AsOf(ctx, store.Person{ID: "li", Post: store.GeneralManager, Duties: []store.Duty{store.Administrator}}, at(hour))
				return err
			})
			got := string(p.Post)
			for _, d := range p.Duties {
				got += " " + string(d)
			}
			if got != want || p.Active() != (want != "") {
				t.Errorf("hour %d: stood as %q, active %v; want %q", hour, got, p.Active(), want)
			}
		}
	})
}

// An account is found in whatever capitals it is written, and is one account.
func TestCapitalsOfAnAccount(t *testing.T) {
	storetest.Both(t, func(t *testing.T, _ store.Options, db *store.DB) {
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			return errors.Join(
				tx.People().Add(ctx, store.Person{ID: "li", Name: "李雷", Post: store.Salesperson, Since: now}),
				tx.People().Add(ctx, store.Person{ID: "han", Name: "韩梅梅", Post: store.Salesperson, Since: now}),
				tx.Accounts().Bind(ctx, store.Account{Platform: "wecom", ID: "ZhangWei", Person: "li"}, now),
				tx.Accounts().Bind(ctx, store.Account{Platform: "feishu", ID: "ZhangWei", Person: "li"}, now),
				tx.Accounts().Use(ctx, "wecom", "zhangwei", now.Add(time.Hour)))
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			c, err := tx.Accounts().Caller(ctx, "wecom", "ZHANGWEI")
			p, found, err2 := tx.Accounts().Person(ctx, "wecom", "zhangwei")
			if c.ID != "li" || !c.Used.Equal(now.Add(time.Hour)) || !found || p.ID != "li" {
				t.Errorf("the caller is %+v, the person %+v", c, p)
			}
			return errors.Join(err, err2, tx.Accounts().Bind(ctx, store.Account{Platform: "wecom", ID: "zhangWEI", Person: "han"}, now))
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			all, err := tx.Accounts().All(ctx)
			if len(all) != 2 {
				t.Errorf("the accounts are %+v", all)
			}
			return errors.Join(err, tx.Accounts().Unbind(ctx, "wecom", "zhangwei"))
		})
		storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
			_, found, err := tx.Accounts().Person(ctx, "wecom", "ZhangWei")
			if found {
				t.Error("the account is still somebody's")
			}
			return err
		})
	})
}
