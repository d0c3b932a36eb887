package outbox

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/pace"
	"marketbot/store"
)

// item is a message on its way.
type item struct {
	store.Outgoing
	unsure     bool      // an earlier try may have arrived
	unreadable bool      // what it says is lost
	failing    time.Time // since when what it says now fails; zero: it does not
	fails      int       // how often it failed since
	passed     uint64    // what the platform had taken when it first failed
	lacks      bool      // the set-up lacks something for it
	overtaken  bool      // of what lacks something: what came behind it in its chat passed
	aside      bool      // it stepped aside: nothing waits for it
	with       []*item   // that are told in the same message
	merged     bool      // and they are: it is written
}

// before is the order within a chat and among chats: by class, then by age.
func (i *item) before(j *item) bool { return i.order(j) < 0 }

func (i *item) order(j *item) int {
	return cmp.Or(cmp.Compare(i.Class, j.Class), cmp.Compare(i.ID, j.ID))
}

// changes reports whether it is shown in the place of a card, not as a message.
func (i *item) changes() bool { return strings.HasPrefix(i.Key, handlers.ChangeKey) }

// stuck reports whether it failed so often that it may be its own fault.
func (i *item) stuck() bool { return i.fails >= stuckAfter }

// holds reports whether what comes behind it is tried while it waits.
func (i *item) holds() bool { return i.stuck() || i.lacks }

// others reports whether the platform, which has taken so many, took others
// since the item began to fail.
func (i *item) others(passed uint64) bool {
	if i.fails == 0 {
		i.passed = passed
	}
	return passed > i.passed
}

// longestWait bounds how far ahead a due may lie; beyond it the clock was set
// back in between.
const longestWait = 15 * time.Minute

// due is when the item may be tried again.
func (i *item) due(now time.Time) time.Time {
	if i.Due.Sub(now) > longestWait {
		return now
	}
	return i.Due
}

// lane is one chat: one message at a time, in order. What stepped aside has a
// lane of its own, where none waits for another.
type lane struct {
	to      chat.Address
	aside   bool
	strands []*strand
	busy    bool
	flow    *flow // while busy: of what is on its way
	last    turn  // of what went last
	probe   *item // holds, as does all before it: what comes behind may find out whether others pass; nil: nothing is
	pace    *pace.Window
	spare   int // how many places of its pace are left to others by what can wait, in a group also by whoever had one lately

	next pick      // while it is in a heap
	at   time.Time // while later: when to look again
	turn time.Time // while ready: when its next's person last had a turn
	in   *lanes
	pos  int
}

// shareTime is how long somebody who was answered leaves places of a group to
// others: as long as a place may be taken for, the send included.
const shareTime = 2 * time.Second

// chatPace is what one chat takes.
func chatPace(l chat.Limits) *pace.Window {
	w := pace.New(
		pace.Limit{Max: l.ChatPerSecond, Span: time.Second},
		pace.Limit{Max: l.ChatPerMinute, Span: time.Minute},
		pace.Limit{Max: l.ChatPerHour, Span: time.Hour},
	)
	return &w
}

// add puts an item at its place in the strand of a flow.
func (l *lane) add(it *item, f *flow) {
	for _, s := range l.strands {
		if s.class == it.Class && s.flow == f {
			s.add(it)
			return
		}
	}
	f.held(+1)
	l.strands = append(l.strands, &strand{it.Class, f, []*item{it}})
}

// take takes the next out, and with it what is told in the same message.
func (l *lane) take(now time.Time) *item {
	p := l.next
	it, s := p.item(), p.strand
	s.items = slices.Delete(s.items, p.at, p.at+1)
	if s.notices() {
		if !s.flow.in.within(now) {
			it.with = gather(it, l.notices(s.class, now))
		} else if !s.flow.within(now) {
			it.with = gather(it, s.items)
		}
	}
	for _, s := range l.strands {
		s.items = slices.DeleteFunc(s.items, func(i *item) bool { return slices.Contains(it.with, i) })
	}
	l.last, l.probe = p.turn, nil
	l.tidy()
	return it
}

// notices are those of a class that are not held, whoever caused them, in their
// order.
func (l *lane) notices(class store.Class, now time.Time) (list []*item) {
	for _, s := range l.strands {
		if s.class == class && s.notices() && len(s.items) > 0 && s.hold(now).IsZero() {
			list = append(list, s.items...)
		}
	}
	slices.SortFunc(list, (*item).order)
	return list
}

// tidy lets empty strands go.
func (l *lane) tidy() {
	l.strands = slices.DeleteFunc(l.strands, func(s *strand) bool {
		if len(s.items) > 0 {
			return false
		}
		s.flow.held(-1)
		return true
	})
}

// passes notes that the chat took an item: what the set-up lacks something for,
// it lacks for that alone, if it was before the item, and nothing, if behind.
func (l *lane) passes(it *item, now time.Time) {
	for _, w := range l.all() {
		if w.lacks {
			w.overtaken, w.Due = w.overtaken || w.before(it), now
		}
	}
}

