package pace

import (
	"sync"
	"time"
)

// Receivers keep one limit for each receiver, where one message of ours is
// several of the platform's. It remembers nobody for longer than the span after
// the last message. It is safe for concurrent use.
type Receivers struct {
	Limit

	mu sync.Mutex
	of map[string]*Window
}

// Take counts n messages to a receiver as gone. Where there is no room it counts
// none, and wait is how long until there is.
func (r *Receivers) Take(now time.Time, to string, n int) (wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for who, w := range r.of {
		if w.trim(now); len(w.ended) == 0 {
			delete(r.of, who)
		}
	}
	w := r.of[to]
	if w == nil {
		fresh := New(r.Limit)
		w = &fresh
	}
	if at, ok := w.Open(now, n); !ok {
		return at.Sub(now)
	}
	if r.of == nil {
		r.of = map[string]*Window{}
	}
	r.of[to] = w
	w.count(now, n)
	return 0
}
