package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/feishu/feishutest"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// site is a serving bot on a stand-in Feishu.
type site struct {
	t      *testing.T
	cfg    Config
	feishu *feishutest.Server
	client *http.Client
	out    lines
	stop   context.CancelFunc
	done   chan error
}

// lines is what a program said so far.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func newSite(t *testing.T) *site {
	t.Helper()
	platform := feishutest.New(time.Now)
	t.Cleanup(platform.Close)
	platform.App.Scopes = granted(t)
	platform.Person("ou_wang", "王芳")
	platform.Group("oc_market", "市场部", "ou_wang")
	cfg := defaults()
	cfg.Listen = freeAddress(t)
	cfg.Store = filepath.Join(t.TempDir(), "market.db")
	cfg.SecretKey = storeKey
	cfg.Feishu = &feishu.Config{AppID: platform.App.ID, AppSecret: platform.App.Secret, BaseURL: platform.URL, Group: "oc_market"}
	cfg.People = []Person{{Name: "王芳", Post: store.MarketingDirector, Duties: []store.Duty{store.Administrator}}}
	return &site{t: t, cfg: cfg, feishu: platform, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}}
}

// granted are the scopes that the README tells to grant.
func granted(t testing.TB) []string {
	t.Helper()
	var all struct{ Scopes struct{ Tenant []string } }
	if err := json.Unmarshal([]byte(feishu.Scopes()), &all); err != nil {
		t.Fatal(err)
	}
	return all.Scopes.Tenant
}

// start serves and returns once the bot is ready.
func (s *site) start() {
	s.t.Helper()
	ctx, stop := context.WithCancel(s.t.Context())
	s.stop, s.done = stop, make(chan error, 1)
	go func() { s.done <- serve(ctx, s.cfg, time.Now, &s.out, quiet()) }()
	s.eventually("ready", func() bool {
		select {
		case err := <-s.done:
			s.t.Fatalf("serve ended: %v", err)
		default:
		}
		code, _ := s.get("/readyz")
		return code == http.StatusOK
	})
}

// end stops the bot as a signal does.
func (s *site) end() {
	s.t.Helper()
	s.stop()
	select {
	case err := <-s.done:
		if err != nil {
			s.t.Errorf("serve: %v", err)
		}
	case <-time.After(stopGrace + 5*time.Second):
		s.t.Fatal("the bot does not stop")
	}
}

// get gives a status, 0 when nobody answers, and a body.
func (s *site) get(path string) (int, string) {
	resp, err := s.client.Get("http://" + s.cfg.Listen + path)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func (s *site) eventually(what string, ok func() bool) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("never %s", what)
		}
	}
}

// An app from before a scope was asked for says who is to mend that.
func TestAPictureWithoutItsScope(t *testing.T) {
	s := newSite(t)
	s.feishu.App.Scopes = slices.DeleteFunc(granted(t), func(scope string) bool { return scope == "im:message:readonly" })
	s.start()
	s.feishu.Say("ou_wang", "", "绑定 "+regexp.MustCompile(`绑定 (\S+)`).FindStringSubmatch(s.out.String())[1])
	wait, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	n := len(s.feishu.Await(wait, "ou_wang", 1))
	s.feishu.Picture("ou_wang", "", []byte("picture"), "")
	seen := s.feishu.Await(wait, "ou_wang", n+1)
	if len(seen) == 0 || !strings.Contains(seen[len(seen)-1].Text, "请找管理员运行 marketbot check") {
		t.Errorf("answers %+v", seen)
	}
	s.end()
}

func TestServe(t *testing.T) {
	s := newSite(t)
	s.start()
	code := regexp.MustCompile(`绑定 (\S+)`).FindStringSubmatch(s.out.String())
	if code == nil {
		t.Fatalf("no code for the first administrator: %q", s.out.String())
	}
	s.feishu.Say("ou_wang", "", "绑定 "+code[1])
	wait, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if seen := s.feishu.Await(wait, "ou_wang", 1); len(seen) == 0 || !strings.Contains(seen[0].Text, "王芳") {
		t.Fatalf("answers %+v", seen)
	}
	if status, body := s.get("/healthz"); status != http.StatusOK || body != "ok\n" {
		t.Errorf("healthz %d %q", status, body)
	}
	s.eventually("counted", func() bool {
		_, body := s.get("/metrics")
		return strings.Contains(body, `marketbot_sends_total{outcome="sent",platform="feishu"} 1`) && strings.Contains(body, "marketbot_outbox_waiting 0\n")
	})
	_, metrics := s.get("/metrics")
	for _, want := range []string{
		`marketbot_events_total{kind="text",outcome="ok",platform="feishu"} 1`, `marketbot_answer_seconds_count{platform="feishu"} 1`,
		"marketbot_outbox_dead_7d 0", `marketbot_jobs_7d{outcome="missed"} 0`, `marketbot_platform_connected{platform="feishu"} 1`,
	} {
		if !strings.Contains(metrics, want+"\n") {
			t.Errorf("metrics lack %s", want)
		}
	}
	for _, bad := range []string{"王芳", "ou_wang", "oc_market"} {
		if strings.Contains(metrics, bad) {
			t.Errorf("metrics hold %s", bad)
		}
	}
	s.end()
	if status, _ := s.get("/healthz"); status != 0 {
		t.Error("it still answers")
	}

	first := len(s.out.String())
	s.start() // the file is free again, and the administrator known
	if more := s.out.String()[first:]; more != "" {
		t.Errorf("the second start says %q", more)
	}
	s.end()
}

