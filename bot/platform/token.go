package platform

import (
	"context"
	"math/rand/v2"
	"time"
)

// Fetch asks the platform for a token, and tells how long it lasts.
type Fetch func(context.Context) (string, time.Duration, error)

// Share gets an app's token from whoever has fetched one other than the stale
// one, or fetches it for all.
type Share func(ctx context.Context, app, stale string, fetch Fetch) (string, time.Duration, error)

// Keeper holds the token of one app for all calls.
type Keeper struct {
	Now   func() time.Time
	App   string // whose tokens they are, among all that are shared
	Share Share  // nil: with nobody

	fetch Fetch
	turn  chan struct{} // held while looking at or renewing the token
	token string
	until time.Time
	stale string // the last one that was refused
}

const (
	// early renews before the platform's own end, as clocks differ and calls
	// take time; jitter keeps several processes from doing so together.
	early  = 5 * time.Minute
	jitter = time.Minute
	// leastLife is how long a token is kept at least whatever the platform says:
	// fetching one is limited, and one that is no good any more is refused.
	leastLife = time.Minute
)

// NewKeeper makes a keeper without a token. It makes one fetch at a time.
func NewKeeper(fetch Fetch, now func() time.Time) *Keeper {
	return &Keeper{Now: now, fetch: fetch, turn: make(chan struct{}, 1)}
}

// Get is the token to call with.
func (k *Keeper) Get(ctx context.Context) (string, error) {
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-k.turn }()
	now := k.Now()
	if k.token != "" && now.Before(k.until) {
		return k.token, nil
	}
	token, life, err := k.obtain(ctx)
	if err != nil {
		return "", err
	}
	k.token, k.until = token, now.Add(max(leastLife, life-min(life/2, early+rand.N(jitter))))
	return token, nil
}

func (k *Keeper) obtain(ctx context.Context) (string, time.Duration, error) {
	if k.Share == nil {
		return k.fetch(ctx)
	}
	return k.Share(ctx, k.App, k.stale, k.fetch)
}

// Drop forgets a token that was refused, unless it was renewed meanwhile.
func (k *Keeper) Drop(token string) {
	k.turn <- struct{}{}
	if k.token == token {
		k.token, k.stale = "", token
	}
	<-k.turn
}
