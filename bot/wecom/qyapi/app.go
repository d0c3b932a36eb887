package qyapi

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"time"

	"marketbot/bot/platform"
)

// hush is how long nothing is asked after the credentials were refused.
const hush = time.Minute

// App makes calls in the name of a self-built app. It is safe for concurrent
// use.
type App struct {
	*Client
	Tokens *platform.Keeper

	corp, secret string
	now          func() time.Time
	refused      error // of asking for a token, answered without asking until quiet
	quiet        time.Time
}

// NewApp makes a client for an app of a company; base is as of New.
func NewApp(base, corp, secret string, client *http.Client, now func() time.Time) *App {
	a := &App{Client: New(base, client), corp: corp, secret: secret, now: now}
	a.Tokens = platform.NewKeeper(a.fetchToken, now)
	return a
}

// Call is Do in the app's name.
func (a *App) Call(ctx context.Context, r Request, out any) error {
	return a.withToken(ctx, r, func(r Request) error { return a.Do(ctx, r, out) })
}

// Picture fetches a picture that somebody sent to the app, by the id that the
// platform gave it.
func (a *App) Picture(ctx context.Context, media string) (data []byte, err error) {
	r := Request{What: "fetch picture", Path: "/cgi-bin/media/get", Query: url.Values{"media_id": {media}}}
	err = a.withToken(ctx, r, func(r Request) error {
		resp, err := a.exchange(ctx, *platform.Pictures(a.http), r)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		var refused []byte
		data, refused, err = platform.ReadPicture(resp, 0)
		if refused != nil {
			return cmp.Or(refusal(r.What, resp.StatusCode, refused), err)
		}
		return err
	})
	return data, err
}

// withToken makes a call under the app's token, and once more with a new one where
// the platform refused the first.
func (a *App) withToken(ctx context.Context, r Request, call func(Request) error) error {
	query := r.Query
	for attempt := 0; ; attempt++ {
		token, err := a.Tokens.Get(ctx)
		if err != nil {
			return untokened{err}
		}
		r.Query = url.Values{"access_token": {token}}
		maps.Copy(r.Query, query)
		err = call(r)
		var refused *platform.APIError
		if attempt > 0 || !errors.As(err, &refused) || !staleToken(refused.Code) {
			return err
		}
		a.Tokens.Drop(token)
	}
}

// staleToken reports whether a code says that the token was no good.
func staleToken(code int) bool {
	return code == 40001 || code == 40014 || code == 42001
}

// fetchToken asks for an access token, unless it was refused a moment ago. Only
// the keeper of tokens calls it, one call at a time.
func (a *App) fetchToken(ctx context.Context) (string, time.Duration, error) {
	now := a.now()
	if a.refused != nil && now.Before(a.quiet) {
		return "", 0, a.refused
	}
	token, life, err := a.askToken(ctx)
	var refused *platform.APIError
	if a.refused = nil; errors.As(err, &refused) && refused.Code > 0 {
		a.refused, a.quiet = err, now.Add(hush)
	}
	return token, life, err
}

// askToken asks for an access token.
func (a *App) askToken(ctx context.Context) (string, time.Duration, error) {
	const what = "get token"
	var answer struct {
		Token string `json:"access_token"`
		Life  int    `json:"expires_in"` // seconds
	}
	query := url.Values{"corpid": {a.corp}, "corpsecret": {a.secret}}
	if err := a.Do(ctx, Request{What: what, Path: "/cgi-bin/gettoken", Query: query}, &answer); err != nil {
		return "", 0, err
	}
	if answer.Token == "" || answer.Life <= 0 {
		return "", 0, &platform.APIError{Call: what, Status: http.StatusOK, Code: NoCode, Msg: "no token in the answer"}
	}
	return answer.Token, time.Duration(answer.Life) * time.Second, nil
}
