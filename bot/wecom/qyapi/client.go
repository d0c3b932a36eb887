package qyapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"marketbot/bot/platform"
)

// BaseURL is the platform's API unless the settings name another.
const BaseURL = "https://qyapi.weixin.qq.com"

const callTime = 10 * time.Second

// Client makes calls that need no token. It is safe for concurrent use.
type Client struct {
	base string
	http *http.Client
}

// New makes a client; base is the API's address, empty for the platform's own.
func New(base string, client *http.Client) *Client {
	if base == "" {
		base = BaseURL
	}
	return &Client{base: strings.TrimRight(base, "/"), http: client}
}

// NewHTTP makes what carries all calls; proxy may be empty. Its errors are for
// people.
func NewHTTP(proxy string) (*http.Client, error) {
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
		Timeout: callTime, Transport: platform.Bounded(transport),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// Request is one call; without a body it is a GET.
type Request struct {
	What        string // for errors
	Path        string
	Query       url.Values
	Body        []byte
	ContentType string        // empty: JSON
	Patience    time.Duration // zero: 10 seconds
}

// Do makes one call; only errcode 0 with HTTP 200 is a success. out takes the
// answer; nil: nobody reads it. A refusal is a *platform.APIError.
func (c *Client) Do(ctx context.Context, r Request, out any) error {
	client := *c.http
	client.Timeout = max(r.Patience, callTime)
	resp, err := c.exchange(ctx, client, r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("%s: read answer: %w", r.What, Bare(err))
	}
	if err := refusal(r.What, resp.StatusCode, text); err != nil {
		return err
	}
	if out != nil && json.Unmarshal(text, out) != nil {
		return &platform.APIError{Call: r.What, Status: resp.StatusCode, Code: NoCode, Msg: "answer of another shape"}
	}
	return nil
}

// refusal is the error of an answer; nil when all is well.
func refusal(what string, status int, answer []byte) error {
	refused := &platform.APIError{Call: what, Status: status, Code: NoCode}
	var head struct {
		Code *Code  `json:"errcode"`
		Msg  string `json:"errmsg"`
	}
	var odd *json.UnmarshalTypeError // of the words: the code tells
	if err := json.Unmarshal(answer, &head); err != nil && !errors.As(err, &odd) || head.Code == nil {
		refused.Msg = "answer without a code"
		return refused
	}
	if status != http.StatusOK || *head.Code != 0 {
		refused.Code, refused.Msg = int(*head.Code), head.Msg
		return refused
	}
	return nil
}

func (c *Client) exchange(ctx context.Context, client http.Client, r Request) (*http.Response, error) {
	method := http.MethodGet
	if r.Body != nil {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+r.Path+"?"+r.Query.Encode(), bytes.NewReader(r.Body))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.What, Bare(err))
	}
	if r.ContentType == "" {
		r.ContentType = "application/json; charset=utf-8"
	}
	if r.Body != nil {
		req.Header.Set("Content-Type", r.ContentType)
	}
	resp, err := client.Do(req)
	if err == nil {
		return resp, nil
	}
	if err = Bare(err); platform.Undialed(err) {
		err = undialed{err}
	}
	return nil, fmt.Errorf("%s: %w", r.What, err)
}

// Bare takes the address off an error.
func Bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
