package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom"
	"marketbot/bot/wecom/app"
	"marketbot/bot/wecom/robot"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// branch is a serving bot on the stand-ins of WeCom, and nothing else.
type branch struct {
	site
	robot *wecomtest.Robot
	api   *wecomtest.API
}

func newBranch(t *testing.T) *branch {
	t.Helper()
	b := &branch{robot: wecomtest.NewRobot(time.Now), api: wecomtest.NewAPI(time.Now)}
	t.Cleanup(b.api.Close)
	socket := httptest.NewServer(b.robot)
	t.Cleanup(func() { b.robot.Drop(); socket.Close() })
	b.api.Person("WangFang", "王芳")
	cfg := defaults()
	cfg.Listen, cfg.Store, cfg.SecretKey = freeAddress(t), filepath.Join(t.TempDir(), "market.db"), storeKey
	cfg.WeCom = &wecom.Config{
		BaseURL: b.api.URL, WebhookKey: b.api.HookKey, Group: wecomGroup,
		Robot: &robot.Config{BotID: b.robot.BotID, Secret: b.robot.Secret, Name: wecomtest.RobotName, URL: strings.Replace(socket.URL, "http", "ws", 1)},
		App:   &app.Config{CorpID: b.api.CorpID, AgentID: b.api.AgentID, Secret: b.api.Secret, Token: b.api.Token, AESKey: b.api.AESKey, Menu: []string{"周报"}},
	}
	cfg.People = []Person{{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}, WeCom: "WangFang"}}
	b.site = site{t: t, cfg: cfg, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}}
	return b
}

// A serving bot hears the robot and the app, and answers each where it was
// asked.
func TestServeWeCom(t *testing.T) {
	b := newBranch(t)
	b.start()
	defer b.end()
	platformtest.Eventually(b.t, "the robot's connection", b.robot.Connected)
	if err := b.api.Callback("http://" + b.cfg.Listen + wecom.Path); err != nil {
		t.Fatal(err)
	}
	if got := b.api.Menu(); len(got) != 1 || got[0] != "周报" {
		t.Errorf("the menu is %q", got)
	}
	if err := b.robot.Say("WangFang", "", "帮助"); err != nil {
		t.Fatal(err)
	}
	platformtest.Eventually(b.t, "the robot's answer", func() bool { return len(b.robot.Seen("WangFang")) > 0 })
	b.api.Click("WangFang", "谁没交")
	wait, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if seen := b.api.Await(wait, "WangFang", 1); len(seen) == 0 || !strings.Contains(seen[0].Text, "周") {
		t.Errorf("the app answers %+v", seen)
	}
}

// What was learnt about a chat survives a restart: whoever wrote to the robot
// before it is not greeted as somebody new.
func TestChatsAreKnownAfterARestart(t *testing.T) {
	b := newBranch(t)
	for i := range 2 {
		b.start()
		platformtest.Eventually(b.t, "the robot's connection", b.robot.Connected)
		if err := b.robot.Enter("WangFang"); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			platformtest.Eventually(b.t, "a greeting", func() bool { return len(b.robot.Seen("WangFang")) == 1 })
		}
		if err := b.robot.Say("WangFang", "", "我的"); err != nil {
			t.Fatal(err)
		}
		platformtest.Eventually(b.t, "an answer", func() bool { return len(b.robot.Seen("WangFang")) >= 2+i })
		b.end()
	}
	if seen := b.robot.Seen("WangFang"); len(seen) != 3 {
		t.Errorf("seen %+v", seen)
	}
}

