package outbox

import (
	"context"
	"fmt"
	"time"
)

// pump is one run of an outbox: a single goroutine that hands what waits in the
// [backlog] to the [deliverer] and what it delivered to the [recorder], as far
// as its [lease] goes.
type pump struct {
	*Outbox
	lease     *lease
	backlog   *backlog
	deliverer *deliverer
	recorder  *recorder

	starts chan delivery
	ends   chan delivery
	flying int
	asked  []chan error    // Flush calls to answer when idle
	failed error           // why the backlog could not be read
	rest   rest            // the store failed
	work   context.Context // of sends; outlives Run's a little
	cancel context.CancelFunc
}

// delivery is one that begins, or ended.
type delivery struct {
	outcome
	line *line
	lane *lane
}

// newPump makes one; passing is for a run that ends when nothing is due.
func newPump(ctx context.Context, o *Outbox, passing bool) *pump {
	w := writer{o.o.DB, o.o.Post}
	p := &pump{Outbox: o, starts: make(chan delivery, maxSenders), ends: make(chan delivery, maxSenders)}
	p.work, p.cancel = context.WithCancel(context.WithoutCancel(ctx))
	p.lease = &lease{o: &o.o, shared: o.o.DB.Shared()}
	p.backlog = newBacklog(&o.o, &o.done, o.flows)
	p.deliverer = newDeliverer(&o.o, w, p.lease)
	p.recorder = newRecorder(ctx, &o.o, w, passing)
	for range maxSenders {
		go p.send()
	}
	return p
}

// send delivers what is begun, one after the other.
func (p *pump) send() {
	for e := range p.starts {
		e.outcome = p.deliverer.deliver(p.work, e.it)
		p.ends <- e
	}
}

// step does what can be done without waiting.
func (p *pump) step(ctx context.Context) {
	now := p.o.Now()
	p.renew(ctx, now)
	p.take(now)
	p.backlog.stale = p.backlog.stale || p.lease.wants(now, p.room())
	if p.backlog.stale && !p.rest.holds(now) {
		p.load(ctx, now)
	}
	for p.lease.sure(now) && p.flying < maxSenders {
		n, l, _ := p.backlog.next(now)
		if l == nil {
			break
		}
		p.flying++
		p.starts <- delivery{outcome{ruling: ruling{it: n.begin(l, now)}}, n, l}
	}
	if !p.rest.holds(now) {
		p.recorder.step(now, len(p.asked) > 0)
	}
}

// room is how many chats more may be claimed.
func (p *pump) room() int { return maxChats - p.flying - p.backlog.ready() }

// renew renews the lease in time. It drops what this process had when the store
// took it for dead, and leaves to others what only they can send.
func (p *pump) renew(ctx context.Context, now time.Time) {
	if !p.lease.due(now) {
		return
	}
	kept, err := p.lease.renew(ctx, now)
	if err != nil {
		p.o.Log.Error("renew the lease on the outbox", "error", err)
		return
	}
	if !kept {
		p.o.Log.Warn("the lease on the outbox was lost")
		p.backlog.dropAll()
	}
	elsewhere := p.lease.elsewhere()
	ids := p.backlog.waitingFor(elsewhere)
	if len(ids) == 0 {
		return
	}
	if err := p.lease.release(ctx, ids); err != nil {
		p.o.Log.Error("leave messages to another process", "error", err, "messages", len(ids))
		return
	}
	p.backlog.drop(elsewhere)
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
		case !p.lease.mine(it):
			p.backlog.stale = true
		case !p.backlog.known[o.ID] && !p.done.has(o.ID):
			p.backlog.add(it, now)
		}
	}
}

// load claims and reads what was owed since.
func (p *pump) load(ctx context.Context, now time.Time) {
	err := p.lease.claim(ctx, now, p.room())
	locked := 0
	if err == nil {
		locked, err = p.backlog.read(ctx, now)
	}
	p.failed = err
	switch {
	case err == nil:
		p.tellLocked(ctx, locked, now)
	case ctx.Err() == nil:
		p.o.Log.Error("read what waits in the outbox", "error", err)
		p.rest = rest{now.Add(storeRetry), storeRetry}
	}
}

