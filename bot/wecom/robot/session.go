package robot

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"marketbot/bot/wecom/qyapi"
)

// session is a connection at work; ended tells once why it is no more, stale that
// another is to take its place.
type session struct {
	*wire
	ended chan error
	stale chan struct{}
}

func (s *session) end(cause error) {
	s.close(cause)
	<-s.ended
}

// overtaken ends the session once it was told that another connection took
// over, as what is still on the way comes before that, or after a while.
func (s *session) overtaken(ctx context.Context) {
	late := time.NewTimer(handover)
	defer late.Stop()
	select {
	case <-s.done:
	case <-late.C:
	case <-ctx.Done():
	}
	s.end(errOver)
}

// connect serves one connection and tells why it ended. When ctx ends, so does
// the right to connect, but not the connection: the platform ends it as soon as
// another process connects, and so nothing is missed in between. What is left of
// an earlier turn, or of an hour without a word, ends only when the new connection is there, and always then:
// it may have been overtaken meanwhile without having been told.
func (r *Robot) connect(ctx context.Context, q *queues) error {
	s, err := r.open(ctx, q)
	if err != nil {
		if r.stands() {
			return err
		}
		return r.down(err)
	}
	r.up(s.wire)
	if r.former != nil {
		r.former.overtaken(ctx)
		r.former = nil
	}
	select {
	case err := <-s.ended:
		return r.down(err)
	case <-s.stale:
		r.former = s
		return errIdle
	case <-ctx.Done():
		r.former = s
		return ctx.Err()
	}
}

// stands reports whether the connection still stands that another was to take
// over from.
func (r *Robot) stands() bool {
	if r.former == nil {
		return false
	}
	select {
	case <-r.former.done:
		r.former.end(errOver)
		r.former = nil
		return false
	default:
		return true
	}
}

// open connects and logs in.
func (r *Robot) open(ctx context.Context, q *queues) (*session, error) {
	conn, err := r.dial(ctx)
	if err != nil {
		return nil, err
	}
	s := &session{newWire(conn), make(chan error, 1), make(chan struct{}, 1)}
	go r.serve(context.WithoutCancel(ctx), s, q)
	if err := r.subscribe(ctx, s.wire); err != nil {
		s.end(err)
		return nil, err
	}
	return s, nil
}

// serve hears what comes over a connection until it ends.
func (r *Robot) serve(ctx context.Context, s *session, q *queues) {
	idle := time.AfterFunc(renewAfter, func() {
		select {
		case s.stale <- struct{}{}:
		default: // told already
		}
	})
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
	conn, resp, err := r.Dialer.DialContext(ctx, r.cfg.URL, nil)
	if resp != nil {
		resp.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("dial: %w", qyapi.Bare(err))
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
