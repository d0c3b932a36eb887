package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/qyapi"
	"marketbot/handlers/chat"
	"marketbot/handlers/pace"
	"marketbot/handlers/text"
)

// Way is what parcels call messages that go by the app.
const Way = "app"

// App is one self-built app. It is safe for concurrent use.
type App struct {
	Pace pace.Receivers // of one member; may be changed before anything is sent
	Draw chat.Draw      // nil: charts are words only; may be changed before anything is rendered

	cfg     Config
	api     *qyapi.App
	receive chat.Receive
	now     func() time.Time
	log     *slog.Logger
	agentID string   // as callbacks write it
	key     *sealKey // with a callback only
	shown   *lru.Cache[string, message.Card]
	names   *lru.Cache[string, named]  // by userid
	ids     *lru.Cache[string, string] // userids by what the robot calls the person
	refused *platform.Refusals
}

// New checks the settings and makes an app that does not yet talk to the
// platform; its errors are for people. api makes the calls, receive is called
// concurrently.
func New(cfg Config, api *qyapi.App, receive chat.Receive, now func() time.Time, log *slog.Logger) (*App, error) {
	if err := cfg.problem(); err != nil {
		return nil, err
	}
	a := &App{
		Pace: pace.Receivers{Limit: pace.Limit{Max: memberPerMinute, Span: time.Minute}}, cfg: cfg, api: api, receive: platform.Guard(receive, log), now: now,
		log: log, agentID: strconv.Itoa(cfg.AgentID), shown: message.Deck(),
		names: platform.Memory[string, named](maxPeople), ids: platform.Memory[string, string](maxPeople),
		refused: platform.NewRefusals(now, log),
	}
	if cfg.hasCallback() {
		key, err := newSealKey(cfg.Token, cfg.AESKey, cfg.CorpID)
		if err != nil {
			return nil, err
		}
		a.key = key
	}
	return a, nil
}

// ShareTokens shares the access tokens with other processes. It must be called
// before anything else.
func (a *App) ShareTokens(share platform.Share) {
	t := a.api.Tokens
	t.App, t.Share = fmt.Sprintf("%s/%s/%d", chats.Platform, a.cfg.CorpID, a.cfg.AgentID), share
}

// Refused is what of the platform's calls was refused: see platform.Refusals.
func (a *App) Refused() *platform.Refusals { return a.refused }

// Window is how long the platform drops what it was sent before.
func (a *App) Window() time.Duration { return Window }

// Begin puts the menu up.
func (a *App) Begin(ctx context.Context) {
	if len(a.cfg.Menu) == 0 {
		return
	}
	if err := a.putMenu(ctx); err != nil && ctx.Err() == nil {
		a.log.Warn("the menu of the app could not be put up", "error", err)
	}
}

// maxMenu is what fits beside each other on a phone.
const maxMenu = 3

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
		menu.Buttons = append(menu.Buttons, button{"click", text.Cut(line, menuRunes), line})
	}
	return a.api.Call(ctx, qyapi.Request{What: "create menu", Path: "/cgi-bin/menu/create", Query: a.agent(), Body: message.Encode(menu)}, nil)
}

// menuRunes is how long an item's name may be: 16 bytes.
const menuRunes = 4

// agent is the app's number as a query.
func (a *App) agent() url.Values { return url.Values{"agentid": {a.agentID}} }
