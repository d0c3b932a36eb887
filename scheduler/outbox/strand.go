package outbox

import (
	"cmp"
	"slices"
	"time"

	"marketbot/store"
)

// turn is whose it is among what waits. What comes first goes first, but for
// what [takesTurn] says.
type turn int

const (
	turnAnswer   turn = iota // answers within the budget of who asked
	turnNotice               // alarms, and what is due
	turnReminder             // what can wait, and notices beyond the budget of who caused them
	turnSpare                // answers beyond a budget, and what stepped aside
	turns
)

// noticeWait is how long answers go before a notice takes its turn among them.
const noticeWait = 2 * time.Second

// takesTurn reports whether a notice goes before answers now: it has waited, and
// what went last was none.
func takesTurn(notice *item, now time.Time, last turn) bool {
	return last != turnNotice && now.Sub(notice.Due) >= noticeWait
}

// strand is what one person caused in one chat, of one class, in its order.
type strand struct {
	class store.Class
	flow  *flow // nil: nobody's
	items []*item
}

// add puts an item at its place.
func (s *strand) add(it *item) {
	i, _ := slices.BinarySearchFunc(s.items, it, (*item).order)
	s.items = slices.Insert(s.items, i, it)
}

// turn is whose turn the strand has to wait for.
func (s *strand) turn(now time.Time) turn {
	within := s.flow.within(now)
	switch {
	case s.class == store.ClassAnswer && within:
		return turnAnswer
	case s.class == store.ClassAnswer:
		return turnSpare
	case s.class == store.ClassReminder || !within:
		return turnReminder
	}
	return turnNotice
}

// notices reports whether it holds what can be told together.
func (s *strand) notices() bool { return s.class != store.ClassAnswer && s.flow != nil }

// hold is until when it lets others go first: its notices wait for more, or its
// reminder for the end of quiet hours. Zero: it does not.
func (s *strand) hold(now time.Time) time.Time {
	switch {
	case s.notices():
		return s.flow.hold(s.items[0], now)
	case s.class == store.ClassReminder:
		return s.items[0].due(now)
	}
	return time.Time{}
}

// pick is an item of a strand that is to go next.
type pick struct {
	strand *strand
	at     int // where in it
	turn   turn
}

func (p pick) item() *item { return p.strand.items[p.at] }

// before is the order of picks of one chat: of several people's answers goes
// first who had a turn the longest time ago.
func (p pick) before(q pick) bool {
	c := cmp.Compare(p.turn, q.turn)
	if c == 0 && p.strand.class == store.ClassAnswer {
		c = p.strand.flow.lastTurn().Compare(q.strand.flow.lastTurn())
	}
	return cmp.Or(c, p.item().order(q.item())) < 0
}
