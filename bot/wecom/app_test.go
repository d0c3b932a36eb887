package wecom

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom/app"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/qyapi"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
	"marketbot/handlers/chat/chattest"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// people of the company.
const (
	wangID = "WangFang"
	liID   = "LiLei"
)

// firm is a company on the stand-in with two people, and an adapter that knows
// the app and the group's webhook only.
type firm struct {
	*wecomtest.API
	*Adapter
	t      *testing.T
	events chattest.Recorder
	mu     sync.Mutex
	at     time.Time
}

func (f *firm) now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.at
}

func (f *firm) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = f.at.Add(d)
}

// newFirm starts the platform; receive (nil: record) takes the events.
func newFirm(t *testing.T, change func(*Config), receive chat.Receive) *firm {
	t.Helper()
	f := &firm{t: t, at: noon}
	f.API = wecomtest.NewAPI(f.now)
	t.Cleanup(f.API.Close)
	f.Person(wangID, "王芳")
	f.Person(liID, "李雷")
	cfg := Config{BaseURL: f.URL, WebhookKey: f.HookKey, App: &app.Config{
		CorpID: f.CorpID, AgentID: f.AgentID, Secret: f.API.Secret, Token: f.API.Token, AESKey: f.AESKey,
	}}
	if change != nil {
		change(&cfg)
	}
	if receive == nil {
		receive = f.events.Receive
	}
	var err error
	if f.Adapter, err = New(cfg, receive, nil, f.now, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	f.DrawWith(chattest.Draw)
	if f.app != nil {
		t.Cleanup(f.Adapter.http.CloseIdleConnections)
	}
	srv := httptest.NewServer(f.Handler())
	t.Cleanup(srv.Close)
	if f.app != nil && cfg.App.Token != "" {
		if err := f.Callback(srv.URL + Path); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func private(id string) chat.Address { return chats.Person(id).Private() }

// say renders and sends; the error is the sending's.
func (f *firm) say(to chat.Address, m chat.Message, key string) error {
	f.t.Helper()
	payload, err := f.Render(f.t.Context(), to, m, nil)
	if err != nil {
		f.t.Fatalf("render: %v", err)
	}
	return f.Send(f.t.Context(), to, payload, key)
}

func refusal(t *testing.T, err error) *chat.SendError {
	t.Helper()
	var s *chat.SendError
	if !errors.As(err, &s) {
		t.Fatalf("%v is no SendError", err)
	}
	return s
}

var numberLine = regexp.MustCompile(`\n（\d+/\d+）$`)

// eyes look at a company with a robot and an app for the conformance suite:
// the group talks with the robot, the person in private with the app. The
// texts of one message and the card behind them are one, and what only keeps equal
// texts apart or numbers them is overlooked.
type eyes struct {
	watcher
	api *wecomtest.API
}

func (e eyes) Messages(at chat.Address) (out []chattest.Message) {
	if at.Group {
		return e.watcher.Messages(at)
	}
	last := ""
	for _, m := range e.api.Seen(at.ID) {
		if m.Type == "image" { // of the message before it
			out[len(out)-1].Pictures = append(out[len(out)-1].Pictures, m.Data)
			out[len(out)-1].Locked = out[len(out)-1].Locked && m.Locked
			continue
		}
		text, mark := message.Unmark(m.Text)
		switch {
		case mark != "":
			text = numberLine.ReplaceAllString(text, "")
		case m.Type == "template_card":
			mark, _, _ = strings.Cut(m.ID, "-")
		default:
			mark = m.ID
		}
		if mark != last {
			out = append(out, chattest.Message{Locked: m.Locked, Typed: m.Type == "text"})
		}
		last = mark
		seen := &out[len(out)-1]
		seen.ID, seen.File, seen.Content = m.ID, m.File, m.Data
		seen.Text += strings.ReplaceAll(text, "⏎", "\n")
		seen.Links = append(seen.Links, m.Links...)
		for _, b := range m.Buttons {
			seen.Buttons = append(seen.Buttons, b.Label)
		}
	}
	return out
}

func (e eyes) Say(at chat.Address, text string) {
	if at.Group {
		e.watcher.Say(at, text)
		return
	}
	e.api.Say(at.ID, text)
}

func (e eyes) Press(m chattest.Message, label string) {
	e.t.Helper()
	if len(m.Buttons) == 0 || !strings.Contains(m.ID, "-") { // the robot's, or nothing to press
		e.watcher.Press(m, label)
		return
	}
	if err := e.api.Press(wangID, m.ID, label); err != nil {
		e.t.Error(err)
	}
}

func (e eyes) Submit(_ chattest.Message, values map[string]string) {
	text := ""
	for _, m := range e.api.Seen(wangID) {
		if strings.Contains(m.Text, chat.TemplateWord+" ") {
			text = m.Text
		}
	}
	e.api.Say(wangID, filledIn(text, values))
}

func TestAppConformance(t *testing.T) {
	chattest.Run(t, func(t *testing.T) (chat.Platform, chattest.Seen) {
		api := wecomtest.NewAPI(time.Now)
		t.Cleanup(api.Close)
		api.Person(wangID, "王芳")
		b := newBooth(t, func(c *Config) {
			c.BaseURL = api.URL
			c.App = &app.Config{CorpID: api.CorpID, AgentID: api.AgentID, Secret: api.Secret, Token: api.Token, AESKey: api.AESKey}
		}, nil).run().connected()
		t.Cleanup(b.Adapter.http.CloseIdleConnections)
		b.robot.Pace.Max, b.app.Pace.Max = 1<<20, 1<<20
		b.Open(groupID)
		b.chats.Learn(t.Context(), private(wangID), func(k *chats.Known) { k.Came = app.Way })
		srv := httptest.NewServer(b.Handler())
		t.Cleanup(srv.Close)
		if err := api.Callback(srv.URL + Path); err != nil {
			t.Fatal(err)
		}
		return b.Adapter, eyes{watcher{b}, api}
	})
}

func TestConfidentialIsSafeText(t *testing.T) {
	f := newFirm(t, nil, nil)
	card := &chat.Card{Title: "客户档案", Blocks: []chat.Block{{Facts: []chat.Fact{{Label: "电话", Value: "138 0000 0000"}}}}, Buttons: []chat.Button{{Label: "改", Command: "改档案 1"}}}
	if err := f.say(private(wangID), chat.Message{Card: card, Secrecy: chat.Secrecy{Confidential: true, Summary: "华东机电，王芳，意向"}}, "k1"); err != nil {
		t.Fatal(err)
	}
	seen := f.Seen(wangID)
	if len(seen) != 1 || !seen[0].Locked || seen[0].Type != "text" || !strings.Contains(seen[0].Text, "138 0000 0000") || !strings.Contains(seen[0].Text, "改档案 1") {
		t.Errorf("it is seen as %+v", seen)
	}
	if err := f.say(f.Adapter.Group(), chat.Message{Card: card, Secrecy: chat.Secrecy{Confidential: true, Summary: "华东机电，王芳，意向"}}, "k2"); err != nil {
		t.Fatal(err)
	}
	if seen := f.Seen(wecomtest.Group); len(seen) != 1 || seen[0].Text != "华东机电，王芳，意向" {
		t.Errorf("in the group it is seen as %+v", seen)
	}
}

// Two equal answers are two messages; one that is sent again is one.
func TestEqualTextsAreNotDropped(t *testing.T) {
	f := newFirm(t, nil, nil)
	for _, key := range []string{"a", "b"} {
		if err := f.say(private(wangID), chat.Message{Text: "已签到"}, key); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(f.Seen(wangID)); n != 2 {
		t.Errorf("%d messages are seen, want 2", n)
	}
}

// A lost answer, and then the same bytes again after a restart: one message,
// also where it has several parts.
func TestLostAnswerShowsOnce(t *testing.T) {
	f := newFirm(t, nil, nil)
	long := strings.Repeat("长文\n", 600)
	payload, err := f.Render(t.Context(), private(wangID), chat.Message{Text: long, Secrecy: chat.Secrecy{Confidential: true}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.Fail("/cgi-bin/message/send", 1, func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) })
	f.Fail("/cgi-bin/message/send", 1, platformtest.LostAnswer)
	if s := refusal(t, f.Send(t.Context(), private(wangID), payload, "k")); s.Failure != chat.Uncertain {
		t.Fatalf("a lost answer is %+v", s)
	}
	if n := len(f.Seen(wangID)); n != 2 {
		t.Fatalf("%d parts arrived before the answer was lost, want 2", n)
	}
	f.pass(time.Hour)
	if err := f.Send(t.Context(), private(wangID), payload, "k"); err != nil {
		t.Fatal(err)
	}
	p, _ := message.Unpack(payload)
	if n := len(f.Seen(wangID)); n != len(p.Bodies) {
		t.Errorf("%d parts are seen, want %d", n, len(p.Bodies))
	}
	if w := f.Window(payload); w != app.Window {
		t.Errorf("the key protects for %v", w)
	}
}

// What the platform answers decides what the outbox does.
func TestFailures(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault platformtest.Fault
		times int
		want  chat.Failure
		code  int
		after time.Duration
	}{
		{"busy", wecomtest.Refuse(-1, "system busy"), 1, chat.Uncertain, -1, 0},
		{"too often", wecomtest.Refuse(45009, "reach max api daily quota limit"), 1, chat.Busy, 45009, time.Minute},
		{"too many at a time", wecomtest.Refuse(45033, "api concurrent out of limit"), 1, chat.Busy, 45033, 2 * time.Second},
		{"address not trusted", wecomtest.Refuse(60020, "not allow to access from your ip"), 1, chat.BadSetup, 60020, 0},
		{"token refused twice", wecomtest.Refuse(42001, "access_token expired"), 2, chat.Busy, 42001, time.Second},
		{"all receivers invalid", wecomtest.Refuse(81013, "user & party & tag all invalid"), 1, chat.BadReceiver, 81013, 0},
		{"unknown code", wecomtest.Refuse(99999, "new"), 1, chat.Unknown, 99999, 0},
		{"server error", wecomtest.Broken, 1, chat.Uncertain, qyapi.NoCode, 0},
		{"429 in a page", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			http.Error(w, "slow down", http.StatusTooManyRequests)
		}, 1, chat.Busy, qyapi.NoCode, time.Minute},
		{"a code in a text", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Write([]byte(`{"errcode":"81013","errmsg":["invalid"]}`))
		}, 1, chat.BadReceiver, 81013, 0},
		{"nothing in the answer", wecomtest.Hollow, 1, chat.Uncertain, qyapi.NoCode, 0},
		{"partly failed", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Write([]byte(`{"errcode":0,"errmsg":"ok","invaliduser":"wangfang"}`))
		}, 1, chat.BadReceiver, 0, 0},
		{"unlicensed", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			w.Write([]byte(`{"errcode":0,"errmsg":"ok","unlicenseduser":"wangfang"}`))
		}, 1, chat.BadReceiver, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFirm(t, nil, nil)
			f.Fail("/cgi-bin/message/send", tt.times, tt.fault)
			s := refusal(t, f.say(private(wangID), chat.Message{Text: "您好"}, "k"))
			if s.Failure != tt.want || s.Code != tt.code || s.After != tt.after {
				t.Errorf("got %+v, want %v", s, tt.want)
			}
			for _, secret := range []string{f.API.Secret, "token-0", "access_token=", "corpsecret="} {
				if strings.Contains(s.Error(), secret) {
					t.Errorf("the error tells %q: %v", secret, s)
				}
			}
			if tt.code == 60020 && !strings.Contains(s.Error(), "203.0.113.7") {
				t.Errorf("the error does not name the address: %v", s)
			}
			if err := f.say(private(wangID), chat.Message{Text: "您好"}, "k2"); err != nil {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

// A token that was revoked or ran out costs one more fetch and no message.
func TestTokenIsRenewed(t *testing.T) {
	f := newFirm(t, nil, nil)
	send := func() {
		t.Helper()
		if err := f.say(private(wangID), chat.Message{Text: "您好"}, message.NewMark()); err != nil {
			t.Fatal(err)
		}
	}
	send()
	f.Revoke()
	send()
	f.pass(3 * time.Hour)
	send()
	for _, code := range []int{40001, 40014, 42001} {
		f.Fail("/cgi-bin/message/send", 1, wecomtest.Refuse(code, "token"))
		send()
	}
	if n := len(f.Seen(wangID)); n != 6 {
		t.Errorf("%d messages arrived, want 6", n)
	}
	if n := f.TokensFetched(); n != 6 {
		t.Errorf("%d tokens were fetched, want 6", n)
	}
}

func TestOneFetchServesAll(t *testing.T) {
	f := newFirm(t, nil, nil)
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if err := f.say(private(wangID), chat.Message{Text: "您好"}, message.NewMark()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n := f.TokensFetched(); n != 1 {
		t.Errorf("%d tokens were fetched, want 1", n)
	}
}

// Wrong credentials are not tried again and again: the platform would ban the
// address for an hour.
func TestWrongSecretIsNotHammered(t *testing.T) {
	f := newFirm(t, func(c *Config) { c.App.Secret = "wrong" }, nil)
	for range 5 {
		s := refusal(t, f.say(private(wangID), chat.Message{Text: "您好"}, "k"))
		if s.Failure != chat.BadSetup || s.Code != 40001 {
			t.Fatalf("a wrong secret is %+v", s)
		}
	}
	if n := f.TokensFetched(); n != 1 {
		t.Errorf("%d tokens were asked for, want 1", n)
	}
}

// What nobody listed of a token's refusal may pass; a company that does not exist
// does not.
func TestTokenRefusals(t *testing.T) {
	for code, want := range map[int]chat.Failure{6000: chat.Busy, 40013: chat.BadSetup, 60020: chat.BadSetup, 45009: chat.Busy, -1: chat.Busy} {
		f := newFirm(t, nil, nil)
		f.Fail("/cgi-bin/gettoken", 1, wecomtest.Refuse(code, "refused"))
		if s := refusal(t, f.say(private(wangID), chat.Message{Text: "您好"}, "k")); s.Failure != want {
			t.Errorf("%d is %+v, want %v", code, s, want)
		}
	}
}

// A member's minute holds 30 messages; the rest would be dropped silently, so
// they wait.
func TestMembersMinute(t *testing.T) {
	f := newFirm(t, nil, nil)
	f.Limited = true
	for range 30 {
		if err := f.say(private(wangID), chat.Message{Text: "您好"}, message.NewMark()); err != nil {
			t.Fatal(err)
		}
	}
	s := refusal(t, f.say(private(wangID), chat.Message{Text: "您好"}, message.NewMark()))
	if s.Failure != chat.Busy || s.After <= 0 || s.After > time.Minute {
		t.Errorf("the 31st is %+v", s)
	}
	if err := f.say(private(liID), chat.Message{Text: "您好"}, message.NewMark()); err != nil {
		t.Errorf("somebody else: %v", err)
	}
	f.pass(s.After)
	if err := f.say(private(wangID), chat.Message{Text: "您好"}, message.NewMark()); err != nil {
		t.Errorf("a minute later: %v", err)
	}
	if n := len(f.Seen(wangID)); n != 31 {
		t.Errorf("%d messages are seen, want 31", n)
	}
}

func TestFiles(t *testing.T) {
	f := newFirm(t, nil, nil)
	data := []byte("PK\x03\x04 table")
	for i, tt := range []struct {
		confidential bool
	}{{false}, {true}} {
		m := chat.Message{File: &chat.File{Name: `第48周 "汇总".xlsx`}, Secrecy: chat.Secrecy{Confidential: tt.confidential}}
		payload, err := f.Render(t.Context(), private(wangID), m, data)
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Send(t.Context(), private(wangID), payload, message.NewMark()); err != nil {
			t.Fatal(err)
		}
		seen := f.Seen(wangID)[i]
		if seen.File != "第48周 '汇总'.xlsx" || string(seen.Data) != string(data) || seen.Locked != tt.confidential {
			t.Errorf("the file is seen as %+v", seen)
		}
	}
	_, err := f.Render(t.Context(), private(wangID), chat.Message{File: &chat.File{Name: "leer"}}, nil)
	if s := refusal(t, err); s.Failure != chat.BadContent {
		t.Errorf("an empty file is %+v", s)
	}
}

func TestNamesAndIDs(t *testing.T) {
	f := newFirm(t, nil, nil)
	f.Encrypt("wohR_KCgAAJ3UCFheXwKU", liID)
	ctx := context.Background()
	if name, err := f.PersonName(ctx, wangID); name != "王芳" || err != nil {
		t.Errorf("name: %q, %v", name, err)
	}
	f.Fail("/cgi-bin/user/get", 1, wecomtest.Broken)
	if name, err := f.PersonName(ctx, wangID); name != "王芳" || err != nil {
		t.Errorf("the name is not remembered: %q, %v", name, err)
	}
	f.Hide(liID)
	if _, err := f.PersonName(ctx, liID); err == nil {
		t.Error("a hidden member has a name")
	}
	if _, err := f.PersonName(ctx, liID); err == nil {
		t.Error("a hidden member has a name")
	}
	f.Encrypt("woOther", wangID)
	for id, want := range map[string]string{"woOther": wangID, wangID: wangID, "zhiminghu": "zhiminghu"} {
		if got, err := f.app.PlainID(ctx, id); got != want || err != nil {
			t.Errorf("%s is %q, %v", id, got, err)
		}
	}
}

func TestMenuIsPutUp(t *testing.T) {
	f := newFirm(t, func(c *Config) { c.App.Menu = []string{"签到", "周报", "帮助"} }, nil)
	f.app.Begin(t.Context())
	if got := f.Menu(); !slices.Equal(got, []string{"签到", "周报", "帮助"}) {
		t.Errorf("the menu is %q", got)
	}
}

// The check says which credential is wrong.
func TestCheckSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Config)
		fault  func(*firm)
		want   string // empty: all is well
	}{
		{"all well", func(*Config) {}, nil, ""},
		{"company", func(c *Config) { c.App.CorpID = "ww0" }, nil, "wecom.app.corp_id"},
		{"secret", func(c *Config) { c.App.Secret = "x" }, nil, "wecom.app.secret"},
		{"agent", func(c *Config) { c.App.AgentID = 7 }, nil, "wecom.app.agent_id"},
		{"webhook", func(c *Config) { c.WebhookKey = "x" }, nil, "wecom.webhook_key"},
		{"address", func(*Config) {}, func(f *firm) {
			f.Fail("/cgi-bin/agent/get", 1, wecomtest.Refuse(60020, "not allow to access from your ip"))
		}, "203.0.113.7"},
		{"no way there", func(c *Config) { c.BaseURL = "http://127.0.0.1:1" }, nil, "wecom.base_url"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			wrongCallback := func(c *Config) {
				tt.change(c)
				c.App.Token, c.App.AESKey = "", ""
			}
			f := newFirm(t, wrongCallback, nil)
			if tt.fault != nil {
				tt.fault(f)
			}
			var bad []string
			for _, found := range f.Check(t.Context()) {
				if !found.OK {
					bad = append(bad, found.Text)
				}
			}
			all := strings.Join(bad, "\n")
			if tt.want == "" && all != "" || !strings.Contains(all, tt.want) {
				t.Errorf("want %q in:\n%s", tt.want, all)
			}
			if strings.Contains(all, f.API.Secret) || strings.Contains(all, f.HookKey) {
				t.Errorf("a secret is told: %s", all)
			}
		})
	}
}
