package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/store"
	"marketbot/store/storetest"
)

// replicas are processes on one database.
func replicas(t *testing.T, n int) []*store.DB {
	t.Helper()
	o := storetest.Prepared(t, storetest.Postgres)
	list := make([]*store.DB, n)
	for i := range list {
		list[i] = storetest.Reopen(t, o)
		t.Cleanup(func() { list[i].Close() })
	}
	return list
}

// keep makes a replica live for so long.
func keep(t *testing.T, db *store.DB, lease time.Duration) (kept bool) {
	t.Helper()
	kept, err := db.Renew(t.Context(), lease)
	if err != nil {
		t.Fatal(err)
	}
	return kept
}

// oweTo owes messages to chats and tells what is said of the last.
func oweTo(t *testing.T, db *store.DB, class store.Class, at time.Time, keys ...string) (o store.Outgoing) {
	t.Helper()
	storetest.Update(t, db, func(ctx context.Context, tx *store.Tx) error {
		for _, k := range keys {
			to, _, _ := strings.Cut(k, "/")
			o = store.Outgoing{ID: tx.NewID(at), Key: k, Platform: "x", Address: to, Class: class, Due: at, Created: at, Content: []byte("{}")}
			if _, err := tx.Outbox().Enqueue(ctx, &o); err != nil {
				return err
			}
		}
		return nil
	})
	return o
}

