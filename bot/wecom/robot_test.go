package wecom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
	"marketbot/handlers/chat/chattest"
)

const groupID = "wrGroup-Aa"

// pipes is a network in memory, so that a bubble's clock can run through it.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.done:
		return nil, errors.New("connection refused")
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// booth is a robot's platform with one person and one group, and an adapter
// that knows the robot only.
type booth struct {
	*wecomtest.Robot
	*Adapter
	t      *testing.T
	events chattest.Recorder
	net    *pipes
	stop   func()
}

// newBooth starts the platform; receive (nil: record) takes the events.
func newBooth(t *testing.T, change func(*Config), receive chat.Receive) *booth {
	t.Helper()
	b := &booth{t: t, Robot: wecomtest.NewRobot(time.Now), net: newPipes(), stop: func() {}}
	srv := &http.Server{Handler: b.Robot}
	go srv.Serve(b.net)
	t.Cleanup(func() { b.Robot.Drop(); srv.Close(); b.net.Close() })
	cfg := Config{Group: groupID, Robot: &RobotConfig{BotID: b.BotID, Secret: b.Robot.Secret, Name: wecomtest.RobotName, URL: "ws://robot.example"}}
	if change != nil {
		change(&cfg)
	}
	if receive == nil {
		receive = b.events.Receive
	}
	var err error
	if b.Adapter, err = New(cfg, receive, Alone, time.Now, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	b.robot.dialer.NetDialContext = b.net.dial
	return b
}

// run keeps the adapter running until the test ends or stop is called.
func (b *booth) run() *booth {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	var once sync.Once
	b.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; !errors.Is(err, context.Canceled) {
				b.t.Errorf("Run ended with %v", err)
			}
		})
	}
	b.t.Cleanup(b.stop)
	return b
}

// connected waits for the connection, outside bubbles.
func (b *booth) connected() *booth {
	b.t.Helper()
	b.eventually("a connection", func() bool { return b.Connected() && b.Ready() == nil })
	return b
}

func (b *booth) eventually(what string, ok func() bool) {
	b.t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.t.Fatalf("%s never came", what)
}

// send renders and sends as the outbox does: what is only busy comes again,
// rendered anew, for up to half an hour.
func (b *booth) send(to chat.Address, m chat.Message, key string) error {
	b.t.Helper()
	for range 1800 {
		payload, err := b.Render(context.Background(), to, m, nil)
		if err == nil {
			err = b.Send(context.Background(), to, payload, key)
		}
		var s *chat.SendError
		if !errors.As(err, &s) || s.Failure != chat.Busy {
			return err
		}
		time.Sleep(max(s.After, time.Second))
	}
	return errors.New("busy for half an hour")
}

func inGroup() chat.Address { return chat.Address{Platform: Name, Group: true, ID: groupID} }

// watcher looks at the robot's chats for the conformance suite.
type watcher struct{ *booth }

func (w watcher) Person() chat.Account { return chat.Account{Platform: Name, ID: wangID} }
func (w watcher) Group() chat.Address  { return inGroup() }
func (w watcher) Events() []chat.Event { return w.events.Events() }

// Messages takes the words and the card of buttons behind them for one.
func (w watcher) Messages(at chat.Address) (out []chattest.Message) {
	for _, m := range w.Seen(at.ID) {
		extra := m.Type == "template_card" && strings.HasSuffix(m.Text, "照上一条回复")
		if !extra {
			out = append(out, chattest.Message{ID: m.ID, Text: strings.ReplaceAll(m.Text, lineSign, "\n"), File: m.File, Content: m.Data, Typed: m.Type != "template_card", Withheld: m.Text == withheld})
		}
		seen := &out[len(out)-1]
		seen.Mentions, seen.Links = append(seen.Mentions, m.Mentions...), append(seen.Links, m.Links...)
		for _, b := range m.Buttons {
			if !extra {
				seen.Buttons = append(seen.Buttons, b.Label)
			}
		}
	}
	return out
}

