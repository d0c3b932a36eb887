// Package feishu connects the bot to Feishu (Lark): events come in over the
// SDK's long connection or our own webhook, messages go out as cards. It
// decides nothing about the department's rules and remembers nothing: events
// are handed to a chat.Receive, and what was not stored is left
// unacknowledged so that the platform delivers it again.
package feishu

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	"github.com/larksuite/oapi-sdk-go/v3/event/dispatcher/callback"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

// Name is the Platform of every Feishu address and account.
const Name = "feishu"

// The ways to receive events.
const (
	Websocket = "websocket" // the app dials out; nothing inbound is needed
	Webhook   = "webhook"   // the platform calls Path
)

// Path is where the platform delivers events in webhook mode.
const Path = "/feishu/event"

// Config is the feishu part of the configuration file.
type Config struct {
	AppID             string `yaml:"app_id"`
	AppSecret         string `yaml:"app_secret"`
	BaseURL           string `yaml:"base_url"`           // empty: https://open.feishu.cn
	Receive           string `yaml:"receive"`            // empty: websocket
	EncryptKey        string `yaml:"encrypt_key"`        // required by webhook
	VerificationToken string `yaml:"verification_token"` // checked where it is set
	Group             string `yaml:"group"`              // chat id of the department's group
	Owner             string `yaml:"owner"`              // open_id of who set the bot up: the first administrator, once they write to it
}

// Secret reports whether the settings hold a secret.
func (c Config) Secret() bool {
	return c.AppSecret != "" || c.EncryptKey != "" || c.VerificationToken != ""
}

// Adapter is one Feishu app. It implements chat.Platform, chat.Namer,
// chat.Lister and chat.Checker, and is safe for concurrent use.
type Adapter struct {
	cfg     Config
	receive chat.Receive
	now     func() time.Time
	log     *slog.Logger

	http   *http.Client
	sdk    *larkcore.Config
	tokens *platform.Keeper
	key    *sealKey // webhook mode only
	link   link

	retry *backoff.ExponentialBackOff // of the long connection

	refused  *platform.Refusals
	reading  chan struct{} // held while the rest of a large body is read
	large    chan struct{} // held while a large body is worked on
	selfTurn chan struct{} // held while the bot's own id is looked up
	mu       sync.Mutex
	self     string // the bot's open_id once known
	company  string // the tenant_key of the company that the app is heard in, once known
	stopped  bool
	late     sync.WaitGroup // presses still worked on after they were answered
}

var (
	_ chat.Platform = (*Adapter)(nil)
	_ chat.Namer    = (*Adapter)(nil)
	_ chat.Lister   = (*Adapter)(nil)
	_ chat.Checker  = (*Adapter)(nil)

	errForeign = errors.New("not meant for this app")
	errStopped = errors.New("the adapter is stopping")
)

// New checks the configuration and makes an adapter that does not yet talk to
// the platform. receive is called concurrently.
func New(cfg Config, receive chat.Receive, now func() time.Time, log *slog.Logger) (*Adapter, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	client := &http.Client{
		Timeout: 10 * time.Second, Transport: platform.Bounded(transport),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // to wherever: what was said would follow
	}
	a := &Adapter{
		cfg: cfg, now: now, log: log.With("platform", Name), http: client,
		retry: platform.Backoff(time.Second, time.Minute), selfTurn: make(chan struct{}, 1), large: make(chan struct{}, maxLarge),
		reading: make(chan struct{}, maxReading),
	}
	a.refused = platform.NewRefusals(now, a.log)
	a.receive = platform.Guard(receive, a.log)
	// The SDK's own token cache keeps revoked tokens and belongs to the whole
	// process, so it is switched off and every call is given a token of ours.
	a.sdk = &larkcore.Config{
		BaseUrl: cfg.BaseURL, AppId: cfg.AppID, AppSecret: cfg.AppSecret, AppType: larkcore.AppTypeSelfBuilt,
		HttpClient: caller{client}, Logger: sdkLog{a.log}, LogLevel: larkcore.LogLevelInfo, Serializable: &larkcore.DefaultSerialization{},
	}
	larkcore.NewLogger(a.sdk) // heeds the level
	a.tokens = platform.NewKeeper(a.fetchToken, now)
	if cfg.EncryptKey != "" {
		a.key = newSealKey(cfg.EncryptKey)
	}
	return a, nil
}

// ShareTokens shares the app's access tokens with other processes. It must be
// called before anything else.
func (a *Adapter) ShareTokens(share platform.Share) {
	a.tokens.App, a.tokens.Share = Name+"/"+a.cfg.AppID, share
}

