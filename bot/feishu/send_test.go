package feishu

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform"
	"marketbot/bot/platform/platformtest"
	"marketbot/handlers/chat"
)

const (
	messages = "/open-apis/im/v1/messages"
	auth     = "/open-apis/auth"
)

func TestFailedSendsAreClassified(t *testing.T) {
	tests := []struct {
		name  string
		path  string
		fault platformtest.Fault
		want  chat.Failure
		after time.Duration
		shown int // by the first try
	}{
		{"answer lost", messages, platformtest.LostAnswer, chat.Uncertain, 0, 1},
		{"500", messages, feishutest.Broken, chat.Uncertain, 0, 0},
		{"500 without code", messages, feishutest.Codeless, chat.Uncertain, 0, 0},
		{"200 without message id", messages, feishutest.Hollow, chat.Uncertain, 0, 0},
		{"429", messages, feishutest.TooMany(7), chat.Busy, 7 * time.Second, 0},
		{"429 for a day", messages, feishutest.TooMany(86400), chat.Busy, 5 * time.Minute, 0},
		{"chat frequency", messages, feishutest.Refuse(230020, "frequency"), chat.Busy, time.Second, 0},
		{"being sent", messages, feishutest.Refuse(230049, "sending"), chat.Busy, time.Second, 0},
		{"bad card", messages, feishutest.Refuse(230099, "card"), chat.BadContent, 0, 0},
		{"too long", messages, feishutest.Refuse(230025, "long"), chat.BadContent, 0, 0},
		{"DLP", messages, feishutest.Refuse(230028, "dlp"), chat.BadContent, 0, 0},
		{"bad receiver id", messages, feishutest.Refuse(230001, "invalid receive_id"), chat.BadReceiver, 0, 0},
		{"bad parameters", messages, feishutest.Refuse(230001, "content"), chat.BadContent, 0, 0},
		{"not in the group", messages, feishutest.Refuse(230002, "out"), chat.BadReceiver, 0, 0},
		{"resigned", messages, feishutest.Refuse(230013, "no availability"), chat.BadReceiver, 0, 0},
		{"scope", messages, feishutest.Refuse(99991672, "scope"), chat.BadSetup, 0, 0},
		{"quota", messages, feishutest.Refuse(99991403, "quota"), chat.BadSetup, 0, 0},
		{"internal error", messages, feishutest.Answer(2200, "internal error"), chat.Unknown, 0, 0},
		{"bad request", messages, feishutest.Answer(9499, "bad request"), chat.Unknown, 0, 0},
		{"a code nobody listed", messages, feishutest.Refuse(239999, "new"), chat.Unknown, 0, 0},
		{"no right", messages, feishutest.Refuse(230027, "Lack of necessary permissions"), chat.BadSetup, 0, 0},
		{"bot switched off", messages, feishutest.Refuse(232025, "bot ability is not activated"), chat.BadSetup, 0, 0},
		{"chat dissolved", messages, feishutest.Refuse(232009, "dissolved"), chat.BadReceiver, 0, 0},
		{"out of the chat", messages, feishutest.Refuse(232011, "operator is out"), chat.BadReceiver, 0, 0},
		{"stranger's chat", messages, feishutest.Refuse(230038, "cross tenant"), chat.BadReceiver, 0, 0},
		{"a page", messages, feishutest.Page, chat.Uncertain, 0, 0},
		{"no token for a while", auth, feishutest.Codeless, chat.Busy, 2 * time.Second, 0},
		{"a page for a token", auth, feishutest.Page, chat.Busy, 2 * time.Second, 0},
		{"an internal error for a token", auth, feishutest.Answer(2200, "internal error"), chat.Busy, 2 * time.Second, 0},
		{"nothing for a token", auth, feishutest.Hollow, chat.Busy, 2 * time.Second, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil, nil)
			to := eyes{w}.Person().Private()
			payload, err := w.Render(t.Context(), to, chat.Message{Text: "提醒"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			w.Fail(tt.path, 1, tt.fault)
			err = w.Send(t.Context(), to, payload, "k")
			var refused *chat.SendError
			if !errors.As(err, &refused) || refused.Failure != tt.want || refused.After != tt.after {
				t.Fatalf("got %#v (%v), want failure %d after %v", refused, err, tt.want, tt.after)
			}
			if chatOnly := refused.Code == 230020 || refused.Code == 230049; refused.OneChat != chatOnly {
				t.Errorf("it holds one chat only: %v", refused.OneChat)
			}
			if n := len(w.Seen(wang)); n != tt.shown {
				t.Errorf("%d messages are seen, want %d", n, tt.shown)
			}
			if err := w.Send(t.Context(), to, payload, "k"); err != nil {
				t.Errorf("resend: %v", err)
			}
			if n := len(w.Seen(wang)); n != 1 {
				t.Errorf("%d messages are seen after the resend, want 1", n)
			}
		})
	}
}

