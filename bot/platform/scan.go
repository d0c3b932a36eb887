package platform

import (
	"context"
	"errors"
	"time"
)

// How setting up by scanning a code ends without an app or a robot, though
// nothing is out of order.
var (
	ErrScanRefused = errors.New("who scanned the code refused")
	ErrScanExpired = errors.New("nobody scanned the code and agreed in time")
)

// scanAnswer is how long a platform may take to give a code.
const scanAnswer = 20 * time.Second

// Answering is ctx, which ends with [context.DeadlineExceeded] as its cause
// unless begun is called in good time. stop gives up what it holds.
func Answering(ctx context.Context) (own context.Context, begun, stop func()) {
	own, cancel := context.WithCancelCause(ctx)
	slow := time.AfterFunc(scanAnswer, func() { cancel(context.DeadlineExceeded) })
	return own, func() { slow.Stop() }, func() { slow.Stop(); cancel(nil) }
}
