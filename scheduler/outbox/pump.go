package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// pump is one run of an outbox: what waits, in memory, in the hands of one
// goroutine. Sends run beside it and report their end.
type pump struct {
	*Outbox
	lines    map[string]*line // by platform
	known    map[string]bool  // ids in memory
	flying   int
	starts   chan end
	ends     chan end
	sent     []string // delivered, not recorded yet
	recorded chan recording
	writing  bool             // a recording is under way
	passing  bool             // it ends when nothing is left to do: nothing waits for more
	hurry    bool             // the next need not wait for more to record
	linger   <-chan time.Time // until it need not
	asked    []chan error     // Flush calls to answer when idle
	stale    bool             // the backlog has to be read
	looked   time.Time        // when it was read
	shared   bool             // the store is: what is sent has to be claimed
	kept     time.Time        // when claims were last kept
	more     bool             // there is more to claim for this process
	again    time.Time        // when to claim again; zero: as ever
	look     time.Duration    // after which it was last looked again
	failed   error            // why it could not be
	retryAt  time.Time        // when the store failed
	work     context.Context  // of sends; outlives Run's a little
	cancel   context.CancelFunc
}

func newPump(ctx context.Context, o *Outbox) *pump {
	p := &pump{Outbox: o, lines: map[string]*line{}, known: map[string]bool{}, starts: make(chan end, sendersMost), ends: make(chan end, sendersMost), recorded: make(chan recording, 1), stale: true, shared: o.o.DB.Shared()}
	for name, platform := range o.o.Platforms {
		p.lines[name] = newLine(platform.Limits())
	}
	p.work, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for range sendersMost {
		go p.send()
	}
	return p
}

// send delivers what is begun, one after the other.
func (p *pump) send() {
	for e := range p.starts {
		e.outcome = p.deliver(p.work, e.it)
		p.ends <- e
	}
}

// step does what can be done without waiting.
func (p *pump) step(ctx context.Context) {
	now := p.o.Now()
	p.keep(ctx, now)
	p.take(now)
	p.stale = p.stale || p.wants(now)
	if p.stale && !p.rests(now) {
		p.load(ctx, now)
	}
	for p.sure(now) && p.flying < sendersMost {
		n, l, _ := p.next(now)
		if l == nil {
			break
		}
		p.flying++
		p.starts <- end{outcome{it: n.begin(l)}, n, l}
	}
	p.record()
}

// take queues what was handed over.
func (p *pump) take(now time.Time) {
	p.mu.Lock()
	handed := p.handed
	p.handed = nil
	p.mu.Unlock()
	for _, o := range handed {
		it := &item{Outgoing: o}
		switch {
		case !p.mine(it):
			p.stale = true
		case !p.known[o.ID] && !p.done.has(o.ID):
			p.known[o.ID] = true
			p.line(o.Platform).add(it, now)
		}
	}
}

// forget lets a message go that is settled.
func (p *pump) forget(id string) {
	delete(p.known, id)
	p.done.add(id)
}

// rests tells whether the store failed so lately that it is left alone. A clock
// that was set back must not make it longer.
func (p *pump) rests(now time.Time) bool {
	d := p.retryAt.Sub(now)
	return d > 0 && d <= storeRetry
}

// load reads what was owed since.
func (p *pump) load(ctx context.Context, now time.Time) {
	err := p.claim(ctx, now)
	var fresh []*item
	var locked int
	if err == nil {
		fresh, locked, err = p.fresh(ctx, now)
	}
	p.failed = err
	if err != nil && ctx.Err() == nil {
		p.o.Log.Error("read what waits in the outbox", "error", err)
		p.retryAt = now.Add(storeRetry)
		return
	}
	p.stale, p.looked = locked > 0, now
	p.tellLocked(ctx, locked, now)
	for _, it := range fresh {
		p.known[it.ID] = true
		p.line(it.Platform).add(it, now)
	}
}

// fresh reads what waits and is not known. What cannot be read any more holds
// nothing else up: its delivery buries it. What is locked, because its key is
// missing, is left for a start with the key.
func (p *pump) fresh(ctx context.Context, now time.Time) (list []*item, locked int, err error) {
	err = p.o.DB.View(ctx, func(tx *store.Tx) error {
		ids, err := tx.Backlog(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if p.known[id] {
				continue
			}
			o, waits, err := tx.Owed(ctx, id)
			unreadable := errors.Is(err, store.ErrUnreadable)
			switch {
			case err != nil && !unreadable:
				return fmt.Errorf("message %s: %w", id, err)
			case errors.Is(err, store.ErrNoKey) && now.Sub(o.Created) <= oldest:
				p.known[id] = true
				locked++
			case waits:
				list = append(list, &item{Outgoing: o, unsure: !o.FirstTry.IsZero(), unreadable: unreadable})
			}
		}
		return nil
	})
	return list, locked, err
}

