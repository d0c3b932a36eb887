package platformtest

import (
	"sync"
	"time"
)

// Limit is how many a platform takes within a span.
type Limit struct {
	Max  int
	Span time.Duration
}

// Meter counts what was sent to each receiver, what was refused too. The zero
// value has counted nothing.
type Meter struct {
	mu     sync.Mutex
	recent map[string][]time.Time
}

// Allow counts one more to a receiver and reports whether all limits hold.
func (m *Meter) Allow(to string, now time.Time, limits ...Limit) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	longest, ok := time.Duration(0), true
	for _, l := range limits {
		longest = max(longest, l.Span)
		ok = ok && within(m.recent[to], now, l.Span) < l.Max
	}
	if m.recent == nil {
		m.recent = map[string][]time.Time{}
	}
	times := m.recent[to]
	m.recent[to] = append(times[len(times)-within(times, now, longest):], now)
	return ok
}

// within is how many of the times, oldest first, lie within the span.
func within(times []time.Time, now time.Time, span time.Duration) int {
	n := 0
	for _, t := range times {
		if t.After(now.Add(-span)) {
			n++
		}
	}
	return n
}
