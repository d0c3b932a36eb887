package outbox

import (
	"container/heap"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/pace"
	"marketbot/store"
)

// line is one platform: its chats and what it allows.
type line struct {
	limits  chat.Limits
	second  pace.Window
	minute  pace.Window
	recent  []time.Time // answers sent in the last answersFor, within somebody's budget
	rest    rest        // it asked to be left alone
	chats   map[chatKey]*lane
	flows   *flows
	ready   [turns]lanes
	later   lanes
	last    turn // of what went last
	flying  int
	trouble bool // something is stuck
}

// chatKey is a chat, or what stepped aside there.
type chatKey struct {
	to    chat.Address
	aside bool
}

func newLine(limits chat.Limits, flows *flows) *line {
	n := &line{
		limits: limits,
		second: pace.New(pace.Limit{Max: limits.PerSecond, Span: time.Second}),
		minute: pace.New(pace.Limit{Max: limits.PerMinute, Span: time.Minute}),
		chats:  map[chatKey]*lane{},
		flows:  flows,
		later:  lanes{less: byTime},
	}
	for t := range n.ready {
		n.ready[t].less = byItem
	}
	n.ready[turnSpare].less = byTurn
	return n
}

// lane is where an item waits.
func (n *line) lane(to chat.Address, aside bool) *lane {
	key := chatKey{to, aside}
	if l := n.chats[key]; l != nil {
		return l
	}
	l := &lane{to: to, aside: aside}
	if aside {
		l.pace = n.lane(to, false).pace
	} else {
		l.pace = chatPace(n.limits)
	}
	l.spare = max(n.limits.ChatPerMinute/3, n.limits.ChatPerSecond/2)
	n.chats[key] = l
	return l
}

// flow is whose budget an item counts against.
func (n *line) flow(it *item, now time.Time) *flow {
	switch {
	case it.Cause == "" || it.aside || it.Class > store.ClassAlarm:
		return nil
	case it.Class == store.ClassAnswer:
		return n.flows.get(now, it.Cause, answerBudget[:]...)
	}
	f := n.flows.get(now, fmt.Sprintf("%q %v %s", it.Cause, it.Group, it.Address), noticeBudget)
	if f.in == nil {
		f.gap, f.in = noticeGap, n.flows.get(now, fmt.Sprintf("%v %s", it.Group, it.Address), crowdBudget)
		f.in.gap = crowdGap
	}
	return f
}

// add queues an item in its chat.
func (n *line) add(it *item, now time.Time) {
	l := n.lane(chat.Address{Platform: it.Platform, Group: it.Group, ID: it.Address}, it.aside)
	if len(l.strands) > 0 && it.Print != nil { // it may wait long; then its bytes are made again
		it.Payload = nil
	}
	l.leave() // while its order still holds
	l.add(it, n.flow(it, now))
	n.place(l, now)
}

