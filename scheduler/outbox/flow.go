package outbox

import (
	"time"

	"marketbot/handlers/pace"
)

// flow is what one person causes on a platform: the answers to them, wherever
// they are given, or the notices of what they did to one receiver, in whose
// chat they are part of a crowd. It keeps count of what went lately, so that
// nobody else has to wait for much of it.
type flow struct {
	in      *flow // the crowd; nil: of answers
	gap     time.Duration
	recent  pace.Window
	last    time.Time // when something of it last began
	opened  time.Time // notices that were owed before have waited for others
	strands int       // that hold something of it
}

// What one person may cause before others go first.
var (
	// answerBudget is of answers. What is beyond goes where it costs nobody
	// anything.
	answerBudget = [...]pace.Limit{{Max: 5, Span: 10 * time.Second}, {Max: 15, Span: time.Minute}}
	// noticeBudget is of notices to one receiver. What is beyond waits, and what
	// waits is told in as few messages as it fits into.
	noticeBudget = pace.Limit{Max: 8, Span: 10 * time.Minute}
	// crowdBudget is of notices to one receiver, whoever caused them.
	crowdBudget = pace.Limit{Max: 15, Span: time.Minute}
)

// How long they wait after the last, for others to be told with them.
const (
	noticeGap = time.Minute
	crowdGap  = 10 * time.Second
)

// within reports whether the budget holds; a nil flow, which is nobody's, has no
// end.
func (f *flow) within(now time.Time) bool {
	if f == nil {
		return true
	}
	_, ok := f.recent.Open(now, 1)
	return ok && f.in.within(now)
}

// reopens is when the budget holds again; zero: when a send has ended.
func (f *flow) reopens(now time.Time) time.Time {
	at, _ := f.recent.Open(now, 1)
	return at
}

// hold is until when a notice waits for others to be told with it; zero: it
// does not.
func (f *flow) hold(it *item, now time.Time) (at time.Time) {
	if f == nil {
		return at
	}
	if _, ok := f.recent.Open(now, 1); !ok && !it.Created.Before(f.opened) && !now.Before(f.last) { // a clock that was set back holds nothing up
		if at = f.last.Add(f.gap); !at.After(now) {
			at = time.Time{}
		} else if open := f.reopens(now); !open.IsZero() {
			at = earlier(at, open)
		}
	}
	if crowd := f.in.hold(it, now); crowd.After(at) {
		at = crowd
	}
	return at
}

// lastTurn is when something of it last began.
func (f *flow) lastTurn() (last time.Time) {
	if f != nil {
		last = f.last
	}
	return last
}

func (f *flow) begin(it *item, now time.Time) {
	for ; f != nil; f = f.in {
		if f.recent.Begin(); !it.Created.Before(f.opened) {
			f.opened = now
		}
		f.last = now
	}
}

func (f *flow) end(now time.Time, tried bool) {
	for ; f != nil; f = f.in {
		f.recent.End(now, tried)
	}
}

// held notes that so many strands more hold something of it.
func (f *flow) held(more int) {
	for ; f != nil; f = f.in {
		f.strands += more
	}
}

// flows are those of a platform, by whose they are. Those that nothing is
// remembered of are forgotten now and then.
type flows struct {
	of   map[string]*flow
	full int // how many there are before some are forgotten
}

const minFlows = 1024

// get is the flow of a name, made where there is none.
func (f *flows) get(now time.Time, name string, budget ...pace.Limit) *flow {
	if have := f.of[name]; have != nil {
		return have
	}
	if f.of == nil {
		f.of = map[string]*flow{}
	}
	if len(f.of) >= max(f.full, minFlows) {
		for name, old := range f.of {
			if old.strands == 0 && old.recent.Idle(now) {
				delete(f.of, name)
			}
		}
		f.full = 2 * len(f.of)
	}
	fresh := &flow{recent: pace.New(budget...)}
	f.of[name] = fresh
	return fresh
}
