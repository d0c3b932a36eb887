package outbox

import (
	"testing"
	"time"
)

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