func (w watcher) Say(at chat.Address, text string) {
	w.t.Helper()
	chatID := ""
	if at.Group {
		chatID, text = at.ID, "@"+wecomtest.RobotName+" "+text
	}
	if err := w.Robot.Say(wangID, chatID, text); err != nil {
		w.t.Error(err)
	}
}

func (w watcher) Press(m chattest.Message, label string) {
	w.t.Helper()
	if !m.Typed {
		if err := w.Robot.Press(wangID, m.ID, label); err != nil {
			w.t.Error(err)
		}
		return
	}
	at := chat.Account{Platform: Name, ID: wangID}.Private()
	if slices.ContainsFunc(w.Seen(groupID), func(s wecomtest.RobotMessage) bool { return s.ID == m.ID }) {
		at = inGroup()
	}
	_, after, ok := strings.Cut(m.Text, "〔"+label+"〕回复：")
	if !ok {
		w.t.Fatalf("%q is not among what can be typed: %q", label, m.Text)
	}
	line, _, _ := strings.Cut(after, "\n〔")
	w.Say(at, strings.TrimPrefix(line, "@"+wecomtest.RobotName+" "))
}

func (w watcher) Submit(m chattest.Message, values map[string]string) {
	w.t.Helper()
	text := ""
	for _, s := range w.Seen(wangID) {
		if s.ID == m.ID {
			text = s.Text
		}
	}
	for name, v := range values {
		head := regexp.MustCompile(`(?m)^【` + name + `】.*$`).FindString(text)
		text = strings.Replace(text, head, head+"\n"+v, 1)
	}
	w.Say(chat.Account{Platform: Name, ID: wangID}.Private(), text)
}

func TestRobotConformance(t *testing.T) {
	chattest.Run(t, func(t *testing.T) (chat.Platform, chattest.Seen) {
		b := newBooth(t, nil, nil).run().connected()
		b.robot.pace.most = 1 << 20
		b.Open(wangID)
		b.Open(groupID)
		return b.Adapter, watcher{b}
	})
}

// Whatever becomes of a connection, another takes its place; meanwhile nothing
// that is owed is lost, and nothing is shown twice.
func TestConnectionComesBack(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*wecomtest.Robot)
		away  time.Duration // at most
	}{
		{"after a drop", (*wecomtest.Robot).Drop, 2 * time.Second},
		{"after another took over", func(r *wecomtest.Robot) { r.Kick(false) }, 6 * time.Second},
		{"after another took over and the line stays open", func(r *wecomtest.Robot) { r.Kick(true) }, 6 * time.Second},
		{"after it froze", (*wecomtest.Robot).Freeze, 80 * time.Second},
		{"after it went deaf without a word", (*wecomtest.Robot).Deafen, time.Hour + 3*time.Second},
		{"after ten minutes away", func(r *wecomtest.Robot) {
			r.Away(true)
			time.AfterFunc(10*time.Minute, func() { r.Away(false) })
		}, 12 * time.Minute},
		{"after a refused login", func(r *wecomtest.Robot) { r.Refuse(cmdSubscribe, 2, 45009); r.Drop() }, 7 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBooth(t, nil, nil)
				b.Keeps = true
				b.Open(wangID)
				b.run()
				synctest.Wait()
				if !b.Connected() {
					t.Fatal("never connected")
				}
				time.Sleep(5 * time.Minute)
				tt.spoil(b.Robot)
				began := time.Now()
				var owed sync.WaitGroup
				owed.Go(func() {
					for i := range 5 {
						if err := b.send(private(wangID), chat.Message{Text: fmt.Sprint("第", i)}, fmt.Sprint("k", i)); err != nil && tt.name != "after it froze" && !strings.Contains(tt.name, "deaf") {
							t.Errorf("message %d: %v", i, err)
						}
					}
				})
				b.Robot.Say(wangID, "", "还在吗")
				for (!b.Connected() || b.Ready() != nil) && time.Since(began) < 2*time.Hour {
					time.Sleep(100 * time.Millisecond)
				}
				if took := time.Since(began); took > tt.away {
					t.Errorf("back after %v, want at most %v", took, tt.away)
				}
				owed.Wait()
				b.Robot.Say(wangID, "", "又在了")
				synctest.Wait()
				heard := b.events.Events()
				if n := len(heard); n == 0 || heard[n-1].Text != "又在了" {
					t.Errorf("heard %+v", heard)
				}
				seen := map[string]int{}
				for _, m := range b.Seen(wangID) {
					if seen[m.Text]++; seen[m.Text] > 1 {
						t.Errorf("%s is seen twice", m.Text)
					}
				}
				b.stop()
			})
		})
	}
}

