package cluster_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/store/cluster"
	"marketbot/store/cluster/clustertest"
)

// short is how long things last here, and long enough a time that is longer.
const (
	short = 300 * time.Millisecond
	long  = 10 * time.Second
)

// What two processes see of one Redis.
func TestRedis(t *testing.T) {
	server := clustertest.NewServer(t)
	open := func(t *testing.T) *cluster.Cluster {
		c, err := cluster.NewPatient(server.URL())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	for _, c := range []struct {
		name string
		try  func(t *testing.T, one, two *cluster.Cluster)
	}{
		{"leases", leases}, {"a lease ends", leaseEnds}, {"one of many", oneOfMany},
		{"windows", windows}, {"windows shared", sharedWindows}, {"values", values}, {"wakes", wakes},
	} {
		t.Run(c.name, func(t *testing.T) { c.try(t, open(t), open(t)) })
	}
}

func leases(t *testing.T, one, two *cluster.Cluster) {
	ctx := t.Context()
	l, ok, err := one.Acquire(ctx, "a", long)
	if err != nil || !ok {
		t.Fatalf("acquire: %v, %v", ok, err)
	}
	if _, ok, err := two.Acquire(ctx, "a", long); err != nil || ok {
		t.Errorf("a second acquires it too: %v", err)
	}
	if _, ok, err := two.Acquire(ctx, "b", long); err != nil || !ok {
		t.Errorf("another key is not free: %v", err)
	}
	if ok, err := one.Renew(ctx, l, long); err != nil || !ok {
		t.Errorf("renew: %v, %v", ok, err)
	}
	if err := one.Release(ctx, l); err != nil {
		t.Fatal(err)
	}
	next, ok, err := two.Acquire(ctx, "a", long)
	if err != nil || !ok {
		t.Fatalf("acquire what was released: %v, %v", ok, err)
	}
	if ok, err := one.Renew(ctx, l, long); err != nil || ok {
		t.Errorf("who lost a lease renews it: %v", err)
	}
	if err := one.Release(ctx, l); err != nil {
		t.Error(err)
	}
	if ok, err := two.Renew(ctx, next, long); err != nil || !ok {
		t.Errorf("who lost a lease ended another's: %v", err)
	}
}

func leaseEnds(t *testing.T, one, two *cluster.Cluster) {
	ctx := t.Context()
	l, ok, err := one.Acquire(ctx, "short", short)
	if err != nil || !ok {
		t.Fatalf("acquire: %v, %v", ok, err)
	}
	time.Sleep(2 * short)
	if ok, err := one.Renew(ctx, l, long); err != nil || ok {
		t.Errorf("a lease that ended is renewed: %v", err)
	}
	if _, ok, err := two.Acquire(ctx, "short", long); err != nil || !ok {
		t.Errorf("it ended and is not free: %v", err)
	}
}

func oneOfMany(t *testing.T, one, two *cluster.Cluster) {
	var got atomic.Int32
	var all sync.WaitGroup
	for i := range 20 {
		c := []*cluster.Cluster{one, two}[i%2]
		all.Go(func() {
			_, ok, err := c.Acquire(t.Context(), "many", long)
			if err != nil {
				t.Error(err)
			}
			if ok {
				got.Add(1)
			}
		})
	}
	all.Wait()
	if n := got.Load(); n != 1 {
		t.Errorf("%d of 20 acquired it", n)
	}
}

func windows(t *testing.T, one, two *cluster.Cluster) {
	const span = 2 * time.Second
	small, large := cluster.Window{Max: 3, Span: span}, cluster.Window{Max: 1000, Span: time.Minute}
	take := func(c *cluster.Cluster, key string) time.Duration {
		wait, err := c.Take(t.Context(), key, small, large)
		if err != nil {
			t.Fatal(err)
		}
		return wait
	}
	for _, c := range []*cluster.Cluster{one, two, one} {
		if wait := take(c, "w"); wait != 0 {
			t.Errorf("a window with room says to wait %v", wait)
		}
	}
	wait := take(two, "w")
	if wait <= 0 || wait > span {
		t.Errorf("a full window of %v says to wait %v", span, wait)
	}
	if w := take(one, "other"); w != 0 {
		t.Errorf("another key's window says to wait %v", w)
	}
	time.Sleep(wait + 20*time.Millisecond)
	if w := take(one, "w"); w != 0 {
		t.Errorf("after %v a window says to wait %v more", wait, w)
	}
}

// sharedWindows: however many take at the same time, no more than the window
// holds get a place, and whoever is refused takes none from a wider window.
func sharedWindows(t *testing.T, one, two *cluster.Cluster) {
	var got atomic.Int32
	var all sync.WaitGroup
	narrow, wide := cluster.Window{Max: 5, Span: time.Minute}, cluster.Window{Max: 6, Span: time.Hour}
	for i := range 30 {
		c := []*cluster.Cluster{one, two}[i%2]
		all.Go(func() {
			wait, err := c.Take(t.Context(), "shared", narrow, wide)
			if err != nil {
				t.Error(err)
			}
			if wait == 0 {
				got.Add(1)
			}
		})
	}
	all.Wait()
	if n := got.Load(); n != 5 {
		t.Errorf("%d of 30 got a place in a window of 5", n)
	}
	if wait, err := one.Take(t.Context(), "shared", wide); err != nil || wait != 0 {
		t.Errorf("the refused took places of the wider window: wait %v, %v", wait, err)
	}
}

func values(t *testing.T, one, two *cluster.Cluster) {
	ctx := t.Context()
	if v, _, err := one.Get(ctx, "v"); err != nil || v != nil {
		t.Errorf("nothing was put: %q, %v", v, err)
	}
	value := []byte("凭证\x00\xff")
	if err := one.Put(ctx, "v", value, long); err != nil {
		t.Fatal(err)
	}
	v, left, err := two.Get(ctx, "v")
	if err != nil || string(v) != string(value) || left <= 0 || left > long {
		t.Errorf("got %q for %v, %v", v, left, err)
	}
	if err := two.Put(ctx, "v", []byte("new"), short); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * short)
	if v, _, err := one.Get(ctx, "v"); err != nil || v != nil {
		t.Errorf("its time is over: %q, %v", v, err)
	}
}

// wakes: everybody who listens hears, and nobody else's topic.
func wakes(t *testing.T, one, two *cluster.Cluster) {
	ctx, stop := context.WithCancel(t.Context())
	var listening sync.WaitGroup
	heard := make([]chan struct{}, 2)
	var wrong atomic.Int32
	for i, c := range []*cluster.Cluster{one, two} {
		heard[i] = make(chan struct{}, 100)
		listening.Go(func() { c.Listen(ctx, "bell", func() { heard[i] <- struct{}{} }) })
	}
	listening.Go(func() { two.Listen(ctx, "silent", func() { wrong.Add(1) }) })
	end := time.After(long)
	for round := range 3 {
		for i := range heard {
			for woken := false; !woken; { // until both have begun to listen
				if err := one.Wake(ctx, "bell"); err != nil {
					t.Error(err)
				}
				select {
				case <-heard[i]:
					woken = true
				case <-time.After(50 * time.Millisecond):
				case <-end:
					t.Fatalf("round %d: listener %d was not woken", round, i)
				}
			}
		}
	}
	stop()
	listening.Wait()
	if wrong.Load() > 1 {
		t.Error("another topic's listener was woken")
	}
}
