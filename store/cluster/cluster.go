// Package cluster is what the processes that serve one store tell each other
// for seconds: whose turn it is to fetch a token, the token itself, how much of
// a platform's limits is used up, and that there is something to send.
//
// It only speeds up and limits. Whatever must not be lost or happen twice is
// the database's: who fires, who sends, who holds a robot's connection, how
// often somebody looked. So every error of a Cluster has the same answer: go on
// without it. Nothing that an acknowledgement waits for asks it.
package cluster

import (
	"context"
	"time"
)

// Cluster is shared by the processes that use the same one. Keys are whatever
// the caller likes. It is safe for concurrent use. No call takes much longer
// than a fifth of a second.
type Cluster interface {
	// Acquire takes the lease of key for so long; ok is false while another has
	// it. A lease that is never released makes key a once-key.
	Acquire(ctx context.Context, key string, life time.Duration) (l Lease, ok bool, err error)
	// Renew makes a lease last so long from now; ok is false when it was lost.
	Renew(ctx context.Context, l Lease, life time.Duration) (ok bool, err error)
	// Release ends a lease, unless it was lost before.
	Release(ctx context.Context, l Lease) error

	// Take counts one in each of key's windows. When one of them is full it
	// counts in none and tells how long to wait.
	Take(ctx context.Context, key string, windows ...Window) (wait time.Duration, err error)

	// Put keeps a value under key for so long.
	Put(ctx context.Context, key string, value []byte, life time.Duration) error
	// Get gives it and how long it has left; nil when there is none.
	Get(ctx context.Context, key string) (value []byte, left time.Duration, err error)

	// Wake lets everybody know who listens to topic, in this process too.
	Wake(ctx context.Context, topic string) error
	// Listen calls f for the wakes of topic until ctx ends: for one or more at a
	// time, and for those that it may have missed once it hears again.
	Listen(ctx context.Context, topic string, f func())

	// Alone tells whether nobody but this process can be in it.
	Alone() bool
	// Ping tells why nothing can be asked; nil when all is well.
	Ping(ctx context.Context) error
	// Close ends it.
	Close() error
}

// Lease is a turn that somebody has. It is known by a mark that no other lease
// has, so that whoever lost it cannot end another's.
type Lease struct{ key, mark string }

// Window allows so many in any span.
type Window struct {
	Most int
	Span time.Duration
}
