package outbox

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// backlog is what waits, in memory, by platform and chat. It is in the hands of
// the pump.
type backlog struct {
	o      *Options
	lines  map[string]*line // by platform
	known  map[string]bool  // ids in memory, or locked
	done   *recent
	flows  map[string]*flows
	stale  bool      // it has to be read
	looked time.Time // when it was read
}

func newBacklog(o *Options, done *recent, flows map[string]*flows) *backlog {
	b := &backlog{o: o, lines: map[string]*line{}, known: map[string]bool{}, done: done, flows: flows, stale: true}
	for name, platform := range o.Platforms {
		b.open(name, platform.Limits())
	}
	return b
}

// open begins a platform, of which it may be remembered who caused how much.
func (b *backlog) open(name string, limits chat.Limits) {
	if b.flows[name] == nil {
		b.flows[name] = &flows{}
	}
	for _, f := range b.flows[name].of {
		f.strands = 0
	}
	b.lines[name] = newLine(limits, b.flows[name])
}

// line is the platform's; one that is not configured has no limits.
func (b *backlog) line(name string) *line {
	if b.lines[name] == nil {
		b.open(name, chat.Limits{})
	}
	return b.lines[name]
}

// add queues a message.
func (b *backlog) add(it *item, now time.Time) {
	b.known[it.ID] = true
	b.line(it.Platform).add(it, now)
}

// settled lets a message go that is sent or a dead letter.
func (b *backlog) settled(id string) {
	delete(b.known, id)
	b.done.add(id)
}

// lost lets a message go that another process has; it may come back.
func (b *backlog) lost(id string) {
	delete(b.known, id)
	b.stale = true
}

// read reads what waits and is not known. What cannot be read any more holds
// nothing else up: its delivery buries it. What is locked, because its key is
// missing, is left for a start with the key.
func (b *backlog) read(ctx context.Context, now time.Time) (locked int, err error) {
	var fresh []*item
	var closed []string
	err = b.o.DB.View(ctx, func(tx *store.Tx) error {
		fresh, closed = nil, nil // it may be run again
		ids, err := tx.Outbox().Backlog(ctx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if b.known[id] {
				continue
			}
			o, waits, err := tx.Outbox().ByID(ctx, id)
			unreadable := errors.Is(err, store.ErrUnreadable)
			switch {
			case err != nil && !unreadable:
				return fmt.Errorf("message %s: %w", id, err)
			case errors.Is(err, store.ErrNoKey) && now.Sub(o.Created) <= oldest:
				closed = append(closed, id)
			case waits:
				fresh = append(fresh, &item{Outgoing: o, unsure: !o.FirstTry.IsZero(), unreadable: unreadable})
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	b.stale, b.looked = len(closed) > 0, now
	for _, id := range closed {
		b.known[id] = true
	}
	for _, it := range fresh {
		b.add(it, now)
	}
	return len(closed), nil
}

// next is the most urgent lane of all platforms. When there is none, at is
// when to ask again; zero: when something else happens.
func (b *backlog) next(now time.Time) (best *line, lane *lane, at time.Time) {
	for _, n := range b.lines {
		l, again := n.next(now)
		if l == nil {
			at = earlier(at, again)
			continue
		}
		if lane == nil || l.next.before(lane.next) {
			best, lane = n, l
		}
	}
	return best, lane, at
}

// ready is how many chats could be served now.
func (b *backlog) ready() (n int) {
	for _, line := range b.lines {
		for t := range line.ready {
			n += line.ready[t].Len()
		}
	}
	return n
}

// idle reports whether nothing is due.
func (b *backlog) idle(now time.Time) bool {
	for _, n := range b.lines {
		if !n.idle(now) {
			return false
		}
	}
	return !b.stale
}

// waitingFor lists what waits, and is not on its way, for some platforms.
func (b *backlog) waitingFor(platforms []string) (ids []string) {
	for _, name := range platforms {
		for _, l := range b.line(name).chats {
			if l.busy {
				continue
			}
			for _, it := range l.all() {
				ids = append(ids, it.ID)
			}
		}
	}
	return ids
}

// drop lets go what waits, and is not on its way, for some platforms.
func (b *backlog) drop(platforms []string) {
	for _, name := range platforms {
		for _, l := range b.line(name).chats {
			if !l.busy {
				b.clear(l)
			}
		}
	}
}

// dropAll lets go what is not on its way.
func (b *backlog) dropAll() {
	for _, n := range b.lines {
		for _, l := range n.chats {
			b.clear(l)
		}
	}
	b.stale = true
}

// clear lets go what waits in a chat.
func (b *backlog) clear(l *lane) {
	for _, it := range l.clear() {
		delete(b.known, it.ID)
	}
}

// earlier is the earlier of two times, of which a zero one is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
