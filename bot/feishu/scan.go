package feishu

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	"github.com/larksuite/oapi-sdk-go/v3/scene/registration"

	"marketbot/bot/platform"
)

// larkURL is the API of Lark, Feishu's sister elsewhere.
const larkURL = "https://open.larksuite.com"

// Scan makes the bot's app, or gives an app what it lacks: somebody scans a code
// with Feishu and agrees on their phone.
type Scan struct {
	AppID          string                                 // an app that is there; empty: a new one
	Name           string                                 // that is proposed for a new one
	Accounts, Lark string                                 // where Feishu's and Lark's accounts are; empty: as the SDK knows
	Show           func(link string, lasts time.Duration) // the link that the code is of
}

// Scanned is an app after a scan.
type Scanned struct {
	AppID, Secret string
	Owner         string // open_id of who scanned; perhaps not the one that they have in this app; may be empty
	BaseURL       string // of the API where the app lives; empty: Feishu's
}

// Run shows the code and waits until somebody has agreed. Its error is
// [platform.ErrScanRefused] or [platform.ErrScanExpired] where that is all, and
// holds no secret.
func (s Scan) Run(ctx context.Context) (Scanned, error) {
	ctx, begun, stop := platform.Answering(ctx)
	defer stop()
	var made Scanned
	var foreign error
	small := false
	o := registration.Options{
		Source: "marketbot", Domain: s.Accounts, LarkDomain: s.Lark, AppID: s.AppID,
		AppPreset: &registration.AppPreset{Name: s.Name}, // each word makes the code larger
		Addons: &registration.AppAddons{
			Preset:    &small, // what stands here, and nothing more
			Scopes:    registration.AppAddonsScopes{Tenant: append(needed(), own()...)},
			Events:    registration.AppAddonsEvents{Items: registration.AppAddonsEventItems{Tenant: acted()}},
			Callbacks: registration.AppAddonsCallbacks{Items: []string{typeCard}},
		},
		OnQRCode: func(q *registration.QRCodeInfo) {
			if u, err := url.Parse(q.URL); err != nil || u.Host == "" || u.Scheme != "https" {
				foreign = errors.New("飞书给的不是 https 网址")
				stop()
				return
			}
			begun()
			s.Show(q.URL, time.Duration(q.ExpireIn)*time.Second)
		},
		OnStatusChange: func(i *registration.StatusChangeInfo) {
			if i.Status == registration.StatusDomainSwitched {
				made.BaseURL = larkURL
			}
		},
	}
	app, err := silently(func() (*registration.RegisterAppResult, error) { return registration.RegisterApp(ctx, &o) })
	if err != nil {
		return made, scanError(ctx, errors.Join(foreign, err))
	}
	made.AppID, made.Secret = app.ClientID, app.ClientSecret
	if app.UserInfo != nil {
		made.Owner = app.UserInfo.OpenID
	}
	return made, nil
}

// scanError is an error of the SDK as [Scan.Run] gives it.
func scanError(ctx context.Context, err error) error {
	var refused *registration.AccessDeniedError
	var expired *registration.ExpiredError
	var other *registration.RegisterAppError
	switch {
	case errors.As(err, &refused):
		return platform.ErrScanRefused
	case errors.As(err, &expired):
		return platform.ErrScanExpired
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded): // the code's own, while it was asked
		return platform.ErrScanExpired
	case errors.As(err, &other):
		return &platform.APIError{Call: "scan", Status: http.StatusBadRequest, Msg: strings.TrimSpace(other.Code + " " + other.Description)}
	case ctx.Err() != nil && context.Cause(ctx) != nil:
		return errors.Join(context.Cause(ctx), err)
	}
	return err
}

// stdout is held while os.Stdout is another.
var stdout sync.Mutex

// silently keeps from the terminal what the SDK prints there of its own accord.
// Nothing else writes to os.Stdout meanwhile: the program was given its own.
func silently[T any](do func() (T, error)) (T, error) {
	stdout.Lock()
	defer stdout.Unlock()
	was := os.Stdout
	if null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0); err == nil {
		os.Stdout = null
		defer func() { os.Stdout = was; _ = null.Close() }() // nothing of worth was written
	}
	return do()
}

// own are the scopes by which the app looks at its own settings and changes
// them: only set-up needs them, and the bot works without.
func own() []string {
	return []string{"application:application:patch", "application:application:self_manage"}
}

// Subscribe makes the platform deliver events and presses over the long
// connection, which has to be up, and publishes that. The app needs [own].
func (a *Adapter) Subscribe(ctx context.Context) error {
	path := "/open-apis/application/v7/applications/" + a.cfg.AppID
	settings := map[string]any{
		"event":    map[string]any{"subscription_type": Websocket, "add_events": acted()},
		"callback": map[string]any{"callback_type": Websocket, "add_callbacks": []string{typeCard}},
	}
	if err := a.put(ctx, "subscribe to events", http.MethodPatch, path+"/config", settings); err != nil {
		return err
	}
	return a.put(ctx, "publish the app", http.MethodPost, path+"/publish", map[string]any{
		"mobile_default_ability": "bot", "pc_default_ability": "bot", "changelog": "用长连接收消息",
	})
}

// put makes one call with a body whose answer says nothing more.
func (a *Adapter) put(ctx context.Context, what, method, path string, body any) error {
	return a.withToken(ctx, func(token string) (int, error) {
		var none struct{}
		return a.request(ctx, what, &larkcore.ApiReq{
			HttpMethod: method, ApiPath: path, Body: body,
			SupportedAccessTokenTypes: []larkcore.AccessTokenType{larkcore.AccessTokenTypeTenant},
		}, &none, larkcore.WithTenantAccessToken(token))
	})
}

// Page is a page of the app in the developer console: auth, event, callback,
// bot, version, baseinfo.
func (c Config) Page(name string) string {
	base := c.BaseURL
	if base == "" {
		base = "https://open.feishu.cn"
	}
	return fmt.Sprintf("%s/app/%s/%s", strings.TrimRight(base, "/"), c.AppID, name)
}
