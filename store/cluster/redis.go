package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Redis is the Cluster of the processes that use the same Redis.
type Redis struct {
	client   *redis.Client
	patience time.Duration
	now      func() time.Time
	log      *slog.Logger
	away     atomic.Bool // it failed when last asked

	mu    sync.Mutex
	again time.Time // it is left alone until then
}

var _ Cluster = (*Redis)(nil)

// Times of a Redis.
const (
	patience   = 200 * time.Millisecond // of everything that is asked
	restTime   = time.Second            // one that failed is left alone for so long
	hearAgain  = 500 * time.Millisecond // listening is tried again
	listenPing = 2 * time.Second        // how often a quiet line is tried
	prefix     = "marketbot/"           // of every key
)

// ErrResting is what is said of a Redis that failed a moment ago, without
// asking it.
var ErrResting = errors.New("redis failed a moment ago")

// errURL hides the address, which may hold a password.
var errURL = errors.New("not a redis:// or rediss:// address")

// CheckURL tells what is wrong with a Redis's address; it does not repeat it.
func CheckURL(url string) error {
	_, err := options(url, patience)
	return err
}

func options(url string, patience time.Duration) (*redis.Options, error) {
	if !strings.HasPrefix(url, "redis://") && !strings.HasPrefix(url, "rediss://") {
		return nil, errURL
	}
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, errURL
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = patience, patience, patience, patience
	o.MaxRetries, o.DialerRetries = -1, 1
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	o.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	return o, nil
}

// NewRedis makes one that has asked nothing yet. The clock only measures how
// long a Redis is left alone.
func NewRedis(url string, now func() time.Time, log *slog.Logger) (*Redis, error) {
	return newRedis(url, patience, now, log)
}

func newRedis(url string, patience time.Duration, now func() time.Time, log *slog.Logger) (*Redis, error) {
	o, err := options(url, patience)
	if err != nil {
		return nil, err
	}
	hush()
	return &Redis{client: redis.NewClient(o), patience: patience, now: now, log: log}, nil
}

// hush stops the library from writing to the terminal by itself: what fails is
// told in errors.
var hush = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

// Printf says nothing.
func (silent) Printf(context.Context, string, ...any) {}

