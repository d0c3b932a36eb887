package feishu

import (
	"context"
	"fmt"
	"net/http"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
)

// tokens holds the app's access token for all calls. One fetch serves
// everybody who waits, and a token that the platform refused is dropped at
// once, both of which the SDK's cache does not do.
type tokens struct {
	fetch func(context.Context) (string, time.Duration, error)
	now   func() time.Time
	turn  chan struct{} // held while looking at or renewing the token
	token string
	until time.Time
	stale string // the last one that was refused
	app   string // whose tokens they are
	share Share  // nil: with nobody
}

// early renews before the platform's own end, as clocks differ and calls take
// time; the platform hands out a new token from 30 minutes before.
const early = 5 * time.Minute

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
	if t.token != "" && t.now().Before(t.until) {
		return t.token, nil
	}
	token, life, err := t.obtain(ctx)
	if err != nil {
		return "", err
	}
	t.token, t.until = token, t.now().Add(life-early)
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

// apiError is the platform's refusal of a call.
type apiError struct {
	call   string
	status int
	code   int
	msg    string // the platform's words; never ours
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%s: HTTP %d, code %d: %.200s", e.call, e.status, e.code, e.msg)
}

// staleToken tells whether a code says that the token was no good.
func staleToken(code int) bool {
	return code == 99991661 || code == 99991663 || code == 99991664
}

func (a *Adapter) fetchToken(ctx context.Context) (string, time.Duration, error) {
	const call = "fetch tenant access token"
	resp, err := a.sdk.GetTenantAccessTokenBySelfBuiltApp(ctx,
		&larkcore.SelfBuiltTenantAccessTokenReq{AppID: a.cfg.AppID, AppSecret: a.cfg.AppSecret})
	if err != nil {
		return "", 0, fmt.Errorf("%s: %w", call, err)
	}
	if resp.StatusCode != http.StatusOK || resp.Code != 0 || resp.TenantAccessToken == "" {
		return "", 0, &apiError{call, resp.StatusCode, resp.Code, resp.Msg}
	}
	return resp.TenantAccessToken, time.Duration(resp.Expire) * time.Second, nil
}

// withToken makes one call, and once more with a new token where the platform
// refused the first; call gives the platform's code.
func (a *Adapter) withToken(ctx context.Context, call func(token string) (code int, err error)) error {
	for attempt := 0; ; attempt++ {
		token, err := a.tokens.get(ctx)
		if err != nil {
			return err
		}
		code, err := call(token)
		if attempt > 0 || !staleToken(code) {
			return err
		}
		a.tokens.drop(token)
	}
}
