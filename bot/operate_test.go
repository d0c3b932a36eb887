package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// systemd is told when the bot serves, while it lives, and when it ends.
func TestSupervisorIsTold(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "notify")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "300000")
	hears := func(want string) {
		t.Helper()
		if err := l.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		for b := make([]byte, 64); ; {
			n, err := l.Read(b)
			if err != nil {
				t.Fatalf("no %s: %v", want, err)
			}
			if string(b[:n]) == want {
				return
			}
		}
	}
	s := newSite(t)
	s.start()
	hears("READY=1")
	hears("WATCHDOG=1")
	hears("WATCHDOG=1")
	s.end()
	hears("STOPPING=1")
	if err := newSupervisor(func(string) string { return "" }).tell(t.Context(), "READY=1"); err != nil {
		t.Error(err)
	}
}

// What is changed in the settings counts at the next SIGHUP as far as it can; what
// is wrong changes nothing, and what needs a start is said.
func TestSettingsAreReloaded(t *testing.T) {
	s := newSite(t)
	s.start()
	defer s.end()
	seals, err := s.cfg.sealer()
	if err != nil {
		t.Fatal(err)
	}
	rules, err := s.cfg.rules()
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(t.TempDir(), "market.db") // a bot of its own: what serves has no handle
	db, err := store.Open(t.Context(), store.Options{Source: other, Seals: seals, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	var said bytes.Buffer
	log, level := Log{Level: slog.LevelWarn, Format: logJSON}.logger(&said)
	b, err := newBot(t.Context(), parts{DB: db, Rules: rules, AreaSettings: s.cfg.AreaSettings, Now: time.Now, Log: log, Platforms: noPlatforms})
	if err != nil {
		t.Fatal(err)
	}
	next, wrong := s.cfg, error(nil)
	r := &reloader{read: func() (Config, error) { return next, wrong }, level: level, now: s.cfg}
	next.People = append(next.People, Person{Name: "张伟", Post: store.Salesperson})
	next.Log.Level = slog.LevelInfo
	if err := r.reload(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	var found bool
	if err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		_, found, err = tx.People().Named(t.Context(), "张伟")
		return err
	}); err != nil || !found {
		t.Errorf("not registered: %v", err)
	}
	if !strings.Contains(said.String(), `"msg":"settings reloaded"`) || strings.Contains(said.String(), "after a start") {
		t.Errorf("says %s", said.String())
	}
	next.Listen = "127.0.0.1:1"
	if err := r.reload(t.Context(), b); err != nil || !strings.Contains(said.String(), "after a start") {
		t.Errorf("%v, says %s", err, said.String())
	}
	for _, cut := range []Config{{}, {SecretKey: next.SecretKey}, {Feishu: next.Feishu}} {
		if next = cut; r.reload(t.Context(), b) == nil {
			t.Errorf("settings that no bot starts with are taken over: %+v", cut)
		}
	}
	if wrong = fmt.Errorf("第 3 行"); r.reload(t.Context(), b) == nil {
		t.Error("wrong settings are taken over")
	}
}

// A program that gets SIGHUP goes on and says what it took over.
func TestHangupDoesNotKill(t *testing.T) {
	s := newSite(t)
	p := &program{tb: t, config: filepath.Join(t.TempDir(), "config.yaml"), addr: s.cfg.Listen, client: s.client}
	var err error
	if p.binary, err = build(); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf("listen: %s\nstore: %q\nsecret_key: %q\nfeishu: {app_id: %s, app_secret: %s, base_url: %q}\n",
		s.cfg.Listen, s.cfg.Store, storeKey, s.feishu.App.ID, s.feishu.App.Secret, s.feishu.URL)
	if err := os.WriteFile(p.config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	p.start()
	if err := exec.Command("kill", "-HUP", fmt.Sprint(p.process.Process.Pid)).Run(); err != nil {
		t.Fatal(err)
	}
	platformtest.Eventually(t, "reloaded", func() bool { return strings.Contains(p.log.String(), "settings reloaded") })
	if strings.Contains(p.log.String(), "event-dispatch") {
		t.Error("the SDK prints past the log")
	}
	p.stop()
}

// Metrics are given while the store is away, and tell that; they name nobody.
func TestMetricsWithoutAStore(t *testing.T) {
	s := newSite(t)
	s.start()
	metrics := func() string {
		t.Helper()
		resp, err := s.client.Get("http://" + s.cfg.Listen + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Errorf("%d, %v", resp.StatusCode, err)
		}
		return string(body)
	}
	for _, want := range []string{"marketbot_store_up 1\n", "marketbot_ready 1\n", "go_build_info", "process_open_fds", "go_goroutines"} {
		if body := metrics(); !strings.Contains(body, want) {
			t.Errorf("no %q", want)
		}
	}
	s.end()

	db, err := store.Open(t.Context(), store.Options{Source: filepath.Join(t.TempDir(), "market.db"), Seals: sealsOf(t, s.cfg), Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	rules, err := s.cfg.rules()
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBot(t.Context(), parts{DB: db, Rules: rules, AreaSettings: s.cfg.AreaSettings, Now: time.Now, Log: quiet(), Platforms: noPlatforms})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	list, err := b.metrics.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if f.GetName() == "marketbot_store_up" && f.GetMetric()[0].GetGauge().GetValue() != 0 {
			t.Error("a store that is closed is up")
		}
	}
}

func sealsOf(t *testing.T, cfg Config) *store.Sealer {
	t.Helper()
	seals, err := cfg.sealer()
	if err != nil {
		t.Fatal(err)
	}
	return seals
}

// --version says which commit of which day it is, as far as the build knows.
func TestVersion(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "marketbot")
	cmd := exec.Command("go", "build", "-pgo=off", "-ldflags", "-w -X main.release=v9.8.7 -X main.commit=0123456789abcdef -X main.date=2026-11-29", "-o", binary, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.Command(binary, "--version").Output()
	if want := "marketbot v9.8.7（提交 0123456789ab，2026-11-29，go1."; err != nil || !strings.HasPrefix(string(out), want) {
		t.Errorf("%s, %v", out, err)
	}
	for shell, arg := range map[string]string{"bash": "-n", "zsh": "", "fish": ""} {
		script, err := exec.Command(binary, "completion", shell).Output()
		if err != nil || !bytes.Contains(script, []byte("setup")) || !bytes.Contains(script, []byte("fix")) {
			t.Errorf("%s: %v\n%s", shell, err, script)
		}
		if arg == "" {
			continue
		}
		check := exec.Command(shell, arg)
		check.Stdin = bytes.NewReader(script)
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", shell, err, out)
		}
	}
	words := exec.Command("bash", "-c", `eval "$(`+binary+` completion bash)"; COMP_WORDS=(marketbot check --f); COMP_CWORD=2; _marketbot; echo "${COMPREPLY[@]}"`)
	if out, err := words.Output(); err != nil || strings.TrimSpace(string(out)) != "--fix" {
		t.Errorf("completes %s, %v", out, err)
	}
}

// The log is as the settings have it.
func TestLogSettings(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "level=INFO msg=x\n",
		"log: {level: warn}\n":              "",
		"log: {format: json}\n":             `"level":"INFO","msg":"x"}`,
		"log: {level: debug, format: json}": `"level":"INFO","msg":"x"}`,
	} {
		cfg, err := parseConfig([]byte(text), env())
		if err != nil {
			t.Fatal(err)
		}
		var said bytes.Buffer
		log, _ := cfg.Log.logger(&said)
		if log.Log(context.Background(), slog.LevelInfo, "x"); !strings.Contains(said.String(), want) || want == "" && said.Len() > 0 {
			t.Errorf("%q: %s", text, said.String())
		}
	}
}

func noPlatforms(chat.Receive) ([]chat.Platform, error) { return nil, nil }
