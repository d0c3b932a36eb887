package outbox

import (
	"container/heap"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/pace"
	"marketbot/store"
)

// line is one platform: its chats and what it allows.
type line struct {
	limits chat.Limits
	second pace.Window
	minute pace.Window
	recent []time.Time // answers sent in the last answersFor
	rest   rest        // it asked to be left alone
	chats  map[chat.Address]*lane
	ready  lanes
	later  lanes
}

func newLine(limits chat.Limits) *line {
	return &line{
		limits: limits,
		second: pace.New(pace.Limit{Max: limits.PerSecond, Span: time.Second}),
		minute: pace.New(pace.Limit{Max: limits.PerMinute, Span: time.Minute}),
		chats:  map[chat.Address]*lane{},
		ready:  lanes{less: byHead},
		later:  lanes{less: byTime},
	}
}

// add queues an item in its chat.
func (n *line) add(it *item, now time.Time) {
	to := chat.Address{Platform: it.Platform, Group: it.Group, ID: it.Address}
	l := n.chats[to]
	if l == nil {
		l = &lane{to: to, pace: chatPace(n.limits)}
		n.chats[to] = l
	}
	if len(l.queue) > 0 && it.Print != nil { // it may wait long; then its bytes are made again
		it.Payload = nil
	}
	l.leave() // while its order still holds
	l.add(it)
	n.place(l, now)
}

// place puts an idle lane among the ready ones or the later ones.
func (n *line) place(l *lane, now time.Time) {
	l.leave()
	if l.busy || len(l.queue) == 0 {
		return
	}
	if l.at = l.ready(now); l.at.After(now) {
		heap.Push(&n.later, l)
		return
	}
	heap.Push(&n.ready, l)
}

// awaken moves the lanes whose time has come.
func (n *line) awaken(now time.Time) {
	for l := n.later.top(); l != nil && !l.at.After(now); l = n.later.top() {
		n.place(l, now)
	}
}

// answersFor is how long an answer lets the platform's minute keep places free:
// people who talk to the bot go on doing so.
const answersFor = 10 * time.Minute

// spare is how many places of the minute reminders leave to answers. Nothing
// is kept back while nobody talks to the bot.
func (n *line) spare(now time.Time) int {
	for len(n.recent) > 0 && now.Sub(n.recent[0]) > answersFor {
		n.recent = n.recent[1:]
	}
	if len(n.recent) == 0 {
		return 0
	}
	lastMinute := 0
	for i := len(n.recent) - 1; i >= 0 && now.Sub(n.recent[i]) < time.Minute; i-- {
		lastMinute++
	}
	return min(n.limits.PerMinute/2, n.limits.PerMinute/50+lastMinute)
}

// next is the lane to serve now. When there is none, at is when to ask again;
// zero: when something else happens.
func (n *line) next(now time.Time) (l *lane, at time.Time) {
	n.awaken(now)
	if l = n.ready.top(); l == nil {
		if l = n.later.top(); l != nil {
			return nil, l.at
		}
		return nil, time.Time{}
	}
	if n.rest.holds(now) {
		return nil, n.rest.until
	}
	if at, ok := n.second.Open(now, 1); !ok {
		return nil, at
	}
	spare := 0
	if l.queue[0].Class > store.ClassAlarm {
		spare = n.spare(now)
	}
	if at, ok := n.minute.Open(now, 1+spare); !ok {
		return nil, at
	}
	return l, now
}

// begin takes the head of a ready lane.
func (n *line) begin(l *lane) *item {
	l.leave()
	it := l.queue[0]
	l.queue = l.queue[1:]
	l.busy = true
	n.second.Begin()
	n.minute.Begin()
	l.pace.Begin()
	return it
}

// end frees the lane of an item. tried is false when the platform never saw it.
func (n *line) end(l *lane, it *item, now time.Time, tried bool) {
	l.busy = false
	n.second.End(now, tried)
	n.minute.End(now, tried)
	l.pace.End(now, tried)
	if tried && it.Class == store.ClassAnswer && n.limits.PerMinute > 0 {
		n.recent = append(n.recent, now)
	}
}

// idle reports whether nothing is left to do before now has passed.
func (n *line) idle(now time.Time) bool {
	if n.ready.Len() > 0 {
		return false
	}
	for _, l := range n.later.list {
		if !l.queue[0].due(now).After(now) {
			return false
		}
	}
	return true
}
