package outbox

import (
	"time"

	"marketbot/handlers/chat"
)

// window is a sliding window: at most max sends in any span. A send counts
// from before it starts until span after it ended, because nobody knows when
// in between the platform counted it. Its zero value allows everything.
type window struct {
	max    int
	span   time.Duration
	flying int
	ended  []time.Time
}

// open reports whether one more send may start now when spare places are kept
// for others. When not, at is when to ask again; zero: when a send has ended.
func (w *window) open(now time.Time, spare int) (at time.Time, ok bool) {
	if w.max == 0 {
		return now, true
	}
	w.trim(now)
	over := w.flying + len(w.ended) - max(1, w.max-spare) + 1 // places that must come free first
	switch {
	case over <= 0:
		return now, true
	case over > len(w.ended):
		return time.Time{}, false
	default:
		return w.ended[over-1].Add(w.span), false
	}
}

// trim forgets what left the window. A clock that was set back must not close
// the window for as long as it was set back.
func (w *window) trim(now time.Time) {
	n := 0
	for n < len(w.ended) && now.Sub(w.ended[n]) >= w.span {
		n++
	}
	w.ended = w.ended[n:]
	for i := len(w.ended) - 1; i >= 0 && w.ended[i].After(now); i-- {
		w.ended[i] = now
	}
}

// begin notes that a send starts.
func (w *window) begin() { w.flying++ }

// end notes that it ended; counted is false when the platform never saw it.
func (w *window) end(now time.Time, counted bool) {
	w.flying--
	if counted && w.max > 0 {
		w.ended = append(w.ended, now)
	}
}

// windows are several that all have to be open.
type windows []window

// paces are the windows of one chat.
func paces(l chat.Limits) windows {
	return windows{
		{max: l.ChatPerSecond, span: time.Second},
		{max: l.ChatPerMinute, span: time.Minute},
		{max: l.ChatPerHour, span: time.Hour},
	}
}

// open reports whether one more send may start now; when not, at is when to ask
// again.
func (ws windows) open(now time.Time) (at time.Time, ok bool) {
	ok = true
	for i := range ws {
		if free, yes := ws[i].open(now, 0); !yes {
			ok = false
			if free.After(at) {
				at = free
			}
		}
	}
	return at, ok
}

func (ws windows) begin() {
	for i := range ws {
		ws[i].begin()
	}
}

func (ws windows) end(now time.Time, counted bool) {
	for i := range ws {
		ws[i].end(now, counted)
	}
}
