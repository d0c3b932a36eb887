package cluster_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"marketbot/store/cluster"
	"marketbot/store/cluster/clustertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Who is alone has every turn, waits for nobody and keeps nothing; all that it
// asks is answered at once.
func TestAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c *cluster.Cluster
		ctx, stop := context.WithCancel(t.Context())
		for range 2 {
			l, ok, err := c.Acquire(ctx, "k", time.Minute)
			if renewed, again := c.Renew(ctx, l, time.Minute); !ok || !renewed || errors.Join(err, again, c.Release(ctx, l)) != nil {
				t.Errorf("a lease: %v, %v, %v, %v", ok, err, renewed, again)
			}
			if wait, err := c.Take(ctx, "k", cluster.Window{Max: 1, Span: time.Hour}); wait != 0 || err != nil {
				t.Errorf("a place in a window: %v, %v", wait, err)
			}
		}
		if err := c.Put(ctx, "k", []byte("v"), time.Minute); err != nil {
			t.Error(err)
		}
		if v, left, err := c.Get(ctx, "k"); v != nil || left != 0 || err != nil {
			t.Errorf("kept %q for %v, %v", v, left, err)
		}
		ended := make(chan struct{})
		go func() {
			c.Listen(ctx, "bell", func() { t.Error("woken by nobody") })
			close(ended)
		}()
		if err := errors.Join(c.Wake(ctx, "bell"), c.Ping(ctx)); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		select {
		case <-ended:
			t.Error("it does not listen until its context ends")
		default:
		}
		stop()
		<-ended
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A Redis that is gone or silent costs a moment and then nothing for a while;
// it is asked again by itself.
func TestAway(t *testing.T) {
	s := clustertest.NewServer(t)
	for _, c := range []struct {
		name        string
		leave, come func()
	}{
		{"silent", s.Silence, s.Speak},
		{"stopped", s.Stop, s.Start},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := cluster.New(s.URL(), time.Now, slog.New(slog.DiscardHandler))
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			c.leave()
			began := time.Now()
			for range 1000 {
				if err := r.Put(t.Context(), "k", nil, time.Minute); err == nil {
					t.Fatal("who is away keeps something")
				}
				if _, ok, err := r.Acquire(t.Context(), "k", time.Minute); ok || err == nil {
					t.Fatal("who is away gives a lease")
				}
			}
			if took := time.Since(began); took > 3*time.Second {
				t.Errorf("2000 calls took %v", took)
			}
			c.come()
			for end := time.Now().Add(20 * time.Second); r.Put(t.Context(), "k", []byte("v"), time.Minute) != nil; time.Sleep(50 * time.Millisecond) {
				if time.Now().After(end) {
					t.Fatal("it is not asked again")
				}
			}
		})
	}
}

// A wrong address is told without what may be a password in it.
func TestCheckURL(t *testing.T) {
	for url, fine := range map[string]bool{
		"redis://127.0.0.1:6379":          true,
		"redis://:hush@redis/1":           true,
		"rediss://bot:hush@redis:6380/0":  true,
		"":                                false,
		"127.0.0.1:6379":                  false,
		"http://:hush@redis":              false,
		"redis://:hush@redis/one":         false,
		"redis://:hu sh@redis:63790000/1": false,
	} {
		err := cluster.CheckURL(url)
		if (err == nil) != fine || err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", url, err)
		}
	}
}
