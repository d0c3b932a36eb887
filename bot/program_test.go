package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/feishu/feishutest"
	"marketbot/store"
	"marketbot/store/cluster/clustertest"
)

// program is the bot as a process of its own, which can be killed.
type program struct {
	tb      testing.TB
	binary  string
	config  string
	addr    string
	client  *http.Client
	log     diary
	process *exec.Cmd
	ended   chan error    // of the process, once
	took    time.Duration // by the last start
}

// diary is what a program says, which may be read while it runs.
type diary struct {
	mu   sync.Mutex
	said bytes.Buffer
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.said.Write(p)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.said.String()
}

// build compiles the program, once for all tests, and tells where it is.
var build = sync.OnceValues(func() (binary string, err error) {
	if builtIn, err = os.MkdirTemp("", "marketbot"); err != nil {
		return "", err
	}
	binary = filepath.Join(builtIn, "bot")
	profile := "-pgo=off" // with it, everything is compiled once more
	if flag.Lookup("test.bench").Value.String() != "" {
		profile = "-pgo=auto"
	}
	if out, err := exec.Command("go", "build", profile, "-ldflags=-s -w", "-o", binary, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})

var builtIn string // a folder that TestMain removes; empty: nothing was built

// newProgram settles a bot on a store, on webhook calls of a platform at url,
// for as many salespeople of the crowd. It does not start it.
func newProgram(tb testing.TB, url string, o store.Options, people int) *program {
	tb.Helper()
	binary, err := build()
	if err != nil {
		tb.Fatal(err)
	}
	p := &program{tb: tb, binary: binary, config: filepath.Join(tb.TempDir(), "config.yaml"), addr: freeAddress(tb), client: &http.Client{
		Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
	}}
	var text strings.Builder
	fmt.Fprintf(&text, "listen: %s\nstore: %q\nsecret_key: %q\nbackup: {dir: \"\"}\n", p.addr, o.Source, storeKey)
	fmt.Fprintf(&text, "feishu: {app_id: %s, app_secret: %s, base_url: %q, receive: webhook, encrypt_key: %q, verification_token: verify}\npeople:\n",
		crowdApp, crowdSecret, url, crowdKey)
	for i := range people {
		fmt.Fprintf(&text, "  - {name: %q, post: 业务员, feishu: %s}\n", "业务"+strconv.Itoa(i), crowdID(i))
	}
	if err := os.WriteFile(p.config, []byte(text.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		p.kill()
		p.client.CloseIdleConnections()
		if tb.Failed() {
			tb.Log(tail(p.log.String(), 4000))
		}
	})
	return p
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

func freeAddress(tb testing.TB) string {
	tb.Helper()
	return fmt.Sprintf("127.0.0.1:%d", clustertest.FreePort(tb))
}

// start returns when the bot is ready, and tells how long that took.
func (p *program) start() time.Duration {
	p.tb.Helper()
	if !p.up() {
		p.tb.Fatalf("not ready: %s", tail(p.log.String(), 2000))
	}
	return p.took
}

// up starts the bot and reports whether it came to be ready, and did not end.
func (p *program) up() bool {
	p.tb.Helper()
	began := time.Now()
	p.begin(exec.Command(p.binary, "serve", "--config", p.config))
	for time.Since(began) < 30*time.Second {
		resp, err := p.client.Get("http://" + p.addr + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				p.took = time.Since(began)
				return true
			}
		}
		select {
		case err := <-p.ended:
			p.ended <- err
			return false
		case <-time.After(2 * time.Millisecond):
		}
	}
	return false
}

// begin starts the process.
func (p *program) begin(cmd *exec.Cmd) {
	p.tb.Helper()
	cmd.Stdout, cmd.Stderr = &p.log, &p.log
	if err := cmd.Start(); err != nil {
		p.tb.Fatal(err)
	}
	p.process, p.ended = cmd, make(chan error, 1)
	go func() { p.ended <- cmd.Wait() }()
}

// kill ends the bot with SIGKILL: nothing of it runs any more afterwards.
func (p *program) kill() {
	if p.process == nil {
		return
	}
	p.process.Process.Kill() // it may have ended already
	<-p.ended                // reports the signal
	p.process = nil
}

// stop ends the bot as an administrator does, and waits for it.
func (p *program) stop() {
	p.tb.Helper()
	if err := p.process.Process.Signal(os.Interrupt); err != nil {
		p.tb.Fatal(err)
	}
	if err := <-p.ended; err != nil {
		p.tb.Fatal(err)
	}
	p.process = nil
}

// resident is the memory in use in MiB, without mapped files.
func (p *program) resident() float64 {
	p.tb.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.process.Process.Pid))
	if err != nil {
		p.tb.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "RssAnon:")
	fields := strings.Fields(rest)
	kib, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		p.tb.Fatal(err)
	}
	return kib / 1024
}

// deliver posts an event once and reports whether it was acknowledged.
func (p *program) deliver(ctx context.Context, event []byte) bool {
	body := feishutest.Seal(crowdKey, event)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.addr+feishu.Path, bytes.NewReader(body))
	if err != nil {
		p.tb.Error(err)
		return false
	}
	feishutest.Sign(req.Header, crowdKey, time.Now(), body)
	resp, err := p.client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}
