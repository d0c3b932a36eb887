package robot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	lru "github.com/hashicorp/golang-lru/v2"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/handlers/chat"
	"marketbot/handlers/pace"
)

// Way is what parcels call messages that go by the robot.
const Way = "robot"

// Lease lets only one process work on what key names: it waits for its turn,
// calls work, and ends work's context when the turn is over.
type Lease func(ctx context.Context, key string, work func(ctx context.Context) error) error

// ErrHeld is of a Lease that does not wait: another process has its turn.
var ErrHeld = errors.New("another process has the robot's connection")

// Robot is one robot over its long connection. It is safe for concurrent use.
type Robot struct {
	// May be set before anything else happens.
	Lease    Lease                                                // nil: a program that runs once and alone
	Identify func(ctx context.Context, id string) (string, error) // to a userid; nil: nobody can
	Dialer   *websocket.Dialer
	HTTP     *http.Client   // fetches pictures
	Pace     pace.Receivers // of one chat

	cfg     Config
	receive chat.Receive
	now     func() time.Time
	log     *slog.Logger
	chats   *chats.Memory
	asked   *questions
	shown   *lru.Cache[string, message.Card]

	oddities *lru.Cache[string, struct{}] // fields that were told of

	former *session // outlived the turn in which it was made; Run's own

	mu    sync.Mutex
	wire  *wire     // nil while down
	waits bool      // for the lease, which another process has
	since time.Time // up or down
	cause error     // of being down
}

const (
	dialTime    = 10 * time.Second
	firstRetry  = time.Second
	lastRetry   = time.Minute
	firstReturn = 5 * time.Second // after another connection took over
	lastReturn  = 10 * time.Minute
	refusedWait = time.Minute // after wrong credentials, which must not be hammered
	steady      = 10 * time.Minute
	// renewAfter is when another connection takes the place of one on which
	// nobody was heard for so long: a line can look alive, pings answered, and
	// get no messages.
	renewAfter = time.Hour
	// handover is how long a connection is kept for another to take over, and
	// for the platform to tell so.
	handover    = 2 * time.Second
	maxOddities = 100
)

// New makes a robot of complete settings that does not yet talk to the platform.
// proxy may be empty; receive is called concurrently; what is learnt about chats
// goes to memory.
func New(cfg Config, proxy string, receive chat.Receive, memory *chats.Memory, now func() time.Time, log *slog.Logger) *Robot {
	dialer := &websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: dialTime}
	if u, err := url.Parse(proxy); err == nil && proxy != "" {
		dialer.Proxy = http.ProxyURL(u)
	}
	return &Robot{
		Dialer: dialer, HTTP: http.DefaultClient, Pace: pace.Receivers{Limit: pace.Limit{Max: perMinute, Span: time.Minute}},
		cfg: cfg, receive: platform.Guard(receive, log), now: now, log: log,
		chats: memory, asked: newQuestions(now), shown: message.Deck(),
		oddities: platform.Memory[string, struct{}](maxOddities),
	}
}

// Window is zero: what is sent twice is shown twice.
func (r *Robot) Window() time.Duration { return 0 }

// Run keeps the connection up while the lease is held, until ctx ends. It
// carries what is sent as well as what comes, so it should end after the
// outbox. What came is worked off before it returns.
func (r *Robot) Run(ctx context.Context) error {
	q := newQueues(func(j job) { r.hear(ctx, j) }, func(j job) { r.refuse(ctx, j) })
	defer q.stop()
	defer r.leave()
	for ctx.Err() == nil {
		r.awaits(r.Lease != nil)
		err := r.turn(ctx, func(ctx context.Context) error {
			if err := r.chats.Recall(ctx); err != nil {
				return err
			}
			r.awaits(false)
			r.keep(ctx, q)
			return ctx.Err()
		})
		if ctx.Err() == nil {
			r.log.Warn("the lease of the robot's connection ended", "error", err)
			platform.Pause(ctx, firstRetry)
		}
	}
	return ctx.Err()
}

// turn works under the lease where there is one.
func (r *Robot) turn(ctx context.Context, work func(ctx context.Context) error) error {
	if r.Lease == nil {
		return work(ctx)
	}
	return r.Lease(ctx, "wecom/"+r.cfg.BotID, work)
}

// leave lets the connection go once another process has taken it over, as until
// then nobody else hears what people write, or after a while when none does.
func (r *Robot) leave() {
	if r.former == nil {
		return
	}
	if r.Lease == nil {
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

// Here reports whether the connection is this process's, or may be soon.
func (r *Robot) Here() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.waits
}

// keep connects again and again until ctx ends.
func (r *Robot) keep(ctx context.Context, q *queues) {
	failed, refused := platform.Backoff(firstRetry, lastRetry), platform.Backoff(refusedWait, lastReturn)
	kicked := platform.Backoff(firstReturn, lastReturn)
	for ctx.Err() == nil {
		began := r.now()
		err := r.connect(ctx, q)
		if ctx.Err() != nil {
			return
		}
		if r.now().Sub(began) >= steady {
			failed.Reset()
			refused.Reset()
			kicked.Reset()
		}
		wait := time.Duration(0)
		switch {
		case errors.Is(err, errIdle):
		case errors.Is(err, errOver):
			wait = kicked.NextBackOff()
		case waitsLong(err):
			wait = refused.NextBackOff()
		default:
			wait = failed.NextBackOff()
		}
		if !errors.Is(err, errIdle) {
			r.log.Warn("the robot is without a connection, or without a new one", "error", err, "retry_in", wait)
		}
		r.pause(ctx, wait)
	}
}

// waitsLong reports whether the platform refused a login in a way that passes
// only by people's doing, or that it counts. All else it may take a moment later.
func waitsLong(err error) bool {
	var refused *platform.APIError
	return errors.As(err, &refused) && (refused.Code == badLogin || refused.Code == tooOften)
}

// pause waits before the next try, or until the connection ends that another was
// to take over from.
func (r *Robot) pause(ctx context.Context, wait time.Duration) {
	var ended chan struct{}
	if r.former != nil {
		ended = r.former.done
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-ended:
	}
}

// Ready tells why nothing can arrive at the moment.
func (r *Robot) Ready() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.wire != nil, r.waits: // another process hears
		return nil
	case r.cause == nil:
		return errors.New("企业微信智能机器人还没有连上")
	}
	return fmt.Errorf("企业微信智能机器人从 %s 起断着：%s", r.since.Format(time.RFC3339), platform.Why(r.cause))
}
