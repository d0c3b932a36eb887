package wecom

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/url"
	"time"
)

// tokens holds the app's access token for all calls: one fetch serves
// everybody who waits, and a token that the platform refused is dropped at
// once.
type tokens struct {
	fetch func(context.Context) (string, time.Duration, error)
	now   func() time.Time
	turn  chan struct{} // held while looking at or renewing the token
	token string
	until time.Time
	stale string // the last one that was refused
	app   string // whose tokens they are
	share Share  // nil: with nobody

	refused error // of the fetch itself, answered without asking until quiet
	quiet   time.Time
}

const (
	// early renews before the platform's own end, as clocks differ and calls
	// take time; jitter keeps several processes from doing so together.
	early  = 5 * time.Minute
	jitter = time.Minute
	// hush is how long nothing is asked after the credentials were refused:
	// going on would get the address banned for an hour.
	hush = time.Minute
)

func newTokens(fetch func(context.Context) (string, time.Duration, error), now func() time.Time) *tokens {
	return &tokens{fetch: fetch, now: now, turn: make(chan struct{}, 1)}
}

func (t *tokens) get(ctx context.Context) (string, error) {
	select {
	case t.turn <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-t.turn }()
	now := t.now()
	switch {
	case t.token != "" && now.Before(t.until):
		return t.token, nil
	case t.refused != nil && now.Before(t.quiet):
		return "", t.refused
	}
	token, life, err := t.obtain(ctx)
	if err != nil {
		var refused *apiError
		if errors.As(err, &refused) && refused.code > 0 {
			t.refused, t.quiet = err, now.Add(hush)
		}
		return "", err
	}
	t.refused = nil
	t.token, t.until = token, now.Add(life-early-rand.N(jitter))
	return token, nil
}

// Share gets an app's token from whoever has fetched one other than the stale
// one, or fetches it for all.
type Share func(ctx context.Context, app, stale string, fetch func(context.Context) (string, time.Duration, error)) (string, time.Duration, error)

func (t *tokens) obtain(ctx context.Context) (string, time.Duration, error) {
	if t.share == nil {
		return t.fetch(ctx)
	}
	return t.share(ctx, t.app, t.stale, t.fetch)
}

// drop forgets a token that was refused, unless it was renewed meanwhile.
func (t *tokens) drop(token string) {
	t.turn <- struct{}{}
	if t.token == token {
		t.token, t.stale = "", token
	}
	<-t.turn
}

// staleToken tells whether a code says that the token was no good.
func staleToken(code int) bool {
	return code == 40001 || code == 40014 || code == 42001
}

// fetchToken asks for an access token. The secret stands in the address, as
// the platform wants it.
func (a *api) fetchToken(ctx context.Context) (string, time.Duration, error) {
	var answer struct {
		Token string `json:"access_token"`
		Life  int    `json:"expires_in"` // seconds
	}
	err := a.do(ctx, request{what: "get token", path: "/cgi-bin/gettoken",
		query: url.Values{"corpid": {a.corp}, "corpsecret": {a.secret}}}, &answer)
	if err != nil {
		return "", 0, err
	}
	if answer.Token == "" || answer.Life <= 0 {
		return "", 0, &apiError{call: "get token", status: 200, code: noCode, msg: "no token in the answer"}
	}
	return answer.Token, time.Duration(answer.Life) * time.Second, nil
}
