package cluster

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Times of a Redis.
const (
	patience   = 200 * time.Millisecond // of everything that is asked
	restTime   = time.Second            // one that failed is left alone for so long
	hearAgain  = 500 * time.Millisecond // listening is tried again
	listenPing = 2 * time.Second        // how often a quiet line is tried
	prefix     = "marketbot/"           // of every key
)

// Keys of leases and of values do not meet.
const (
	leaseKey = "lease/"
	valueKey = "value/"
)

// ErrResting is what is said of a Redis that failed a moment ago, without
// asking it.
var ErrResting = errors.New("redis failed a moment ago")

// errURL hides the address, which may hold a password.
var errURL = errors.New("not a redis:// or rediss:// address")

// CheckURL is what is wrong with a Redis's address; it does not repeat it.
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

// New makes one that has asked nothing yet. The clock only measures how long a
// Redis is left alone.
func New(url string, now func() time.Time, log *slog.Logger) (*Cluster, error) {
	return newCluster(url, patience, now, log)
}

func newCluster(url string, patience time.Duration, now func() time.Time, log *slog.Logger) (*Cluster, error) {
	o, err := options(url, patience)
	if err != nil {
		return nil, err
	}
	hush()
	return &Cluster{client: redis.NewClient(o), patience: patience, now: now, log: log}, nil
}

// hush stops the library from writing to the terminal by itself: what fails is
// told in errors.
var hush = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

// Printf says nothing.
func (silent) Printf(context.Context, string, ...any) {}

// ask asks in time, or not at all when that failed just now or nobody is there.
func (c *Cluster) ask(ctx context.Context, what string, f func(context.Context) error) error {
	if c == nil {
		return nil
	}
	now := c.now()
	c.mu.Lock()
	rest := c.again.Sub(now)
	c.mu.Unlock()
	if rest > 0 && rest <= restTime {
		return ErrResting
	}
	own, cancel := context.WithTimeout(ctx, c.patience)
	defer cancel()
	err := f(own)
	if err == nil || errors.Is(err, redis.Nil) {
		if c.away.Swap(false) {
			c.log.Info("redis answers again")
		}
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	c.mu.Lock()
	c.again = c.now().Add(restTime)
	c.mu.Unlock()
	if !c.away.Swap(true) {
		c.log.Warn("redis does not answer; going on without it", "error", err)
	}
	return fmt.Errorf("redis: %s: %w", what, err)
}

// Acquire takes the lease of key for so long; ok is false while another has it.
// A lease that is never released makes key a once-key. Who is alone has it
// always.
func (c *Cluster) Acquire(ctx context.Context, key string, life time.Duration) (l Lease, ok bool, err error) {
	l, ok = Lease{key, rand.Text()}, c == nil
	err = c.ask(ctx, "acquire", func(ctx context.Context) error {
		err := c.client.SetArgs(ctx, prefix+leaseKey+key, l.mark, redis.SetArgs{Mode: "NX", TTL: life}).Err()
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

// Renew makes a lease last so long from now; ok is false when it was lost.
func (c *Cluster) Renew(ctx context.Context, l Lease, life time.Duration) (ok bool, err error) {
	ok = c == nil
	err = c.ask(ctx, "renew", func(ctx context.Context) error {
		n, err := renewScript.Run(ctx, c.client, []string{prefix + leaseKey + l.key}, l.mark, life.Milliseconds()).Int()
		ok = n == 1
		return err
	})
	return ok, err
}

// Release ends a lease, unless it was lost before.
func (c *Cluster) Release(ctx context.Context, l Lease) error {
	return c.ask(ctx, "release", func(ctx context.Context) error {
		return endScript.Run(ctx, c.client, []string{prefix + leaseKey + l.key}, l.mark).Err()
	})
}

// takeScript: a window is a set of what was counted, by Redis's own time.
var takeScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local wait = 0
for i, key in ipairs(KEYS) do
	local max, span = tonumber(ARGV[2*i]), tonumber(ARGV[2*i+1])
	redis.call('ZREMRANGEBYSCORE', key, '-inf', now - span)
	local over = redis.call('ZCARD', key) - max
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

// Take counts one in each of key's windows. When one of them is full it counts in
// none and gives how long to wait; who is alone never waits, and keeps within a
// platform's limits elsewhere.
func (c *Cluster) Take(ctx context.Context, key string, windows ...Window) (wait time.Duration, err error) {
	keys, args := make([]string, len(windows)), []any{rand.Text()}
	for i, w := range windows {
		keys[i] = prefix + "window/" + w.Span.String() + "/" + key
		args = append(args, w.Max, w.Span.Milliseconds())
	}
	err = c.ask(ctx, "take", func(ctx context.Context) error {
		n, err := takeScript.Run(ctx, c.client, keys, args...).Int64()
		wait = time.Duration(n) * time.Millisecond
		return err
	})
	return wait, err
}

// Put keeps a value under key for so long; who is alone keeps nothing.
func (c *Cluster) Put(ctx context.Context, key string, value []byte, life time.Duration) error {
	return c.ask(ctx, "put", func(ctx context.Context) error {
		return c.client.Set(ctx, prefix+valueKey+key, value, life).Err()
	})
}

// Get gives it and how long it has left; nil when there is none.
func (c *Cluster) Get(ctx context.Context, key string) (value []byte, left time.Duration, err error) {
	err = c.ask(ctx, "get", func(ctx context.Context) error {
		p := c.client.Pipeline()
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

// Wake lets everybody know who listens to topic, in this process too.
func (c *Cluster) Wake(ctx context.Context, topic string) error {
	return c.ask(ctx, "wake", func(ctx context.Context) error {
		return c.client.Publish(ctx, prefix+topic, "").Err()
	})
}

// Listen calls f for the wakes of topic until ctx ends: for one or more at a time,
// and for those that it may have missed once it hears again.
func (c *Cluster) Listen(ctx context.Context, topic string, f func()) {
	if c == nil {
		<-ctx.Done()
		return
	}
	for ctx.Err() == nil {
		c.hear(ctx, topic, f)
		select {
		case <-ctx.Done():
		case <-time.After(hearAgain):
		}
	}
}

// hear listens on one line until it fails.
func (c *Cluster) hear(ctx context.Context, topic string, f func()) {
	line := c.client.Subscribe(ctx)
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

// Ping is why nothing can be asked; nil when all is well. It asks also a Redis
// that is left alone after a failure.
func (c *Cluster) Ping(ctx context.Context) error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	c.again = time.Time{}
	c.mu.Unlock()
	return c.ask(ctx, "ping", func(ctx context.Context) error { return c.client.Ping(ctx).Err() })
}

// Close ends it.
func (c *Cluster) Close() error {
	if c == nil {
		return nil
	}
	return c.client.Close()
}
