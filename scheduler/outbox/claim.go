package outbox

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// Several processes may deliver from one store. Each claims chats in the store
// before it sends anything to them, and keeps what it claimed by saying in time
// that it lives; what one claimed that died, others take over. What a process
// sends that was stopped and has lost its claims meanwhile, it sends with the
// same bytes under the same key, so that it is seen once.

// Times and sizes of claims.
const (
	claimLease = 5 * time.Second        // then others take over what was claimed
	claimSure  = 4 * time.Second        // so long a process relies on it
	claimKeep  = time.Second            // how often it is kept
	claimSlow  = 3 * time.Second        // of the store, to answer
	claimSoon  = 25 * time.Millisecond  // what could not be claimed is looked at again
	claimLater = 400 * time.Millisecond // and, while nothing changes, less and less often
	claimChats = 128                    // chats ready to be served at a time, so that others have theirs
	sharedLook = 3 * time.Second        // lookEvery of a shared store
)

// claims is what a process holds of a shared store. Deliveries ask it at the
// last moment; the pump changes it.
type claims struct{ now atomic.Pointer[hold] }

// hold is a name and until when it is relied on.
type hold struct {
	name  string
	until time.Time
}

// holds tells whether a message may be sent by this process now.
func (c *claims) holds(it *item, now time.Time) bool {
	h := c.now.Load()
	return h == nil && it.Claim == "" || h != nil && it.Claim == h.name && now.Before(h.until)
}

// keep says that this process lives, and drops what it had when the store took
// it for dead.
func (p *pump) keep(ctx context.Context, now time.Time) {
	if !p.shared || now.Sub(p.kept) < claimKeep && !now.Before(p.kept) {
		return
	}
	p.kept = now
	ctx, cancel := context.WithTimeout(ctx, claimSlow)
	defer cancel()
	kept, err := p.o.DB.Keep(ctx, claimLease)
	if err != nil {
		p.o.Log.Error("keep what was claimed of the outbox", "error", err)
		return
	}
	if !kept {
		p.o.Log.Warn("claims on the outbox were lost")
		p.drop()
	}
	p.held.now.Store(&hold{p.o.DB.Replica(), now.Add(claimSure)})
	p.yield(ctx)
}

// elsewhere are the platforms that only another process can send by.
func (p *pump) elsewhere() (names []string) {
	for name, platform := range p.o.Platforms {
		if r, ok := platform.(chat.Resident); ok && !r.Here() {
			names = append(names, name)
		}
	}
	return names
}

// yield leaves to others what only they can send.
func (p *pump) yield(ctx context.Context) {
	var ids []string
	var from []*lane
	for _, name := range p.elsewhere() {
		for _, l := range p.line(name).chats {
			if l.busy || len(l.queue) == 0 {
				continue
			}
			from = append(from, l)
			for _, it := range l.queue {
				ids = append(ids, it.ID)
			}
		}
	}
	if len(ids) == 0 {
		return
	}
	if err := p.o.DB.Yield(ctx, ids); err != nil {
		p.o.Log.Error("leave messages to another process", "error", err, "messages", len(ids))
		return
	}
	for _, l := range from {
		p.clear(l)
	}
	p.tell()
}

// tell lets other processes know that something waits for them.
func (p *pump) tell() {
	if p.o.Tell != nil {
		p.o.Tell()
	}
}

// clear lets go what waits in a chat.
func (p *pump) clear(l *lane) {
	l.leave()
	for _, it := range l.queue {
		delete(p.known, it.ID)
	}
	l.queue = nil
}

// sure tells whether what was claimed can be relied on now.
func (p *pump) sure(now time.Time) bool {
	h := p.held.now.Load()
	return !p.shared || h != nil && now.Before(h.until)
}

// drop lets go what is not on its way.
func (p *pump) drop() {
	for _, n := range p.lines {
		for _, l := range n.chats {
			p.clear(l)
		}
	}
	p.stale = true
}

// room is how many chats more may be claimed.
func (p *pump) room() int {
	room := claimChats - p.flying
	for _, n := range p.lines {
		room -= n.ready.Len()
	}
	return room
}

// wants tells whether it is time to claim what could not be claimed before.
func (p *pump) wants(now time.Time) bool {
	return !p.again.IsZero() && !now.Before(p.again) || p.more && p.room() >= claimChats/2
}

// claim claims as many chats as there is room for.
func (p *pump) claim(ctx context.Context, now time.Time) error {
	p.more, p.again = false, time.Time{}
	if !p.shared || !p.sure(now) {
		return nil
	}
	room := p.room()
	if room < claimChats/2 {
		p.more = true
		return nil
	}
	c, err := p.o.DB.Claim(ctx, now, room, p.elsewhere()...)
	if errors.Is(err, store.ErrNotClaimed) {
		p.kept, p.again = time.Time{}, now // keep finds out
		return nil
	}
	if p.look = min(2*p.look, claimLater); c.Messages > 0 || p.look == 0 {
		p.look = claimSoon
	}
	if c.Left || c.Elsewhere {
		p.tell()
	}
	if c.Left {
		p.again = now.Add(p.look)
	}
	p.more = c.Left && c.Messages > 0
	return err
}

// mine tells whether a message is this process's to deliver.
func (p *pump) mine(it *item) bool { return !p.shared || it.Claim == p.o.DB.Replica() }

// retire leaves to others what this process has not sent.
func (p *pump) retire() {
	if !p.shared {
		return
	}
	p.held.now.Store(&hold{})
	ctx, cancel := context.WithTimeout(context.WithoutCancel(p.work), claimSlow)
	defer cancel()
	if err := p.o.DB.Retire(ctx); err != nil {
		p.o.Log.Error("leave the outbox to others", "error", err)
	}
}