func TestUnreachablePlatformIsBusyNotUncertain(t *testing.T) {
	w := newWorld(t, nil, nil)
	to := eyes{w}.Person().Private()
	if err := w.Send(t.Context(), to, []byte(`{"receive_id":"ou_wang","msg_type":"text","content":"{\"text\":\"x\"}"}`), "a"); err != nil {
		t.Fatal(err)
	}
	behindProxy := *w.Adapter.http
	w.Server.Close()
	w.Adapter.http.CloseIdleConnections()
	err := w.Send(t.Context(), to, []byte(`{"receive_id":"ou_wang"}`), "b")
	var refused *chat.SendError
	if !errors.As(err, &refused) || refused.Failure != chat.Busy {
		t.Errorf("got %v, want busy: nothing was sent", err)
	}
	closed, _ := url.Parse(w.Server.URL)
	behindProxy.Transport = &http.Transport{Proxy: http.ProxyURL(closed)}
	w.Adapter.http = &behindProxy
	w.Adapter.cfg.BaseURL = "https://open.feishu.example"
	if err := w.Send(t.Context(), to, []byte(`{"receive_id":"ou_wang"}`), "c"); !errors.As(err, &refused) || refused.Failure != chat.Busy {
		t.Errorf("got %v, want busy: the proxy took nothing", err)
	}
}

// Wherever an answer sends a call on to, what was said does not follow.
func TestRedirectsAreNotFollowed(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("somebody else heard it") }))
	t.Cleanup(elsewhere.Close)
	for _, status := range []int{http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect} {
		door := httptest.NewServer(http.RedirectHandler(elsewhere.URL, status))
		t.Cleanup(door.Close)
		a, err := New(Config{AppID: "cli_x", AppSecret: "s", BaseURL: door.URL, Receive: Websocket}, nil, time.Now, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		a.tokens = platform.NewKeeper(func(context.Context) (string, time.Duration, error) { return "t", time.Hour, nil }, time.Now)
		err = a.Send(t.Context(), chat.Address{ID: "ou_wang"}, []byte(`{"receive_id":"ou_wang"}`), "a")
		var refused *chat.SendError
		if !errors.As(err, &refused) || refused.Failure != chat.Uncertain {
			t.Errorf("%d: %v, want uncertain", status, err)
		}
	}
}

func TestUnknownReceiver(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.Hide(li)
	for _, id := range []string{"ou_nobody", li} {
		to := chat.Address{Platform: Name, ID: id}
		payload, _ := w.Render(t.Context(), to, chat.Message{Text: "x"}, nil)
		err := w.Send(t.Context(), to, payload, "k")
		var refused *chat.SendError
		if !errors.As(err, &refused) || refused.Failure != chat.BadReceiver {
			t.Errorf("to %s: %v, want a bad receiver", id, err)
		}
	}
}

