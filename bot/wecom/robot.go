package wecom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"marketbot/handlers/chat"
)

// Robot is a robot (智能机器人) over its long connection. The platform keeps
// nothing for it: what comes while no connection is up is lost, and what it is
// sent twice it shows twice.
type Robot struct {
	cfg      RobotConfig
	receive  chat.Receive
	lease    Lease
	identify func(ctx context.Context, id string) (string, error) // to a userid; nil: nobody can
	now      func() time.Time
	log      *slog.Logger
	dialer   *websocket.Dialer
	pace     pace
	chats    *memory

	former *session // outlived the turn in which it was made; run's own

	mu    sync.Mutex
	wire  *wire                    // nil while down
	waits bool                     // for the lease, which another process has
	since time.Time                // up or down
	cause error                    // of being down
	asked map[chat.Address][]asked // callbacks that may still be answered
	hello map[string]asked         // by person: they entered just now
	cards map[string]templateCard  // shown lately, by task
	tasks []string                 // of cards, oldest first
}

// asked is a callback that may be answered under its request id.
type asked struct {
	req string
	at  time.Time
}

const (
	dialTime    = 10 * time.Second
	firstRetry  = time.Second
	lastRetry   = time.Minute
	firstReturn = 5 * time.Second // after another connection took over
	lastReturn  = 10 * time.Minute
	refusedWait = time.Minute // after wrong credentials, which must not be hammered
	steady      = 10 * time.Minute
	// renewAfter ends a connection on which nobody was heard for so long: a
	// line can look alive, pings answered, and get no messages.
	renewAfter = time.Hour
	cardsMost  = 512
	// handover is how long another process may take to connect when this one
	// stops.
	handover = 2 * time.Second
)

func newRobot(cfg RobotConfig, proxy string, receive chat.Receive, lease Lease, chats *memory, now func() time.Time, log *slog.Logger) *Robot {
	dialer := &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTime}
	if u, err := url.Parse(proxy); err == nil && proxy != "" {
		dialer.Proxy = http.ProxyURL(u)
	}
	return &Robot{
		cfg: cfg, receive: receive, lease: lease, now: now, log: log, dialer: dialer, pace: pace{most: robotPerMinute, now: now},
		chats: chats, asked: map[chat.Address][]asked{}, hello: map[string]asked{},
		cards: map[string]templateCard{},
	}
}

// window is zero: what is sent twice is shown twice.
func (r *Robot) window() time.Duration { return 0 }

// run keeps the connection up while the lease is held, until ctx ends. It
// carries what is sent as well as what comes, so it should end after the
// outbox. What came is worked off before it returns.
func (r *Robot) run(ctx context.Context) error {
	q := newQueues(func(j job) { r.hear(ctx, j) })
	defer q.stop()
	defer r.leave()
	for ctx.Err() == nil {
		r.awaits(r.lease != nil)
		err := r.turn(ctx, func(ctx context.Context) error {
			if err := r.chats.recall(ctx); err != nil {
				return err
			}
			r.awaits(false)
			r.keep(ctx, q)
			return ctx.Err()
		})
		if ctx.Err() == nil {
			r.log.Warn("the lease of the robot's connection ended", "error", err)
			pause(ctx, firstRetry)
		}
	}
	return ctx.Err()
}

// turn works under the lease where there is one.
func (r *Robot) turn(ctx context.Context, work func(ctx context.Context) error) error {
	if r.lease == nil {
		return work(ctx)
	}
	return r.lease(ctx, "wecom/"+r.cfg.BotID, work)
}

// leave lets the connection go once another process has taken it over, as until
// then nobody else hears what people write, or after a while when none does.
func (r *Robot) leave() {
	if r.former == nil {
		return
	}
	if r.lease != nil {
		late := time.NewTimer(handover)
		defer late.Stop()
		select {
		case <-r.former.done:
		case <-late.C:
		}
	}
	r.former.end(context.Canceled)
	_ = r.down(context.Canceled)
}

func (r *Robot) awaits(it bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waits = it
}

// here tells whether the connection is this process's.
func (r *Robot) here() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.waits
}

// keep connects again and again until ctx ends.
func (r *Robot) keep(ctx context.Context, q *queues) {
	failures, kicks := 0, 0
	for ctx.Err() == nil {
		began := r.now()
		err := r.connect(ctx, q)
		if ctx.Err() != nil {
			return
		}
		if r.now().Sub(began) >= steady {
			failures, kicks = 0, 0
		}
		var refused *apiError
		wait := time.Duration(0)
		switch {
		case errors.Is(err, errIdle):
		case errors.Is(err, errOver):
			kicks++
			wait = backoff(kicks, firstReturn, lastReturn)
		case errors.As(err, &refused):
			failures++
			wait = backoff(failures, refusedWait, lastReturn)
		default:
			failures++
			wait = backoff(failures, firstRetry, lastRetry)
		}
		r.log.Warn("the robot's connection ended", "error", err, "retry_in", wait)
		pause(ctx, wait)
	}
}

