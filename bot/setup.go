package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/wecom/robot"
)

// botTitle is what the bot is called on the platforms unless somebody calls it
// otherwise.
const botTitle = "市场部助手"

// setupCommand is the verb setup.
type setupCommand struct {
	Config  string `help:"写到哪个配置文件" default:"config.yaml" type:"path"`
	Feishu  bool   `help:"接飞书；和 --wecom 都不写就问"`
	WeCom   bool   `name:"wecom" help:"接企业微信"`
	Manual  bool   `help:"不扫码，自己填应用或机器人的凭证"`
	AppID   string `name:"app-id" help:"用已有的飞书应用：扫码补上它缺的权限和事件" placeholder:"cli_…"`
	NoServe bool   `name:"no-serve" help:"写好、检查完就结束，不启动"`

	at places
}

// places are the platforms' addresses and our own; empty: the usual ones.
type places struct{ accounts, lark, api, robots, robotURL, listen string }

// run takes somebody from nothing to a bot that runs.
func (c *setupCommand) run(ctx context.Context, now func() time.Time, in io.Reader, out, errOut io.Writer) error {
	s := &setup{setupCommand: *c, terminal: newTerminal(in, out)}
	if err := s.settings(ctx); err != nil {
		return err
	}
	cfg, err := loadConfig(c.Config, os.LookupEnv)
	if err != nil {
		return err
	}
	s.say("\n检查：")
	list := checkConfig(ctx, cfg, now, slog.New(slog.DiscardHandler))
	if err := tell(out, false, list); err != nil {
		return err
	}
	if c.NoServe {
		s.say("\n启动：marketbot serve --config %s", c.Config)
		return nil
	}
	s.say("\n启动了，按 Ctrl+C 结束；以后用 marketbot serve 启动。" + s.next(cfg))
	var beside sync.WaitGroup
	defer beside.Wait()
	own, stop := context.WithCancel(ctx)
	defer stop()
	if s.scanned {
		beside.Go(func() { s.subscribe(own, cfg, now) })
	}
	return (&serveCommand{Config: c.Config}).serve(ctx, cfg, now, out, errOut)
}

// setup is one run of the verb.
type setup struct {
	setupCommand
	*terminal
	scanned bool // an app of Feishu was scanned: it may change its own settings
}

// settings brings what is missing into the file of settings.
func (s *setup) settings(ctx context.Context) error {
	cfg, err := loadConfig(s.Config, os.LookupEnv)
	fresh := errors.Is(err, fs.ErrNotExist)
	if err != nil && !fresh {
		return err
	}
	if fresh {
		if err := s.beside(); err != nil {
			return err
		}
	}
	wanted, err := s.wanted(ctx, cfg)
	if err != nil {
		return err
	}
	for _, name := range wanted {
		var section string
		if name == "feishu" {
			section, err = s.feishu(ctx, cfg)
		} else {
			section, err = s.wecom(ctx)
		}
		if err != nil {
			return err
		}
		if section == "" {
			continue
		}
		if err := s.write(section, fresh); err != nil {
			return err
		}
		fresh = false
	}
	return nil
}

// beside refuses to make a new key beside a store of another.
func (s *setup) beside() error {
	file := filepath.Join(filepath.Dir(s.Config), defaults().Store)
	if _, err := os.Stat(file); err == nil {
		return &usageError{fmt.Errorf("这里已经有数据库 %s，它只认当初的 secret_key。请把当初的配置文件放回 %s，再运行 marketbot serve；要从头开始，换一个空目录", file, s.Config)}
	}
	return nil
}

// wanted are the platforms to bring in: those that were named, else asked for.
// What the settings have already is left alone, but for an app that is named.
func (s *setup) wanted(ctx context.Context, cfg Config) ([]string, error) {
	has := map[string]bool{"feishu": cfg.Feishu != nil && cfg.Feishu.AppID != s.AppID, "wecom": cfg.WeCom != nil}
	var named []string
	if s.Feishu || s.AppID != "" {
		named = append(named, "feishu")
	}
	if s.WeCom {
		named = append(named, "wecom")
	}
	if len(named) == 0 && (cfg.Feishu != nil || cfg.WeCom != nil) {
		s.say("%s 已经有了，没有动它。要加另一个平台：marketbot setup --feishu 或 --wecom；要补飞书权限：marketbot check --fix", s.Config)
		return nil, nil
	}
	for len(named) == 0 {
		answer, err := s.ask(ctx, "接到哪里？  1 飞书   2 企业微信   3 两个都接   [1] ", "1")
		if errors.Is(err, io.EOF) {
			return nil, &usageError{errors.New("没有人回答接到哪里：请写 --feishu 或 --wecom")}
		}
		if err != nil {
			return nil, err
		}
		named = map[string][]string{"1": {"feishu"}, "2": {"wecom"}, "3": {"feishu", "wecom"}}[answer]
	}
	var list []string
	for _, name := range named {
		if has[name] {
			s.say("%s 里已经有 %s，没有动它。", s.Config, name)
			continue
		}
		list = append(list, name)
	}
	return list, nil
}