func TestALostConnectionIsToldByReadyz(t *testing.T) {
	s := newSite(t)
	s.start()
	s.feishu.RefuseEndpoint(1000, 1)
	s.feishu.DropSockets()
	s.eventually("unready", func() bool { code, _ := s.get("/readyz"); return code == http.StatusServiceUnavailable })
	_, body := s.get("/readyz")
	var state readiness
	if err := json.Unmarshal([]byte(body), &state); err != nil || len(state.Reasons) != 1 || !strings.HasPrefix(state.Reasons[0], "feishu: ") {
		t.Errorf("%s %v", body, err)
	}
	if status, _ := s.get("/healthz"); status != http.StatusOK {
		t.Errorf("healthz %d", status)
	}
	s.end()
}

func TestServeRefuses(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*Config)
		words string
	}{
		{"no platform", func(c *Config) { c.Feishu = nil }, "没有配置聊天平台"},
		{"no key", func(c *Config) { c.SecretKey = "" }, "secret_key"},
		{"half a platform", func(c *Config) { c.Feishu.AppSecret = "" }, "app_secret"},
		{"no such folder", func(c *Config) { c.Store = "/nowhere/market.db" }, "不能写数据库"},
		{"no holiday file", func(c *Config) { c.Holidays = "/nowhere/2031.json" }, "holidays"},
		{"no key to open what comes in", func(c *Config) { c.Feishu.Receive, c.Feishu.EncryptKey = feishu.Webhook, "" }, "encrypt_key"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t)
			c.spoil(&s.cfg)
			if err := serve(t.Context(), s.cfg, time.Now, io.Discard, quiet()); err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("%v", err)
			}
			if _, err := os.Stat(s.cfg.Store); err == nil {
				t.Error("a database was made all the same")
			}
		})
	}
	s := newSite(t)
	s.start()
	if err := serve(t.Context(), s.cfg, time.Now, io.Discard, quiet()); err == nil || ended(err, io.Discard) != exitUsage || !strings.Contains(err.Error(), "另一个程序正在用数据库") {
		t.Errorf("a second process on the same file: %v", err)
	}
	other := newSite(t)
	for address, words := range map[string]string{s.cfg.Listen: "端口被别的程序占着", "203.0.113.1:1": "没有这个地址"} {
		other.cfg.Listen = address
		if err := serve(t.Context(), other.cfg, time.Now, io.Discard, quiet()); ended(err, io.Discard) != exitUsage || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", address, err)
		}
	}
	s.end()
}

func TestReadiness(t *testing.T) {
	s := newSite(t)
	seals, err := s.cfg.sealer()
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{Source: s.cfg.Store, Seals: seals, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := s.cfg.rules()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, rules.Zone)
	b, err := newBot(t.Context(), parts{
		DB: db, Rules: rules, AreaSettings: s.cfg.AreaSettings, People: s.cfg.entries(), Now: func() time.Time { return now }, Log: quiet(),
		Platforms: func(chat.Receive) ([]chat.Platform, error) { return nil, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if state := b.readiness(t.Context()); !state.Ready || state.Reasons != nil || state.Warnings != nil {
		t.Errorf("%+v", state)
	}
	err = db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Outbox().Enqueue(t.Context(), &store.Outgoing{ID: tx.NewID(now), Key: "k", Platform: "feishu", Due: now, Created: now, Content: []byte("{}")})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	now = now.Add(11 * time.Minute)
	if state := b.readiness(t.Context()); state.Ready || len(state.Reasons) != 1 || !strings.Contains(state.Reasons[0], "最早的等了 11 分钟") {
		t.Errorf("%+v", state)
	}
	now = now.AddDate(9, 0, 0)
	if state := b.readiness(t.Context()); len(state.Warnings) != 1 || !strings.Contains(state.Warnings[0], "2035") {
		t.Errorf("%+v", state)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if state := b.readiness(t.Context()); state.Ready || state.Reasons[0] != "数据库：读不了，原因在日志里" {
		t.Errorf("%+v", state)
	}
}

func TestPartsStopInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		slow := func(name string, takes time.Duration) part {
			return part{name, func(ctx context.Context) error {
				<-ctx.Done()
				time.Sleep(takes)
				mu.Lock()
				defer mu.Unlock()
				order = append(order, name)
				return ctx.Err()
			}}
		}
		ctx, stop := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, stop)
		if err := runAll(ctx, []part{slow("a", 0), slow("b", time.Second), slow("c", 2*time.Second)}, quiet()); err != nil {
			t.Error(err)
		}
		if got := strings.Join(order, ""); got != "cba" {
			t.Errorf("stopped in the order %s", got)
		}
	})
}

func TestAPartThatFailsStopsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		err := runAll(t.Context(), []part{
			{"works", func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }},
			{"fails", func(context.Context) error { time.Sleep(time.Second); return broken }},
		}, quiet())
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), "fails") {
			t.Errorf("%v", err)
		}
	})
}

func TestAPartThatHangsIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		stop()
		began := time.Now()
		err := runAll(ctx, []part{{"hangs", func(context.Context) error { time.Sleep(time.Hour); return nil }}}, quiet())
		if err == nil || !strings.Contains(err.Error(), "hangs") || time.Since(began) != stopGrace {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		time.Sleep(time.Hour) // until it has ended after all
	})
}

// settings writes the site's settings into a file.
func (s *site) settings(extra string) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), "config.yaml")
	text := "store: " + s.cfg.Store + "\nfeishu: {app_id: " + s.cfg.Feishu.AppID + ", app_secret: " + s.cfg.Feishu.AppSecret +
		", base_url: \"" + s.cfg.Feishu.BaseURL + "\", group: oc_market}\n" + extra
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// tuesday is a clock that stands in a year whose holidays are known.
func tuesday() time.Time { return time.Date(2026, 11, 24, 10, 0, 0, 0, shanghai) }

func TestCheck(t *testing.T) {
	s := newSite(t)
	empty := filepath.Join(t.TempDir(), "2027.json")
	if err := os.WriteFile(empty, []byte(`{"year": 2027, "days": []}`), 0o600); err != nil {
		t.Fatal(err)
	}
	s.start()
	defer s.end()
	for _, c := range []struct {
		name, extra string
		code        int
		words       []string
	}{
		{"all is well, beside the serving bot", "secret_key: " + storeKey + "\n", exitFine, []string{"✓ secret_key", "✓ 数据库：可读", "✓ 飞书凭证", "✓ 飞书权限", "✓ 当地时间：2026年11月24日 周二 ", "（Asia/Shanghai）", "✓ 空着的名单：没有"}},
		{"a table with nothing in it", "secret_key: " + storeKey + "\nholidays: " + empty + "\n", exitWrong, []string{"✗ 节假日表：holidays 指定的文件里，2027 年的表一个放假日也没有"}},
		{"lists that are empty", "secret_key: " + storeKey + "\nreports: {owed_by: []}\nschedule: {trip_check_in: {at: []}}\n", exitFine, []string{"✓ 空着的名单：reports.owed_by（没有人要交周报）、schedule.trip_check_in.at"}},
		{"no key yet", "", exitWrong, []string{"✗ secret_key：没有填写", "=\n"}},
		{"no platform yet", "secret_key: " + storeKey + "\nholidays: /nowhere\n", exitWrong, []string{"✗ 节假日表"}},
		{"no such rules", "secret_key: " + storeKey + "\nrules: {file: /nowhere}\n", exitWrong, []string{"✗ 制度：读不了 rules.file"}},
		{"unknown setting", "colour: red\n", exitUsage, []string{"第 3 行", "colour"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said lines
			code := run(t.Context(), tuesday, []string{"check", "--config", s.settings(c.extra)}, &said, &said)
			if code != c.code {
				t.Errorf("exit %d", code)
			}
			for _, words := range c.words {
				if !strings.Contains(said.String(), words) {
					t.Errorf("lacks %s:\n%s", words, said.String())
				}
			}
		})
	}
}

func TestCheckForScripts(t *testing.T) {
	s := newSite(t)
	s.feishu.App.Scopes = nil
	var said lines
	code := run(t.Context(), tuesday, []string{"check", "--json", "--config", s.settings("secret_key: " + storeKey + "\n")}, &said, io.Discard)
	var answer struct {
		OK       bool
		Findings []findingJSON
	}
	if err := json.Unmarshal([]byte(said.String()), &answer); err != nil {
		t.Fatalf("%v: %s", err, said.String())
	}
	wrong := map[string]bool{}
	for _, f := range answer.Findings {
		wrong[f.Name] = !f.OK
	}
	if code != exitWrong || answer.OK || !wrong["飞书权限"] || wrong["飞书凭证"] || wrong["数据库"] {
		t.Errorf("exit %d: %s", code, said.String())
	}
	if _, err := os.Stat(s.cfg.Store); err == nil {
		t.Error("the check made a store")
	}
}

func TestCheckKnowsAForeignKey(t *testing.T) {
	s := newSite(t)
	s.start()
	s.feishu.Say("ou_wang", "", "帮助")
	s.end()
	var said lines
	code := run(t.Context(), tuesday, []string{"check", "--config", s.settings("secret_key: " + store.NewSecretKey() + "\n")}, &said, &said)
	if code != exitWrong || !strings.Contains(said.String(), "✗ 数据库：secret_key 不是这个数据库的") {
		t.Errorf("exit %d: %s", code, said.String())
	}
}
