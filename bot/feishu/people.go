package feishu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"
	larkcontact "github.com/larksuite/oapi-sdk-go/v3/service/contact/v3"
)

// PersonName is the name of an account (open_id) in the company's directory.
// People outside the app's contact range, and all people while the app lacks
// the scope for names, are errors.
func (a *Adapter) PersonName(ctx context.Context, id string) (string, error) {
	req := larkcontact.NewGetUserReqBuilder().UserId(id).UserIdType(larkcontact.UserIdTypeOpenId).Build()
	name := ""
	err := a.withToken(ctx, func(token string) (int, error) {
		resp, err := a.sdk.Contact.V3.User.Get(ctx, req, larkcore.WithTenantAccessToken(token))
		if err != nil {
			return 0, fmt.Errorf("look up person: %w", err)
		}
		if resp.StatusCode != http.StatusOK || resp.Code != 0 {
			return resp.Code, &apiError{"look up person", resp.StatusCode, resp.Code, resp.Msg}
		}
		if resp.Data != nil && resp.Data.User != nil && resp.Data.User.Name != nil {
			name = *resp.Data.User.Name
		}
		return 0, nil
	})
	if err == nil && name == "" {
		err = errors.New("look up person: the platform tells no name (scope contact:user.base:readonly, contact range)")
	}
	return name, err
}

// botInfo is the answer of bot/v3/info.
type botInfo struct {
	Code int    `json:"code"`
	Msg  string `json:"msg"`
	Bot  struct {
		Status int    `json:"activate_status"` // 2: in use
		Name   string `json:"app_name"`
		OpenID string `json:"open_id"`
	} `json:"bot"`
}

// get reads one resource of the API with the SDK's client into out, whose code
// and msg it checks through the returned pointers.
func (a *Adapter) get(ctx context.Context, what, path string, out any) error {
	return a.withToken(ctx, func(token string) (int, error) {
		resp, err := a.sdk.Get(ctx, path, nil, larkcore.AccessTokenTypeTenant, larkcore.WithTenantAccessToken(token))
		if err != nil {
			return 0, fmt.Errorf("%s: %w", what, err)
		}
		var head struct {
			Code *int   `json:"code"`
			Msg  string `json:"msg"`
		}
		if err := json.Unmarshal(resp.RawBody, &head); err != nil || head.Code == nil {
			return 0, &apiError{what, resp.StatusCode, -1, "answer without a code"}
		}
		if resp.StatusCode != http.StatusOK || *head.Code != 0 {
			return *head.Code, &apiError{what, resp.StatusCode, *head.Code, head.Msg}
		}
		if err := json.Unmarshal(resp.RawBody, out); err != nil {
			return 0, fmt.Errorf("%s: %w", what, err)
		}
		return 0, nil
	})
}

func (a *Adapter) botInfo(ctx context.Context) (botInfo, error) {
	var info botInfo
	err := a.get(ctx, "read bot info", "/open-apis/bot/v3/info", &info)
	return info, err
}

// selfID is the bot's own open_id, asked for once: polling it has used up
// others' monthly quota. While it cannot be had, events that need it stay
// unacknowledged and come again.
func (a *Adapter) selfID(ctx context.Context) (string, error) {
	if id := a.knownSelf(); id != "" {
		return id, nil
	}
	select {
	case a.selfTurn <- struct{}{}:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	defer func() { <-a.selfTurn }()
	if id := a.knownSelf(); id != "" {
		return id, nil
	}
	info, err := a.botInfo(ctx)
	if err != nil {
		return "", err
	}
	if info.Bot.OpenID == "" {
		return "", errors.New("read bot info: no open_id, the app has no bot ability")
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.self = info.Bot.OpenID
	return a.self, nil
}

func (a *Adapter) knownSelf() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.self
}
