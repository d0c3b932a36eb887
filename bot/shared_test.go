package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
	"marketbot/store/cluster"
	"marketbot/store/cluster/clustertest"
)

// openShared gives a view of a Redis, once it answers.
func openShared(t testing.TB, s *clustertest.Server) *cluster.Cluster {
	c, err := Config{Redis: s.URL()}.cluster(time.Now, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	for end := time.Now().Add(20 * time.Second); c.Ping(t.Context()) != nil; {
		if time.Now().After(end) {
			t.Fatal("redis does not answer")
		}
	}
	return c
}

// patiently tries again: on a busy machine Redis may take too long, and then
// everybody goes on without it.
func patiently(t *testing.T, try func() error) {
	t.Helper()
	var err error
	for range 5 {
		if err = try(); err == nil {
			return
		}
	}
	t.Error(err)
}

// fetcher counts how often a token was fetched.
type fetcher struct{ n atomic.Int32 }

func (f *fetcher) fetch(context.Context) (string, time.Duration, error) {
	time.Sleep(50 * time.Millisecond)
	return fmt.Sprint("token", f.n.Add(1)), 2 * time.Hour, nil
}

// gotten is how many of ten got which token.
func gotten(t *testing.T, from []tokens, app, stale string, f *fetcher) map[string]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	got := map[string]int{}
	for i := range 10 {
		all.Go(func() {
			token, left, err := from[i%len(from)].get(t.Context(), app, stale, f.fetch)
			if err != nil || left <= time.Hour {
				t.Errorf("a token for %v: %v", left, err)
			}
			mu.Lock()
			defer mu.Unlock()
			got[token]++
		})
	}
	all.Wait()
	return got
}

// One process fetches a token for all, and another when it was refused; without
// Redis each fetches its own.
func TestTokensAreShared(t *testing.T) {
	s := clustertest.NewServer(t)
	seals, err := store.NewSealer(storeKey)
	if err != nil {
		t.Fatal(err)
	}
	from := []tokens{{openShared(t, s), seals, quiet()}, {openShared(t, s), seals, quiet()}}
	round := 0
	patiently(t, func() error {
		round++
		f, app := new(fetcher), fmt.Sprint("app", round)
		if got := gotten(t, from, app, "", f); got["token1"] != 10 {
			return fmt.Errorf("tokens %v", got)
		}
		if got := gotten(t, from, app, "token1", f); got["token2"] != 10 {
			return fmt.Errorf("after one was refused: tokens %v", got)
		}
		kept, _, err := from[0].cluster.Get(t.Context(), "token/"+app)
		if len(kept) == 0 || strings.Contains(string(kept), "token") {
			err = errors.Join(err, fmt.Errorf("redis keeps %q", kept))
		}
		return err
	})
	s.Stop()
	if got := gotten(t, from, "app", "", new(fetcher)); len(got) != 10 {
		t.Errorf("without redis: tokens %v", got)
	}
}

// narrow is a platform that takes three messages a second.
type narrow struct{ chat.Platform }

func (narrow) Name() string        { return "narrow" }
func (narrow) Limits() chat.Limits { return chat.Limits{PerSecond: 3} }

// Two processes together keep within a platform's limit; without Redis nobody
// waits.
func TestPaceOfAll(t *testing.T) {
	s := clustertest.NewServer(t)
	one, two := &bot{parts: parts{Cluster: openShared(t, s)}}, &bot{parts: parts{Cluster: openShared(t, s)}}
	patiently(t, func() error {
		began := time.Now()
		for i := range 8 {
			if err := []*bot{one, two}[i%2].pace(t.Context(), narrow{}); err != nil {
				return fmt.Errorf("send %d: %w", i, err)
			}
		}
		if took := time.Since(began); took < 1900*time.Millisecond {
			return fmt.Errorf("8 sends at 3 a second took %v", took)
		}
		return nil
	})
	s.Stop()
	began := time.Now()
	for range 50 {
		if err := one.pace(t.Context(), narrow{}); err != nil {
			t.Errorf("without redis: %v", err)
		}
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("without redis 50 sends waited %v", took)
	}
}

// Limits that others use up make a send wait its turn as the platform would.
func TestPaceIsFull(t *testing.T) {
	b := &bot{parts: parts{Cluster: openShared(t, clustertest.NewServer(t))}}
	patiently(t, func() error {
		for range 3 {
			if _, err := b.Cluster.Take(t.Context(), "narrow", cluster.Window{Max: 3, Span: time.Minute}); err != nil {
				return err
			}
		}
		err := b.pace(t.Context(), minute{})
		var busy *chat.SendError
		if !errors.As(err, &busy) || busy.Failure != chat.Busy || busy.After < 50*time.Second {
			return fmt.Errorf("a full minute says %w", err)
		}
		return nil
	})
}

// minute is a platform that takes three messages a minute.
type minute struct{ narrow }

func (minute) Limits() chat.Limits { return chat.Limits{PerMinute: 3} }
