package feishu

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform/platformtest"
	"marketbot/handlers/chat"
)

func TestLongConnectionComesBack(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*feishutest.Server)
	}{
		{"after a drop", (*feishutest.Server).DropSockets},
		{"after a fatal answer of the endpoint", func(s *feishutest.Server) { s.RefuseEndpoint(3, 1000040351); s.DropSockets() }},
		{"after a busy endpoint", func(s *feishutest.Server) { s.RefuseEndpoint(2, 1); s.DropSockets() }},
		{"after a rate limited endpoint", func(s *feishutest.Server) { s.RefuseEndpoint(2, 99991400); s.DropSockets() }},
		{"after a handshake refused with 403", func(s *feishutest.Server) { s.RefuseHandshake(3, 403, 0); s.DropSockets() }},
		{"after too many connections", func(s *feishutest.Server) { s.RefuseHandshake(3, 514, 1000040350); s.DropSockets() }},
		{"after a broken endpoint", func(s *feishutest.Server) { s.Fail("/callback", 2, feishutest.Broken); s.DropSockets() }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil, nil).run()
			before := w.upSince()
			tt.spoil(w.Server)
			platformtest.Eventually(t, "a new connection", func() bool { return w.upSince().After(before) && w.Sockets() == 1 && w.Ready() == nil })
			w.Server.Say(wang, "", "还在吗")
			if n := len(w.events.Events()); n != 1 {
				t.Errorf("%d events came, want 1", n)
			}
		})
	}
}

func (w *world) upSince() time.Time {
	w.link.mu.Lock()
	defer w.link.mu.Unlock()
	if !w.link.alive {
		return time.Time{}
	}
	return w.link.since
}

func TestHalfOpenConnectionIsNoticed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil, nil)
	w.PingInterval = 1
	w.run()
	w.FreezeSockets()
	began := time.Now()
	platformtest.Eventually(t, "a new connection", func() bool { return w.Sockets() == 1 })
	if took := time.Since(began); took > 9*time.Second {
		t.Errorf("the dead connection was noticed after %v", took)
	}
}

func TestMissingPingIntervalDoesNotFlood(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.PingInterval = 0
	w.run()
	time.Sleep(100 * time.Millisecond)
	if n := w.Pings(); n > 2*maxWrites { // without pause they are thousands
		t.Errorf("%d pings in a tenth of a second", n)
	}
}

func TestNotReadyTellsWhy(t *testing.T) {
	w := newWorld(t, nil, nil)
	if err := w.Ready(); err == nil {
		t.Error("ready before the first connection")
	}
	w.RefuseEndpoint(1000, 1000040351)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	platformtest.Eventually(t, "the cause", func() bool { err := w.Ready(); return err != nil && strings.Contains(err.Error(), "1000040351") })
	cancel()
	<-done
	l := &link{}
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	l.up(now)
	if err := l.health(now.Add(silence)); err != nil {
		t.Errorf("not healthy: %v", err)
	}
	if err := l.health(now.Add(silence + time.Second)); err == nil {
		t.Error("a silent connection counts as healthy")
	}
}

func TestUnstoredEventsComeAgain(t *testing.T) {
	for _, mode := range []struct {
		name   string
		change func(*Config)
	}{{Websocket, nil}, {Webhook, asWebhook}} {
		t.Run(mode.name, func(t *testing.T) {
			var fail atomic.Bool
			var w *world
			w = newWorld(t, mode.change, func(ctx context.Context, e chat.Event) (chat.Receipt, error) {
				if fail.Load() {
					return chat.Receipt{}, errors.New("disk full")
				}
				return w.events.Receive(ctx, e)
			})
			w.run()
			fail.Store(true)
			w.Server.Say(wang, "", "签到 广州")
			if n := w.Unacked(); n != 1 {
				t.Fatalf("%d events are unacknowledged, want 1", n)
			}
			fail.Store(false)
			w.Redeliver()
			for range 4 {
				w.Repeat() // fresh event ids, the same message
			}
			if n := w.Unacked(); n != 0 || len(w.events.Events()) != 1 {
				t.Errorf("%d unacknowledged, %d effects, want 0 and 1", n, len(w.events.Events()))
			}
		})
	}
}

func TestPanicCostsOneEvent(t *testing.T) {
	var w *world
	w = newWorld(t, nil, func(ctx context.Context, e chat.Event) (chat.Receipt, error) {
		if e.Text == "炸" {
			panic("boom")
		}
		return w.events.Receive(ctx, e)
	})
	w.run()
	w.Server.Say(wang, "", "炸")
	w.Server.Say(wang, "", "好")
	if w.Unacked() != 1 || len(w.events.Events()) != 1 {
		t.Errorf("%d unacknowledged, %d events, want 1 and 1", w.Unacked(), len(w.events.Events()))
	}
}

func TestSlowPressIsAnsweredInTime(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	var stored atomic.Int32
	w := newWorld(t, nil, func(ctx context.Context, e chat.Event) (chat.Receipt, error) {
		<-release
		stored.Add(1)
		return chat.Receipt{OK: true}, ctx.Err()
	})
	w.run()
	e := eyes{w}
	card := chat.Message{Card: &chat.Card{Title: "申请", Buttons: []chat.Button{{Label: "好", Command: "批准 A1"}}}}
	payload, err := w.Render(t.Context(), e.Person().Private(), card, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Send(t.Context(), e.Person().Private(), payload, "slow"); err != nil {
		t.Fatal(err)
	}
	toast, err := w.Server.Press(wang, w.Seen(wang)[0].ID, "好")
	if err != nil || !strings.Contains(toast.Content, "处理中") {
		t.Errorf("answered %+v, %v", toast, err)
	}
	close(release)
	platformtest.Eventually(t, "the work", func() bool { return stored.Load() == 1 })
}

func TestStopWaitsForLatePresses(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	a, err := New(Config{AppID: "cli_x", AppSecret: "s", Receive: Webhook, EncryptKey: "k", BaseURL: "http://127.0.0.1:1"},
		func(context.Context, chat.Event) (chat.Receipt, error) {
			close(entered)
			<-release
			return chat.Receipt{}, nil
		}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	go a.press(ctx, chat.Event{ID: "1"})
	<-entered
	cancel()
	select {
	case <-done:
		t.Fatal("Run ended while a press was worked on")
	case <-time.After(50 * time.Millisecond):
	}
	close(release)
	<-done
	if _, err := a.press(context.Background(), chat.Event{ID: "2"}); !errors.Is(err, errStopped) {
		t.Errorf("a press after the stop gives %v", err)
	}
}
