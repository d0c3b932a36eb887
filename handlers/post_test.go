package handlers_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/store"
	"marketbot/store/storetest"
)

// TestPost: what is said unasked goes to the account used last of a platform
// that runs, to every group, once per key, and leaves a trace where nobody can
// get it.
func TestPost(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.FixedZone("CST", 8*3600))
	notice := func(to, key string) chat.Notice {
		return chat.Notice{To: to, Key: key, Message: chat.Message{Text: "x"}}
	}
	groups := []chat.Address{{Platform: "a", Group: true, ID: "g1"}, {Platform: "b", Group: true, ID: "g2"}}
	tests := []struct {
		name    string
		post    handlers.Post
		notices []chat.Notice
		want    []string // platform/address key
		dead    int
	}{
		{"account used last", handlers.Post{}, []chat.Notice{notice("li", "k")}, []string{"b/li-b k"}, 0},
		{"platform that runs", handlers.Post{Platforms: []string{"a"}}, []chat.Notice{notice("li", "k")}, []string{"a/li-a k"}, 0},
		{"platform preferred", handlers.Post{Prefer: "a"}, []chat.Notice{notice("li", "k")}, []string{"a/li-a k"}, 0},
		{"no account on the preferred", handlers.Post{Prefer: "b"}, []chat.Notice{notice("wang", "k")}, []string{"a/wang k"}, 0},
		{"same key", handlers.Post{}, []chat.Notice{notice("li", "k"), notice("li", "k")}, []string{"b/li-b k"}, 0},
		{"groups", handlers.Post{Groups: groups}, []chat.Notice{notice("", "k")}, []string{"a/g1 k", "b/g2 k@b/g2"}, 0},
		{"no group", handlers.Post{}, []chat.Notice{notice("", "k")}, nil, 0},
		{"no account", handlers.Post{}, []chat.Notice{notice("han", "k"), notice("han", "l")}, []string{"a/wang admin/no-account/han/2026-11-27/wang"}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db := openPeople(t, now)
			got, dead := owed(t, db, now, func(ctx context.Context, tx *store.Tx) error {
				return tt.post.Notices(ctx, tx, tt.notices, store.ClassDue, now)
			})
			if !slices.Equal(got, tt.want) || dead != tt.dead {
				t.Errorf("owed %q, %d dead, want %q, %d", got, dead, tt.want, tt.dead)
			}
		})
	}
}

// What an administrator named in a chat counts where the settings name no group
// of the platform.
func TestNamedGroups(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		post handlers.Post
		want []string
	}{
		{"none in the settings", handlers.Post{}, []string{"a/named k", "b/named k@b/named"}},
		{"one in the settings", handlers.Post{Groups: []chat.Address{{Platform: "a", Group: true, ID: "g1"}}}, []string{"a/g1 k", "b/named k@b/named"}},
		{"one platform runs", handlers.Post{Platforms: []string{"b"}}, []string{"b/named k"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			db := openPeople(t, now)
			got, _ := owed(t, db, now, func(ctx context.Context, tx *store.Tx) error {
				for _, platform := range []string{"a", "b"} {
					if err := tx.Marks().Set(ctx, store.DepartmentOf(platform, "named"), now); err != nil {
						return err
					}
				}
				return c.post.Notices(ctx, tx, []chat.Notice{{Key: "k", Message: chat.Message{Text: "x"}}}, store.ClassDue, now)
			})
			if !slices.Equal(got, c.want) {
				t.Errorf("owed %q, want %q", got, c.want)
			}
		})
	}
}

func TestTellAvoidsABrokenPlatform(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ prefer, avoid, want string }{{"", "", "a/wang"}, {"", "a", "b/wang2"}, {"b", "", "b/wang2"}, {"b", "b", "a/wang"}} {
		db := openPeople(t, now)
		got, _ := owed(t, db, now, func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Accounts().Bind(ctx, store.Account{Platform: "b", ID: "wang2", Person: "wang"}, now.Add(-time.Hour)); err != nil {
				return err
			}
			post := handlers.Post{Prefer: c.prefer}
			return post.Tell(ctx, tx, "k", "x", now, c.avoid)
		})
		if !slices.Equal(got, []string{c.want + " admin/k/wang"}) {
			t.Errorf("%+v: owed %q", c, got)
		}
	}
}

// openPeople is a store with 李雷 (accounts on a and, later, b), 韩梅 (none)
// and the administrator 王芳 (a).
func openPeople(t *testing.T, now time.Time) *store.DB {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite)
	people := []store.Person{
		{ID: "li", Name: "李雷", Post: store.Salesperson, Since: now},
		{ID: "han", Name: "韩梅", Post: store.Salesperson, Since: now},
		{ID: "wang", Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}, Since: now},
	}
	accounts := []store.Account{{Platform: "a", ID: "li-a", Person: "li"}, {Platform: "b", ID: "li-b", Person: "li"}, {Platform: "a", ID: "wang", Person: "wang"}}
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		for _, p := range people {
			if err := tx.People().Add(t.Context(), p); err != nil {
				return err
			}
		}
		for i, a := range accounts {
			if err := tx.Accounts().Bind(t.Context(), a, now.Add(time.Duration(i)*time.Minute)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// owed lists what waits after f, as platform/address and key.
func owed(t *testing.T, db *store.DB, now time.Time, f func(context.Context, *store.Tx) error) (list []string, dead int) {
	t.Helper()
	ctx := t.Context()
	err := db.Update(ctx, func(tx *store.Tx) error {
		if err := f(ctx, tx); err != nil {
			return err
		}
		waiting, err := tx.Outbox().Waiting(ctx, now, 100)
		for _, o := range waiting {
			list = append(list, fmt.Sprintf("%s/%s %s", o.Platform, o.Address, o.Key))
		}
		if err != nil {
			return err
		}
		q, err := tx.Outbox().Counts(ctx, now, time.Time{})
		dead = q.Dead
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list, dead
}
