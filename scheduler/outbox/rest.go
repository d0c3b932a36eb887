package outbox

import "time"

// rest is a while in which what failed is left alone. It is never longer than
// max from now on: a clock that was set back in between must not make it so.
// Its zero value is over.
type rest struct {
	until time.Time
	max   time.Duration
}

// holds reports whether it is not over.
func (r rest) holds(now time.Time) bool {
	d := r.until.Sub(now)
	return d > 0 && d <= r.max
}
