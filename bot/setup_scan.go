package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/platform"
)

// obtain shows a code until somebody agreed; what goes wrong is said with what to
// do, and the manual way is always one key away.
func (s *setup) obtain(ctx context.Context, where string, scan func(context.Context, func(string, time.Duration)) error, manual func(context.Context) error) error {
	for !s.Manual {
		err := s.scan(ctx, where, scan)
		switch {
		case err == nil:
			s.say("✓ %s扫码成功。", where)
			return nil
		case errors.Is(err, errByHand):
			return manual(ctx)
		case ctx.Err() != nil:
			return ctx.Err()
		}
		s.say("✗ %s", scanText(where, err))
		answer, e := s.ask(ctx, "按回车再来一次，输入 m 改为手动填写：", "")
		if e != nil {
			return fmt.Errorf("没有接好%s：%s", where, scanText(where, err))
		}
		if strings.EqualFold(answer, "m") {
			break
		}
	}
	return manual(ctx)
}

// errByHand is somebody who would rather type.
var errByHand = errors.New("by hand")

// scan is one code, shown until it was scanned, ran out, or somebody would rather
// type.
func (s *setup) scan(ctx context.Context, where string, scan func(context.Context, func(string, time.Duration)) error) error {
	own, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := func() {}
	shown, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- scan(own, func(link string, lasts time.Duration) {
			s.code(link)
			s.say("扫不了就打开这个链接：\n%s\n", link)
			stop = s.countdown("等待"+where+"扫码（输入 m 回车改为手动填写）", lasts)
			close(shown)
		})
	}()
	defer func() { stop() }()
	select {
	case err := <-done: // no code came
		return err
	case <-shown:
	}
	lines := s.lines()
	for {
		select {
		case err := <-done:
			return err
		case line, ok := <-lines:
			if !ok { // nobody types
				lines = nil
				continue
			}
			s.pending = nil
			if strings.EqualFold(line, "m") {
				cancel()
				<-done
				return errByHand
			}
			lines = s.lines()
		}
	}
}

// scanText is how a scan went wrong, in words, with what to do.
func scanText(where string, err error) string {
	switch {
	case errors.Is(err, platform.ErrScanRefused):
		return "扫码的人点了取消，或没有创建应用的权限。请让企业管理员来扫，或手动填写"
	case errors.Is(err, platform.ErrScanExpired):
		return "二维码过期了，没有人扫码同意"
	}
	var refused *platform.APIError
	if errors.As(err, &refused) {
		return where + "没有给二维码，或答复看不懂（" + err.Error() + "）。请手动填写"
	}
	return platform.Why(err) + "。请看看网络和代理（HTTPS_PROXY），或手动填写"
}

// subscribeLook is how often it is looked whether the long connection is up.
const subscribeLook = time.Second

// subscribed subscribes the app of the settings to what the bot acts on.
func (s *setup) subscribed(ctx context.Context, cfg Config, now func() time.Time) error {
	a, err := feishu.New(*cfg.Feishu, nobody, now, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return a.Subscribe(ctx)
}

// clicks says what to do where the app may not subscribe itself.
func (s *setup) clicks(cfg Config, err error) string {
	return fmt.Sprintf("还差两下：飞书要在后台选收消息的方式（marketbot serve 要正在运行）。\n  1. 打开 %s，「订阅方式」选长连接，保存\n  2. 同一页「回调配置」也选长连接，保存，再到 %s 发布\n（%s）",
		cfg.Feishu.Page("event"), cfg.Feishu.Page("version"), platform.Why(err))
}

// subscribe makes Feishu deliver events once the long connection is up. Where
// the app may not change that, it says where to click.
func (s *setup) subscribe(ctx context.Context, cfg Config, now func() time.Time) {
	look := time.NewTicker(subscribeLook)
	defer look.Stop()
	for up := false; !up; {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
		}
		state, answers := askReady(ctx, cfg.Listen)
		up = answers && !state.misses(feishu.Name)
	}
	switch err := s.subscribed(ctx, cfg, now); {
	case ctx.Err() != nil:
	case err != nil:
		s.say("%s", s.clicks(cfg, err))
	default:
		s.say("✓ 飞书的事件和按钮都接好了。企业要审批的，等管理员在 %s 通过后才收得到消息。", cfg.Feishu.Page("version"))
	}
}
