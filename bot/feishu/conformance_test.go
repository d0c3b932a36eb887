package feishu

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"go.uber.org/goleak"

	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform"
	"marketbot/bot/platform/platformtest"
	"marketbot/handlers/chat"
	"marketbot/handlers/chat/chattest"
)

// The SDK's cache of the long connection never ends its sweeper.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/larksuite/oapi-sdk-go/v3/cache.(*cron).start"))
}

const (
	wang  = "ou_wang"
	li    = "ou_li"
	group = "oc_group"
)

// world is a platform with two people and a group, and an adapter.
type world struct {
	*feishutest.Server
	*Adapter
	events chattest.Recorder
	t      *testing.T
}

// newWorld starts the platform; receive (nil: record) takes the events.
func newWorld(t *testing.T, change func(*Config), receive chat.Receive) *world {
	t.Helper()
	w := &world{Server: feishutest.New(time.Now), t: t}
	t.Cleanup(w.Server.Close)
	w.Person(wang, "王芳")
	w.Person(li, "李雷")
	w.Server.Group(group, "市场部", wang, li)
	w.App.Scopes = needed()
	cfg := Config{AppID: w.App.ID, AppSecret: w.App.Secret, BaseURL: w.URL, Group: group}
	if change != nil {
		change(&cfg)
	}
	if receive == nil {
		receive = w.events.Receive
	}
	var err error
	if w.Adapter, err = New(cfg, receive, time.Now, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	w.retry = platform.Backoff(5*time.Millisecond, 50*time.Millisecond)
	t.Cleanup(w.Adapter.http.CloseIdleConnections)
	return w
}

func asWebhook(c *Config) {
	c.Receive, c.EncryptKey, c.VerificationToken = Webhook, "test key", "verify"
}

// run keeps the adapter running until the test ends and waits for a
// connection.
func (w *world) run() *world {
	w.t.Helper()
	platformtest.Run(w.t, w.Run)
	if w.cfg.Receive == Webhook {
		srv := httptest.NewServer(w.Handler())
		w.t.Cleanup(srv.Close)
		w.Webhook(srv.URL + Path)
		return w
	}
	platformtest.Eventually(w.t, "a long connection", func() bool { return w.Sockets() > 0 && w.Ready() == nil })
	return w
}

// eyes looks at the platform for the conformance suite.
type eyes struct{ *world }

func (e eyes) Person() chat.Account { return chat.Account{Platform: Name, ID: wang} }
func (e eyes) Group() chat.Address  { return chat.Address{Platform: Name, Group: true, ID: group} }
func (e eyes) Events() []chat.Event { return e.events.Events() }

func (e eyes) Messages(at chat.Address) (out []chattest.Message) {
	for _, m := range e.Seen(at.ID) {
		seen := chattest.Message{ID: m.ID, Text: m.Text, File: m.File, Content: m.Data, Mentions: m.Mentions, Links: m.Links, Locked: m.Locked, Charts: m.Charts}
		for _, b := range m.Buttons {
			seen.Buttons = append(seen.Buttons, b.Label)
		}
		for _, f := range m.Fields {
			seen.Fields = append(seen.Fields, f.Name)
		}
		out = append(out, seen)
	}
	return out
}

func (e eyes) Say(at chat.Address, text string) {
	if at.Group {
		e.Server.Say(wang, at.ID, "@"+feishutest.BotName+" "+text)
		return
	}
	e.Server.Say(wang, "", text)
}

func (e eyes) Press(m chattest.Message, label string) {
	e.t.Helper()
	if toast, err := e.Server.Press(wang, m.ID, label); err != nil || toast.Content == "" {
		e.t.Errorf("press: %+v, %v", toast, err)
	}
}

func (e eyes) Submit(m chattest.Message, values map[string]string) {
	e.t.Helper()
	if toast, err := e.Server.Submit(wang, m.ID, values); err != nil || toast.Content == "" {
		e.t.Errorf("submit: %+v, %v", toast, err)
	}
}

func TestConformanceOverLongConnection(t *testing.T) {
	chattest.Run(t, func(t *testing.T) (chat.Platform, chattest.Seen) {
		w := newWorld(t, nil, nil).run()
		return w.Adapter, eyes{w}
	})
}

func TestConformanceOverWebhook(t *testing.T) {
	chattest.Run(t, func(t *testing.T) (chat.Platform, chattest.Seen) {
		w := newWorld(t, asWebhook, nil).run()
		return w.Adapter, eyes{w}
	})
}