// clear lets go what waits.
func (l *lane) clear() (was []*item) {
	l.leave()
	for _, s := range l.strands {
		was, s.items = append(was, s.items...), nil
	}
	l.tidy()
	return was
}

// all are the items that wait.
func (l *lane) all() (list []*item) {
	for _, s := range l.strands {
		list = append(list, s.items...)
	}
	return list
}

// ready is what goes next and when it may; due is the same without what the
// chat's pace asks for.
func (l *lane) ready(now time.Time) (next pick, due, at time.Time) {
	if l.aside {
		next = l.earliest(now)
	} else {
		next = l.first(now)
	}
	if due = next.item().due(now); l.probe != nil && next.item().holds() && l.probe.before(next.item()) {
		due = now // nothing waits for it to be tried again
	}
	if hold := next.strand.hold(now); hold.After(due) {
		due = hold
	}
	at = due
	places := 1
	if next.turn >= turnReminder || next.strand.notices() || l.to.Group && now.Sub(next.strand.flow.lastTurn()) < shareTime {
		places += l.spare
	}
	if free, ok := l.pace.Open(now, places); !ok && free.After(at) {
		at = free
	}
	for _, s := range l.strands { // what is held may go before what waits for long
		if hold := s.hold(now); hold.After(now) {
			at = earlier(at, hold)
		}
	}
	return next, due, at
}

// earliest is what is due first.
func (l *lane) earliest(now time.Time) (best pick) {
	for _, s := range l.strands {
		for i, it := range s.items {
			if best.strand == nil || it.due(now).Before(best.item().due(now)) {
				best = pick{s, i, turnSpare}
			}
		}
	}
	return best
}

// first is what goes next of what is not held, or of what is, where all is. A
// notice takes its turn among answers; behind the first, where that is stuck
// and waits, one other is tried.
func (l *lane) first(now time.Time) (best pick) {
	var notice pick
	for _, held := range []bool{false, true} {
		for _, s := range l.strands {
			if s.hold(now).After(now) != held {
				continue
			}
			p := pick{s, 0, s.turn(now)}
			if best.strand == nil || p.before(best) {
				best = p
			}
			if p.turn == turnNotice && (notice.strand == nil || p.before(notice)) {
				notice = p
			}
		}
		if best.strand != nil {
			break
		}
	}
	if best.turn == turnAnswer && notice.strand != nil && takesTurn(notice.item(), now, l.last) && !notice.item().due(now).After(now) {
		best = notice
	}
	if it := best.item(); l.probe != nil && it.holds() && it.due(now).After(now) {
		return l.behind(best, now)
	}
	return best
}

// behind is what comes next behind the probe, stuck or due, else the first of
// all.
func (l *lane) behind(first pick, now time.Time) pick {
	best := first
	for _, s := range l.strands {
		i := slices.IndexFunc(s.items, l.probe.before)
		if i < 0 || s.hold(now).After(now) {
			continue
		}
		if best == first || s.items[i].before(best.item()) {
			best = pick{s, i, s.turn(now)}
		}
	}
	if it := best.item(); !it.holds() && it.due(now).After(now) {
		return first
	}
	return best
}

// lanes is a heap of lanes.
type lanes struct {
	list []*lane
	less func(a, b *lane) bool
}

func byItem(a, b *lane) bool { return a.next.item().before(b.next.item()) }
func byTime(a, b *lane) bool { return a.at.Before(b.at) }

// byTurn is whose person had a turn the longest time ago.
func byTurn(a, b *lane) bool {
	if !a.turn.Equal(b.turn) {
		return a.turn.Before(b.turn)
	}
	return byItem(a, b)
}

// Len, Less, Swap, Push and Pop are for container/heap.
func (h *lanes) Len() int           { return len(h.list) }
func (h *lanes) Less(i, j int) bool { return h.less(h.list[i], h.list[j]) }
func (h *lanes) Swap(i, j int) {
	h.list[i], h.list[j] = h.list[j], h.list[i]
	h.list[i].pos, h.list[j].pos = i, j
}
func (h *lanes) Push(x any) {
	l := x.(*lane)
	l.in, l.pos = h, len(h.list)
	h.list = append(h.list, l)
}
func (h *lanes) Pop() any {
	last := h.list[len(h.list)-1]
	h.list[len(h.list)-1] = nil
	h.list = h.list[:len(h.list)-1]
	last.in = nil
	return last
}

// top is the first lane, nil when there is none.
func (h *lanes) top() *lane {
	if len(h.list) == 0 {
		return nil
	}
	return h.list[0]
}

// leave takes a lane out of the heap it is in.
func (l *lane) leave() {
	if l.in != nil {
		heap.Remove(l.in, l.pos)
	}
}