func TestRevokedTokenIsRenewedOnce(t *testing.T) {
	w := newWorld(t, nil, nil)
	to := eyes{w}.Person().Private()
	payload, _ := w.Render(t.Context(), to, chat.Message{Text: "x"}, nil)
	for i := range 3 {
		if err := w.Send(t.Context(), to, payload, strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
		if n := w.TokensFetched(); n != i+1 {
			t.Errorf("%d tokens were fetched, want %d", n, i+1)
		}
		w.Revoke()
	}
	if name, err := w.PersonName(t.Context(), wang); name != "王芳" || err != nil {
		t.Errorf("name %q, %v", name, err)
	}
	if n := w.TokensFetched(); n != 4 {
		t.Errorf("%d tokens were fetched, want 4", n)
	}
}

func TestRefusedTokenTwiceIsBusy(t *testing.T) {
	w := newWorld(t, nil, nil)
	to := eyes{w}.Person().Private()
	payload, _ := w.Render(t.Context(), to, chat.Message{Text: "x"}, nil)
	w.Fail(messages, 2, feishutest.Refuse(99991663, "Invalid access token"))
	var refused *chat.SendError
	if err := w.Send(t.Context(), to, payload, "k"); !errors.As(err, &refused) || refused.Failure != chat.Busy {
		t.Errorf("got %v, want busy", err)
	}
}

func TestManyFirstSendsFetchOneToken(t *testing.T) {
	w := newWorld(t, nil, nil)
	to := eyes{w}.Person().Private()
	payload, _ := w.Render(t.Context(), to, chat.Message{Text: "x"}, nil)
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := w.Send(t.Context(), to, payload, strconv.Itoa(i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := w.TokensFetched(); n != 1 {
		t.Errorf("%d tokens were fetched, want 1", n)
	}
}

func TestTokenIsRenewedBeforeItEnds(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	w := newWorld(t, nil, nil)
	w.Adapter.tokens.Now = func() time.Time { return now }
	for _, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {time.Hour, 1}, {54 * time.Minute, 1}, {2 * time.Minute, 2}} {
		now = now.Add(step.after)
		if _, err := w.Adapter.tokens.Get(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := w.TokensFetched(); n != step.want {
			t.Errorf("at %v %d tokens were fetched, want %d", now, n, step.want)
		}
	}
}

func TestWrongSecretIsASetupFault(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.AppSecret = "wrong" }, nil)
	to := eyes{w}.Person().Private()
	payload, _ := w.Render(t.Context(), to, chat.Message{Text: "x"}, nil)
	var refused *chat.SendError
	if err := w.Send(t.Context(), to, payload, "k"); !errors.As(err, &refused) || refused.Failure != chat.BadSetup {
		t.Errorf("got %v, want a setup fault", err)
	}
}

func TestFilesThatCannotBeSent(t *testing.T) {
	w := newWorld(t, nil, nil)
	for _, size := range []int{0, maxFile + 1} {
		_, err := w.Render(t.Context(), eyes{w}.Person().Private(), chat.Message{File: &chat.File{Name: "a.xlsx"}}, make([]byte, size))
		var refused *chat.SendError
		if !errors.As(err, &refused) || refused.Failure != chat.BadContent {
			t.Errorf("%d bytes: %v, want bad content", size, err)
		}
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(*world)
		bad   string
	}{
		{"all well", func(*world) {}, ""},
		{"wrong secret", func(w *world) { w.App.Secret = "other" }, "飞书凭证"},
		{"not in use", func(w *world) { w.Status = 3 }, "飞书机器人能力"},
		{"scope missing", func(w *world) { w.App.Scopes = w.App.Scopes[1:] }, "飞书权限"},
		{"endpoint refuses", func(w *world) { w.RefuseEndpoint(1, 1000040350) }, "飞书长连接"},
		{"not in the group", func(w *world) { w.Adapter.cfg.Group = "oc_other" }, "飞书部门群"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, nil, nil)
			tt.spoil(w)
			bad := ""
			for _, f := range w.Check(t.Context()) {
				if !f.OK {
					bad += f.Name
				}
				if f.Text == "" {
					t.Errorf("%s says nothing", f.Name)
				}
			}
			if bad != tt.bad {
				t.Errorf("found wrong: %q, want %q", bad, tt.bad)
			}
		})
	}
}

