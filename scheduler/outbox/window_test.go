package outbox

import (
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	start := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	w := window{max: 2, span: time.Second}
	at := func(d time.Duration) time.Time { return start.Add(d) }
	w.begin()
	w.begin()
	if _, ok := w.open(start, 0); ok {
		t.Error("open with both places taken")
	}
	w.end(at(100*time.Millisecond), true)
	w.end(at(200*time.Millisecond), false) // never reached the platform
	if _, ok := w.open(at(200*time.Millisecond), 0); !ok {
		t.Error("closed although a place is free")
	}
	if again, ok := w.open(at(200*time.Millisecond), 1); ok || !again.Equal(at(1100*time.Millisecond)) {
		t.Errorf("the spare place is given away (%v)", again)
	}
	if _, ok := w.open(at(1100*time.Millisecond), 1); !ok {
		t.Error("closed after the span")
	}
	if _, ok := (&window{}).open(start, 0); !ok {
		t.Error("closed without a limit")
	}
}

func TestProtected(t *testing.T) {
	for _, tt := range []struct {
		age, window time.Duration
		want        bool
	}{
		{0, time.Hour, true}, {59 * time.Minute, time.Hour, true}, {59*time.Minute + 1, time.Hour, false},
		{-1, time.Hour, false}, {-2 * time.Hour, time.Hour, false}, {0, 0, false},
	} {
		if got := protected(tt.age, tt.window); got != tt.want {
			t.Errorf("protected(%v, %v) = %v", tt.age, tt.window, got)
		}
	}
}

// A store that failed is asked again within a second, also when the clock was
// set back meanwhile.
func TestRestAndTheClock(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	r := rest{now.Add(storeRetry), storeRetry}
	for later, want := range map[time.Duration]bool{0: true, storeRetry / 2: true, storeRetry: false, -time.Millisecond: false, -time.Hour: false} {
		if got := r.holds(now.Add(later)); got != want {
			t.Errorf("%v later: rests %v", later, got)
		}
	}
	if (rest{}).holds(now) {
		t.Error("what did not fail is left alone")
	}
}
