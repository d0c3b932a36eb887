package wecom

import (
	"sync"
	"time"
)

// pace counts what went to each receiver within the last minute, where one
// message of ours is several of the platform's.
type pace struct {
	most int // messages a minute
	now  func() time.Time

	mu     sync.Mutex
	recent map[string][]time.Time
}

// take reserves n messages to a receiver; where there is no room it reserves
// nothing and tells how long to wait. More than a minute holds goes when
// nothing else went.
func (p *pace) take(to string, n int) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
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
	if over := len(have) + min(n, p.most) - p.most; over > 0 {
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