// complete fills in defaults and says what is missing.
func (c *Config) complete() error {
	if c.BaseURL == "" {
		c.BaseURL = "https://open.feishu.cn"
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	if c.Receive == "" {
		c.Receive = Websocket
	}
	if err := platform.All(
		platform.Unless(c.AppID != "", "feishu.app_id 未填写：在飞书开发者后台「凭证与基础信息」里复制 App ID"),
		platform.Unless(c.AppSecret != "", "feishu.app_secret 未填写：在飞书开发者后台「凭证与基础信息」里复制 App Secret"),
		platform.Unless(c.Receive != Webhook || c.EncryptKey != "", "feishu.receive 为 webhook 时必须填写 feishu.encrypt_key：在「事件与回调 → 加密策略」里设置 Encrypt Key"),
	); err != nil {
		return err
	}
	u, err := url.Parse(c.BaseURL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("feishu.base_url 不是网址：%q", c.BaseURL)
	case c.Receive != Websocket && c.Receive != Webhook:
		return fmt.Errorf("feishu.receive 只能是 websocket 或 webhook，现为 %q", c.Receive)
	case c.Group != "" && !strings.HasPrefix(c.Group, "oc_"):
		return fmt.Errorf("feishu.group 应是以 oc_ 开头的群 ID，现为 %q", c.Group)
	case c.Owner != "" && AccountProblem(c.Owner) != "":
		return fmt.Errorf("feishu.owner: %s %s；有了管理员可以空着", c.Owner, AccountProblem(c.Owner))
	}
	return nil
}

// Name is "feishu".
func (a *Adapter) Name() string { return Name }

// Group is the department's group as configured; its ID is empty if none is.
func (a *Adapter) Group() chat.Address {
	return chat.Address{Platform: Name, Group: true, ID: a.cfg.Group}
}

// Limits is what the platform allows for sending messages.
func (a *Adapter) Limits() chat.Limits {
	return chat.Limits{PerSecond: 50, PerMinute: 1000, ChatPerSecond: 5, Window: time.Hour, Repeats: true}
}

// Run receives until ctx ends: it keeps the long connection up, or in webhook
// mode only waits. It returns when no event is being worked on any more; the
// only errors are ctx's.
func (a *Adapter) Run(ctx context.Context) error {
	first, cancel := context.WithTimeout(ctx, 5*time.Second) // an unreachable platform must not hold up the connection
	if _, err := a.selfID(first); err != nil && ctx.Err() == nil {
		a.log.Warn("the bot's own id could not be read, trying again with the first group message", "error", err)
	}
	cancel()
	if a.cfg.Receive == Websocket {
		a.keepConnected(ctx)
	} else {
		<-ctx.Done()
	}
	a.mu.Lock()
	a.stopped = true
	a.mu.Unlock()
	a.late.Wait()
	a.http.CloseIdleConnections()
	return ctx.Err()
}

// Refused is what of the platform's calls was refused: see platform.Refusals.
func (a *Adapter) Refused() *platform.Refusals { return a.refused }

// Ready tells why no events can arrive at the moment; nil when they can.
func (a *Adapter) Ready() error {
	if a.cfg.Receive != Websocket {
		return nil
	}
	return a.link.health(a.now())
}

// handle takes the plain JSON of one event of the platform. The answer is nil
// but for presses. An error means that nothing was stored.
func (a *Adapter) handle(ctx context.Context, data []byte) (*callback.CardActionTriggerResponse, error) {
	v, err := parse(data)
	if err != nil {
		return nil, err
	}
	return a.take(ctx, &v)
}

func (a *Adapter) take(ctx context.Context, v *envelope) (*callback.CardActionTriggerResponse, error) {
	if err := v.belongs(a.cfg.AppID); err != nil {
		a.log.Warn("an event of another app was refused", "app_id", v.app)
		return nil, err
	}
	if v.tenant != "" {
		a.mu.Lock()
		a.company = v.tenant
		a.mu.Unlock()
	}
	self := ""
	if len(v.mentions) > 0 {
		var err error
		if self, err = a.selfID(ctx); err != nil {
			return nil, fmt.Errorf("own id: %w", err)
		}
	}
	e, ok := v.event(self, a.now())
	switch {
	case v.kind == typeCard && !ok:
		return toast("info", "这个按钮已失效"), nil
	case v.kind == typeCard:
		return a.press(ctx, e)
	case !ok:
		return nil, nil
	}
	if v.picture != "" {
		e.Fetch = func(ctx context.Context) ([]byte, error) { return a.picture(ctx, v.message, v.picture) }
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), platform.PictureTime+receiveTime)
		defer cancel()
	}
	_, err := a.receive(ctx, e)
	return nil, err
}

// receiveTime is what storing an event may take that is not given up with the
// platform's call.
const receiveTime = 10 * time.Second

const (
	pressAnswer = 2 * time.Second  // the platform shows an error after 3
	pressWork   = 30 * time.Second // what a press may take in all
)

// press answers in time even if the work takes longer; the work goes on.
func (a *Adapter) press(ctx context.Context, e chat.Event) (*callback.CardActionTriggerResponse, error) {
	if !a.track() {
		return nil, errStopped
	}
	type outcome struct {
		receipt chat.Receipt
		err     error
	}
	done := make(chan outcome, 1)
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), pressWork)
	go func() {
		defer a.late.Done()
		defer cancel()
		receipt, err := a.receive(work, e)
		done <- outcome{receipt, err}
		if err != nil {
			a.log.Error("a press was not stored", "event_id", e.ID, "error", err)
		}
	}()
	timer := time.NewTimer(pressAnswer)
	defer timer.Stop()
	select {
	case o := <-done:
		return answer(o.receipt), o.err
	case <-timer.C:
		return toast("info", "处理中，请稍候"), nil
	}
}

func (a *Adapter) track() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.stopped {
		a.late.Add(1)
	}
	return !a.stopped
}

func answer(r chat.Receipt) *callback.CardActionTriggerResponse {
	switch {
	case r.Duplicate && r.Toast == "":
		return toast("info", "已处理过")
	case r.Toast == "" && r.OK:
		return toast("success", "已收到")
	case r.Toast == "":
		return toast("info", "已收到，请看回复")
	case r.OK:
		return toast("success", r.Toast)
	}
	return toast("info", r.Toast)
}

func toast(kind, text string) *callback.CardActionTriggerResponse {
	return &callback.CardActionTriggerResponse{Toast: &callback.Toast{Type: kind, Content: text}}
}
