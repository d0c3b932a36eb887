// Package wecom connects the bot to WeCom (企业微信): a robot over its long
// connection for groups and private chats, a self-built app for what the robot
// cannot do (confidential answers, people who never wrote), and a group's
// webhook. It decides nothing about the department's rules: events are handed to
// a chat.Receive. Which way a chat can be reached it learns, and lets Notes keep.
package wecom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

// Name is the Platform of every WeCom address and account. A person's account
// is their userid, whichever of our ways they use; only a robot without an app
// may know them by an encrypted id instead.
const Name = "wecom"

// RobotURL is the robot's endpoint unless the settings name another.
const RobotURL = "wss://openws.work.weixin.qq.com"

// hookGroup is the group's id where only its webhook is known.
const hookGroup = "webhook"

// Config is the wecom part of the configuration file. At least one way must
// be there.
type Config struct {
	Robot      *RobotConfig `yaml:"robot"`
	App        *AppConfig   `yaml:"app"`
	BaseURL    string       `yaml:"base_url"`    // of the API; empty: BaseURL
	Proxy      string       `yaml:"proxy"`       // empty: as the environment says
	WebhookKey string       `yaml:"webhook_key"` // of the department's group
	Group      string       `yaml:"group"`       // chat id of the department's group, as the robot knows it
}

// Department is the department's group; its ID is empty if there is none.
func (c Config) Department() chat.Address {
	id := c.Group
	if id == "" && c.WebhookKey != "" {
		id = hookGroup
	}
	return chat.Address{Platform: Name, Group: true, ID: id}
}

// Secret tells whether the settings hold a secret.
func (c Config) Secret() bool {
	return c.WebhookKey != "" || c.Robot != nil && c.Robot.Secret != "" || c.App != nil && (c.App.Secret != "" || c.App.Token != "" || c.App.AESKey != "")
}

// RobotConfig is a robot (智能机器人) in long connection mode.
type RobotConfig struct {
	BotID  string `yaml:"bot_id"`
	Secret string `yaml:"secret"`
	Name   string `yaml:"name"` // as people mention it; may hold blanks
	URL    string `yaml:"url"`  // empty: RobotURL
}

// Lease lets only one process work on what key names: it waits for its turn,
// calls work, and ends work's context when the turn is over. A program that runs
// once needs none.
type Lease func(ctx context.Context, key string, work func(ctx context.Context) error) error

// ErrHeld is of a Lease that does not wait: another process has its turn.
var ErrHeld = errors.New("another process has the robot's connection")

// way is one of the ways a message can go.
type way interface {
	// render makes a packed parcel; an error is a *chat.SendError.
	render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error)
	// send delivers the bodies of a parcel that render made.
	send(ctx context.Context, to chat.Address, p parcel, key string) error
	// window is how long a key protects against a second copy.
	window() time.Duration
}

var (
	_ way = (*Robot)(nil)
	_ way = (*App)(nil)
	_ way = (*Hook)(nil)

	_ chat.Platform  = (*Adapter)(nil)
	_ chat.Namer     = (*Adapter)(nil)
	_ chat.Checker   = (*Adapter)(nil)
	_ chat.Protector = (*Adapter)(nil)
	_ chat.Resident  = (*Adapter)(nil)
)

// Adapter is WeCom as one platform. It is safe for concurrent use.
type Adapter struct {
	cfg   Config
	robot *Robot // nil: not configured; so are the others
	app   *App
	hook  *Hook
	chats *memory
	now   func() time.Time
	log   *slog.Logger

	mu    sync.Mutex
	met   map[string]bool      // groups other than the department's
	shown map[string]time.Time // keys that were delivered, and when
}

// New checks the configuration and makes an adapter that does not yet talk to
// the platform. receive is called concurrently; lease, which may be nil, guards
// the robot's one connection.
func New(cfg Config, receive chat.Receive, lease Lease, now func() time.Time, log *slog.Logger) (*Adapter, error) {
	if err := cfg.complete(); err != nil {
		return nil, err
	}
	log = log.With("platform", Name)
	client, err := newClient(cfg.Proxy)
	if err != nil {
		return nil, err
	}
	a := &Adapter{cfg: cfg, chats: newMemory(log), now: now, met: map[string]bool{}, log: log, shown: map[string]time.Time{}}
	if cfg.App != nil {
		if a.app, err = newApp(*cfg.App, cfg.BaseURL, client, a.hears(byApp, receive), now, log); err != nil {
			return nil, err
		}
	}
	if cfg.Robot != nil {
		a.robot = newRobot(*cfg.Robot, cfg.Proxy, a.hears(byRobot, receive), lease, a.chats, now, log)
		if a.app != nil {
			a.robot.identify = a.app.plainID
		}
	}
	if cfg.WebhookKey != "" {
		a.hook = newHook(cfg.WebhookKey, cfg.BaseURL, client, now)
	}
	return a, nil
}

