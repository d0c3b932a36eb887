package outbox

import (
	"time"

	"marketbot/handlers/pace"
)

// flow is what one person causes on a platform: the answers to them, wherever
// they are given, or the notices of what they did to one receiver. It keeps
// count of what went lately, so that nobody else has to wait for much of it.
type flow struct {
	recent  pace.Window
	last    time.Time // when something of it last began
	strands int       // that hold something of it
}

// What one person may cause before others go first.
var (
	// answerBudget is of answers. What is beyond goes where it costs nobody
	// anything.
	answerBudget = [...]pace.Limit{{Max: 5, Span: 10 * time.Second}, {Max: 15, Span: time.Minute}}
	// noticeBudget is of notices to one receiver. What is beyond waits, and what
	// waits is told in one message.
	noticeBudget = pace.Limit{Max: 8, Span: 10 * time.Minute}
)

// noticeGap is between two such messages.
const noticeGap = time.Minute

// within reports whether the budget holds; a nil flow, which is nobody's, has no
// end.
func (f *flow) within(now time.Time) bool {
	if f == nil {
		return true
	}
	_, ok := f.recent.Open(now, 1)
	return ok
}

// reopens is when the budget holds again; zero: when a send has ended.
func (f *flow) reopens(now time.Time) time.Time {
	at, _ := f.recent.Open(now, 1)
	return at
}

// hold is until when a notice waits for others to be told with it; zero: it
// does not.
func (f *flow) hold(now time.Time) time.Time {
	if f.within(now) || now.Before(f.last) { // a clock that was set back holds nothing up
		return time.Time{}
	}
	at := f.last.Add(noticeGap)
	if open := f.reopens(now); !open.IsZero() && open.Before(at) {
		at = open
	}
	if !at.After(now) {
		return time.Time{}
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

func (f *flow) begin(now time.Time) {
	if f != nil {
		f.recent.Begin()
		f.last = now
	}
}

func (f *flow) end(now time.Time, tried bool) {
	if f != nil {
		f.recent.End(now, tried)
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