// feishu gets an app and gives the settings of it; none when they are there.
func (s *setup) feishu(ctx context.Context, cfg Config) (string, error) {
	var app feishu.Scanned
	scan := func(ctx context.Context, show func(string, time.Duration)) (err error) {
		s.scanned = true
		app, err = feishu.Scan{AppID: s.AppID, Name: botTitle, Accounts: s.at.accounts, Lark: s.at.lark, Show: show}.Run(ctx)
		return err
	}
	manual := func(ctx context.Context) error {
		if cfg.Feishu != nil {
			s.say("在 %s 开通 README 里的权限，在 %s 添加事件和回调，再到 %s 发布。", cfg.Feishu.Page("auth"), cfg.Feishu.Page("event"), cfg.Feishu.Page("version"))
			app.AppID = cfg.Feishu.AppID
			return nil
		}
		s.say("在 https://open.feishu.cn/app 里「创建企业自建应用」（步骤见 README「手动接飞书」），再到「凭证与基础信息」里复制：")
		app, s.scanned = feishu.Scanned{AppID: s.AppID}, false
		for app.AppID == "" {
			id, err := s.ask(ctx, "App ID（cli_ 开头）：", "")
			if err != nil {
				return err
			}
			app.AppID = id
		}
		for app.Secret == "" {
			secret, err := s.secret(ctx, "App Secret（不显示）：")
			if err != nil {
				return err
			}
			app.Secret = secret
		}
		return nil
	}
	s.say("\n飞书：用飞书扫码，点「创建」，应用、权限、事件一次建好。")
	if err := s.obtain(ctx, "飞书", scan, manual); err != nil {
		return "", err
	}
	if cfg.Feishu != nil && s.scanned {
		s.say("✓ 应用 %s 的权限补好了，配置没有动。", app.AppID)
	}
	if cfg.Feishu != nil {
		return "", nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "feishu:\n  app_id: %s\n  app_secret: %s\n", strconv.Quote(app.AppID), strconv.Quote(app.Secret))
	if base := s.at.api; base != "" || app.BaseURL != "" {
		if base == "" {
			base = app.BaseURL
		}
		fmt.Fprintf(&b, "  base_url: %s\n", strconv.Quote(base))
	}
	if app.Owner != "" {
		fmt.Fprintf(&b, "  # 扫码的人：第一次私聊机器人时成为管理员；有了管理员，这一行就不起作用\n  owner: %s\n", strconv.Quote(app.Owner))
	}
	return b.String(), nil
}

// wecom gets a robot and gives the settings of it.
func (s *setup) wecom(ctx context.Context) (string, error) {
	var bot robot.Scanned
	scan := func(ctx context.Context, show func(string, time.Duration)) (err error) {
		bot, err = robot.Scan{URL: s.at.robots, Show: show}.Run(ctx)
		return err
	}
	manual := func(ctx context.Context) error {
		s.say("在企业微信「工作台 → 智能机器人 → 创建机器人 → API 模式创建」，连接方式选「使用长连接」，复制：")
		for bot.BotID == "" {
			id, err := s.ask(ctx, "Bot ID：", "")
			if err != nil {
				return err
			}
			bot.BotID = id
		}
		for bot.Secret == "" {
			secret, err := s.secret(ctx, "Secret（不显示）：")
			if err != nil {
				return err
			}
			bot.Secret = secret
		}
		return nil
	}
	s.say("\n企业微信：用企业微信扫码，同意后机器人就建好了。")
	if err := s.obtain(ctx, "企业微信", scan, manual); err != nil {
		return "", err
	}
	section := fmt.Sprintf("wecom:\n  robot:\n    bot_id: %s\n    secret: %s\n    # 和群里 @ 它时显示的一样\n    name: %s\n",
		strconv.Quote(bot.BotID), strconv.Quote(bot.Secret), botTitle)
	if s.at.robotURL != "" {
		section += "    url: " + strconv.Quote(s.at.robotURL) + "\n"
	}
	return section, nil
}

// next is what whoever set the bot up does now.
func (s *setup) next(cfg Config) string {
	if cfg.Feishu != nil && cfg.Feishu.Owner != "" {
		return "\n下一步：扫码的人在飞书里搜「" + botTitle + "」，私聊它一句话，就成为管理员；它会接着说怎么做。"
	}
	return "\n下一步：私聊机器人，发下面的绑定码。"
}
