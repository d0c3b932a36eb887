package pace

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

func TestWindow(t *testing.T) {
	second := Limit{2, time.Second}
	at := func(ms int) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }
	for name, tt := range map[string]struct {
		limits []Limit
		flying int
		ended  []int // when, in milliseconds
		now    int
		n      int
		again  time.Time // zero with ok false: when a send has ended
		ok     bool
	}{
		"without a limit":         {flying: 9, ended: []int{0, 0}, n: 9, ok: true},
		"a limit of none":         {limits: []Limit{{0, time.Second}}, flying: 9, n: 9, ok: true},
		"nothing went":            {limits: []Limit{second}, n: 2, ok: true},
		"both places fly":         {limits: []Limit{second}, flying: 2, n: 1},
		"one flies":               {limits: []Limit{second}, flying: 1, n: 1, ok: true},
		"one ended":               {limits: []Limit{second}, ended: []int{100}, now: 200, n: 1, ok: true},
		"no room for two":         {limits: []Limit{second}, ended: []int{100}, now: 200, n: 2, again: at(1100)},
		"one flies, one ended":    {limits: []Limit{second}, flying: 1, ended: []int{100}, now: 200, n: 1, again: at(1100)},
		"before the span is over": {limits: []Limit{second}, ended: []int{100}, now: 1099, n: 2, again: at(1100)},
		"after the span":          {limits: []Limit{second}, ended: []int{100}, now: 1100, n: 2, ok: true},
		"more than it holds":      {limits: []Limit{second}, now: 0, n: 3, ok: true},
		"more, but one went":      {limits: []Limit{second}, ended: []int{100}, now: 200, n: 3, again: at(1100)},
		"the longer limit":        {limits: []Limit{second, {3, time.Minute}}, ended: []int{0, 2000, 4000, 4000}, now: 4000, n: 1, again: at(62000)},
		"the shorter limit":       {limits: []Limit{second, {9, time.Minute}}, ended: []int{0, 2000, 4000, 4000}, now: 4000, n: 1, again: at(5000)},
		"the clock set back":      {limits: []Limit{second}, ended: []int{3_600_000}, now: 0, n: 2, again: at(1000)},
		"set back between two":    {limits: []Limit{second}, ended: []int{3_600_000, 0}, now: 0, n: 1, again: at(1000)},
	} {
		w := New(tt.limits...)
		for range tt.flying + len(tt.ended) + 1 {
			w.Begin()
		}
		w.End(noon, false) // the platform never saw it
		for _, ms := range tt.ended {
			w.End(at(ms), true)
		}
		if again, ok := w.Open(at(tt.now), tt.n); ok != tt.ok || !again.Equal(tt.again) {
			t.Errorf("%s: open %v, again at %v", name, ok, again)
		}
	}
	var zero Window
	if _, ok := zero.Open(noon, 1); !ok {
		t.Error("the zero value is closed")
	}
}

// limits draws one to three.
func limits(t *rapid.T) []Limit {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Limit {
		return Limit{rapid.IntRange(1, 6).Draw(t, "max"), time.Duration(rapid.IntRange(1, 30).Draw(t, "span")) * time.Second}
	}), 1, 3).Draw(t, "limits")
}

func draw(t *rapid.T, maxMS int, of string) time.Duration {
	return time.Duration(rapid.IntRange(0, maxMS).Draw(t, of)) * time.Millisecond
}

// naive reports whether n may go, counted anew from everything that ever ended:
// they fit into every limit, or nothing else went.
func naive(limits []Limit, flying int, ended []time.Time, now time.Time, n int) bool {
	for _, l := range limits {
		have := flying
		for _, e := range ended {
			if now.Before(e.Add(l.Span)) {
				have++
			}
		}
		if have > 0 && have+n > l.Max {
			return false
		}
	}
	return true
}

// Whenever in a send the platform counts it, no span ever sees more than its
// limit; nothing waits while there is room, nor longer than needed.
func TestWindowAgainstNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limits := limits(t)
		w, now := New(limits...), noon
		var begun, ended, counted []time.Time
		for range 60 {
			now = now.Add(draw(t, 5000, "later"))
			if len(begun) > 0 && rapid.Bool().Draw(t, "end") {
				seen := rapid.Bool().Draw(t, "seen")
				w.End(now, seen)
				if seen {
					counted = append(counted, begun[0].Add(draw(t, int(now.Sub(begun[0]).Milliseconds()), "counted")))
					ended = append(ended, now)
				}
				begun = begun[1:]
				continue
			}
			n := rapid.IntRange(1, 8).Draw(t, "n")
			want := naive(limits, len(begun), ended, now, n)
			at, ok := w.Open(now, n)
			if ok != want {
				t.Fatalf("open %v, want %v: %d fly", ok, want, len(begun))
			}
			if !ok && len(begun) == 0 && (!naive(limits, 0, ended, at, n) || naive(limits, 0, ended, at.Add(-1), n)) {
				t.Fatalf("it is not at %v that places come free", at)
			}
			if _, ok := w.Open(now, 1); ok {
				w.Begin()
				begun = append(begun, now)
			}
		}
		within(t, limits, counted)
	})
}

// within fails where some span saw more than its limit.
func within(t *rapid.T, limits []Limit, counted []time.Time) {
	slices.SortFunc(counted, time.Time.Compare)
	for _, l := range limits {
		for i := l.Max; i < len(counted); i++ {
			if d := counted[i].Sub(counted[i-l.Max]); d < l.Span {
				t.Fatalf("%d went within %v, not %v", l.Max+1, d, l.Span)
			}
		}
	}
}

// A clock that jumps never closes a window for longer than its span.
func TestWindowAndTheClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Limit{rapid.IntRange(1, 4).Draw(t, "max"), time.Minute}
		w, now := New(l), noon
		for range 30 {
			now = now.Add(draw(t, 7_200_000, "later") - time.Hour)
			if at, ok := w.Open(now, 1); !ok && at.Sub(now) > l.Span {
				t.Fatalf("closed for %v", at.Sub(now))
			}
			w.Begin()
			now = now.Add(draw(t, 7_200_000, "took") - time.Hour)
			w.End(now, true)
		}
	})
}

// At most Max go to one receiver within any span, and whoever waits as long as
// told is let through; nobody is kept who was not written to.
func TestReceivers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now, r := noon, &Receivers{Limit: Limit{rapid.IntRange(1, 30).Draw(t, "max"), time.Minute}}
		sent := map[string][]time.Time{}
		for range 100 {
			now = now.Add(draw(t, 20_000, "later"))
			to, n := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "to"), rapid.IntRange(1, r.Max).Draw(t, "n")
			wait := r.Take(now, to, n)
			if room := naive([]Limit{r.Limit}, 0, sent[to], now, n); room != (wait == 0) {
				t.Fatalf("it waits %v, room: %v", wait, room)
			}
			if wait > 0 {
				now = now.Add(wait)
				if again := r.Take(now, to, n); again != 0 {
					t.Fatalf("after waiting %v it takes %v more", wait, again)
				}
			}
			for range n {
				sent[to] = append(sent[to], now)
			}
			within(t, []Limit{r.Limit}, sent[to])
		}
		if wait := r.Take(now, "c", r.Max+1); wait != 0 {
			t.Fatalf("another receiver waits %v", wait)
		}
		if r.Take(now.Add(time.Minute), "d", 1); len(r.of) != 1 {
			t.Fatalf("%d are remembered a minute later", len(r.of))
		}
	})
}
