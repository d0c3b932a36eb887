package feishu

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
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

// At most so many people of a group are read.
const (
	membersPage  = 100 // the most that the platform gives at once
	membersPages = 20
)

// Members are the people in a group, by im:chat:readonly as well as by
// im:chat.members:read, which is therefore not asked for. The platform
// leaves robots out, so that a page may hold fewer than was asked for, and more
// where several joined at once (im/v1/chat-members/get). Guests from other companies
// are left out: they are not heard either.
func (a *Adapter) Members(ctx context.Context, group string) (list []chat.Member, err error) {
	a.mu.Lock()
	company := a.company
	a.mu.Unlock()
	token := ""
	for range membersPages {
		var answer struct {
			Data struct {
				Items []struct {
					ID     string `json:"member_id"`
					Name   string `json:"name"`
					Tenant string `json:"tenant_key"`
				} `json:"items"`
				Token string `json:"page_token"`
				More  bool   `json:"has_more"`
			} `json:"data"`
		}
		query := url.Values{"member_id_type": {"open_id"}, "page_size": {strconv.Itoa(membersPage)}}
		if token != "" {
			query.Set("page_token", token)
		}
		if err := a.get(ctx, "read the members of a group", "/open-apis/im/v1/chats/"+url.PathEscape(group)+"/members?"+query.Encode(), &answer); err != nil {
			return nil, unlisted(err)
		}
		for _, m := range answer.Data.Items {
			if m.Tenant != "" && company != "" && m.Tenant != company {
				continue
			}
			list = append(list, chat.Member{Account: chat.Account{Platform: Name, ID: m.ID}, Name: m.Name})
		}
		if token = answer.Data.Token; !answer.Data.More || token == "" {
			break
		}
	}
	return list, nil
}

// unlisted says why the members of a group were not told, where the platform did.
func unlisted(err error) error {
	var refused *platform.APIError
	if !errors.As(err, &refused) {
		return err
	}
	switch refusals(refused.Code) {
	case chat.BadSetup:
		return fmt.Errorf("%w: %w", chat.ErrDenied, err)
	case chat.BadReceiver:
		return fmt.Errorf("%w: %w", chat.ErrOutside, err)
	}
	return err
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
