package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"marketbot/bot/feishu"
	"marketbot/bot/platform"
	"marketbot/bot/wecom"
	"marketbot/store"
)

// Limits of the listener: nobody may hold a connection for nothing.
const (
	headerTime = 5 * time.Second
	readTime   = 10 * time.Second
	writeTime  = 30 * time.Second
	idleTime   = time.Minute
	maxHeader  = 16 << 10
	maxBody    = 2 << 20
	httpGrace  = 3 * time.Second // requests under way may end
)

// newServer is the one listener's server.
func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           http.MaxBytesHandler(h, maxBody),
		ReadHeaderTimeout: headerTime, ReadTimeout: readTime, WriteTimeout: writeTime, IdleTimeout: idleTime,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// serveHTTP serves until ctx ends, then calls closing and lets the requests
// under way end.
func serveHTTP(ctx context.Context, server *http.Server, l net.Listener, closing func()) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("http: %w", err)
	case <-ctx.Done():
	}
	closing()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), httpGrace)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		if err := server.Close(); err != nil {
			return fmt.Errorf("http: %w", err)
		}
	}
	<-failed
	return nil
}

// webhook is a platform that is called over HTTP.
type webhook interface{ Handler() http.Handler }

// routes are what the listener answers.
func (b *bot) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", b.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(b.metrics.registry, promhttp.HandlerOpts{}))
	for name, path := range map[string]string{feishu.Name: feishu.Path, wecom.Name: wecom.Path} {
		if p, ok := b.platforms[name].(webhook); ok {
			mux.Handle(path, p.Handler())
		}
	}
	return mux
}

// readiness is the answer of /readyz. Warnings do not make the bot unready:
// nothing would be better if no events came.
type readiness struct {
	Ready    bool     `json:"ready"`
	Reasons  []string `json:"reasons,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
	Backup   *int64   `json:"backup_age_seconds,omitempty"` // of the last backup
}

// misses reports whether it is said of a platform that nothing arrives from it.
func (r readiness) misses(platform string) bool {
	return slices.ContainsFunc(r.Reasons, func(reason string) bool { return strings.HasPrefix(reason, platform+": ") })
}

// outboxOld is how long a message may wait before something is wrong.
const outboxOld = 10 * time.Minute

// readyTime bounds how long /readyz waits for a store that does not answer: whoever
// asks gives up after a few seconds and would learn nothing.
const readyTime = 2 * time.Second

func (b *bot) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), readyTime)
	defer cancel()
	state := b.readiness(ctx)
	status := http.StatusOK
	if !state.Ready {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(state); err != nil {
		b.Log.Debug("write readiness", "error", err)
	}
}

func (b *bot) readiness(ctx context.Context) readiness {
	var state readiness
	now := b.Now()
	q, err := b.queue(ctx, now)
	switch {
	case err != nil:
		b.Log.Error("read the store", "error", err)
		state.Reasons = append(state.Reasons, "数据库："+unreadText(err))
	case q.Waiting > 0 && now.Sub(q.Oldest) > outboxOld:
		state.Reasons = append(state.Reasons, fmt.Sprintf("待发：%d 条发不出去，最早的等了 %d 分钟", q.Waiting, int(now.Sub(q.Oldest).Minutes())))
	}
	if since, why := b.unwritten(ctx); !since.IsZero() {
		state.Reasons = append(state.Reasons, fmt.Sprintf("数据库：从 %s 起写不进去：%s", since.In(b.Rules.Zone).Format(time.DateTime), why))
	}
	if unfit := b.changed(ctx); unfit != nil && unfit.Why == store.NoRoom {
		state.Warnings = append(state.Warnings, "数据库："+unfitText(b.Store.Source, unfit))
	} else if unfit != nil {
		state.Reasons = append(state.Reasons, "数据库："+unfitText(b.Store.Source, unfit))
	}
	for name, p := range b.platforms {
		if c, ok := p.(connected); ok {
			if err := c.Ready(); err != nil {
				state.Reasons = append(state.Reasons, name+": "+err.Error())
			}
		}
	}
	if year := now.In(b.Rules.Zone).Year(); !b.Rules.Calendar.Known(year) {
		state.Warnings = append(state.Warnings, fmt.Sprintf("节假日表：没有 %d 年的。请更新程序，或用 holidays 指定一个文件", year))
	}
	if b.Backups != nil {
		last, wrong := b.Backups.state(now)
		if age := int64(now.Sub(last).Seconds()); !last.IsZero() {
			state.Backup = &age
		}
		if wrong != "" {
			state.Warnings = append(state.Warnings, "备份："+wrong)
		}
	}
	if ctx.Err() == nil && b.sharing(ctx) != nil { // else the store took all the time
		state.Warnings = append(state.Warnings, "Redis：没有回答。程序照常运行，只是慢一些")
	}
	state.Ready = len(state.Reasons) == 0
	return state
}

// unreadText is why the store cannot be read, without the address, where a name may
// stand.
func unreadText(err error) string {
	var network net.Error
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "没有回答，原因在日志里"
	case errors.Is(err, syscall.ECONNREFUSED), errors.As(err, &network):
		return "连不上，原因在日志里"
	}
	return "读不了，原因在日志里"
}

// deadSince is how far back dead letters and missed jobs are counted.
const deadSince = 7 * 24 * time.Hour

func (b *bot) queue(ctx context.Context, now time.Time) (q store.Queue, err error) {
	err = b.DB.View(ctx, func(tx *store.Tx) error {
		q, err = tx.Outbox().Counts(ctx, now, now.Add(-deadSince))
		return err
	})
	return q, err
}

// listen opens the listener of the settings.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, &usageError{fmt.Errorf("监听不了 %s：%s。listen 可以改", address, listenText(err))}
	}
	return l, nil
}

// listenText is why nothing can be listened to, in words.
func listenText(err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "端口被别的程序占着，停掉它，或换一个端口"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return "这台机器没有这个地址；只在本机用写 127.0.0.1，在容器里写 0.0.0.0"
	case errors.Is(err, fs.ErrPermission):
		return "1024 以下的端口要 root 才能用，换一个大的"
	}
	return platform.Why(err)
}
