package platform

import (
	"sync"
	"time"
)

// Pace counts what went to each receiver within the last minute, where one
// message of ours is several of the platform's: the outbox, which keeps the
// other limits, counts ours. It is safe for concurrent use.
type Pace struct {
	Max int // messages a minute to one receiver
	Now func() time.Time

	mu     sync.Mutex
	recent map[string][]time.Time
}

// Take reserves n messages to a receiver. Where there is no room it reserves
// nothing, and wait is how long until there is. More than a minute holds goes
// when nothing else went.
func (p *Pace) Take(to string, n int) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.Now()
	since := now.Add(-time.Minute)
	for who, times := range p.recent { // nobody is kept who was not written to
		for len(times) > 0 && !times[0].After(since) {
			times = times[1:]
		}
		if p.recent[who] = times; len(times) == 0 {
			delete(p.recent, who)
		}
	}
	have := p.recent[to]
	if over := len(have) + min(n, p.Max) - p.Max; over > 0 {
		return have[over-1].Sub(since)
	}
	if p.recent == nil {
		p.recent = map[string][]time.Time{}
	}
	for range n {
		have = append(have, now)
	}
	p.recent[to] = have
	return 0
}