// ask asks in time, or not at all when that failed just now.
func (r *Redis) ask(ctx context.Context, what string, f func(context.Context) error) error {
	now := r.now()
	r.mu.Lock()
	rest := r.again.Sub(now)
	r.mu.Unlock()
	if rest > 0 && rest <= restTime {
		return ErrResting
	}
	own, cancel := context.WithTimeout(ctx, r.patience)
	defer cancel()
	err := f(own)
	if err == nil || errors.Is(err, redis.Nil) {
		if r.away.Swap(false) {
			r.log.Info("redis answers again")
		}
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.mu.Lock()
	r.again = r.now().Add(restTime)
	r.mu.Unlock()
	if !r.away.Swap(true) {
		r.log.Warn("redis does not answer; going on without it", "error", err)
	}
	return fmt.Errorf("redis: %s: %w", what, err)
}

// Acquire implements Cluster.
func (r *Redis) Acquire(ctx context.Context, key string, life time.Duration) (l Lease, ok bool, err error) {
	l = Lease{key, rand.Text()}
	err = r.ask(ctx, "acquire", func(ctx context.Context) error {
		err := r.client.SetArgs(ctx, prefix+leaseKey+key, l.mark, redis.SetArgs{Mode: "NX", TTL: life}).Err()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		ok = err == nil
		return err
	})
	return l, ok, err
}

// Only whoever has the lease may change it.
var (
	renewScript = redis.NewScript(`if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end return 0`)
	endScript   = redis.NewScript(`if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`)
)

// Renew implements Cluster.
func (r *Redis) Renew(ctx context.Context, l Lease, life time.Duration) (ok bool, err error) {
	err = r.ask(ctx, "renew", func(ctx context.Context) error {
		n, err := renewScript.Run(ctx, r.client, []string{prefix + leaseKey + l.key}, l.mark, life.Milliseconds()).Int()
		ok = n == 1
		return err
	})
	return ok, err
}

// Release implements Cluster.
func (r *Redis) Release(ctx context.Context, l Lease) error {
	return r.ask(ctx, "release", func(ctx context.Context) error {
		return endScript.Run(ctx, r.client, []string{prefix + leaseKey + l.key}, l.mark).Err()
	})
}

// takeScript: a window is a set of what was counted, by Redis's own time.
var takeScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local wait = 0
for i, key in ipairs(KEYS) do
	local most, span = tonumber(ARGV[2*i]), tonumber(ARGV[2*i+1])
	redis.call('ZREMRANGEBYSCORE', key, '-inf', now - span)
	local over = redis.call('ZCARD', key) - most
	if over >= 0 then
		local at = redis.call('ZRANGE', key, over, over, 'WITHSCORES')
		wait = math.max(wait, math.min(at[2] + span - now, span))
	end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
	redis.call('ZADD', key, now, ARGV[1])
	redis.call('PEXPIRE', key, ARGV[2*i+1])
end
return 0`)

// Take implements Cluster.
func (r *Redis) Take(ctx context.Context, key string, windows ...Window) (wait time.Duration, err error) {
	keys, args := make([]string, len(windows)), []any{rand.Text()}
	for i, w := range windows {
		keys[i] = prefix + "window/" + w.Span.String() + "/" + key
		args = append(args, w.Most, w.Span.Milliseconds())
	}
	err = r.ask(ctx, "take", func(ctx context.Context) error {
		n, err := takeScript.Run(ctx, r.client, keys, args...).Int64()
		wait = time.Duration(n) * time.Millisecond
		return err
	})
	return wait, err
}

// Put implements Cluster.
func (r *Redis) Put(ctx context.Context, key string, value []byte, life time.Duration) error {
	return r.ask(ctx, "put", func(ctx context.Context) error {
		return r.client.Set(ctx, prefix+valueKey+key, value, life).Err()
	})
}

// Get implements Cluster.
func (r *Redis) Get(ctx context.Context, key string) (value []byte, left time.Duration, err error) {
	err = r.ask(ctx, "get", func(ctx context.Context) error {
		p := r.client.Pipeline()
		v, l := p.Get(ctx, prefix+valueKey+key), p.PTTL(ctx, prefix+valueKey+key)
		if _, err := p.Exec(ctx); err != nil {
			return err
		}
		value, left = []byte(v.Val()), l.Val()
		return nil
	})
	if errors.Is(err, redis.Nil) {
		return nil, 0, nil
	}
	return value, left, err
}

// Wake implements Cluster.
func (r *Redis) Wake(ctx context.Context, topic string) error {
	return r.ask(ctx, "wake", func(ctx context.Context) error {
		return r.client.Publish(ctx, prefix+topic, "").Err()
	})
}

// Listen implements Cluster.
func (r *Redis) Listen(ctx context.Context, topic string, f func()) {
	for ctx.Err() == nil {
		r.hear(ctx, topic, f)
		select {
		case <-ctx.Done():
		case <-time.After(hearAgain):
		}
	}
}

// hear listens on one line until it fails.
func (r *Redis) hear(ctx context.Context, topic string, f func()) {
	line := r.client.Subscribe(ctx)
	defer line.Close()
	if line.Subscribe(ctx, prefix+topic) != nil {
		return
	}
	quiet := 0
	for ctx.Err() == nil {
		got, err := line.ReceiveTimeout(ctx, listenPing)
		switch got.(type) {
		case *redis.Subscription, *redis.Message:
			f()
			quiet = 0
			continue
		case *redis.Pong:
			quiet = 0
			continue
		}
		var slow interface{ Timeout() bool }
		if !errors.As(err, &slow) || !slow.Timeout() || quiet > 0 {
			return
		}
		quiet++
		if line.Ping(ctx) != nil {
			return
		}
	}
}

// Alone implements Cluster.
func (r *Redis) Alone() bool { return false }

// Ping implements Cluster. It asks also one that is left alone.
func (r *Redis) Ping(ctx context.Context) error {
	r.mu.Lock()
	r.again = time.Time{}
	r.mu.Unlock()
	return r.ask(ctx, "ping", func(ctx context.Context) error { return r.client.Ping(ctx).Err() })
}

// Close implements Cluster.
func (r *Redis) Close() error { return r.client.Close() }
