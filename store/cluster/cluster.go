// Package cluster is what the processes that serve one store agree on for
// seconds, in Redis: whose turn it is to fetch a token, the token itself, how
// much of a platform's limits is used up, and that there is something to send.
//
// It only speeds up and limits. It is not for whatever must not be lost or
// happen twice, which is the database's: who fires, who sends, who holds a
// robot's connection, how often somebody looked.
//
// # Without it
//
// A process alone has none: all methods of a nil [Cluster] do nothing, and
// answer as if nobody else were there. Every error has the same answer, to go on
// without it; a Redis that is away costs a moment and then nothing for a while.
// Nothing that an acknowledgement waits for asks it.
package cluster

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// Cluster is shared by the processes that use the same Redis; nil is a process
// that is alone. Keys are whatever the caller likes. It is safe for concurrent
// use. No call takes much longer than a fifth of a second.
type Cluster struct {
	client   *redis.Client
	patience time.Duration
	now      func() time.Time
	log      *slog.Logger
	away     atomic.Bool // it failed when last asked

	mu    sync.Mutex
	again time.Time // it is left alone until then
}

// Lease is a turn that somebody has. It is known by a mark that no other lease
// has, so that whoever lost it cannot end another's.
type Lease struct{ key, mark string }

// Window allows so many in any span.
type Window struct {
	Max  int
	Span time.Duration
}
