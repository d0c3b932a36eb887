package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	larkws "github.com/larksuite/oapi-sdk-go/v3/ws"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

// Scopes is the least the app must be granted, as the developer console's
// 「批量导入/导出权限」 takes it.
func Scopes() string {
	out, err := json.MarshalIndent(map[string]any{"scopes": map[string][]string{"tenant": needed(), "user": {}}}, "", "  ")
	if err != nil {
		panic(err) // strings only
	}
	return string(out)
}

// Events is what the app must subscribe to in the developer console; the
// press of a card is subscribed to under 「回调配置」.
func Events() []string { return append(acted(), typeCard) }

func needed() []string {
	return []string{
		"contact:contact.base:readonly",
		"contact:user.base:readonly",
		"contact:user.employee:readonly",
		"im:chat:readonly",
		"im:message.group_at_msg:readonly",
		"im:message.p2p_msg:readonly",
		"im:message:readonly",
		"im:message:send_as_bot",
		"im:resource",
	}
}

// Check examines the set-up step by step; where the credentials are wrong the
// rest is not tried.
func (a *Adapter) Check(ctx context.Context) []chat.Finding {
	if _, err := a.tokens.Get(ctx); err != nil {
		return []chat.Finding{platform.Failed("飞书凭证", err, "核对 feishu.app_id、feishu.app_secret 与 feishu.base_url；服务器须能访问该网址")}
	}
	out := []chat.Finding{{Name: "飞书凭证", OK: true, Text: "有效"}}
	for _, step := range []func(context.Context) chat.Finding{a.checkBot, a.checkScopes, a.checkEvents, a.checkReceiving, a.checkGroup} {
		out = append(out, step(ctx))
	}
	return out
}

func (a *Adapter) checkBot(ctx context.Context) chat.Finding {
	const name = "飞书机器人能力"
	info, err := a.botInfo(ctx)
	switch {
	case err != nil:
		return platform.Failed(name, err, "在开发者后台「添加应用能力」里添加机器人，再创建版本并发布")
	case info.Bot.OpenID == "":
		return chat.Finding{Name: name, Text: "应用没有机器人。在开发者后台「添加应用能力」里添加机器人，再创建版本并发布"}
	case info.Bot.Status != 2:
		return chat.Finding{Name: name, Text: fmt.Sprintf("应用未启用（activate_status=%d）。请在 %s 发布版本，并由企业管理员通过；通过之前收不到消息", info.Bot.Status, a.cfg.Page("version"))}
	}
	return chat.Finding{Name: name, OK: true, Text: "已启用：" + info.Bot.Name}
}

func (a *Adapter) checkScopes(ctx context.Context) chat.Finding {
	const name = scopesName
	var answer struct {
		Data struct {
			Scopes []struct {
				Name   string `json:"scope_name"`
				Status int    `json:"grant_status"` // 1: granted
			} `json:"scopes"`
		} `json:"data"`
	}
	if err := a.get(ctx, "read scopes", "/open-apis/application/v6/scopes", &answer); err != nil {
		return platform.Failed(name, err, "请在开发者后台「权限管理」里核对，所需权限见 README")
	}
	missing := needed()
	for _, s := range answer.Data.Scopes {
		if s.Status == 1 {
			missing = slices.DeleteFunc(missing, func(n string) bool { return n == s.Name })
		}
	}
	if len(missing) > 0 {
		return chat.Finding{Name: name, Text: "缺少 " + strings.Join(missing, "、") + "。打开 " + a.cfg.Page("auth") + "?q=" + strings.Join(missing, ",") + "&token_type=tenant 开通，再到 " + a.cfg.Page("version") + " 发布；或运行 marketbot check --fix 扫码补上"}
	}
	return chat.Finding{Name: name, OK: true, Text: "齐全"}
}

