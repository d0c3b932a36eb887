package storetest

import (
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"marketbot/store"
	"marketbot/store/vault"
)

// Server is a PostgreSQL server of a test's own, which it may stop and start
// again. What was committed there outlives it.
type Server struct {
	t        testing.TB
	bin, dir string
	owner    *syscall.SysProcAttr
	leash    *os.File
	sh       *exec.Cmd
}

// NewServer starts a server until the test ends.
func NewServer(t testing.TB) *Server {
	t.Helper()
	bin, err := binaries()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(shelf(), "marketbot-pg-")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, bin: bin, dir: dir}
	t.Cleanup(func() {
		s.Stop()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	if s.owner, err = unprivileged(dir); err != nil {
		t.Fatal(err)
	}
	if err := initialize(bin, dir, s.owner); err != nil {
		t.Fatal(err)
	}
	s.Start()
	return s
}

// Options say how to open the server's only store.
func (s *Server) Options() store.Options {
	return store.Options{Source: source(s.dir, "postgres"), Seals: options().Seals, Log: slog.New(slog.DiscardHandler), Beside: vault.Index}
}

// Start starts the server and returns when it answers.
func (s *Server) Start() {
	s.t.Helper()
	var err error
	if s.leash, s.sh, err = serve(s.bin, s.dir, s.owner, script, "-c", "fsync=on"); err == nil {
		err = awaitServer(s.dir)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// Crash ends the server at once, without its files in order: it has to recover
// when it starts again.
func (s *Server) Crash() {
	s.t.Helper()
	text, err := os.ReadFile(filepath.Join(s.dir, "data", "postmaster.pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := syscall.Kill(pid, syscall.SIGQUIT); err != nil {
		s.t.Fatal(err)
	}
	s.Stop() // waits for it
}

// Stop ends the server in good order, whatever is connected.
func (s *Server) Stop() {
	if s.sh == nil {
		return
	}
	s.leash.Close()
	s.sh.Wait() // after a crash it tells of it
	s.sh = nil
}
