package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform"
	"marketbot/bot/platform/platformtest"
	"marketbot/store"
)

// beginner is somebody at a terminal who has nothing yet, beside a stand-in
// Feishu whose accounts give the app away.
type beginner struct {
	t        *testing.T
	feishu   *feishutest.Server
	accounts *feishutest.Accounts
	dir      string
	setup    setupCommand
	out      lines
	log      lines
}

func newBeginner(t *testing.T, polls ...string) *beginner {
	t.Helper()
	n := &beginner{t: t, feishu: feishutest.New(time.Now), dir: t.TempDir()}
	t.Cleanup(n.feishu.Close)
	n.feishu.App.Scopes = append(granted(t), "application:application:patch", "application:application:self_manage")
	n.feishu.Person("ou_owner", "欧阳")
	n.feishu.Person("ou_zhang", "张伟")
	if len(polls) == 0 {
		polls = []string{`{"client_id":"` + n.feishu.App.ID + `","client_secret":"` + n.feishu.App.Secret + `","user_info":{"open_id":"ou_owner","tenant_brand":"feishu"}}`}
	}
	n.accounts = &feishutest.Accounts{Polls: polls}
	accounts := httptest.NewServer(n.accounts)
	t.Cleanup(accounts.Close)
	t.Cleanup(http.DefaultClient.CloseIdleConnections)
	n.setup = setupCommand{Config: filepath.Join(n.dir, "config.yaml"), at: places{accounts: accounts.URL, api: n.feishu.URL, listen: freeAddress(t)}}
	return n
}

// run is a run of setup in which somebody answers: each line is typed once the
// words before it were said, counted from the line before.
func (n *beginner) run(ctx context.Context, answers ...[2]string) error {
	c := n.setup
	return c.run(ctx, time.Now, &typist{out: &n.out, answers: answers, from: len(n.out.String())}, &n.out, &n.log)
}

// typist reads what is said and types what is to be answered.
type typist struct {
	out     *lines
	answers [][2]string
	from    int // of what was said, what is not answered yet
}

func (t *typist) Read(p []byte) (int, error) {
	if len(t.answers) == 0 {
		return 0, io.EOF
	}
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		said := t.out.String()
		if i := strings.Index(said[t.from:], t.answers[0][0]); i >= 0 {
			t.from += i + len(t.answers[0][0])
			break
		}
		if time.Since(began) > 5*time.Second {
			return 0, io.EOF
		}
	}
	n := copy(p, t.answers[0][1]+"\n")
	t.answers = t.answers[1:]
	return n, nil
}

func (n *beginner) file(name string) string {
	n.t.Helper()
	data, err := os.ReadFile(filepath.Join(n.dir, name))
	if err != nil {
		n.t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(n.dir, name))
	if err != nil || info.Mode().Perm() != 0o600 {
		n.t.Errorf("%s is %v, %v", name, info.Mode(), err)
	}
	return string(data)
}