// place puts an idle lane among the ready ones or the later ones.
func (n *line) place(l *lane, now time.Time) {
	l.leave()
	if l.busy || len(l.strands) == 0 {
		return
	}
	if l.next, _, l.at = l.ready(now); l.at.After(now) {
		heap.Push(&n.later, l)
		return
	}
	if f := l.next.strand.flow; f != nil {
		l.turn = f.last
	}
	heap.Push(&n.ready[l.next.turn], l)
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

// top is the first ready lane of a turn. What others of its person have used up
// or got back since it was placed is found here.
func (n *line) top(t turn, now time.Time) *lane {
	for l := n.ready[t].top(); l != nil; l = n.ready[t].top() {
		s := l.next.strand
		if t != turnAnswer && t != turnSpare || s.flow == nil || l.aside || s.turn(now) == t && (t == turnAnswer || !s.flow.last.After(l.turn)) {
			return l
		}
		if n.place(l, now); l.in == &n.ready[t] && n.ready[t].top() == l {
			return l
		}
	}
	return nil
}

// next is the lane to serve now. When there is none, at is when to ask again;
// zero: when something else happens.
func (n *line) next(now time.Time) (l *lane, at time.Time) {
	n.awaken(now)
	if l := n.later.top(); l != nil {
		at = l.at
	}
	if n.rest.holds(now) {
		return nil, n.rest.until
	}
	for _, t := range n.order(now) {
		l := n.top(t, now)
		if l == nil {
			continue
		}
		again, ok := n.room(t, now)
		if ok {
			return l, now
		}
		if t == turnSpare && l.next.strand.flow != nil {
			at = earlier(at, l.next.strand.flow.reopens(now))
		}
		at = earlier(at, again)
	}
	return nil, at
}

// order is in which turns are taken.
func (n *line) order(now time.Time) [turns]turn {
	if l := n.ready[turnNotice].top(); l != nil && takesTurn(l.next.item(), now, n.last) {
		return [turns]turn{turnNotice, turnAnswer, turnReminder, turnSpare}
	}
	return [turns]turn{turnAnswer, turnNotice, turnReminder, turnSpare}
}

// seats is how many sends may be under way before the next of a turn begins:
// what hangs in one turn leaves others their seats.
var seats = [turns]int{turnAnswer: maxSenders, turnNotice: maxSenders - 4, turnReminder: maxSenders - 8, turnSpare: maxSenders / 3}

// room reports whether the platform takes another message of a turn; if not, at
// is as of next. What can wait leaves places to what cannot.
func (n *line) room(t turn, now time.Time) (at time.Time, ok bool) {
	if n.flying >= seats[t] {
		return time.Time{}, false
	}
	inSecond, inMinute := 0, 0
	switch t {
	case turnReminder:
		if inMinute = n.spare(now); inMinute > 0 {
			inSecond = n.limits.PerSecond / 5
		}
	case turnSpare:
		inMinute = max(n.spare(now), n.limits.PerMinute/10)
		inSecond = n.limits.PerSecond / 5
	}
	if at, ok := n.second.Open(now, 1+inSecond); !ok {
		return at, false
	}
	return n.minute.Open(now, 1+inMinute)
}

// begin takes what goes next of a ready lane.
func (n *line) begin(l *lane, now time.Time) *item {
	l.leave()
	f := l.next.strand.flow
	it := l.take(now)
	l.busy, l.flow, n.last = true, f, l.last
	n.flying++
	n.second.Begin()
	n.minute.Begin()
	l.pace.Begin()
	f.begin(it, now)
	return it
}

// lands takes back what was tried: what its verdict does not end waits again.
func (n *line) lands(l *lane, it *item, v verdict, tried bool, now time.Time) {
	n.end(l, now, tried)
	if v.pause > 0 {
		n.rest = rest{now.Add(v.pause), longestWait}
	}
	switch v.kind {
	case leave, deadLetter:
	case sent:
		n.passes(now)
		l.passes(it, now)
	default:
		n.add(it, now)
		if it.holds() && !it.aside {
			l.probe, n.trouble = it, n.trouble || it.stuck()
		}
	}
	n.place(l, now)
}

// end frees the lane of an item. tried is false when the platform never saw it.
func (n *line) end(l *lane, now time.Time, tried bool) {
	l.busy = false
	n.flying--
	n.second.End(now, tried)
	n.minute.End(now, tried)
	l.pace.End(now, tried)
	l.flow.end(now, tried)
	if tried && l.last == turnAnswer && n.limits.PerMinute > 0 {
		n.recent = append(n.recent, now)
	}
}

// passes notes that the platform took something: what is stuck there is tried
// at once, as either it was the platform that was out of order, or the message.
func (n *line) passes(now time.Time) {
	if !n.trouble {
		return
	}
	n.trouble = false
	for _, l := range n.chats {
		if l.aside {
			continue
		}
		l.leave()
		for _, it := range l.all() {
			if it.stuck() && it.Due.After(now) {
				it.Due = now
			}
		}
		n.place(l, now)
	}
}

// idle reports whether nothing is left to do before now has passed.
func (n *line) idle(now time.Time) bool {
	for t := range n.ready {
		if n.ready[t].Len() > 0 {
			return false
		}
	}
	for _, l := range n.later.list {
		if _, due, _ := l.ready(now); !due.After(now) {
			return false
		}
	}
	return true
}
