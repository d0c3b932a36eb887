package feishu

import (
	"context"
	"errors"
	"net/url"
	"strings"
)

// PersonName is the name of an account (open_id) in the company's directory.
// People outside the app's contact range, and all people while the app lacks
// the scope for names, are errors.
func (a *Adapter) PersonName(ctx context.Context, id string) (string, error) {
	var answer struct {
		Data struct {
			User struct {
				Name string `json:"name"`
			} `json:"user"`
		} `json:"data"`
	}
	err := a.get(ctx, "look up person", "/open-apis/contact/v3/users/"+url.PathEscape(id)+"?user_id_type=open_id", &answer)
	name := answer.Data.User.Name
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

// AccountProblem is what is wrong with an id under people in the settings, for
// people; empty when it may be an open_id. The platform shows several ids of a
// person, of which events only ever bring this one.
func AccountProblem(id string) string {
	const want = "要填 open_id（ou_ 开头，本人私聊机器人发「绑定」也行）"
	open, is := strings.CutPrefix(id, "ou_")
	switch {
	case is && open != "" && strings.Trim(open, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == "":
		return ""
	case strings.HasPrefix(id, "on_"):
		return "是 union_id，" + want
	case strings.Contains(id, "@"):
		return "是邮箱，" + want
	case strings.HasPrefix(id, "oc_"):
		return "是群的 ID，" + want
	case strings.HasPrefix(id, "cli_"):
		return "是应用的 ID，" + want
	}
	return "不是 open_id（多半是 user_id、手机号或姓名），" + want
}