// From nothing to a first answered check-in in four acts of people: a scan, a
// first word, a post by a button, a check-in. Nothing secret is shown or logged.
func TestSetupToTheFirstCheckIn(t *testing.T) {
	n := newBeginner(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.run(ctx, [2]string{"接到哪里？", "1"}) }() // act one: the scan
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(n.out.String(), n.log.String())
			for _, m := range n.feishu.Seen("ou_owner") {
				t.Log(m.Text)
			}
		}
	}()
	eventually := func(what string, f func() bool) {
		t.Helper()
		platformtest.Eventually(t, what, f)
	}
	eventually("events subscribed", func() bool { return n.feishu.Console().Published == 1 })
	console := n.feishu.Console()
	if console.By != feishu.Websocket || len(console.Events) != 6 || len(console.Callbacks) != 1 {
		t.Errorf("subscribed %+v", console)
	}
	eventually("said so", func() bool { return strings.Contains(n.out.String(), "✓ 飞书的事件和按钮都接好了") })
	hears := func(words string) (id string) {
		t.Helper()
		eventually("the owner hears "+words, func() bool {
			for _, m := range n.feishu.Seen("ou_owner") {
				if strings.Contains(m.Text, words) {
					id = m.ID
				}
			}
			return id != ""
		})
		return id
	}
	n.feishu.Say("ou_owner", "", "你好")                                                  // act two
	if _, err := n.feishu.Press("ou_owner", hears("○ 1. 把我拉进部门群"), "业务员"); err != nil { // act three
		t.Fatal(err)
	}
	hears("由其他员工改为业务员")
	n.feishu.Say("ou_owner", "", "签到 广州 见了采购部") // act four
	hears("签到成功")
	// And the group, with a post for everybody in it.
	n.feishu.Person("ou_li", "李雷")
	n.feishu.Group("oc_market", "市场部", "ou_owner", "ou_li")
	n.feishu.Say("ou_owner", "oc_market", "@"+feishutest.BotName+" 部门群")
	if _, err := n.feishu.Submit("ou_owner", hears("部门群里还有 1 人没登记"), map[string]string{"ou_li": "业务员"}); err != nil {
		t.Fatal(err)
	}
	hears("✓ 已登记：李雷，业务员")

	config, key := n.file("config.yaml"), strings.TrimSpace(n.file(keyFile))
	cfg, err := loadConfig(n.setup.Config, os.LookupEnv)
	if err != nil || cfg.SecretKey != key || cfg.Feishu.AppID != n.feishu.App.ID || cfg.Feishu.Owner != "ou_owner" {
		t.Errorf("%v, %+v in\n%s", err, cfg.Feishu, config)
	}
	for _, want := range []string{"https://accounts.feishu.cn/scan?", "10 分钟内有效", "✓ 写好了 ", keyFile, "✓ secret_key：可用", "✓ 飞书权限", "私聊它一句话"} {
		if !strings.Contains(n.out.String(), want) {
			t.Errorf("does not say %q:\n%s", want, n.out.String())
		}
	}
	for _, secret := range []string{key, n.feishu.App.Secret, "device-secret"} {
		if strings.Contains(n.out.String()+n.log.String(), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
}

// What goes wrong says what to do, and loses nothing; the manual way is one key
// away; nothing is written twice.
func TestSetupByWays(t *testing.T) {
	where, byHand, again := [2]string{"接到哪里？", "1"}, [2]string{"按回车再来一次", "m"}, [2]string{"按回车再来一次", ""}
	manual := func(n *beginner, before ...[2]string) [][2]string {
		return append(before, [2]string{"App ID", n.feishu.App.ID}, [2]string{"App Secret", n.feishu.App.Secret})
	}
	for _, c := range []struct {
		name  string
		polls []string
		typed func(n *beginner) [][2]string
		set   func(n *beginner)
		says  []string
		fails string // in the error; empty: it goes well
	}{
		{"denied, then by hand", []string{feishutest.Denied}, func(n *beginner) [][2]string { return manual(n, where, byHand) }, nil, []string{"✗ 扫码的人点了取消", "凭证与基础信息", "✓ 写好了"}, ""},
		{"expired, then again, then by hand", []string{feishutest.Expired, feishutest.Expired}, func(n *beginner) [][2]string { return manual(n, where, again, byHand) }, nil, []string{"✗ 二维码过期了", "✓ 写好了"}, ""},
		{"garbage and nobody there", nil, func(*beginner) [][2]string { return [][2]string{where} }, func(n *beginner) { n.accounts.Begin = "<html>" }, []string{"手动填写"}, "没有接好飞书"},
		{"no network", nil, func(n *beginner) [][2]string { return manual(n, where, byHand) }, func(n *beginner) { n.setup.at.accounts = "http://127.0.0.1:1" }, []string{"✗ 连不上", "HTTPS_PROXY", "✓ 写好了"}, ""},
		{"a key while it waits", []string{feishutest.Pending}, func(n *beginner) [][2]string { return manual(n, where, [2]string{"等待飞书扫码", "m"}) }, nil, []string{"✓ 写好了"}, ""},
		{"by hand from the start", nil, func(n *beginner) [][2]string { return manual(n) }, func(n *beginner) { n.setup.Manual, n.setup.Feishu = true, true }, []string{"✓ 写好了"}, ""},
		{"nobody says where", nil, func(*beginner) [][2]string { return nil }, nil, nil, "--feishu 或 --wecom"},
		{"a database of another key", nil, func(*beginner) [][2]string { return [][2]string{where} }, func(n *beginner) {
			if err := os.WriteFile(filepath.Join(n.dir, "marketbot.db"), nil, 0o600); err != nil {
				n.t.Fatal(err)
			}
		}, nil, "它只认当初的 secret_key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newBeginner(t, c.polls...)
			n.setup.NoServe = true
			if c.set != nil {
				c.set(n)
			}
			err := n.run(t.Context(), c.typed(n)...)
			if (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%v\n%s", err, n.out.String())
			}
			for _, want := range c.says {
				if !strings.Contains(n.out.String(), want) {
					t.Errorf("does not say %q:\n%s", want, n.out.String())
				}
			}
			if _, e := os.Stat(n.setup.Config); (e == nil) != (err == nil) {
				t.Errorf("the file: %v, the run: %v", e, err)
			}
			if err != nil {
				return
			}
			before := n.file("config.yaml")
			if err := n.run(t.Context(), where); err != nil || n.file("config.yaml") != before || !strings.Contains(n.out.String(), "没有动它") {
				t.Errorf("a second run: %v", err)
			}
		})
	}
}

