package wecom

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom/hook"
	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
)

func TestWebhookSaysItAll(t *testing.T) {
	f := newFirm(t, nil, nil)
	card := &chat.Card{Title: "周报截止", Blocks: []chat.Block{{Text: "<a href=\"http://evil.example\">已交</a> 3 份"}},
		Buttons: []chat.Button{{Label: "交周报", Command: "周报"}}}
	if err := f.say(f.Adapter.Group(), chat.Message{Card: card}, "k"); err != nil {
		t.Fatal(err)
	}
	seen := f.Seen(wecomtest.Group)
	if len(seen) != 1 || len(seen[0].Links) > 0 || seen[0].Text != "【周报截止】\n<a href=\"http://evil.example\">已交</a> 3 份\n〔交周报〕回复：周报" {
		t.Errorf("the group sees %+v", seen)
	}
	long := strings.Repeat("长文\n", 1000)
	if err := f.say(f.Adapter.Group(), chat.Message{Text: long}, "k2"); err != nil {
		t.Fatal(err)
	}
	parts := f.Seen(wecomtest.Group)[1:]
	if len(parts) < 3 || !strings.HasSuffix(parts[0].Text, "（1/4）") {
		t.Errorf("%d parts, the first ends %q", len(parts), parts[0].Text[len(parts[0].Text)-12:])
	}
	payload, err := f.Render(t.Context(), f.Adapter.Group(), chat.Message{File: &chat.File{Name: "第48周.xlsx"}}, []byte("PK\x03\x04 table"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Send(t.Context(), f.Adapter.Group(), payload, "k3"); err != nil {
		t.Fatal(err)
	}
	if all := f.Seen(wecomtest.Group); all[len(all)-1].File != "第48周.xlsx" {
		t.Errorf("the file is seen as %+v", all[len(all)-1])
	}
}

// A webhook drops no copies, so that a lost answer protects nothing; and no
// error tells its key, which is its only secret.
func TestWebhookFailures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault platformtest.Fault
		want  chat.Failure
	}{
		{"lost answer", platformtest.LostAnswer, chat.Uncertain},
		{"too often", wecomtest.Refuse(45009, "api freq out of limit"), chat.Busy},
		{"removed", wecomtest.Refuse(93000, "invalid webhook url"), chat.BadSetup},
		{"switched off", wecomtest.Refuse(93004, "robot disabled"), chat.BadSetup},
		{"server error", wecomtest.Broken, chat.Uncertain},
		{"content", wecomtest.Refuse(44004, "empty content"), chat.BadContent},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFirm(t, nil, nil)
			f.Fail("/cgi-bin/webhook/send", 1, tt.fault)
			payload, err := f.Render(t.Context(), f.Adapter.Group(), chat.Message{Text: "群提醒"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			s := refusal(t, f.Send(t.Context(), f.Adapter.Group(), payload, "k"))
			if s.Failure != tt.want || strings.Contains(s.Error(), f.HookKey) || strings.Contains(s.Error(), "key=") {
				t.Errorf("got %v: %v, want %v", s.Failure, s, tt.want)
			}
			if w := f.Window(payload); w != 0 {
				t.Errorf("a key is said to protect for %v", w)
			}
		})
	}
}

func TestWebhooksMinute(t *testing.T) {
	f := newFirm(t, nil, nil)
	f.Limited = true
	for range hook.PerMinute {
		if err := f.say(f.Adapter.Group(), chat.Message{Text: "提醒"}, message.NewMark()); err != nil {
			t.Fatal(err)
		}
	}
	s := refusal(t, f.say(f.Adapter.Group(), chat.Message{Text: "提醒"}, message.NewMark()))
	if s.Failure != chat.Busy || s.After <= 0 {
		t.Errorf("the 21st is %+v", s)
	}
	f.pass(s.After)
	if err := f.say(f.Adapter.Group(), chat.Message{Text: "提醒"}, message.NewMark()); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// Where nobody listens, nothing was sent.
func TestUnreachablePlatformIsBusy(t *testing.T) {
	f := newFirm(t, func(c *Config) { c.App.Token, c.App.AESKey = "", ""; c.BaseURL = "http://127.0.0.1:1" }, nil)
	for _, to := range []chat.Address{private(wangID), f.Adapter.Group()} {
		s := refusal(t, f.say(to, chat.Message{Text: "您好"}, "k"))
		if s.Failure != chat.Busy || strings.Contains(s.Error(), "127.0.0.1:1/") {
			t.Errorf("got %v: %v", s.Failure, s)
		}
	}
}

// Through a proxy the platform sees one address.
func TestProxy(t *testing.T) {
	f := newFirm(t, func(c *Config) { // the stand-in is its own proxy: it is asked for an address it never had
		c.App.Token, c.App.AESKey, c.Proxy, c.BaseURL = "", "", c.BaseURL, "http://qyapi.example"
	}, nil)
	if err := f.say(private(wangID), chat.Message{Text: "您好"}, "k"); err != nil {
		t.Fatal(err)
	}
	if n := len(f.Seen(wangID)); n != 1 {
		t.Errorf("%d messages came through the proxy", n)
	}
	if _, err := New(Config{WebhookKey: "k", Proxy: "user:hush@nowhere"}, nil, nil, time.Now, slog.New(slog.DiscardHandler)); err == nil || strings.Contains(err.Error(), "hush") {
		t.Errorf("a proxy without a scheme: %v", err)
	}
}

// The first part arrived and the second was refused as busy: the same bytes
// come again, so that the first does not come twice.
func TestPartsThatWereBusy(t *testing.T) {
	f := newFirm(t, nil, nil)
	payload, err := f.Render(t.Context(), private(wangID), chat.Message{Text: strings.Repeat("长文\n", 600)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.Fail("/cgi-bin/message/send", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) })
	f.Fail("/cgi-bin/message/send", 1, wecomtest.Refuse(45033, "api concurrent out of limit"))
	if s := refusal(t, f.Send(t.Context(), private(wangID), payload, "k")); s.Failure != chat.Uncertain {
		t.Errorf("got %+v", s)
	}
	if err := f.Send(t.Context(), private(wangID), payload, "k"); err != nil {
		t.Fatal(err)
	}
	p, _ := message.Unpack(payload)
	if n := len(f.Seen(wangID)); n != len(p.Bodies) {
		t.Errorf("%d parts are seen, want %d", n, len(p.Bodies))
	}
}
