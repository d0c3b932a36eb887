package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

// BaseURL is the platform's API unless the settings name another.
const BaseURL = "https://qyapi.weixin.qq.com"

const (
	maxAnswer = 1 << 20
	callTime  = 10 * time.Second
)

// api calls the platform over HTTP. Access tokens, the app's secret and the
// webhook's key stand in addresses there, so no address is ever told: not in
// errors, not in the log.
type api struct {
	base         string
	corp, secret string
	http         *http.Client
	now          func() time.Time
	tokens       *platform.Keeper

	refused error // of asking for a token, answered without asking until quiet
	quiet   time.Time
}

func newAPI(base, corp, secret string, client *http.Client, now func() time.Time) *api {
	if base == "" {
		base = BaseURL
	}
	a := &api{base: strings.TrimRight(base, "/"), corp: corp, secret: secret, http: client, now: now}
	a.tokens = platform.NewKeeper(a.fetchToken, now)
	return a
}

// newClient makes the client for all calls; proxy may be empty. The platform
// only talks to addresses it was told of, so that a proxy with a fixed one is
// common.
func newClient(proxy string) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 32
	if proxy != "" {
		u, err := url.Parse(proxy)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "socks5" { // the value may hold a password
			return nil, errors.New("wecom.proxy 不是网址，要写成 http://主机:端口 或 socks5://主机:端口")
		}
		transport.Proxy = http.ProxyURL(u)
	}
	return &http.Client{
		Timeout: callTime, Transport: transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// request is one call; without a body it is a GET.
type request struct {
	what        string // for errors
	path        string
	query       url.Values
	body        []byte
	contentType string        // empty: JSON
	patience    time.Duration // zero: callTime
}

// noCode stands for an answer that proves nothing.
const noCode = -100

// apiError is the platform's refusal of a call.
type apiError struct {
	call   string
	status int
	code   int
	msg    string // the platform's words; never ours
}

func (e *apiError) Error() string {
	return fmt.Sprintf("%s: HTTP %d, code %d: %.300s", e.call, e.status, e.code, e.msg)
}

// undialed is a call that never left this machine.
type undialed struct{ error }

// Unwrap gives what kept the call.
func (u undialed) Unwrap() error { return u.error }

// authed makes a call under the app's token, and once more with a new one
// where the platform refused the first. out takes the answer; nil: nobody
// reads it.
func (a *api) authed(ctx context.Context, r request, out any) error {
	query := r.query
	for attempt := 0; ; attempt++ {
		token, err := a.tokens.Get(ctx)
		if err != nil {
			return untokened{err}
		}
		r.query = url.Values{"access_token": {token}}
		for k, v := range query {
			r.query[k] = v
		}
		err = a.do(ctx, r, out)
		var refused *apiError
		if attempt > 0 || !errors.As(err, &refused) || !staleToken(refused.code) {
			return err
		}
		a.tokens.Drop(token)
	}
}

// untokened is a call that was not made, for want of a token.
type untokened struct{ error }

// Unwrap gives why there is none.
func (u untokened) Unwrap() error { return u.error }

// do makes one call; only errcode 0 with HTTP 200 is a success.
func (a *api) do(ctx context.Context, r request, out any) error {
	resp, err := a.exchange(ctx, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s: read answer: %w", r.what, bare(err))
	}
	var head struct {
		Code *int   `json:"errcode"`
		Msg  string `json:"errmsg"`
	}
	if err := json.Unmarshal(text, &head); err != nil || head.Code == nil {
		return &apiError{r.what, resp.StatusCode, noCode, "answer without a code"}
	}
	if resp.StatusCode != http.StatusOK || *head.Code != 0 {
		return &apiError{r.what, resp.StatusCode, *head.Code, head.Msg}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return &apiError{r.what, resp.StatusCode, noCode, "answer of another shape"}
	}
	return nil
}

func (a *api) exchange(ctx context.Context, r request) (*http.Response, error) {
	method := http.MethodGet
	if r.body != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, a.base+r.path+"?"+r.query.Encode(), bytes.NewReader(r.body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.what, bare(err))
	}
	if r.contentType == "" {
		r.contentType = "application/json; charset=utf-8"
	}
	if r.body != nil {
		req.Header.Set("Content-Type", r.contentType)
	}
	client := *a.http
	client.Timeout = max(r.patience, callTime)
	resp, err := client.Do(req)
	if err == nil {
		return resp, nil
	}
	err = bare(err)
	var dial *net.OpError
	if errors.As(err, &dial) && (dial.Op == "dial" || dial.Op == "proxyconnect") {
		err = undialed{err}
	}
	return nil, fmt.Errorf("%s: %w", r.what, err)
}

// bare takes the address off an error.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// failure says what to do about a message whose call failed.
func failure(err error) *chat.SendError {
	out := &chat.SendError{Failure: chat.Uncertain, Err: err}
	var refused *apiError
	if errors.As(err, &refused) {
		out.Code = refused.code
		out.Failure, out.After = verdict(refused)
	}
	switch {
	case errors.As(err, new(untokened)):
		out.Failure, out.After = unsent(refused)
	case errors.As(err, new(undialed)):
		out.Failure, out.After = chat.Busy, time.Second
	}
	return out
}

// unsent is the failure of getting a token: nothing was sent.
func unsent(refused *apiError) (chat.Failure, time.Duration) {
	switch {
	case refused == nil || refused.status != http.StatusOK || refused.code <= 0:
		return chat.Busy, 2 * time.Second
	case refused.code == 45009 || refused.code == 45033:
		return verdict(refused)
	}
	return chat.BadSetup, 0
}

// verdict reads a refusal. Codes that nobody knows are for good: the message
// goes out once more as plain text, and then the administrators are told.
func verdict(e *apiError) (chat.Failure, time.Duration) {
	switch e.code {
	case 45009: // too often: a block lasts a minute
		return chat.Busy, time.Minute
	case 45033: // too many at a time
		return chat.Busy, 2 * time.Second
	case 40001, 40014, 41001, 42001: // refused twice, the second time with a fresh token
		return chat.Busy, time.Second
	case -1, noCode: // busy, perhaps after the effect
		return chat.Uncertain, 0
	case 40013, 40056, 48002, 48004, 50001, 60020, 301002:
		return chat.BadSetup, 0
	case 40003, 40031, 60011, 60111, 81013, 82001:
		return chat.BadReceiver, 0
	case 93000, 93004: // the webhook's key is wrong, or the robot was switched off
		return chat.BadSetup, 0
	}
	switch {
	case e.status >= 500:
		return chat.Uncertain, 0
	case e.status == http.StatusTooManyRequests:
		return chat.Busy, time.Minute
	}
	return chat.BadContent, 0
}
