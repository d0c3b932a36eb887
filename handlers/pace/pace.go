// Package pace keeps what we send within what a platform takes: so many
// messages in any second, minute or hour.
//
// It is not for what all processes together may send, which package cluster
// counts in Redis, nor for what happens to a message that has to wait. It knows
// no platform's numbers and reads no clock: the time is an argument.
package pace

import (
	"sort"
	"time"
)

// Limit is at most Max messages in any Span; a Max of zero allows everything.
type Limit struct {
	Max  int
	Span time.Duration
}

// Window keeps limits that slide with the time. A send counts from before it
// starts until a span after it ended, because nobody knows when in between the
// platform counted it. Its zero value allows everything. It is not safe for
// concurrent use.
type Window struct {
	limits []Limit
	span   time.Duration // the longest
	flying int
	ended  []time.Time // in order, those of the last span
}

// New makes a window that keeps all of the limits.
func New(limits ...Limit) Window {
	var w Window
	for _, l := range limits {
		if l.Max > 0 {
			w.limits = append(w.limits, l)
			w.span = max(w.span, l.Span)
		}
	}
	return w
}

// Open reports whether n messages may go now. More than a limit holds may go
// when nothing else went. When they may not, at is when to ask again; zero: when
// a send has ended.
func (w *Window) Open(now time.Time, n int) (at time.Time, ok bool) {
	w.trim(now)
	ok = true
	for _, l := range w.limits {
		ended := w.since(now, l.Span)
		over := w.flying + len(ended) + min(n, l.Max) - l.Max // places that must come free first
		if over <= 0 {
			continue
		}
		ok = false
		if over > len(ended) {
			continue
		}
		if free := ended[over-1].Add(l.Span); free.After(at) {
			at = free
		}
	}
	return at, ok
}

// Idle reports whether nothing is under way and no limit counts anything.
func (w *Window) Idle(now time.Time) bool {
	w.trim(now)
	return w.flying == 0 && len(w.ended) == 0
}

// Begin notes that a send of one message starts.
func (w *Window) Begin() { w.flying++ }

// End notes that it ended; counted is false when the platform never saw it.
func (w *Window) End(now time.Time, counted bool) {
	w.flying--
	if counted {
		w.count(now, 1)
	}
}

// count notes n messages of this moment.
func (w *Window) count(now time.Time, n int) {
	w.trim(now)
	for range n {
		w.ended = append(w.ended, now)
	}
}

// trim forgets what no limit counts any more. A clock that was set back must
// not close the window for as long as it was set back.
func (w *Window) trim(now time.Time) {
	w.ended = w.since(now, w.span)
	for i := len(w.ended) - 1; i >= 0 && w.ended[i].After(now); i-- {
		w.ended[i] = now
	}
}

// since are the sends that ended within the last span.
func (w *Window) since(now time.Time, span time.Duration) []time.Time {
	return w.ended[sort.Search(len(w.ended), func(i int) bool { return now.Sub(w.ended[i]) < span }):]
}
