package main

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
	"marketbot/store"
	"marketbot/store/cluster"
)

// What the processes of one store share beside it. Nothing here is needed: with
// Redis away each process goes on by itself.

// cluster is what the settings say to share by; nil: nothing.
func (c Config) cluster(now func() time.Time, log *slog.Logger) (*cluster.Cluster, error) {
	if c.Redis == "" {
		return nil, nil
	}
	r, err := cluster.New(c.Redis, now, log)
	if err != nil {
		return nil, &usageError{errors.New(redisProblem)}
	}
	return r, nil
}

const redisProblem = "redis 要写成 redis://:密码@主机:6379/0（加密的写 rediss://）；不用就空着"

// tokens shares the access tokens of a platform: one process fetches, the others
// take what it fetched.
type tokens struct {
	cluster *cluster.Cluster
	seals   *store.Sealer
	log     *slog.Logger
}

const (
	tokenTurn  = 15 * time.Second       // of whoever fetches
	tokenWait  = 3 * time.Second        // for whoever fetches; then everybody does
	tokenLook  = 100 * time.Millisecond // how often to look meanwhile
	tokenSpare = 6 * time.Minute        // one that ends so soon is not taken any more
)

// get is the token of an app other than the stale one, and how long it lasts.
func (t tokens) get(ctx context.Context, app, stale string, fetch platform.Fetch) (string, time.Duration, error) {
	key := "token/" + app
	for end := time.After(tokenWait); ; {
		token, left, err := t.read(ctx, key)
		if err != nil {
			return fetch(ctx)
		}
		if token != "" && token != stale {
			return token, left, nil
		}
		l, mine, err := t.cluster.Acquire(ctx, key, tokenTurn)
		if err != nil {
			return fetch(ctx)
		}
		if mine {
			return t.renew(ctx, key, l, fetch)
		}
		select {
		case <-end:
			return fetch(ctx)
		case <-ctx.Done():
			return "", 0, ctx.Err()
		case <-time.After(tokenLook):
		}
	}
}

// read gives a token that others left; empty when there is none that lasts.
func (t tokens) read(ctx context.Context, key string) (string, time.Duration, error) {
	sealed, left, err := t.cluster.Get(ctx, key)
	if err != nil || sealed == nil || left <= tokenSpare {
		return "", 0, err
	}
	token, err := t.seals.Open(sealed, key)
	if err != nil {
		t.log.Warn("a shared token cannot be read", "error", err)
		return "", 0, err
	}
	return string(token), left, nil
}

// renew fetches a token for everybody.
func (t tokens) renew(ctx context.Context, key string, l cluster.Lease, fetch platform.Fetch) (string, time.Duration, error) {
	token, life, err := fetch(ctx)
	if err == nil {
		if err := t.cluster.Put(ctx, key, t.seals.Seal([]byte(token), key), life); err != nil {
			t.log.Debug("a token is not shared", "error", err)
		}
	}
	if err := t.cluster.Release(context.WithoutCancel(ctx), l); err != nil {
		t.log.Debug("a token's turn ends by itself", "error", err)
	}
	return token, life, err
}

// maxPace is how long a send waits for the other processes' sends; where that is
// not enough it makes room for other platforms'.
const maxPace = 2 * time.Second

// errPace is a platform's limit that all processes together used up.
var errPace = errors.New("the platform's limit is used up by all processes together")

// pace keeps the sends of all processes together within what a platform allows.
// A process alone does so in its outbox.
func (b *bot) pace(ctx context.Context, p chat.Platform) error {
	var windows []cluster.Window
	for span, most := range map[time.Duration]int{time.Second: p.Limits().PerSecond, time.Minute: p.Limits().PerMinute} {
		if most > 0 {
			windows = append(windows, cluster.Window{Max: most, Span: span})
		}
	}
	if b.Cluster == nil || len(windows) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, maxPace)
	defer cancel()
	for {
		wait, err := b.Cluster.Take(ctx, p.Name(), windows...)
		switch {
		case ctx.Err() != nil || wait > maxPace:
			return &chat.SendError{Failure: chat.Busy, After: max(wait, time.Second), Err: errPace}
		case err != nil || wait == 0:
			return nil
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

const (
	outboxTopic = "outbox"
	tellEvery   = 200 * time.Millisecond // how often others are told, at most
)

// tell lets other processes look into the outbox. It never waits.
func (b *bot) tell() {
	select {
	case b.told <- struct{}{}:
	default:
	}
}

// wakes tells others and hears from them until ctx ends.
func (b *bot) wakes(ctx context.Context) error {
	var listening sync.WaitGroup
	listening.Go(func() { b.Cluster.Listen(ctx, outboxTopic, b.outbox.Wake) })
	defer listening.Wait()
	pause := time.NewTicker(tellEvery)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-b.told:
			if err := b.Cluster.Wake(ctx, outboxTopic); err != nil && ctx.Err() == nil {
				b.Log.Debug("others are not told and look by themselves", "error", err)
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-pause.C:
		}
	}
}

// sharing is what is wrong with what is shared; nil when nothing is.
func (b *bot) sharing(ctx context.Context) error { return b.Cluster.Ping(ctx) }

// checkRedis asks the Redis of the settings.
func checkRedis(ctx context.Context, cfg Config, now func() time.Time, log *slog.Logger) []chat.Finding {
	if cfg.Redis == "" {
		return nil
	}
	f := chat.Finding{Name: "Redis", OK: true, Text: "可用"}
	c, err := cfg.cluster(now, log)
	if err == nil {
		err = errors.Join(c.Ping(ctx), c.Close())
	}
	if err != nil {
		f.OK, f.Text = false, redisWhy(err)+"。请核对 redis 的主机、端口和密码；没有它程序照常运行，只是慢一些"
	}
	return []chat.Finding{f}
}

// redisWhy is an error of Redis in words.
func redisWhy(err error) string {
	said := err.Error()
	switch {
	case strings.Contains(said, "WRONGPASS"), strings.Contains(said, "NOAUTH"):
		return "密码不对"
	case strings.Contains(said, "invalid reply"):
		return "那个地址上的不是 Redis"
	case strings.Contains(said, "DB index is out of range"):
		return "没有这个编号的库：地址最后一段一般写 0"
	}
	return platform.Why(err)
}
