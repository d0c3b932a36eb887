package wecom

import (
	"context"
	"errors"
	"net/url"
	"time"
)

// hush is how long nothing is asked after the credentials were refused: going
// on would get the address banned for an hour.
const hush = time.Minute

// staleToken tells whether a code says that the token was no good.
func staleToken(code int) bool {
	return code == 40001 || code == 40014 || code == 42001
}

// fetchToken asks for an access token, unless it was refused a moment ago. Only
// the keeper of tokens calls it, one call at a time.
func (a *api) fetchToken(ctx context.Context) (string, time.Duration, error) {
	now := a.now()
	if a.refused != nil && now.Before(a.quiet) {
		return "", 0, a.refused
	}
	token, life, err := a.askToken(ctx)
	var refused *apiError
	if a.refused = nil; errors.As(err, &refused) && refused.code > 0 {
		a.refused, a.quiet = err, now.Add(hush)
	}
	return token, life, err
}

// askToken asks for an access token. The secret stands in the address, as the
// platform wants it.
func (a *api) askToken(ctx context.Context) (string, time.Duration, error) {
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
