package wecom

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"marketbot/handlers/chat"
)

// AppConfig is the self-built app's part of the settings.
type AppConfig struct {
	CorpID  string   `yaml:"corp_id"`
	AgentID int      `yaml:"agent_id"`
	Secret  string   `yaml:"secret"`
	Token   string   `yaml:"token"`   // with AESKey: the app's callback at Path
	AESKey  string   `yaml:"aes_key"` // EncodingAESKey, 43 letters
	Menu    []string `yaml:"menu"`    // commands of the app's menu, at most three; empty: it stays as it is
}

// empty tells whether nothing is set, as the example has it.
func (c AppConfig) empty() bool {
	return c.CorpID == "" && c.AgentID == 0 && c.Secret == "" && c.Token == "" && c.AESKey == "" && len(c.Menu) == 0
}

// calls tells whether the app has a callback.
func (c AppConfig) calls() bool { return c.Token != "" }

// problem says what is missing; empty when nothing is.
func (c AppConfig) problem() error {
	switch {
	case c.CorpID == "":
		return errors.New("wecom.app.corp_id 未填写：在企业微信管理后台「我的企业 → 企业信息」最下面复制企业 ID")
	case c.AgentID <= 0:
		return errors.New("wecom.app.agent_id 未填写：在管理后台「应用管理 → 自建」打开应用，复制 AgentId")
	case c.Secret == "":
		return errors.New("wecom.app.secret 未填写：在应用页面查看 Secret")
	case (c.Token == "") != (c.AESKey == ""):
		return errors.New("wecom.app.token 和 wecom.app.aes_key 要么都填，要么都不填：在应用的「接收消息 → 设置 API 接收」里")
	case len(c.Menu) > menuMost:
		return errors.New("wecom.app.menu 最多 3 项")
	case len(c.Menu) > 0 && !c.calls():
		return errors.New("wecom.app.menu 需要回调：请先填 wecom.app.token 和 wecom.app.aes_key")
	}
	if c.calls() {
		if _, err := newSealKey(c.Token, c.AESKey, c.CorpID); err != nil {
			return errors.New("wecom.app.aes_key 不是 43 位的 EncodingAESKey")
		}
	}
	return nil
}

// App is one self-built app (自建应用): it writes to anybody in its visible
// range, keeps confidential text from being passed on, knows names, and with a
// callback receives what people write to it. It cannot write into groups. It is
// safe for concurrent use.
type App struct {
	cfg     AppConfig
	api     *api
	receive chat.Receive
	now     func() time.Time
	log     *slog.Logger
	agentID string   // as callbacks write it
	key     *sealKey // with a callback only
	pace    pace
	deck    deck

	mu    sync.Mutex
	names map[string]named  // by userid
	ids   map[string]string // userids by what the robot calls the person
}

// newApp checks the settings and makes an app that does not yet talk to the
// platform. base is the API's address, empty for the platform's own; client
// makes the calls. receive is called concurrently.
func newApp(cfg AppConfig, base string, client *http.Client, receive chat.Receive, now func() time.Time, log *slog.Logger) (*App, error) {
	if err := cfg.problem(); err != nil {
		return nil, err
	}
	a := &App{
		cfg: cfg, api: newAPI(base, cfg.CorpID, cfg.Secret, client, now), receive: receive, now: now,
		log: log, agentID: strconv.Itoa(cfg.AgentID), pace: pace{most: memberPerMinute, now: now}, names: map[string]named{}, ids: map[string]string{},
	}
	if cfg.calls() {
		key, err := newSealKey(cfg.Token, cfg.AESKey, cfg.CorpID)
		if err != nil {
			return nil, err
		}
		a.key = key
	}
	return a, nil
}

// window is how long the platform drops what it was sent before.
func (a *App) window() time.Duration { return appWindow }

// begin puts the menu up.
func (a *App) begin(ctx context.Context) {
	if len(a.cfg.Menu) == 0 {
		return
	}
	if err := a.putMenu(ctx); err != nil && ctx.Err() == nil {
		a.log.Warn("the menu of the app could not be put up", "error", err)
	}
}

// menuMost is what fits beside each other on a phone.
const menuMost = 3

// putMenu makes the app's menu; each item says the command it is named after.
func (a *App) putMenu(ctx context.Context) error {
	type button struct {
		Type string `json:"type"`
		Name string `json:"name"`
		Key  string `json:"key"`
	}
	var menu struct {
		Buttons []button `json:"button"`
	}
	for _, line := range a.cfg.Menu {
		menu.Buttons = append(menu.Buttons, button{"click", chat.Short(line, menuRunes), line})
	}
	return a.api.authed(ctx, request{what: "create menu", path: "/cgi-bin/menu/create", query: a.agent(), body: encode(menu)}, nil)
}

// menuRunes is how long an item's name may be: 16 bytes.
const menuRunes = 4