// A second platform is added to the file that is there, and an app that is there
// gets what it lacks by another scan, without anything being written.
func TestSetupAddsToWhatIsThere(t *testing.T) {
	n := newBeginner(t)
	n.setup.NoServe, n.setup.Feishu = true, true
	if err := n.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.setup.Feishu, n.setup.WeCom, n.setup.Manual, n.setup.at.robotURL = false, true, true, "ws://127.0.0.1:1"
	if err := n.run(t.Context(), [2]string{"Bot ID", "aib_1"}, [2]string{"Secret", "robot-secret"}); err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig(n.setup.Config, os.LookupEnv)
	if err != nil || cfg.Feishu == nil || cfg.WeCom == nil || cfg.WeCom.Robot.BotID != "aib_1" || cfg.WeCom.Robot.Secret != "robot-secret" {
		t.Fatalf("%v\n%s", err, n.file("config.yaml"))
	}
	before := n.file("config.yaml")
	n.setup.WeCom, n.setup.Manual, n.setup.AppID = false, false, cfg.Feishu.AppID
	if err := n.run(t.Context()); err != nil || n.file("config.yaml") != before || !strings.Contains(n.out.String(), "权限补好了") {
		t.Errorf("%v\n%s", err, n.out.String())
	}
}

// A robot is made by a scan, too, and added to nothing: the key is made with it.
func TestSetupOfARobot(t *testing.T) {
	n := newBeginner(t)
	polls := 0
	maker := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/generate") {
			io.WriteString(w, `{"data":{"scode":"hush-code","auth_url":"https://work.weixin.qq.com/ai/qc/gen?x=1"}}`)
			return
		}
		polls++
		io.WriteString(w, `{"data":{"status":"success","bot_info":{"botid":"aib_2","secret":"robot-secret"}}}`)
	}))
	t.Cleanup(maker.Close)
	n.setup.WeCom, n.setup.NoServe, n.setup.at.robots, n.setup.at.robotURL = true, true, maker.URL, "ws://127.0.0.1:1"
	if err := n.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	cfg, err := loadConfig(n.setup.Config, os.LookupEnv)
	if err != nil || cfg.Feishu != nil || cfg.WeCom.Robot.BotID != "aib_2" || cfg.SecretKey != strings.TrimSpace(n.file(keyFile)) || polls != 1 {
		t.Errorf("%v, %d polls\n%s", err, polls, n.file("config.yaml"))
	}
	for _, secret := range []string{"hush-code", "robot-secret", cfg.SecretKey} {
		if strings.Contains(n.out.String()+n.log.String(), secret) {
			t.Errorf("%q is shown", secret)
		}
	}
	if !strings.Contains(n.out.String(), "https://work.weixin.qq.com/ai/qc/gen?x=1") {
		t.Error(n.out.String())
	}
}

