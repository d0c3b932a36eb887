package platform

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Backoff is how long to wait between tries: it doubles from first to last and
// each wait is between half and all of that, so that many bots do not come back
// at once. It is for one goroutine.
func Backoff(first, last time.Duration) *backoff.ExponentialBackOff {
	const spread = 1. / 3 // around three quarters: from a half to the whole
	b := &backoff.ExponentialBackOff{
		InitialInterval: first * 3 / 4, MaxInterval: last * 3 / 4, Multiplier: 2, RandomizationFactor: spread,
	}
	b.Reset()
	return b
}

// Undialed reports whether a call failed before anything of it left this machine:
// whoever was to take it, a proxy too, could not be reached.
func Undialed(err error) bool {
	var dial *net.OpError
	return errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect")
}

// Pause waits, or until ctx ends.
func Pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}
