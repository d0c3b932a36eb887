package wecom

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/app"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/hook"
	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/qyapi"
	"marketbot/bot/wecom/robot"
	"marketbot/handlers/chat"
)

// Name is the Platform of every WeCom address and account. A person's account
// is their userid, whichever of our ways they use; only a robot without an app
// may know them by an encrypted id instead.
const Name = chats.Platform

// Path is where the platform delivers the app's events, to Handler.
const Path = app.Path

// way is one of the ways a message can go.
type way interface {
	// Render makes a packed parcel; an error is a *chat.SendError.
	Render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error)
	// Send delivers the bodies of a parcel that Render made, and gives what a card
	// that can be changed is called.
	Send(ctx context.Context, to chat.Address, p message.Parcel) (card string, err error)
	// Window is how long a resend is protected against a second copy.
	Window() time.Duration
}

var (
	_ way = (*robot.Robot)(nil)
	_ way = (*app.App)(nil)
	_ way = (*hook.Hook)(nil)

	_ chat.Platform  = (*Adapter)(nil)
	_ chat.Editor    = (*Adapter)(nil)
	_ chat.Namer     = (*Adapter)(nil)
	_ chat.Checker   = (*Adapter)(nil)
	_ chat.Protector = (*Adapter)(nil)
	_ chat.Resident  = (*Adapter)(nil)
)

// Adapter is WeCom as one platform. It is safe for concurrent use.
//
// It is no chat.Lister: of its group the robot is told the id alone, and
// appchat/get tells of no group but those that the app itself made
// (developer.work.weixin.qq.com/document/path/98914).
type Adapter struct {
	cfg   Config
	robot *robot.Robot // nil: not configured; so are the others
	app   *app.App
	hook  *hook.Hook
	http  *http.Client
	chats *chats.Memory
	log   *slog.Logger
	met   *lru.Cache[string, struct{}] // groups other than the department's
	shown *lru.Cache[string, string]   // what was delivered, by key: the card
}

const (
	maxMet   = 1000
	maxShown = 1 << 14 // more than go out while the outbox records what was delivered
)

// New checks the configuration and makes an adapter that does not yet talk to
// the platform. receive is called concurrently; lease, which may be nil, guards
// the robot's one connection.
func New(cfg Config, receive chat.Receive, lease robot.Lease, now func() time.Time, log *slog.Logger) (*Adapter, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	log = log.With("platform", Name)
	a := &Adapter{
		cfg: cfg, chats: chats.New(log), log: log,
		met: platform.Memory[string, struct{}](maxMet), shown: platform.Memory[string, string](maxShown),
	}
	var err error
	if a.http, err = qyapi.NewHTTP(cfg.Proxy); err != nil {
		return nil, err
	}
	if cfg.App != nil {
		api := qyapi.NewApp(cfg.BaseURL, cfg.App.CorpID, cfg.App.Secret, a.http, now)
		if a.app, err = app.New(*cfg.App, api, a.hears(app.Way, receive), now, log); err != nil {
			return nil, err
		}
	}
	if cfg.Robot != nil {
		a.robot = robot.New(*cfg.Robot, cfg.Proxy, a.hears(robot.Way, receive), a.chats, now, log)
		a.robot.Lease, a.robot.HTTP = lease, a.http
		if a.app != nil {
			a.robot.Identify = a.app.PlainID
		}
	}
	if cfg.WebhookKey != "" {
		a.hook = hook.New(cfg.WebhookKey, cfg.BaseURL, a.http, now)
	}
	return a, nil
}

// ShareTokens shares the app's access tokens with other processes. It must be
// called before anything else.
func (a *Adapter) ShareTokens(share platform.Share) {
	if a.app != nil {
		a.app.ShareTokens(share)
	}
}

// Remember lets notes keep what is learnt about chats. It must be called before
// anything else.
func (a *Adapter) Remember(notes chats.Notes) { a.chats.Keep(notes) }

// DrawWith lets the app show charts as pictures. It must be called before
// anything else.
func (a *Adapter) DrawWith(draw chat.Draw) {
	if a.app != nil {
		a.app.Draw = draw
	}
}

// Refused is what of the platform's calls was refused: see platform.Refusals; nil
// without an app, which alone is called.
func (a *Adapter) Refused() *platform.Refusals {
	if a.app == nil {
		return nil
	}
	return a.app.Refused()
}

// Name is "wecom".
func (a *Adapter) Name() string { return Name }

// Group is the department's group as configured; its ID is empty if none is.
func (a *Adapter) Group() chat.Address { return a.cfg.Department() }

// Limits is what the poorest way allows; one message of ours may be two of the
// robot's, which takes 1000 an hour in a chat. The window is the app's: see
// Window.
func (a *Adapter) Limits() chat.Limits {
	l := chat.Limits{ChatPerMinute: 30, ChatPerHour: 500, Window: app.Window}
	if a.robot == nil && a.hook != nil {
		l.ChatPerMinute = hook.PerMinute
	}
	return l
}

// Window is how long a key protects what Render made: for what goes through
// the app as long as the platform drops copies; a robot and a webhook drop
// none.
func (a *Adapter) Window(payload []byte) time.Duration {
	p, err := message.Unpack(payload)
	if w := a.way(p.Way); err == nil && w != nil {
		return w.Window()
	}
	return 0
}

// way finds a configured way by its name.
func (a *Adapter) way(name string) way {
	switch {
	case name == robot.Way && a.robot != nil:
		return a.robot
	case name == app.Way && a.app != nil:
		return a.app
	case name == hook.Way && a.hook != nil:
		return a.hook
	}
	return nil
}

// Run receives until ctx ends. It returns when no event is being worked on any
// more; the only errors are ctx's.
func (a *Adapter) Run(ctx context.Context) error {
	var menu sync.WaitGroup
	defer menu.Wait()
	if a.app != nil {
		menu.Go(func() { a.app.Begin(ctx) }) // nobody waits for it to be heard
	}
	if a.robot != nil {
		return a.robot.Run(ctx)
	}
	<-ctx.Done()
	return ctx.Err()
}

// Carries reports that nothing can be sent by the robot once Run has ended.
func (a *Adapter) Carries() bool { return a.robot != nil }

// Here reports whether this process is the one that has the robot's connection, or
// may get it.
func (a *Adapter) Here() bool { return a.robot == nil || a.robot.Here() }

// Ready tells why no events can arrive at the moment; nil when they can.
func (a *Adapter) Ready() error {
	if a.robot == nil {
		return nil
	}
	return a.robot.Ready()
}

// PersonName is the name of an account (userid) in the company's directory,
// which only the app may read.
func (a *Adapter) PersonName(ctx context.Context, id string) (string, error) {
	if a.app == nil {
		return "", chat.ErrNoNames // only a self-built app may
	}
	return a.app.PersonName(ctx, id)
}

// Check examines every configured way.
func (a *Adapter) Check(ctx context.Context) []chat.Finding {
	var list []chat.Finding
	if a.robot != nil {
		list = append(list, a.robot.Check(ctx))
	}
	if a.app != nil {
		list = append(list, a.app.Check(ctx)...)
	}
	if a.hook != nil {
		list = append(list, a.hook.Check(ctx))
	}
	return list
}

// meet logs the id of a group that is not the department's, once: nowhere else
// does WeCom show it to whoever has to write it into the settings.
func (a *Adapter) meet(group string) {
	if group == a.cfg.Group {
		return
	}
	if known, _ := a.met.ContainsOrAdd(group, struct{}{}); known {
		return
	}
	a.log.Info("a group talks to the robot; to use it as the department's, set wecom.group", "chat_id", group)
}