// A check beside a serving bot leaves the robot its connection; without one it
// tries every credential and says which is wrong.
func TestCheckWeCom(t *testing.T) {
	b := newBranch(t)
	for _, c := range []struct {
		name   string
		change func(*wecom.Config)
		words  string // empty: all is well
	}{
		{"all is well", func(*wecom.Config) {}, ""},
		{"the robot's id", func(c *wecom.Config) { c.Robot.BotID = "x" }, "企业微信智能机器人：.*bot_id 或 secret"},
		{"the robot's secret", func(c *wecom.Config) { c.Robot.Secret = "x" }, "企业微信智能机器人：.*bot_id 或 secret"},
		{"the company", func(c *wecom.Config) { c.App.CorpID = "x" }, "wecom.app.corp_id"},
		{"the app's secret", func(c *wecom.Config) { c.App.Secret = "x" }, "wecom.app.secret"},
		{"the app's number", func(c *wecom.Config) { c.App.AgentID = 3 }, "wecom.app.agent_id"},
		{"half a callback", func(c *wecom.Config) { c.App.Token = "" }, "wecom.app.token"},
		{"the callback's key", func(c *wecom.Config) { c.App.AESKey = "short" }, "wecom.app.aes_key"},
		{"the webhook", func(c *wecom.Config) { c.WebhookKey = "x" }, "wecom.webhook_key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := b.cfg
			robot, app := *cfg.WeCom.Robot, *cfg.WeCom.App
			part := *cfg.WeCom
			part.Robot, part.App = &robot, &app
			cfg.WeCom = &part
			c.change(cfg.WeCom)
			if bad := wrong(checkPlatforms(t.Context(), cfg, time.Now, quiet())); c.words == "" && bad != "" || !regexp.MustCompile(c.words).MatchString(bad) {
				t.Errorf("want %q in:\n%s", c.words, bad)
			}
		})
	}
	b.start()
	defer b.end()
	platformtest.Eventually(b.t, "the robot's connection", b.robot.Connected)
	logins := b.robot.Subscribed()
	if bad := wrong(checkPlatforms(t.Context(), b.cfg, time.Now, quiet())); bad != "" {
		t.Errorf("beside a serving bot:\n%s", bad)
	}
	elsewhere := b.cfg
	elsewhere.Listen = freeAddress(t)
	list := checkPlatforms(t.Context(), elsewhere, time.Now, quiet())
	if i := slices.IndexFunc(list, func(f chat.Finding) bool { return f.Name == "企业微信智能机器人" }); i < 0 || !list[i].OK || !strings.Contains(list[i].Text, "没有核对 bot_id") {
		t.Errorf("beside a bot that serves the store at another address: %+v", list)
	}
	if n := b.robot.Subscribed(); n != logins || !b.robot.Connected() {
		t.Errorf("the check logged in %d times", n-logins)
	}
}

// A check tells whose account in the settings is somebody else's, or nobody's.
func TestCheckNames(t *testing.T) {
	b := newBranch(t)
	b.api.Person("LiNa", "李娜")
	w, err := wecom.New(*b.cfg.WeCom, nobody, nil, time.Now, quiet())
	if err != nil {
		t.Fatal(err)
	}
	fang, na := Person{Name: "王芳", WeCom: "WangFang"}, Person{Name: "李娜", WeCom: "LiNa"}
	for _, c := range []struct {
		people []Person
		ok     bool
		said   string // empty: nothing
	}{
		{[]Person{fang, na, {Name: "张伟", Feishu: "ou_zhang"}}, true, "2 个账号都对得上"},
		{[]Person{fang, {Name: "李总", WeCom: "LiNa"}}, true, "李总（LiNa）在通讯录里叫「李娜」"},
		{[]Person{fang, {Name: "李娜", WeCom: "LinNa"}}, false, "查不到 李娜（LinNa）"},
		{[]Person{{Name: "李娜", WeCom: "LinNa"}, {Name: "王芳", WeCom: "Wang"}}, true, "没有核对"},
		{[]Person{{Name: "张伟"}}, true, ""},
	} {
		said, ok := "", true
		for _, f := range checkNames(t.Context(), w, c.people) {
			said, ok = f.Text, f.OK
		}
		if ok != c.ok || !strings.Contains(said, c.said) || c.said == "" && said != "" {
			t.Errorf("%+v: %v %q", c.people, ok, said)
		}
	}
	late, stop := context.WithCancel(t.Context())
	stop()
	for _, f := range checkNames(late, w, []Person{{Name: "刘洋", WeCom: "LiuYang"}}) {
		if !f.OK || !strings.Contains(f.Text, "没有核对") {
			t.Errorf("without a network: %+v", f)
		}
	}
}

// wrong is what a check found wrong.
func wrong(list []chat.Finding) string {
	var bad []string
	for _, f := range list {
		if !f.OK {
			bad = append(bad, f.Name+"："+f.Text)
		}
	}
	return strings.Join(bad, "\n")
}

// A settings file with WeCom only is enough to check.
func TestCheckCommandOnWeComOnly(t *testing.T) {
	b := newBranch(t)
	path := filepath.Join(t.TempDir(), "config.yaml")
	text := "secret_key: " + storeKey + "\nlisten: " + b.cfg.Listen + "\nstore: " + b.cfg.Store + "\nwecom:\n  base_url: " + b.api.URL +
		"\n  app: {corp_id: " + b.api.CorpID + ", agent_id: 1000002, secret: " + b.api.Secret + "}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var said lines
	if code := run(t.Context(), tuesday, []string{"check", "--config", path}, &said, &said); code != exitFine || !strings.Contains(said.String(), "✓ 企业微信应用凭证") {
		t.Errorf("exit %d: %s", code, said.String())
	}
}
