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
	// handover is how long a connection is kept for another to take over, and
	// for the platform to tell so.
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
	if r.lease == nil {
		r.former.end(context.Canceled)
	} else {
		r.former.overtaken(context.Background())
	}
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