func TestPersonName(t *testing.T) {
	w := newWorld(t, nil, nil)
	if _, err := w.PersonName(t.Context(), "ou_nobody"); err == nil {
		t.Error("a stranger has a name")
	}
	w.App.Scopes = nil
	if name, err := w.PersonName(t.Context(), wang); err == nil {
		t.Errorf("without the scope the name is %q", name)
	}
}

// All people of a group are read, page by page and without its robots, and why not is
// told apart.
func TestMembers(t *testing.T) {
	w := newWorld(t, nil, nil)
	ids := []string{feishutest.BotID}
	for i := range 250 {
		ids = append(ids, "ou_"+strconv.Itoa(i))
		w.Person(ids[i+1], "成员"+strconv.Itoa(i))
	}
	w.Server.Group("oc_large", "全员群", ids...)
	list, err := w.Members(t.Context(), "oc_large")
	if err != nil || len(list) != 250 {
		t.Fatalf("%d members, %v", len(list), err)
	}
	for i, m := range list {
		if m.Account.Platform != Name || m.Account.ID != "ou_"+strconv.Itoa(i) || m.Name != "成员"+strconv.Itoa(i) {
			t.Fatalf("member %d is %+v", i, m)
		}
	}
	w.Person(feishutest.GuestPrefix, "客户的人")
	w.Server.Group("oc_mixed", "项目群", wang, feishutest.GuestPrefix)
	if _, err := w.take(t.Context(), &envelope{app: w.App.ID, tenant: "tenant_1", kind: typeEntered}); err != nil {
		t.Fatal(err)
	}
	if list, err = w.Members(t.Context(), "oc_mixed"); err != nil || len(list) != 1 || list[0].Name != "王芳" {
		t.Errorf("with a guest: %v, %v", list, err)
	}
	path := "/open-apis/im/v1/chats/"
	for _, c := range []struct {
		name  string
		group string
		spoil func()
		want  error // nil: neither of the two
	}{
		{"elsewhere", "oc_none", func() {}, chat.ErrOutside},
		{"too often", "oc_large", func() { w.Fail(path, 1, feishutest.TooMany(1)) }, nil},
		{"broken", "oc_large", func() { w.Fail(path, 1, feishutest.Broken) }, nil},
		{"a page", "oc_large", func() { w.Fail(path, 1, feishutest.Page) }, nil},
		{"without scope", "oc_large", func() { w.App.Scopes = []string{"im:resource"} }, chat.ErrDenied},
	} {
		c.spoil()
		list, err := w.Members(t.Context(), c.group)
		if err == nil || list != nil || c.want != nil && !errors.Is(err, c.want) || c.want == nil && (errors.Is(err, chat.ErrDenied) || errors.Is(err, chat.ErrOutside)) {
			t.Errorf("%s: %d members, %v", c.name, len(list), err)
		}
	}
	w.App.Scopes = []string{"im:chat.members:read"} // any of those that tell
	if list, err = w.Members(t.Context(), group); err != nil || len(list) != 2 {
		t.Errorf("by another scope: %v, %v", list, err)
	}
}

func TestConfig(t *testing.T) {
	good := Config{AppID: "cli_x", AppSecret: "s"}
	tests := []struct {
		name   string
		change func(*Config)
		ok     bool
	}{
		{"least", func(*Config) {}, true},
		{"webhook", func(c *Config) { c.Receive, c.EncryptKey = Webhook, "k" }, true},
		{"no app", func(c *Config) { c.AppID = "" }, false},
		{"no secret", func(c *Config) { c.AppSecret = "" }, false},
		{"webhook without key", func(c *Config) { c.Receive = Webhook }, false},
		{"unknown way", func(c *Config) { c.Receive = "polling" }, false},
		{"no address", func(c *Config) { c.BaseURL = "open.feishu.cn" }, false},
		{"group of another kind", func(c *Config) { c.Group = "市场部" }, false},
	}
	for _, tt := range tests {
		cfg := good
		tt.change(&cfg)
		if err := cfg.complete(); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