// mine are the keys of what a replica has to deliver.
func mine(t *testing.T, db *store.DB) []string {
	t.Helper()
	keys := []string{}
	err := db.View(t.Context(), func(tx *store.Tx) error {
		ids, err := tx.Outbox().Backlog(t.Context())
		for _, id := range ids {
			o, _, err := tx.Outbox().ByID(t.Context(), id)
			if err != nil {
				return err
			}
			keys = append(keys, o.Key)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(keys)
	return keys
}

// claim claims so many chats and looks at what the replica has then.
func claim(t *testing.T, db *store.DB, chats int, left bool, want ...string) {
	t.Helper()
	c, err := db.Claim(t.Context(), now, chats)
	if err != nil || c.Left != left {
		t.Errorf("claim: %+v, %v, want left %v", c, err, left)
	}
	if got := mine(t, db); !slices.Equal(got, want) {
		t.Errorf("claimed %q, want %q", got, want)
	}
}

// A chat is claimed whole, by one living process; the most urgent chats first.
func TestClaim(t *testing.T) {
	r := replicas(t, 2)
	a, b := r[0], r[1]
	if _, err := a.Claim(t.Context(), now, 1); !errors.Is(err, store.ErrNotClaimed) {
		t.Errorf("claim of one that nobody knows: %v", err)
	}
	keep(t, a, time.Minute)
	keep(t, b, time.Minute)
	oweTo(t, a, store.ClassReminder, now, "li/1", "li/2", "han/1")
	oweTo(t, a, store.ClassAlarm, now, "wang/1")
	claim(t, a, 2, true, "li/1", "li/2", "wang/1")
	claim(t, b, 9, false, "han/1")
	oweTo(t, b, store.ClassReminder, now, "li/3", "han/2")
	claim(t, b, 9, true, "han/1", "han/2")
	claim(t, a, 9, false, "li/1", "li/2", "li/3", "wang/1")
	if err := a.Retire(t.Context()); err != nil {
		t.Fatal(err)
	}
	claim(t, b, 9, false, "han/1", "han/2", "li/1", "li/2", "li/3", "wang/1")
}

// What is not due claims nothing, but goes with its chat.
func TestClaimOfWhatIsNotDue(t *testing.T) {
	r := replicas(t, 1)
	keep(t, r[0], time.Minute)
	oweTo(t, r[0], store.ClassDue, now.Add(time.Hour), "li/later", "han/later")
	claim(t, r[0], 9, false)
	oweTo(t, r[0], store.ClassDue, now.Add(-time.Hour), "li/now")
	claim(t, r[0], 9, false, "li/later", "li/now")
}

// A process that did not keep its claims in time has lost them when another
// looks, whatever it thinks itself, and may write nothing any more about what
// it had but that it was seen.
func TestLostClaims(t *testing.T) {
	r := replicas(t, 2)
	a, b := r[0], r[1]
	keep(t, a, time.Millisecond)
	keep(t, b, time.Minute)
	o := oweTo(t, a, store.ClassAnswer, now, "li/1")
	if o.Claim != a.Replica() {
		t.Fatalf("born claimed by %q", o.Claim)
	}
	time.Sleep(10 * time.Millisecond)
	if !keep(t, a, time.Millisecond) {
		t.Error("lost although nobody took it over")
	}
	time.Sleep(10 * time.Millisecond)
	claim(t, b, 9, false, "li/1")
	for name, write := range map[string]func(context.Context, *store.Tx) error{
		"freeze":  func(ctx context.Context, tx *store.Tx) error { return tx.Outbox().Freeze(ctx, o.ID, []byte("x"), now) },
		"retry":   func(ctx context.Context, tx *store.Tx) error { return tx.Outbox().Retry(ctx, o.ID, now, "x", true) },
		"rewrite": func(ctx context.Context, tx *store.Tx) error { return tx.Outbox().Rewrite(ctx, o.ID, []byte("x")) },
		"bury":    func(ctx context.Context, tx *store.Tx) error { return tx.Outbox().DeadLetter(ctx, o.ID, "x", now) },
	} {
		err := a.Update(t.Context(), func(tx *store.Tx) error { return write(t.Context(), tx) })
		if !errors.Is(err, store.ErrNotClaimed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	before := a.Replica()
	if keep(t, a, time.Minute) || a.Replica() == before {
		t.Error("kept what it had lost")
	}
	storetest.Update(t, a, func(ctx context.Context, tx *store.Tx) error { return tx.Outbox().Sent(ctx, o.ID, "", now) })
	claim(t, b, 9, false)
}

// An answer is its process's own at once, unless something else in its chat is
// to be said first by another or by nobody yet; and it stands behind that, even
// where the clock is behind.
func TestAnswersOfSeveralProcesses(t *testing.T) {
	r := replicas(t, 2)
	a, b := r[0], r[1]
	keep(t, a, time.Minute)
	keep(t, b, time.Minute)
	first := oweTo(t, a, store.ClassAnswer, now, "li/1")
	second := oweTo(t, b, store.ClassAnswer, now.Add(-time.Second), "li/2")
	other := oweTo(t, b, store.ClassAnswer, now, "han/1")
	third := oweTo(t, a, store.ClassAnswer, now, "li/3")
	if first.Claim != a.Replica() || second.Claim != "" || other.Claim != b.Replica() || third.Claim != "" {
		t.Errorf("claimed by %q %q %q %q", first.Claim, second.Claim, other.Claim, third.Claim)
	}
	if !(first.ID < second.ID && second.ID < third.ID) {
		t.Errorf("order %s %s %s", first.ID, second.ID, third.ID)
	}
	claim(t, b, 9, true, "han/1")
	claim(t, a, 9, false, "li/1", "li/2", "li/3")
}

// However many claim at once, no chat is ever in the hands of two.
func TestClaimsAtOnce(t *testing.T) {
	r := replicas(t, 4)
	keys := make([]string, 400)
	for i := range keys {
		keys[i] = fmt.Sprintf("p%d/%d", i%40, i)
	}
	for _, db := range r {
		keep(t, db, time.Minute)
	}
	oweTo(t, r[0], store.ClassDue, now, keys...)
	var all sync.WaitGroup
	for _, db := range r {
		all.Go(func() {
			for range 4 {
				if _, err := db.Claim(t.Context(), now, 2); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	owner, n := map[string]int{}, 0
	for i, db := range r {
		got := mine(t, db)
		n += len(got)
		if len(got) != 80 {
			t.Errorf("replica %d has %d messages", i, len(got))
		}
		for _, k := range got {
			to, _, _ := strings.Cut(k, "/")
			if other, known := owner[to]; known && other != i {
				t.Errorf("chat %s is claimed by two", to)
			}
			owner[to] = i
		}
	}
	if n != 320 {
		t.Errorf("%d claimed", n)
	}
}

// What one process holds no other gets, until it lets go.
func TestHold(t *testing.T) {
	r := replicas(t, 2)
	hold := func(db *store.DB, want bool) (release func() error) {
		t.Helper()
		release, held, err := db.Hold(t.Context(), "work")
		if err != nil || held != want {
			t.Fatalf("held %v, %v, want %v", held, err, want)
		}
		return release
	}
	release := hold(r[0], true)
	hold(r[1], false)
	if err := release(); err != nil {
		t.Error(err)
	}
	if err := hold(r[1], true)(); err != nil {
		t.Error(err)
	}
}
