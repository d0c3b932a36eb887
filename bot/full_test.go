package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"marketbot/store/storetest"
)

// volume is a small file system of its own, where the machine lets the tests
// make one.
func volume(t *testing.T) (dir string, made bool) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=16m"); err != nil {
		t.Logf("no file system of its own (%v): the store's test of a full disk has to do", err)
		return "", false
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir, true
}

// fillUp fills a file system to the last byte; free makes room again.
func fillUp(t *testing.T, dir string) (free func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	chunk := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(chunk)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Error(err)
		}
	}
}

// TestFullDisk: while the disk is full nothing is acknowledged that is not
// stored, and nobody gets to read a customer's file; once there is room the bot
// goes on by itself.
func TestFullDisk(t *testing.T) {
	dir, made := volume(t)
	if !made {
		return
	}
	o := storetest.Options(t, storetest.SQLite)
	o.Source = filepath.Join(dir, "full.db")
	s := newStorm(t)
	s.checkIns = 200
	s.bot = newProgram(t, s.platform.URL, o, crashPeople)
	s.bot.start()
	s.began = time.Now()
	asked := 0
	ask := func(text string) bool {
		asked++
		return s.bot.deliver(s.ctx, said(s.events.Add(1), fmt.Sprint("om_asked_", asked), 0, text, time.Now()))
	}
	if !ask("新客户 东莞市晨星机械有限公司 地址=东莞市南城区西平路八号 行业=机械 来源=展会") {
		t.Fatal("the customer was not taken")
	}
	s.sees("西平路", 1)
	before := strings.Count(s.shown(), "西平路")
	ended := make(chan struct{})
	go func() { defer close(ended); s.arrive() }()
	for range 3 {
		time.Sleep(500 * time.Millisecond)
		free := fillUp(t, dir)
		if ask("客户 晨星") {
			t.Error("a look into a file was acknowledged while the disk was full")
		}
		time.Sleep(700 * time.Millisecond)
		if strings.Count(s.shown(), "西平路") > before {
			t.Error("a file was shown while the disk was full")
		}
		free()
		s.recovers()
	}
	<-ended
	s.settle()
	if !ask("客户 晨星") {
		t.Error("a look into a file was not acknowledged afterwards")
	}
	s.sees("西平路", before+1)
	s.bot.kill()
	intact(t, storetest.SQLite, o.Source)
	s.check(o)
}

// shown is all that the first of the crowd was sent.
func (s *storm) shown() string { return fmt.Sprintf("%+v", s.platform.Seen(crowdID(0))) }

// sees waits until the first of the crowd was sent some words so many times.
func (s *storm) sees(words string, times int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.ctx, 10*time.Second)
	defer cancel()
	for strings.Count(s.shown(), words) < times {
		if ctx.Err() != nil {
			s.t.Fatalf("%q was never sent", words)
		}
		time.Sleep(20 * time.Millisecond)
	}
}
