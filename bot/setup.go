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
	"marketbot/bot/platform"
	"marketbot/bot/wecom/robot"
	"marketbot/store"
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

// write adds a section to the file of settings, which it makes with a new key
// where there is none. Nobody else may read it.
func (s *setup) write(section string, fresh bool) error {
	var text string
	if fresh {
		key := store.NewSecretKey()
		copied := filepath.Join(filepath.Dir(s.Config), keyFile)
		if err := writeNew(copied, key+"\n"); err != nil {
			return fmt.Errorf("写不了 %s：%w", copied, err)
		}
		text = fmt.Sprintf(newSettings, strconv.Quote(key)) + s.here() + section
		if _, err := parseConfig([]byte(text), os.LookupEnv); err != nil {
			return err
		}
		if err := writeNew(s.Config, text); err != nil {
			return fmt.Errorf("写不了 %s：%w", s.Config, err)
		}
		s.say("✓ 写好了 %s（只有你能读）。\n✓ 密钥另有一份在 %s：请现在把它移到别的机器或 U 盘上。丢了密钥，已存的内容就读不出来。", s.Config, copied)
		return nil
	}
	before, err := os.ReadFile(s.Config)
	if err != nil {
		return &usageError{&unreadable{s.Config, err}}
	}
	text = strings.TrimRight(string(before), "\n") + "\n\n" + section
	if _, err := parseConfig([]byte(text), os.LookupEnv); err != nil {
		left := s.Config + ".new"
		if e := writeNew(left, section); e != nil {
			return fmt.Errorf("写不了 %s：%w", left, e)
		}
		return &usageError{fmt.Errorf("加不进 %s（%w）。凭证写在 %s，请自己加进去", s.Config, err, left)}
	}
	if err := replaceFile(s.Config, text); err != nil {
		return fmt.Errorf("写不了 %s：%w", s.Config, err)
	}
	s.say("✓ 加进了 %s。", s.Config)
	return nil
}

// here are the settings that say where the bot lives, where that is not where it
// runs.
func (s *setup) here() string {
	var text string
	if wd, err := os.Getwd(); err == nil && wd != filepath.Dir(s.Config) {
		text += "store: " + strconv.Quote(filepath.Join(filepath.Dir(s.Config), defaults().Store)) + "\n"
	}
	if s.at.listen != "" {
		text += "listen: " + s.at.listen + "\n"
	}
	if text != "" {
		text += "\n"
	}
	return text
}

// keyFile is where setup puts a copy of the key, to be taken away.
const keyFile = "marketbot.key"

const newSettings = `# 市场部助手的配置，由 marketbot setup 写下。其他设置见 config.example.yaml，不写就用默认值。
# 里面有密钥：只给运行机器人的用户读，不要发给别人。

# 封存已存内容的密钥。丢了它，已存的内容就读不出来：请另存一份。
secret_key: %s

`

// writeNew writes a file that only its owner may read, never over another.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// replaceFile puts a text in the place of a file, or leaves it as it is.
func replaceFile(path, text string) error {
	part := path + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := writeNew(part, text); err != nil {
		return err
	}
	return os.Rename(part, path)
}

// next is what whoever set the bot up does now.
func (s *setup) next(cfg Config) string {
	if cfg.Feishu != nil && cfg.Feishu.Owner != "" {
		return "\n下一步：扫码的人在飞书里搜「" + botTitle + "」，私聊它一句话，就成为管理员；它会接着说怎么做。"
	}
	return "\n下一步：私聊机器人，发下面的绑定码。"
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