// Ten minutes away: what the platform kept comes once, what was owed goes once.
func TestTenMinutesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t, nil, nil)
		b.Keeps = true
		b.Open(wangID)
		b.run()
		synctest.Wait()
		b.Away(true)
		for i := range 20 {
			b.Robot.Say(wangID, "", fmt.Sprint("签到 ", i))
		}
		var owed sync.WaitGroup
		for i := range 25 {
			owed.Go(func() {
				if err := b.send(private(wangID), chat.Message{Text: fmt.Sprint("回", i)}, fmt.Sprint("k", i)); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(10 * time.Minute)
		if err := b.Ready(); err == nil {
			t.Error("ready while the platform is away")
		}
		b.Away(false)
		owed.Wait()
		synctest.Wait()
		b.Repeat(true)
		b.Repeat(true)
		synctest.Wait()
		if n := len(b.events.Events()); n != 20 {
			t.Errorf("%d events, want 20", n)
		}
		if n := len(b.Seen(wangID)); n != 25 {
			t.Errorf("%d messages are seen, want 25", n)
		}
		b.stop()
	})
}

// Wrong credentials of the robot are not tried again and again, and the cause is told.
func TestWrongRobotSecretIsNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t, func(c *Config) { c.Robot.Secret = "wrong" }, nil)
		var tries atomic.Int32
		inner := b.robot.dialer.NetDialContext
		b.robot.dialer.NetDialContext = func(ctx context.Context, n, a string) (net.Conn, error) {
			tries.Add(1)
			return inner(ctx, n, a)
		}
		b.run()
		time.Sleep(time.Hour)
		if n := tries.Load(); n < 5 || n > 20 {
			t.Errorf("%d tries in an hour", n)
		}
		if err := b.Ready(); err == nil || !strings.Contains(err.Error(), "853000") || strings.Contains(err.Error(), "wrong") {
			t.Errorf("it tells %v", err)
		}
		if f := b.robot.check(context.Background()); f.OK || !strings.Contains(f.Text, "Secret") {
			t.Errorf("check says %+v", f)
		}
		b.stop()
	})
}

// Two processes of one robot do not throw each other out all the time.
func TestReturnsSlower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t, nil, nil)
		b.run()
		kicks := 0
		for began := time.Now(); time.Since(began) < time.Hour; time.Sleep(time.Second) {
			if b.Connected() {
				b.Kick(true)
				kicks++
			}
		}
		if kicks < 5 || kicks > 25 {
			t.Errorf("it came back %d times in an hour", kicks)
		}
		b.stop()
	})
}

// The connection belongs to whoever holds the lease.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t, nil, nil)
		turn := make(chan struct{}, 1)
		var lose context.CancelFunc
		b.robot.lease = func(ctx context.Context, key string, work func(context.Context) error) error {
			if key != "wecom/"+b.BotID {
				t.Errorf("the lease is for %q", key)
			}
			select {
			case turn <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			ctx, lose = context.WithCancel(ctx)
			return work(ctx)
		}
		b.run()
		synctest.Wait()
		if !b.Connected() {
			t.Fatal("not connected with the lease")
		}
		lose()
		time.Sleep(time.Minute)
		if b.Connected() {
			t.Error("connected without the lease")
		}
		<-turn
		time.Sleep(time.Minute)
		if !b.Connected() {
			t.Error("not connected with the lease again")
		}
		b.stop()
	})
}
