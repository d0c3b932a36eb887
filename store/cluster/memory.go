package cluster

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"time"
)

// Memory is the Cluster of a process that is alone.
type Memory struct {
	now func() time.Time

	mu      sync.Mutex
	kept    map[string]kept
	taken   map[taking][]time.Time // oldest first
	ears    map[string][]chan struct{}
	written int // since what has ended was swept
}

var _ Cluster = (*Memory)(nil)

// kept is a value, or the mark of a lease.
type kept struct {
	value []byte
	until time.Time
}

type taking struct {
	key  string
	span time.Duration
}

// NewMemory makes one that goes by a clock.
func NewMemory(now func() time.Time) *Memory {
	return &Memory{now: now, kept: map[string]kept{}, taken: map[taking][]time.Time{}, ears: map[string][]chan struct{}{}}
}

// Keys of leases and of values do not meet.
const (
	leaseKey = "lease/"
	valueKey = "value/"
)

// Acquire implements Cluster.
func (m *Memory) Acquire(_ context.Context, key string, life time.Duration) (Lease, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.find(leaseKey+key) != nil {
		return Lease{}, false, nil
	}
	l := Lease{key, rand.Text()}
	m.keep(leaseKey+key, []byte(l.mark), life)
	return l, true, nil
}

// Renew implements Cluster.
func (m *Memory) Renew(_ context.Context, l Lease, life time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if string(m.find(leaseKey+l.key)) != l.mark {
		return false, nil
	}
	m.keep(leaseKey+l.key, []byte(l.mark), life)
	return true, nil
}

// Release implements Cluster.
func (m *Memory) Release(_ context.Context, l Lease) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if string(m.find(leaseKey+l.key)) == l.mark {
		delete(m.kept, leaseKey+l.key)
	}
	return nil
}

// find gives what is kept and has not ended.
func (m *Memory) find(key string) []byte {
	if k, ok := m.kept[key]; ok && m.now().Before(k.until) {
		return k.value
	}
	return nil
}

// sweepEvery is how many writes there are between two sweeps.
const sweepEvery = 1000

func (m *Memory) keep(key string, value []byte, life time.Duration) {
	now := m.now()
	m.kept[key] = kept{value, now.Add(life)}
	if m.written++; m.written < sweepEvery {
		return
	}
	m.written = 0
	for key, k := range m.kept {
		if !now.Before(k.until) {
			delete(m.kept, key)
		}
	}
}

// Take implements Cluster.
func (m *Memory) Take(_ context.Context, key string, windows ...Window) (wait time.Duration, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	for _, w := range windows {
		times := m.taken[taking{key, w.Span}]
		for len(times) > 0 && now.Sub(times[0]) >= w.Span {
			times = times[1:]
		}
		for i := len(times) - 1; i >= 0 && times[i].After(now); i-- {
			times[i] = now // the clock was set back
		}
		m.taken[taking{key, w.Span}] = times
		if over := len(times) - w.Most; over >= 0 {
			wait = max(wait, times[over].Add(w.Span).Sub(now))
		}
	}
	if wait > 0 {
		return wait, nil
	}
	for _, w := range windows {
		m.taken[taking{key, w.Span}] = append(m.taken[taking{key, w.Span}], now)
	}
	return 0, nil
}

// Put implements Cluster.
func (m *Memory) Put(_ context.Context, key string, value []byte, life time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(valueKey+key, slices.Clone(value), life)
	return nil
}

// Get implements Cluster.
func (m *Memory) Get(_ context.Context, key string) ([]byte, time.Duration, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	value := m.find(valueKey + key)
	if value == nil {
		return nil, 0, nil
	}
	return slices.Clone(value), m.kept[valueKey+key].until.Sub(m.now()), nil
}

// Wake implements Cluster.
func (m *Memory) Wake(_ context.Context, topic string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, ear := range m.ears[topic] {
		select {
		case ear <- struct{}{}:
		default: // it has not heard the last one yet
		}
	}
	return nil
}

// Listen implements Cluster.
func (m *Memory) Listen(ctx context.Context, topic string, f func()) {
	ear := make(chan struct{}, 1)
	m.mu.Lock()
	m.ears[topic] = append(m.ears[topic], ear)
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.ears[topic] = slices.DeleteFunc(m.ears[topic], func(other chan struct{}) bool { return other == ear })
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ear:
			f()
		}
	}
}

// Alone implements Cluster.
func (m *Memory) Alone() bool { return true }

// Ping implements Cluster.
func (m *Memory) Ping(context.Context) error { return nil }

// Close implements Cluster.
func (m *Memory) Close() error { return nil }