// ShareTokens shares the app's access tokens with other processes. It must be
// called before anything else.
func (a *Adapter) ShareTokens(share platform.Share) {
	if a.app != nil {
		t := a.app.api.tokens
		t.App, t.Share = fmt.Sprintf("%s/%s/%d", Name, a.cfg.App.CorpID, a.cfg.App.AgentID), share
	}
}

// Remember lets notes keep what is learnt about chats. It must be called before
// anything else.
func (a *Adapter) Remember(notes Notes) { a.chats.notes = notes }

// complete fills in defaults and says what is missing. An empty robot or app,
// as the example has it, is none.
func (c *Config) complete() error {
	if c.Robot != nil && c.Robot.BotID == "" && c.Robot.Secret == "" {
		c.Robot = nil
	}
	if c.App != nil && c.App.empty() {
		c.App = nil
	}
	if c.Robot == nil && c.App == nil && c.WebhookKey == "" {
		return errors.New("wecom 下至少要填 robot（智能机器人）、app（自建应用）或 webhook_key 中的一个")
	}
	if c.Robot == nil {
		return nil
	}
	r := *c.Robot // the caller's stays as it is
	c.Robot = &r
	if r.URL == "" {
		c.Robot.URL = RobotURL
	}
	u, err := url.Parse(c.Robot.URL)
	switch {
	case r.BotID == "":
		return errors.New("wecom.robot.bot_id 未填写：在智能机器人的「API 配置 → 长连接」里复制 Bot ID")
	case r.Secret == "":
		return errors.New("wecom.robot.secret 未填写：在智能机器人的「API 配置 → 长连接」里复制 Secret")
	case err != nil || u.Host == "" || u.Scheme != "wss" && u.Scheme != "ws":
		return errors.New("wecom.robot.url 不是 wss:// 开头的网址")
	}
	return nil
}

// Name is "wecom".
func (a *Adapter) Name() string { return Name }

// Group is the department's group as configured; its ID is empty if none is.
func (a *Adapter) Group() chat.Address { return a.cfg.Department() }

// Limits is what the poorest way allows; one message of ours may be two of the
// robot's, which takes 1000 an hour in a chat. The window is the app's: see
// Window.
func (a *Adapter) Limits() chat.Limits {
	l := chat.Limits{ChatPerMinute: 30, ChatPerHour: 500, Window: appWindow}
	if a.robot == nil && a.hook != nil {
		l.ChatPerMinute = 20
	}
	return l
}

// Window is how long a key protects what Render made: for what goes through
// the app as long as the platform drops copies; a robot and a webhook drop
// none.
func (a *Adapter) Window(payload []byte) time.Duration {
	p, err := unpack(payload)
	if w := a.way(p.Way); err == nil && w != nil {
		return w.window()
	}
	return 0
}

// way finds a configured way by its name.
func (a *Adapter) way(name string) way {
	switch {
	case name == byRobot && a.robot != nil:
		return a.robot
	case name == byApp && a.app != nil:
		return a.app
	case name == byHook && a.hook != nil:
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
		menu.Go(func() { a.app.begin(ctx) }) // nobody waits for it to be heard
	}
	if a.robot != nil {
		return a.robot.run(ctx)
	}
	<-ctx.Done()
	return ctx.Err()
}

// Carries tells that nothing can be sent by the robot once Run has ended.
func (a *Adapter) Carries() bool { return a.robot != nil }

// Here tells whether this process is the one that has the robot's connection, or
// may get it.
func (a *Adapter) Here() bool { return a.robot == nil || a.robot.here() }

// Ready tells why no events can arrive at the moment; nil when they can.
func (a *Adapter) Ready() error {
	if a.robot == nil {
		return nil
	}
	return a.robot.ready()
}

// PersonName is the name of an account (userid) in the company's directory,
// which only the app may read.
func (a *Adapter) PersonName(ctx context.Context, id string) (string, error) {
	if a.app == nil {
		return "", errors.New("look up person: WeCom tells names only to a self-built app")
	}
	return a.app.personName(ctx, id)
}

// Check examines every configured way.
func (a *Adapter) Check(ctx context.Context) []chat.Finding {
	var list []chat.Finding
	if a.robot != nil {
		list = append(list, a.robot.check(ctx))
	}
	if a.app != nil {
		list = append(list, a.app.check(ctx)...)
	}
	if a.hook != nil {
		list = append(list, a.hook.check(ctx))
	}
	return list
}

// meet logs the id of a group that is not the department's, once: nowhere else
// does WeCom show it to whoever has to write it into the settings.
func (a *Adapter) meet(group string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if group == a.cfg.Group || a.met[group] || len(a.met) >= groupsMost {
		return
	}
	a.met[group] = true
	a.log.Info("a group talks to the robot; to use it as the department's, set wecom.group", "chat_id", group)
}

// groupsMost bounds what is remembered of groups.
const groupsMost = 1000