// tellLocked tells of messages whose key is missing.
func (p *pump) tellLocked(ctx context.Context, n int, now time.Time) {
	if n == 0 {
		return
	}
	p.o.Log.Error("messages wait for a key that is not configured", "messages", n)
	text := fmt.Sprintf("有 %d 条待发消息是用别的 secret_key 保存的，现在读不出，暂不发送。请把当初的 secret_key 写进 old_secret_keys 再启动；7 天后放弃。", n)
	err := p.deliverer.writer.write(ctx, now, ruling{verdict: verdict{news: &news{subject: "locked", text: text}}})
	if err != nil {
		p.o.Log.Error("tell of a missing key", "error", err)
	}
}

// landed takes back what was tried.
func (p *pump) landed(e delivery) {
	now := p.o.Now()
	p.flying--
	if e.kind != sent && e.kind != deadLetter && !p.lease.mine(e.it) {
		e.kind = leave
	}
	e.line.lands(e.lane, e.it, e.verdict, e.tried, now)
	switch e.kind {
	case sent:
		p.recorder.add(e.it)
	case deadLetter:
		p.backlog.settled(e.it.ID)
	case leave:
		p.backlog.lost(e.it.ID)
	}
	p.regather(e, now)
	p.backlog.stale = p.backlog.stale || e.news != nil || e.word
}

// regather takes back what was to be told with a message: it was, and is gone,
// or it was not, and waits.
func (p *pump) regather(e delivery, now time.Time) {
	for _, it := range e.it.with {
		switch {
		case e.it.merged:
			p.backlog.settled(it.ID)
		case !p.lease.mine(it) || e.kind == leave:
			p.backlog.lost(it.ID)
		default:
			e.line.add(it, now)
		}
	}
	e.it.with, e.it.merged = nil, false
}

// recorded takes back what was recorded.
func (p *pump) recorded(r recording) {
	if !p.recorder.end(r) {
		p.rest = rest{p.o.Now().Add(storeRetry), storeRetry}
		return
	}
	for _, it := range r.list {
		p.backlog.settled(it.ID)
	}
}

// idle reports whether everything due was tried and recorded.
func (p *pump) idle() bool {
	return !p.lease.more && p.flying == 0 && p.recorder.idle() && p.backlog.idle(p.o.Now())
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
		p.backlog.stale = true
	case <-p.hand:
	case a := <-p.asks:
		p.asked, p.backlog.stale = append(p.asked, a), true
	case <-p.recorder.linger:
		p.recorder.linger, p.recorder.hurry = nil, true
	case r := <-p.recorder.ended:
		p.recorded(r)
	case e := <-p.ends:
		p.landed(e)
		for len(p.ends) > 0 {
			p.landed(<-p.ends)
		}
	case <-t.C:
		if d := p.o.Now().Sub(p.backlog.looked); d >= p.lookEvery() || d < 0 {
			p.backlog.stale = true
		}
	}
}

// lookEvery is how often the backlog is read although nothing was told.
func (p *pump) lookEvery() time.Duration {
	if p.lease.shared {
		return sharedLook
	}
	return lookEvery
}

// pause is how long nothing happens by itself.
func (p *pump) pause(now time.Time) time.Duration {
	at := earlier(now.Add(p.lookEvery()), p.lease.again)
	if p.lease.shared {
		at = earlier(at, p.lease.renewed.Add(renewEvery))
	}
	if p.lease.sure(now) && p.flying < maxSenders {
		if _, l, again := p.backlog.next(now); l != nil {
			at = now
		} else {
			at = earlier(at, again)
		}
	}
	switch {
	case p.rest.holds(now):
		at = earlier(at, p.rest.until)
	case p.backlog.stale:
		at = now
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
	if p.recorder.writing {
		p.recorded(<-p.recorder.ended)
	}
	if list := p.recorder.list; len(list) > 0 {
		p.recorder.list = nil
		p.recorded(recording{list, p.recorder.write(list, p.o.Now())})
	}
	for _, a := range p.asked {
		a <- context.Canceled
	}
	if err := p.lease.end(context.WithoutCancel(p.work)); err != nil {
		p.o.Log.Error("leave the outbox to others", "error", err)
	}
}
