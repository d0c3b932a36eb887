package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"marketbot/bot/feishu"
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

// outboxOld is how long a message may wait before something is wrong.
const outboxOld = 10 * time.Minute

func (b *bot) readyz(w http.ResponseWriter, r *http.Request) {
	state := b.readiness(r.Context())
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
		state.Reasons = append(state.Reasons, "store: cannot be read")
	case q.Waiting > 0 && now.Sub(q.Oldest) > outboxOld:
		state.Reasons = append(state.Reasons, fmt.Sprintf("outbox: the oldest of %d messages waits for %s", q.Waiting, now.Sub(q.Oldest).Round(time.Second)))
	}
	if since, why := b.unwritten(ctx); !since.IsZero() {
		state.Reasons = append(state.Reasons, fmt.Sprintf("store: cannot be written since %s（%s）", since.In(b.Rules.Zone).Format(time.DateTime), why))
	}
	if unfit := b.changed(ctx); unfit != nil && unfit.Why == store.NoRoom {
		state.Warnings = append(state.Warnings, "store: "+unfit.Error())
	} else if unfit != nil {
		state.Reasons = append(state.Reasons, "store: "+unfit.Error())
	}
	for name, p := range b.platforms {
		if c, ok := p.(connected); ok {
			if err := c.Ready(); err != nil {
				state.Reasons = append(state.Reasons, name+": "+err.Error())
			}
		}
	}
	if year := now.In(b.Rules.Zone).Year(); !b.Rules.Calendar.Known(year) {
		state.Warnings = append(state.Warnings, fmt.Sprintf("holidays: no table for %d", year))
	}
	if b.Backups != nil {
		last, wrong := b.Backups.state(now)
		if age := int64(now.Sub(last).Seconds()); !last.IsZero() {
			state.Backup = &age
		}
		if wrong != "" {
			state.Warnings = append(state.Warnings, "backup: "+wrong)
		}
	}
	if b.sharing(ctx) != nil {
		state.Warnings = append(state.Warnings, "redis: does not answer")
	}
	state.Ready = len(state.Reasons) == 0
	return state
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
		return nil, errors.Join(errors.New("监听不了 "+address+"：换一个端口，或停掉占用它的程序"), err)
	}
	return l, nil
}