// line is the platform's; one that is not configured has no limits.
func (p *pump) line(name string) *line {
	if p.lines[name] == nil {
		p.lines[name] = newLine(chat.Limits{})
	}
	return p.lines[name]
}

// next is the most urgent lane of all platforms. When there is none, at is
// when to ask again; zero: when something else happens.
func (p *pump) next(now time.Time) (best *line, lane *lane, at time.Time) {
	for _, n := range p.lines {
		l, again := n.next(now)
		if l == nil {
			at = earlier(at, again)
			continue
		}
		if lane == nil || l.queue[0].before(lane.queue[0]) {
			best, lane = n, l
		}
	}
	return best, lane, at
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// end is a delivery that begins, or ended.
type end struct {
	outcome
	line *line
	lane *lane
}

func (p *pump) landed(e end) {
	now := p.o.Now()
	p.flying--
	e.line.end(e.lane, e.it, now, e.tried)
	if e.pause > 0 {
		e.line.until = now.Add(e.pause)
	}
	switch {
	case e.sent:
		p.arrived(e.it)
	case e.gone:
		p.forget(e.it.ID)
	case e.lost || !p.mine(e.it):
		delete(p.known, e.it.ID)
		p.stale = true
	default:
		e.lane.add(e.it)
	}
	p.stale = p.stale || e.told
	e.line.place(e.lane, now)
}

// idle tells whether everything due was tried and recorded.
func (p *pump) idle() bool {
	if p.stale || p.more || p.flying > 0 || p.writing || len(p.sent) > 0 {
		return false
	}
	now := p.o.Now()
	for _, n := range p.lines {
		if !n.rests(now) {
			return false
		}
	}
	return true
}

// answer lets those who wait for a Flush go once it is done.
func (p *pump) answer() (done bool, err error) {
	if p.failed == nil && !p.idle() {
		return false, nil
	}
	for _, a := range p.asked {
		a <- p.failed
	}
	p.asked = nil
	return true, p.failed
}

// wait returns when there may be something to do.
func (p *pump) wait(ctx context.Context) {
	t := time.NewTimer(p.pause(p.o.Now()))
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-p.wake:
		p.stale = true
	case <-p.hand:
	case a := <-p.asks:
		p.asked, p.stale = append(p.asked, a), true
	case <-p.linger:
		p.linger, p.hurry = nil, true
	case r := <-p.recorded:
		p.wrote(r)
	case e := <-p.ends:
		p.landed(e)
		for len(p.ends) > 0 {
			p.landed(<-p.ends)
		}
	case <-t.C:
		if d := p.o.Now().Sub(p.looked); d >= p.lookEvery() || d < 0 {
			p.stale = true
		}
	}
}

// lookEvery is how often the backlog is read although nothing was told.
func (p *pump) lookEvery() time.Duration {
	if p.shared {
		return sharedLook
	}
	return lookEvery
}

// pause is how long nothing happens by itself.
func (p *pump) pause(now time.Time) time.Duration {
	at := earlier(now.Add(p.lookEvery()), p.again)
	if p.shared {
		at = earlier(at, p.kept.Add(claimKeep))
	}
	if p.sure(now) && p.flying < sendersMost {
		if _, l, again := p.next(now); l != nil {
			at = now
		} else {
			at = earlier(at, again)
		}
	}
	if p.rests(now) {
		at = earlier(at, p.retryAt)
	}
	return max(0, at.Sub(now))
}

// stop lets sends under way end and records what they delivered.
func (p *pump) stop() {
	t := time.AfterFunc(stopGrace, p.cancel)
	defer t.Stop()
	defer p.cancel()
	for p.flying > 0 {
		p.landed(<-p.ends)
	}
	close(p.starts)
	if p.writing {
		p.wrote(<-p.recorded)
	}
	if len(p.sent) > 0 {
		p.wrote(recording{p.sent, p.write(p.sent, p.o.Now())})
	}
	for _, a := range p.asked {
		a <- context.Canceled
	}
	p.retire()
}