// check names each scope, event and callback that the app lacks, with the page
// to mend it on; --fix offers the scan and looks once more.
func TestCheckMendsByScan(t *testing.T) {
	n := newBeginner(t)
	n.setup.NoServe, n.setup.Feishu = true, true
	if err := n.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	all := n.feishu.App.Scopes
	n.feishu.App.Scopes = slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == "im:resource" })
	n.feishu.Subscribe(feishutest.Subscribed{By: feishu.Websocket, CallbackBy: "webhook", Events: feishu.Events()[1:6]})
	check := func(fix bool) (string, error) {
		var out lines
		c := checkCommand{Config: n.setup.Config, Fix: fix, in: strings.NewReader(""), at: n.setup.at}
		err := c.run(t.Context(), tuesday, &out, quiet())
		return out.String(), err
	}
	page := n.feishu.URL + "/app/" + n.feishu.App.ID
	said, err := check(false)
	if !errors.Is(err, errFound) {
		t.Errorf("%v", err)
	}
	for _, want := range []string{"✗ 飞书权限：缺少 im:resource。打开 " + page + "/auth?q=im:resource", "没有订阅事件 im.message.receive_v1（" + page + "/event）", "没有订阅回调 card.action.trigger",
		"回调的订阅方式不是长连接（" + page + "/event?tab=callback）", "marketbot check --fix"} {
		if !strings.Contains(said, want) {
			t.Errorf("lacks %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, "事件的订阅方式") {
		t.Errorf("what is right is told as wrong:\n%s", said)
	}
	if said, _ = check(true); !strings.Contains(said, "权限补好了") || !strings.Contains(said, "还差两下") || !strings.Contains(said, "再检查一遍") {
		t.Error(said)
	}
	n.feishu.App.Scopes = granted(t) // the app may not read what it is subscribed to
	if said, err = check(true); err != nil || !strings.Contains(said, "✓ 飞书事件和回调：应用没有读它们的权限") {
		t.Errorf("%v\n%s", err, said)
	}
}

// The code is drawn where there is room for it.
func TestCodeOnTheTerminal(t *testing.T) {
	var b bytes.Buffer
	for _, c := range []struct {
		width int
		want  string
	}{{0, "█"}, {200, "█"}, {20, "拉宽窗口"}} {
		b.Reset()
		term := newTerminal(strings.NewReader(""), &b)
		term.width = c.width
		if term.code("https://accounts.feishu.cn/scan?user_code=AB12"); !strings.Contains(b.String(), c.want) {
			t.Errorf("%d columns: %s", c.width, b.String())
		}
	}
	b.Reset()
	if newTerminal(nil, &b).code(strings.Repeat("x", longestCode+1)); b.Len() > 0 {
		t.Error("a code that no phone reads")
	}
}

// Every way in which a scan ends badly is said with what to do.
func TestScanText(t *testing.T) {
	for err, words := range map[error]string{
		platform.ErrScanRefused:          "企业管理员",
		platform.ErrScanExpired:          "过期",
		&platform.APIError{Code: 20094}:  "20094",
		io.ErrUnexpectedEOF:              "HTTPS_PROXY",
		&store.UnfitError{Detail: "any"}: "any",
	} {
		if got := scanText("飞书", err); !strings.Contains(got, words) {
			t.Errorf("%v: %s", err, got)
		}
	}
}
