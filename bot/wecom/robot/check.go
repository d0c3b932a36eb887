package robot

import (
	"context"
	"errors"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

// Check tries the credentials, unless they are proven by a connection or
// another process has its turn: to log in would take its connection away, and
// with it what people write meanwhile.
func (r *Robot) Check(ctx context.Context) chat.Finding {
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
	var refused *platform.APIError
	switch {
	case err == nil:
		return chat.Finding{Name: name, OK: true, Text: good}
	case errors.As(err, &refused) && refused.Code == badLogin:
		return platform.Failed(name, err, "bot_id 或 secret 不对：在智能机器人的「API 配置」里选长连接方式，复制那里的 Bot ID 和 Secret（不是自建应用的）")
	case errors.As(err, &refused):
		return platform.Failed(name, err, "请确认机器人的 API 模式是长连接，过几分钟再试")
	}
	return platform.Failed(name, err, "服务器须能访问 wecom.robot.url；要经代理的话填 wecom.proxy")
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
