// Package clustertest is a Redis of a test's own, which can be stopped and
// silenced. It is for tests only.
package clustertest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// startTime is how long a server may take to start on a busy machine.
const startTime = 30 * time.Second

// password is asked for by every server here.
const password = "hush"

// Server is a Redis on loopback, empty and of a test's own.
type Server struct {
	t    testing.TB
	dir  string
	port int
	cmd  *exec.Cmd
}

// NewServer starts one until the test ends.
func NewServer(t testing.TB) *Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "marketbot-redis-")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, dir: dir}
	t.Cleanup(func() {
		s.Stop()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.port = FreePort(t)
	s.Start()
	return s
}

// FreePort is a port on loopback that a server of a test can listen at, now and
// again after it stopped. It lies below those that systems give to clients: one
// of theirs may be taken by any connection before the server is there.
func FreePort(t testing.TB) int {
	t.Helper()
	const first, clients = 10000, 32768
	for range 100 {
		port := first + rand.IntN(clients-first)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

// URL is its address.
func (s *Server) URL() string { return fmt.Sprintf("redis://:%s@127.0.0.1:%d/0", password, s.port) }

// Start starts it, empty, and returns when it answers. It ends with this
// process, however that ends.
func (s *Server) Start() {
	s.t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		s.t.Fatal("Redis is not installed; on Debian: apt-get install redis-server")
	}
	s.cmd = exec.Command(program, "--port", strconv.Itoa(s.port), "--bind", "127.0.0.1", "--dir", s.dir, "--save", "", "--appendonly", "no",
		"--requirepass", password, "--logfile", filepath.Join(s.dir, "log"))
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	if err := s.await(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *Server) await() error {
	for end := time.After(startTime); ; {
		err := s.do("PING")
		if err == nil {
			return nil
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-end:
			log, e := os.ReadFile(filepath.Join(s.dir, "log"))
			return errors.Join(fmt.Errorf("redis does not answer: %w\n%s", err, log), e)
		}
	}
}

// do gives it one command.
func (s *Server) do(args ...any) error {
	o, err := redis.ParseURL(s.URL())
	if err != nil {
		return err
	}
	c := redis.NewClient(o)
	return errors.Join(c.Do(context.Background(), args...).Err(), c.Close())
}

// Flush makes it forget everything.
func (s *Server) Flush() {
	if err := s.do("FLUSHALL"); err != nil {
		s.t.Error(err)
	}
}

// Silence lets it accept connections and say nothing, until Speak.
func (s *Server) Silence() { s.signal(syscall.SIGSTOP) }

// Speak ends Silence.
func (s *Server) Speak() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Error(err)
	}
}

// Stop ends it at once; what it held is gone.
func (s *Server) Stop() {
	if s.cmd == nil || s.cmd.Process == nil {
		return
	}
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Error(err)
	}
	s.cmd.Wait() // it tells of the signal
	s.cmd = nil
}
