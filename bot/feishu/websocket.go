package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkevent "github.com/larksuite/oapi-sdk-go/v3/event"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher/callback"
	larkws "github.com/larksuite/oapi-sdk-go/v3/ws"

	"marketbot/bot/platform"
)

const (
	silence = 5 * time.Minute // a live connection is heard from every two
	steady  = time.Minute     // a connection that held this long was good
)

// keepConnected runs the long connection until ctx ends. The SDK's client
// gives up for good on what may be a passing trouble (a wrong answer, too many
// connections), so we wait between the tries ourselves. A client that was
// connected cannot be started again; one that never was is kept, as each leaves
// a sweeping goroutine of its cache behind for ever.
func (a *Adapter) keepConnected(ctx context.Context) {
	events := a.dispatcher()
	var client *larkws.Client
	a.retry.Reset()
	for ctx.Err() == nil {
		if client == nil {
			client = a.newClient(events)
		}
		began := a.now()
		err := client.Start(ctx)
		if ctx.Err() != nil {
			return
		}
		if a.link.down(err, a.now()) {
			client = nil
			if a.now().Sub(began) >= steady {
				a.retry.Reset()
			}
		}
		wait := a.retry.NextBackOff()
		a.log.Warn("the long connection ended", "error", err, "retry_in", wait)
		platform.Pause(ctx, wait)
	}
}

// newClient makes the SDK's client for one connection.
func (a *Adapter) newClient(events *dispatcher.EventDispatcher) *larkws.Client {
	dialer := &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: 10 * time.Second,
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return &heardConn{conn, func() { a.link.heard(a.now()) }, make(chan struct{}, maxWrites)}, nil
		}}
	return larkws.NewClient(a.cfg.AppID, a.cfg.AppSecret,
		larkws.WithDomain(a.cfg.BaseURL),
		larkws.WithEventHandler(events),
		larkws.WithAutoReconnect(false),
		larkws.WithHttpClient(endpointClient{a.http}),
		larkws.WithWebSocketDialer(dialer),
		larkws.WithLogger(sdkLog{a.log}),
		larkws.WithLogLevel(larkcore.LogLevelInfo),
		larkws.WithOnReady(func() {
			a.link.up(a.now())
			a.log.Info("the long connection is up")
		}))
}

// dispatcher takes every subscribed event raw, so that our own reader decodes
// it; only the press of a card needs the SDK's typed way, to be answered.
func (a *Adapter) dispatcher() *dispatcher.EventDispatcher {
	// It says that it is there, before it can be given a log.
	d, _ := silently(func() (*dispatcher.EventDispatcher, error) { return dispatcher.NewEventDispatcher("", ""), nil })
	d.InitConfig(larkevent.WithLogger(sdkLog{a.log}), larkevent.WithLogLevel(larkcore.LogLevelInfo))
	raw := func(ctx context.Context, e *larkevent.EventReq) error {
		_, err := a.handle(ctx, e.Body)
		return err
	}
	for _, kind := range acted() {
		d.OnCustomizedEvent(kind, raw)
	}
	for _, kind := range ignored() {
		d.OnCustomizedEvent(kind, func(context.Context, *larkevent.EventReq) error { return nil })
	}
	d.OnP2CardActionTrigger(func(ctx context.Context, e *callback.CardActionTriggerEvent) (*callback.CardActionTriggerResponse, error) {
		return a.handle(ctx, e.Body)
	})
	return d
}

// link is what is known of the long connection.
type link struct {
	mu    sync.Mutex
	alive bool
	since time.Time // up or down
	last  time.Time // anything was heard
	cause error
}

func (l *link) up(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.alive, l.since, l.last, l.cause = true, now, now, nil
}

func (l *link) heard(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = now
}

// down notes the end and reports whether there was a connection.
func (l *link) down(cause error, now time.Time) (was bool) {
	if cause == nil {
		cause = errors.New("the client stopped by itself")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	was = l.alive
	if was || l.since.IsZero() {
		l.since = now
	}
	l.alive, l.cause = false, cause
	return was
}

func (l *link) health(now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.alive && now.Sub(l.last) > silence:
		return fmt.Errorf("飞书长连接从 %s 起没有声音", l.last.Format(time.RFC3339))
	case l.alive:
		return nil
	case l.cause == nil:
		return errors.New("飞书长连接还没有连上")
	}
	return fmt.Errorf("飞书长连接从 %s 起断着：%s", l.since.Format(time.RFC3339), platform.Why(l.cause))
}

// heardConn notes every arrival, pongs included, and keeps what is written
// within reason: the SDK takes settings without a ping interval for 0, also when
// a pong brings them, and would then ping without pause.
type heardConn struct {
	net.Conn
	heard func()
	wrote chan struct{} // lately
}

// At most so many writes go out within a span.
const (
	maxWrites  = 50
	writesSpan = 250 * time.Millisecond
)

func (c *heardConn) Write(p []byte) (int, error) {
	c.wrote <- struct{}{}
	time.AfterFunc(writesSpan, func() { <-c.wrote })
	return c.Conn.Write(p)
}

func (c *heardConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.heard()
	}
	return n, err
}

// endpointClient mends what the SDK makes of a settings object that lacks the
// ping interval: it takes it for 0 and pings without pause.
type endpointClient struct{ http *http.Client }

const usualPing = 120 // seconds

// Do is part of the SDK's HttpClient.
func (c endpointClient) Do(req *http.Request) (*http.Response, error) {
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("read endpoint: %w", err)
	}
	var answer larkws.EndpointResp
	if json.Unmarshal(text, &answer) == nil && answer.Data != nil && answer.Data.ClientConfig != nil && answer.Data.ClientConfig.PingInterval <= 0 {
		answer.Data.ClientConfig.PingInterval = usualPing
		if text, err = json.Marshal(answer); err != nil {
			return nil, fmt.Errorf("mend endpoint: %w", err)
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(text))
	return resp, nil
}

// sdkLog is the SDK's logger. Its Debug lines hold whole messages, and the SDK
// does not filter by level itself, so they are dropped here whatever the level.
type sdkLog struct{ log *slog.Logger }

// Debug drops the line.
func (sdkLog) Debug(context.Context, ...any) {}

// Info drops the line: it tells of normal working only.
func (sdkLog) Info(context.Context, ...any) {}

// Warn passes a line on.
func (l sdkLog) Warn(ctx context.Context, args ...any) {
	l.log.WarnContext(ctx, "feishu sdk", "said", fmt.Sprint(args...))
}

// Error passes a line on.
func (l sdkLog) Error(ctx context.Context, args ...any) {
	l.log.ErrorContext(ctx, "feishu sdk", "said", fmt.Sprint(args...))
}
