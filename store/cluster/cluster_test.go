package cluster_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"marketbot/store/cluster"
	"marketbot/store/cluster/clustertest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	m := cluster.NewMemory(time.Now)
	clustertest.Run(t, func(*testing.T) cluster.Cluster { return m })
}

func TestRedis(t *testing.T) {
	s := clustertest.NewServer(t)
	clustertest.Run(t, func(t *testing.T) cluster.Cluster {
		r, err := cluster.NewPatient(s.URL())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		return r
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
			r, err := cluster.NewRedis(s.URL(), time.Now, slog.New(slog.DiscardHandler))
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