// backoff doubles from first to last and takes between half and all of it, so
// that many bots do not come back at once.
func backoff(failures int, first, last time.Duration) time.Duration {
	wait := last
	if shift := max(failures-1, 0); shift < 16 {
		wait = min(first<<shift, last)
	}
	return wait/2 + rand.N(wait/2)
}

func pause(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// session is a connection at work; ended tells once why it is no more.
type session struct {
	*wire
	ended chan error
}

func (s *session) end(cause error) {
	s.close(cause)
	<-s.ended
}

// connect serves one connection and tells why it ended. When ctx ends, so does
// the right to connect, but not the connection: the platform ends it as soon as
// another process connects, and so nothing is missed in between. What is left of
// an earlier turn ends only when the new connection is there, and always then:
// it may have been overtaken meanwhile without having been told.
func (r *Robot) connect(ctx context.Context, q *queues) error {
	s, err := r.open(ctx, q)
	if err != nil {
		return r.down(err)
	}
	r.up(s.wire)
	if r.former != nil {
		r.former.end(errOver)
		r.former = nil
	}
	select {
	case err := <-s.ended:
		return r.down(err)
	case <-ctx.Done():
		r.former = s
		return ctx.Err()
	}
}

// open connects and logs in.
func (r *Robot) open(ctx context.Context, q *queues) (*session, error) {
	conn, err := r.dial(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{newWire(conn), make(chan error, 1)}
	go r.serve(context.WithoutCancel(ctx), s, q)
	if err := r.subscribe(ctx, s.wire); err != nil {
		s.end(err)
		return nil, err
	}
	return s, nil
}

// serve hears what comes over a connection until it ends.
func (r *Robot) serve(ctx context.Context, s *session, q *queues) {
	idle := time.AfterFunc(renewAfter, func() { s.close(errIdle) })
	defer idle.Stop()
	var watching sync.WaitGroup
	watching.Go(func() { s.watch(ctx) })
	err := s.read(func(f frame) {
		idle.Reset(renewAfter)
		r.sort(s.wire, f, q)
	}, func() { r.log.Warn("a malformed frame was passed over") })
	s.close(err)
	watching.Wait()
	s.ended <- err
}

func (r *Robot) dial(ctx context.Context) (*websocket.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	conn, resp, err := r.dialer.DialContext(ctx, r.cfg.URL, nil)
	if resp != nil {
		resp.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("dial: %w", bare(err))
	}
	return conn, nil
}

func (r *Robot) subscribe(ctx context.Context, w *wire) error {
	login := map[string]string{"bot_id": r.cfg.BotID, "secret": r.cfg.Secret}
	if err := w.call(ctx, cmdSubscribe, "", login, nil); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	return nil
}

func (r *Robot) up(w *wire) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wire, r.since, r.cause = w, r.now(), nil
	r.log.Info("the robot's connection is up")
}

func (r *Robot) down(cause error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.wire != nil || r.since.IsZero() {
		r.since = r.now()
	}
	r.wire, r.cause = nil, cause
	return cause
}

// ready tells why nothing can arrive at the moment.
func (r *Robot) ready() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.wire != nil, r.waits: // another process hears
		return nil
	case r.cause == nil:
		return errors.New("wecom robot connection not up yet")
	}
	return fmt.Errorf("wecom robot connection down since %s: %w", r.since.Format(time.RFC3339), r.cause)
}

// check tries the credentials, unless they are proven by a connection or
// another process has its turn: to log in would take its connection away, and
// with it what people write meanwhile.
func (r *Robot) check(ctx context.Context) chat.Finding {
	const name = "企业微信智能机器人"
	if r.line() != nil {
		return chat.Finding{Name: name, OK: true, Text: "已连接"}
	}
	good := "bot_id 和 secret 有效"
	err := r.turn(ctx, r.try)
	if errors.Is(err, ErrHeld) {
		good = "网址能连上。程序正在运行，再登录会把它顶下线，所以没有核对 bot_id 和 secret；改过它们的话，请停掉程序再检查一次"
		err = r.reach(ctx)
	}
	var refused *apiError
	switch {
	case err == nil:
		return chat.Finding{Name: name, OK: true, Text: good}
	case errors.As(err, &refused) && refused.code == badLogin:
		return failed(name, err, "bot_id 或 secret 不对：在智能机器人的「API 配置」里选长连接方式，复制那里的 Bot ID 和 Secret（不是自建应用的）")
	case errors.As(err, &refused):
		return failed(name, err, "请确认机器人的 API 模式是长连接，过几分钟再试")
	}
	return failed(name, err, "服务器须能访问 wecom.robot.url；要经代理的话填 wecom.proxy")
}

// reach tries the way to the platform without logging in, which nobody else
// notices.
func (r *Robot) reach(ctx context.Context) error {
	conn, err := r.dial(ctx)
	if err == nil {
		err = conn.Close()
	}
	return err
}

// try logs in.
func (r *Robot) try(ctx context.Context) error {
	conn, err := r.dial(ctx)
	if err != nil {
		return err
	}
	w := newWire(conn)
	ended := make(chan error, 1)
	go func() { ended <- w.read(func(frame) {}, func() {}) }()
	err = r.subscribe(ctx, w)
	w.close(err)
	<-ended
	return err
}
