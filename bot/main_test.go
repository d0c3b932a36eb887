package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"go.uber.org/goleak"
)

// TestMain wants that nothing goes on running. The SDK of Feishu leaves the
// sweeping of its cache behind. With settings of a replica in the environment
// the binary is that instead.
func TestMain(m *testing.M) {
	if settings := os.Getenv(replicaVariable); settings != "" {
		if err := serveReplica(context.Background(), settings); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("github.com/larksuite/oapi-sdk-go/v3/cache.(*cron).start"), goleak.Cleanup(func(code int) {
		os.RemoveAll(builtIn)
		os.Exit(code)
	}))
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// Every verb of the command line is run, and none by what its arguments are called.
func TestEveryVerbIsRun(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, kong.Name(programName), kong.Vars{"version": ""})
	if err != nil {
		t.Fatal(err)
	}
	verbs := c.verbs(t.Context(), time.Now, io.Discard, io.Discard)
	leaves := parser.Model.Leaves(false)
	for _, leaf := range leaves {
		name, _, _ := strings.Cut(strings.TrimPrefix(leaf.Path(), programName+" "), " <")
		name, _, _ = strings.Cut(name, " (") // what else it is called
		if verbs[name] == nil {
			t.Errorf("nothing runs %q", leaf.Path())
		}
	}
	if len(leaves) != len(verbs) {
		t.Errorf("%d verbs, %d are run", len(leaves), len(verbs))
	}
}

func TestTheCommandLine(t *testing.T) {
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{nil, exitFine, "demo"},
		{[]string{"--help"}, exitFine, "市场部助手"},
		{[]string{"--version"}, exitFine, ""},
		{[]string{"dance"}, exitUsage, "dance"},
		{[]string{"help"}, exitFine, "用法：marketbot <命令>"},
		{[]string{"help", "restore"}, exitFine, "用法：marketbot restore <备份文件>"},
		{[]string{"serv"}, exitUsage, "没有命令 serv，是不是想用 \"serve\"？"},
		{[]string{"serve", "--confg", "x"}, exitUsage, "没有选项 --confg，是不是想用 \"--config\"？"},
		{[]string{"backup"}, exitUsage, "后面要写：<文件>\n怎么用：marketbot help backup"},
		{[]string{"audit"}, exitUsage, "后面要写：verify"},
		{[]string{"restore", "nowhere.db"}, exitUsage, "没有 "},
		{[]string{"serve", "--config"}, exitUsage, "--config 后面要写一个值"},
		{[]string{"serve"}, exitUsage, "第一次用请运行 marketbot setup"},
		{[]string{"serve", "--config", "/nowhere/config.yaml"}, exitUsage, "读不了配置文件"},
		{[]string{"check", "--config", "/nowhere/config.yaml"}, exitUsage, "读不了配置文件"},
		{[]string{"docs", "--file", "/nowhere/README.md"}, exitUsage, "没有 /nowhere/README.md 这个文件或目录"},
		{[]string{"demo", "--listen", "0.0.0.0:8080"}, exitUsage, "只在本机"},
		{[]string{"demo", "--listen", "8080"}, exitUsage, "只在本机"},
	} {
		var said bytes.Buffer
		if code := run(t.Context(), time.Now, c.args, &said, &said); code != c.code || !strings.Contains(said.String(), c.says) {
			t.Errorf("%q: exit %d, %s", c.args, code, said.String())
		}
	}
}

// A pipe that nobody writes to keeps no verb waiting, nor does what has no end.
func TestPipesAreNotWaitedFor(t *testing.T) {
	folder := t.TempDir()
	pipe, config := filepath.Join(folder, "pipe"), filepath.Join(folder, "config.yaml")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.WriteFile(config, fmt.Appendf(nil, "store: %q\nsecret_key: %q\n", filepath.Join(folder, "a.db"), storeKey), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "--config", pipe}, {"doctor", filepath.Join(folder, "out"), "--config", pipe}, {"import", "客户", pipe, "--config", config}, {"restore", pipe, "--config", config},
		{"check", "--config", "/dev/zero"}, {"doctor", filepath.Join(folder, "out"), "--config", "/dev/zero"}, {"import", "客户", "/dev/zero", "--config", config}, {"restore", "/dev/zero", "--config", config}} {
		ended := make(chan int, 1)
		go func() { ended <- run(t.Context(), time.Now, args, io.Discard, io.Discard) }()
		select {
		case code := <-ended:
			if code == exitFine && args[0] != "doctor" {
				t.Errorf("%q: exit %d", args, code)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%q waits", args)
		}
	}
}

func TestTheDemoTakesTheNextFreePort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	ctx, stop := context.WithCancel(t.Context())
	in, out := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, time.Now, []string{"demo", "--listen", taken.Addr().String()}, out, io.Discard)
	}()
	said := make([]byte, 1024)
	n, err := in.Read(said)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(said[:n]), "http://")
	address, _, _ := strings.Cut(rest, "\n")
	if !found || address == taken.Addr().String() {
		t.Fatalf("says %q", said[:n])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 10 * time.Second}
	resp, err := client.Get("http://" + address)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("status %d", resp.StatusCode)
	}
	stop()
	if code := <-done; code != exitFine {
		t.Errorf("exit %d", code)
	}
}
