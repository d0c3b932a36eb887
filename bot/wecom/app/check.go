package app

import (
	"context"
	"errors"
	"fmt"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/qyapi"
	"marketbot/handlers/chat"
)

// Check examines the app; where it gets no token the rest is not tried.
func (a *App) Check(ctx context.Context) []chat.Finding {
	const name = "企业微信应用凭证"
	if _, err := a.api.Tokens.Get(ctx); err != nil {
		return []chat.Finding{platform.Failed(name, err, a.mend(err))}
	}
	return []chat.Finding{{Name: name, OK: true, Text: "有效"}, a.checkAgent(ctx), a.checkCallback()}
}

// mend says which setting a refusal is about.
func (a *App) mend(err error) string {
	var refused *platform.APIError
	if !errors.As(err, &refused) {
		return "服务器须能访问 wecom.base_url；经代理出去的，核对 wecom.proxy"
	}
	switch refused.Code {
	case 40013:
		return "wecom.app.corp_id 不对：在管理后台「我的企业 → 企业信息」最下面复制企业 ID"
	case 40001, 40091:
		return "wecom.app.secret 不对：要用这个自建应用自己的 Secret，不是机器人或通讯录的"
	case 60020:
		return "服务器的地址（上面 from ip 后面的）不在应用的「企业可信IP」里；地址会变的，用 wecom.proxy 经固定地址出去"
	case 40056, 301002:
		return fmt.Sprintf("wecom.app.agent_id 不对（现在是 %d）：它和 secret 要属于同一个应用", a.cfg.AgentID)
	case 45009:
		return "调用太频繁，过一分钟再试"
	}
	return "请按上面的错误码对照企业微信的「全局错误码」"
}

func (a *App) checkAgent(ctx context.Context) chat.Finding {
	const name = "企业微信应用"
	var answer struct {
		Name   string `json:"name"`
		Closed int    `json:"close"`
	}
	err := a.api.Call(ctx, qyapi.Request{What: "read app", Path: "/cgi-bin/agent/get", Query: a.agent()}, &answer)
	switch {
	case err != nil:
		return platform.Failed(name, err, a.mend(err))
	case answer.Closed != 0:
		return chat.Finding{Name: name, Text: "应用已停用。在管理后台「应用管理」里启用它"}
	}
	return chat.Finding{Name: name, OK: true, Text: "已启用：" + answer.Name}
}

func (a *App) checkCallback() chat.Finding {
	f := chat.Finding{Name: "企业微信应用回调", OK: true, Text: "没有配置 token 和 aes_key：应用只发消息，按钮改为打字回复"}
	if a.cfg.hasCallback() {
		f.Text = "在应用的「接收消息 → 设置 API 接收」里，URL 写 https://你的域名" + Path + "，Token 和 EncodingAESKey 与配置一致；保存时程序要正在运行"
	}
	return f
}
