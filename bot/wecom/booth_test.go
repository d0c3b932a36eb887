package wecom

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/robot"
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
	cfg    Config
	hear   chat.Receive
	notes  notebook
}

// notebook is Notes in memory.
type notebook struct {
	mu    sync.Mutex
	notes map[chat.Address]string
}

func (n *notebook) read(context.Context) (map[chat.Address]string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return maps.Clone(n.notes), nil
}

func (n *notebook) write(_ context.Context, at chat.Address, note string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.notes[at] = note
	return nil
}

// newBooth starts the platform; receive (nil: record) takes the events.
func newBooth(t *testing.T, change func(*Config), receive chat.Receive) *booth {
	t.Helper()
	b := &booth{t: t, Robot: wecomtest.NewRobot(time.Now), net: newPipes(), stop: func() {}}
	srv := &http.Server{Handler: b.Robot}
	go srv.Serve(b.net)
	t.Cleanup(func() { b.Robot.Drop(); srv.Close(); b.net.Close() })
	cfg := Config{Group: groupID, Robot: &robot.Config{BotID: b.BotID, Secret: b.Robot.Secret, Name: wecomtest.RobotName, URL: "ws://robot.example"}}
	if change != nil {
		change(&cfg)
	}
	if receive == nil {
		receive = b.events.Receive
	}
	b.cfg, b.hear, b.notes.notes = cfg, receive, map[chat.Address]string{}
	b.make()
	return b
}

// make makes the adapter.
func (b *booth) make() {
	b.t.Helper()
	var err error
	if b.Adapter, err = New(b.cfg, b.hear, nil, time.Now, slog.New(slog.DiscardHandler)); err != nil {
		b.t.Fatal(err)
	}
	b.Remember(chats.Notes{Read: b.notes.read, Write: b.notes.write})
	b.robot.Dialer.NetDialContext = b.net.dial
}

// restart stops the adapter and runs another on what was noted down.
func (b *booth) restart() *booth {
	b.t.Helper()
	b.stop()
	b.make()
	return b.run()
}

// run keeps the adapter running until the test ends or stop is called.
func (b *booth) run() *booth {
	b.t.Helper()
	b.stop = platformtest.Run(b.t, b.Run)
	return b
}

// connected waits for the connection, outside bubbles.
func (b *booth) connected() *booth {
	b.t.Helper()
	platformtest.Eventually(b.t, "a connection", func() bool { return b.Connected() && b.Ready() == nil })
	return b
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

func inGroup() chat.Address { return chats.Group(groupID) }

// watcher looks at the robot's chats for the conformance suite.
type watcher struct{ *booth }

func (w watcher) Person() chat.Account { return chats.Person(wangID) }

func (w watcher) Group() chat.Address { return inGroup() }

func (w watcher) Events() []chat.Event { return w.events.Events() }

// Messages takes the words and the card of buttons behind them for one.
func (w watcher) Messages(at chat.Address) (out []chattest.Message) {
	for _, m := range w.Seen(at.ID) {
		extra := m.Type == "template_card" && strings.HasSuffix(m.Text, "照上一条回复")
		if !extra {
			out = append(out, chattest.Message{ID: m.ID, Text: strings.ReplaceAll(m.Text, "⏎", "\n"), File: m.File, Content: m.Data, Typed: m.Type != "template_card", Withheld: m.Text == chat.Withheld})
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
	at := chats.Person(wangID).Private()
	if slices.ContainsFunc(w.Seen(groupID), func(s platformtest.Message) bool { return s.ID == m.ID }) {
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
	w.Say(chats.Person(wangID).Private(), filledIn(text, values))
}

// filledIn is the template of a form as a person fills it in.
func filledIn(template string, values map[string]string) string {
	for name, v := range values {
		head := regexp.MustCompile(`(?m)^【` + name + `】.*$`).FindString(template)
		template = strings.Replace(template, head, head+"\n"+v, 1)
	}
	return template
}
