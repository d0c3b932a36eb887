package outbox

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// lease is what a process has of a store that it shares with others. It claims
// chats in the store before it sends anything to them, and renews what it
// claimed by saying in time that it lives; what one claimed that died, others
// take over. What a process sends that was stopped and has lost its lease
// meanwhile, it sends with the same bytes under the same key, so that it is
// seen once.
//
// Deliveries ask it at the last moment; the pump changes it. In a store that is
// not shared it holds for everything.
type lease struct {
	o      *Options
	shared bool
	held   atomic.Pointer[hold]

	renewed time.Time     // when it was last renewed
	more    bool          // there is more to claim for this process
	again   time.Time     // when to claim again; zero: as ever
	look    time.Duration // after which it was last looked again
}

// Times and sizes of leases.
const (
	leaseLife  = 5 * time.Second        // then others take over what was claimed
	leaseSure  = 4 * time.Second        // so long a process relies on it
	renewEvery = time.Second            // how often it is renewed
	leaseSlow  = 3 * time.Second        // of the store, to answer
	claimSoon  = 25 * time.Millisecond  // what could not be claimed is looked at again
	claimLater = 400 * time.Millisecond // and, while nothing changes, less and less often
	maxChats   = 128                    // chats ready to be served at a time, so that others have theirs
	sharedLook = 3 * time.Second        // lookEvery of a shared store
)

// hold is a name and until when it is relied on.
type hold struct {
	name  string
	until time.Time
}

// holds reports whether a message may be sent by this process now.
func (l *lease) holds(it *item, now time.Time) bool {
	h := l.held.Load()
	return h == nil && it.Claim == "" || h != nil && it.Claim == h.name && now.Before(h.until)
}

// sure reports whether what was claimed can be relied on now.
func (l *lease) sure(now time.Time) bool {
	h := l.held.Load()
	return !l.shared || h != nil && now.Before(h.until)
}

// mine reports whether a message is this process's to deliver.
func (l *lease) mine(it *item) bool { return !l.shared || it.Claim == l.o.DB.Replica() }

// due reports whether it is time to renew.
func (l *lease) due(now time.Time) bool {
	return l.shared && (now.Sub(l.renewed) >= renewEvery || now.Before(l.renewed))
}

// renew says that this process lives; kept is false when the store took it for
// dead and gave away what it had.
func (l *lease) renew(ctx context.Context, now time.Time) (kept bool, err error) {
	l.renewed = now
	ctx, cancel := context.WithTimeout(ctx, leaseSlow)
	defer cancel()
	kept, err = l.o.DB.Renew(ctx, leaseLife)
	if err != nil {
		return true, err
	}
	l.held.Store(&hold{l.o.DB.Replica(), now.Add(leaseSure)})
	return kept, nil
}

// elsewhere are the platforms that only another process can send by.
func (l *lease) elsewhere() (names []string) {
	for name, platform := range l.o.Platforms {
		if r, ok := platform.(chat.Resident); ok && !r.Here() {
			names = append(names, name)
		}
	}
	return names
}

// wants reports whether it is time to claim what could not be claimed before.
func (l *lease) wants(now time.Time, room int) bool {
	return !l.again.IsZero() && !now.Before(l.again) || l.more && room >= maxChats/2
}

// claim claims as many chats as there is room for.
func (l *lease) claim(ctx context.Context, now time.Time, room int) error {
	l.more, l.again = false, time.Time{}
	if !l.shared || !l.sure(now) {
		return nil
	}
	if room < maxChats/2 {
		l.more = true
		return nil
	}
	c, err := l.o.DB.Claim(ctx, now, room, l.elsewhere()...)
	if errors.Is(err, store.ErrNotClaimed) {
		l.renewed, l.again = time.Time{}, now // renew finds out
		return nil
	}
	if l.look = min(2*l.look, claimLater); c.Messages > 0 || l.look == 0 {
		l.look = claimSoon
	}
	if c.Left || c.Elsewhere {
		l.tell()
	}
	if c.Left {
		l.again = now.Add(l.look)
	}
	l.more = c.Left && c.Messages > 0
	return err
}

// release leaves messages to others, who alone can send them.
func (l *lease) release(ctx context.Context, ids []string) error {
	if err := l.o.DB.Release(ctx, ids); err != nil {
		return err
	}
	l.tell()
	return nil
}

// tell lets other processes know that something waits for them.
func (l *lease) tell() {
	if l.o.Tell != nil {
		l.o.Tell()
	}
}

// end leaves to others what this process has not sent.
func (l *lease) end(ctx context.Context) error {
	if !l.shared {
		return nil
	}
	l.held.Store(&hold{})
	ctx, cancel := context.WithTimeout(ctx, leaseSlow)
	defer cancel()
	return l.o.DB.Retire(ctx)
}
