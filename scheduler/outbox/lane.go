package outbox

import (
	"cmp"
	"container/heap"
	"slices"
	"time"

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
}

// before is the order within a chat and among chats: by class, then by age.
func (i *item) before(j *item) bool { return i.order(j) < 0 }

func (i *item) order(j *item) int {
	return cmp.Or(cmp.Compare(i.Class, j.Class), cmp.Compare(i.ID, j.ID))
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

// lane is one chat: one message at a time, in order.
type lane struct {
	to    chat.Address
	queue []*item // in order
	busy  bool
	pace  pace.Window
	at    time.Time // while later: when to look again
	in    *lanes
	pos   int
}

// chatPace is what one chat takes.
func chatPace(l chat.Limits) pace.Window {
	return pace.New(
		pace.Limit{Max: l.ChatPerSecond, Span: time.Second},
		pace.Limit{Max: l.ChatPerMinute, Span: time.Minute},
		pace.Limit{Max: l.ChatPerHour, Span: time.Hour},
	)
}

// add puts an item at its place.
func (l *lane) add(it *item) {
	i, _ := slices.BinarySearchFunc(l.queue, it, (*item).order)
	l.queue = slices.Insert(l.queue, i, it)
}

// ready is when the lane's head may go.
func (l *lane) ready(now time.Time) time.Time {
	at := l.queue[0].due(now)
	if free, ok := l.pace.Open(now, 1); !ok && free.After(at) {
		at = free
	}
	return at
}

// lanes is a heap of lanes.
type lanes struct {
	list []*lane
	less func(a, b *lane) bool
}

func byHead(a, b *lane) bool { return a.queue[0].before(b.queue[0]) }
func byTime(a, b *lane) bool { return a.at.Before(b.at) }

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