// checkEvents looks at what the app is subscribed to, where it may read that.
func (a *Adapter) checkEvents(ctx context.Context) chat.Finding {
	const name = eventsName
	var answer struct {
		Data struct {
			App struct {
				Event *struct {
					Type   string   `json:"subscription_type"`
					Events []string `json:"subscribed_events"`
				} `json:"event"`
				Callback *struct {
					Type      string   `json:"callback_type"`
					Callbacks []string `json:"subscribed_callbacks"`
				} `json:"callback"`
			} `json:"app"`
		} `json:"data"`
	}
	byHand := "请在 " + a.cfg.Page("event") + " 核对：「事件配置」有 " + strings.Join(acted(), "、") + "，「回调配置」有 " + typeCard + "，方式都是" + receiveWords[a.cfg.Receive]
	err := a.get(ctx, "read subscriptions", "/open-apis/application/v6/applications/"+a.cfg.AppID+"?lang=zh_cn", &answer)
	var refused *platform.APIError
	switch app := answer.Data.App; {
	case errors.As(err, &refused):
		return chat.Finding{Name: name, OK: true, Text: "应用没有读它们的权限（application:application:self_manage），没有核对。" + byHand}
	case err != nil:
		return platform.Failed(name, err, byHand)
	case app.Event == nil || app.Callback == nil:
		return chat.Finding{Name: name, OK: true, Text: "飞书没有给，没有核对。" + byHand}
	}
	var wrong []string
	event, press := answer.Data.App.Event, answer.Data.App.Callback
	if event.Type != a.cfg.Receive {
		wrong = append(wrong, "事件的订阅方式不是"+receiveWords[a.cfg.Receive]+"（"+a.cfg.Page("event")+"）")
	}
	if press.Type != a.cfg.Receive {
		wrong = append(wrong, "回调的订阅方式不是"+receiveWords[a.cfg.Receive]+"（"+a.cfg.Page("event")+"?tab=callback）")
	}
	if missing := lacking(acted(), event.Events); len(missing) > 0 {
		wrong = append(wrong, "没有订阅事件 "+strings.Join(missing, "、")+"（"+a.cfg.Page("event")+"）")
	}
	if !slices.Contains(press.Callbacks, typeCard) {
		wrong = append(wrong, "没有订阅回调 "+typeCard+"，按钮按了没有反应（"+a.cfg.Page("event")+"?tab=callback）")
	}
	if len(wrong) > 0 {
		return chat.Finding{Name: name, Text: strings.Join(wrong, "；") + "。改好再到 " + a.cfg.Page("version") + " 发布；或运行 marketbot check --fix"}
	}
	return chat.Finding{Name: name, OK: true, Text: "齐全"}
}

// receiveWords are the ways to receive as the developer console calls them.
var receiveWords = map[string]string{Websocket: "长连接", Webhook: "请求地址"}

// lacking is what of the wanted is not among what there is.
func lacking(wanted, have []string) []string {
	return slices.DeleteFunc(slices.Clone(wanted), func(w string) bool { return slices.Contains(have, w) })
}

// What findings are called that a scan mends.
const (
	scopesName = "飞书权限"
	eventsName = "飞书事件和回调"
)

// Mends reports whether another scan mends what a finding of ours is about.
func Mends(f chat.Finding) bool { return !f.OK && (f.Name == scopesName || f.Name == eventsName) }

func (a *Adapter) checkReceiving(ctx context.Context) chat.Finding {
	if a.cfg.Receive == Webhook {
		return chat.Finding{Name: "飞书事件接收", OK: true, Text: "webhook：在「事件与回调」把事件与回调的请求地址都设为 https://本机公网地址" + Path + "，Encrypt Key 与 feishu.encrypt_key 一致"}
	}
	const name = "飞书长连接"
	if a.link.health(a.now()) == nil {
		return chat.Finding{Name: name, OK: true, Text: "已连接"}
	}
	if err := a.askEndpoint(ctx); err != nil {
		return platform.Failed(name, err, "在「事件与回调」的「事件配置」与「回调配置」里都选择“使用长连接接收”；一个应用最多 50 条连接")
	}
	return chat.Finding{Name: name, OK: true, Text: "可以建立"}
}

// askEndpoint asks where to connect, as the SDK does first, and stops there: a
// second connection would draw events away from the running program.
func (a *Adapter) askEndpoint(ctx context.Context) error {
	const call = "ask for the long connection"
	question := encode(larkws.BootstrapRequest{AppID: a.cfg.AppID, AppSecret: a.cfg.AppSecret})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.cfg.BaseURL+larkws.GenEndpointUri, bytes.NewReader(question))
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := a.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", call, err)
	}
	defer resp.Body.Close()
	var answer larkws.EndpointResp
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return fmt.Errorf("%s: HTTP %d: %w", call, resp.StatusCode, err)
	}
	switch {
	case resp.StatusCode != http.StatusOK || answer.Code != 0:
		return &platform.APIError{Call: call, Status: resp.StatusCode, Code: answer.Code, Msg: answer.Msg}
	case answer.Data == nil || answer.Data.Url == "":
		return errors.New(call + ": the answer names no address")
	}
	return nil
}

func (a *Adapter) checkGroup(ctx context.Context) chat.Finding {
	const name = "飞书部门群"
	if a.cfg.Group == "" {
		return chat.Finding{Name: name, OK: true, Text: "没有填写 feishu.group：用管理员在群里发「部门群」定下的那个；都没有就不在群里发提醒"}
	}
	var answer struct {
		Data struct {
			Name string `json:"name"`
		} `json:"data"`
	}
	if err := a.get(ctx, "read group", "/open-apis/im/v1/chats/"+a.cfg.Group, &answer); err != nil {
		return platform.Failed(name, err, "把机器人加入该群，并核对 feishu.group（群设置里的“会话 ID”）")
	}
	return chat.Finding{Name: name, OK: true, Text: answer.Data.Name}
}
