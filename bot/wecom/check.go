package wecom

import (
	"context"
	"errors"
	"fmt"

	"marketbot/handlers/chat"
)

// check examines the app; where it gets no token the rest is not tried.
func (a *App) check(ctx context.Context) []chat.Finding {
	const name = "企业微信应用凭证"
	if _, err := a.api.tokens.Get(ctx); err != nil {
		return []chat.Finding{failed(name, err, a.mend(err))}
	}
	return []chat.Finding{{Name: name, OK: true, Text: "有效"}, a.checkAgent(ctx), a.checkCallback()}
}

// mend says which setting a refusal is about.
func (a *App) mend(err error) string {
	var refused *apiError
	if !errors.As(err, &refused) {
		return "服务器须能访问 wecom.base_url；经代理出去的，核对 wecom.proxy"
	}
	switch refused.code {
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
	err := a.api.authed(ctx, request{what: "read app", path: "/cgi-bin/agent/get", query: a.agent()}, &answer)
	switch {
	case err != nil:
		return failed(name, err, a.mend(err))
	case answer.Closed != 0:
		return chat.Finding{Name: name, Text: "应用已停用。在管理后台「应用管理」里启用它"}
	}
	return chat.Finding{Name: name, OK: true, Text: "已启用：" + answer.Name}
}

func (a *App) checkCallback() chat.Finding {
	f := chat.Finding{Name: "企业微信应用回调", OK: true, Text: "没有配置 token 和 aes_key：应用只发消息，按钮改为打字回复"}
	if a.cfg.calls() {
		f.Text = "在应用的「接收消息 → 设置 API 接收」里，URL 写 https://你的域名" + Path + "，Token 和 EncodingAESKey 与配置一致；保存时程序要正在运行"
	}
	return f
}

// check tries the credentials, unless they are proven by a connection or
// another process has its turn: to log in would take its connection away, and
// with it what people write meanwhile.
func (r *Robot) check(ctx context.Context) chat.Finding {
	const name = "企业微信智能机器人"
	if r.line() != nil {
		return chat.Finding{Name: name, OK: true, Text: "已连接"}
	}
	good := "bot_id 和 secret 有效"
	err := r.turn(ctx, r.try)
	if errors.Is(err, ErrHeld) {
		good = "网址能连上。程序正在运行，再登录会把它顶下线，所以没有核对 bot_id 和 secret；改过它们的话，请停掉程序再检查一次"
		err = r.reach(ctx)
	}
	var refused *apiError
	switch {
	case err == nil:
		return chat.Finding{Name: name, OK: true, Text: good}
	case errors.As(err, &refused) && refused.code == badLogin:
		return failed(name, err, "bot_id 或 secret 不对：在智能机器人的「API 配置」里选长连接方式，复制那里的 Bot ID 和 Secret（不是自建应用的）")
	case errors.As(err, &refused):
		return failed(name, err, "请确认机器人的 API 模式是长连接，过几分钟再试")
	}
	return failed(name, err, "服务器须能访问 wecom.robot.url；要经代理的话填 wecom.proxy")
}

// reach tries the way to the platform without logging in, which nobody else
// notices.
func (r *Robot) reach(ctx context.Context) error {
	conn, err := r.dial(ctx)
	if err == nil {
		err = conn.Close()
	}
	return err
}

// try logs in.
func (r *Robot) try(ctx context.Context) error {
	conn, err := r.dial(ctx)
	if err != nil {
		return err
	}
	w := newWire(conn)
	ended := make(chan error, 1)
	go func() { ended <- w.read(func(frame) {}, func() {}) }()
	err = r.subscribe(ctx, w)
	w.close(err)
	<-ended
	return err
}
