package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/store/storetest"
)

// readyz asks a program how it is.
func (p *program) readyz() (code int, state readiness) {
	p.tb.Helper()
	resp, err := p.client.Get("http://" + p.addr + "/readyz")
	if err != nil {
		p.tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || json.Unmarshal(body, &state) != nil {
		p.tb.Fatalf("%s, %v", body, err)
	}
	return resp.StatusCode, state
}

// unready wants the next answer of /readyz to say that nothing is stored.
func (p *program) unready(words string) {
	p.tb.Helper()
	if code, state := p.readyz(); code != 503 || !strings.Contains(fmt.Sprint(state.Reasons), "起写不进去") || !strings.Contains(fmt.Sprint(state.Reasons), words) {
		p.tb.Errorf("%d %+v, want %q", code, state, words)
	}
}

// While the disk is full the bot is not ready and says since when; what it logs
// does not grow with what people send; with room again it is ready at once.
func TestFullDiskIsTold(t *testing.T) {
	dir, made := volume(t)
	if !made {
		return
	}
	o := storetest.Prepared(t, storetest.SQLite)
	o.Source = filepath.Join(dir, "full.db")
	s := newStorm(t)
	s.bot = newProgram(t, s.platform.URL, o, crashPeople)
	s.bot.start()
	n := 0
	send := func() bool {
		n++
		return s.bot.deliver(s.ctx, said(s.events.Add(1), fmt.Sprint("om_full_", n), n%crashPeople, "签到 广州 拜访客户", time.Now()))
	}
	if !send() {
		t.Fatal("not taken with room")
	}
	free := fillUp(t, dir)
	before := len(s.bot.log.String())
	acked := 0
	for began := time.Now(); time.Since(began) < 3*time.Second; {
		if send() {
			acked++
		}
	}
	s.bot.unready("磁盘满了")
	lines := strings.Count(s.bot.log.String()[before:], "\n")
	t.Logf("%d events, %d acknowledged before the log of the database was used up, %d lines", n, acked, lines)
	if lines > 20 {
		t.Errorf("%d lines for %d events", lines, n)
	}
	free()
	if code, state := s.bot.readyz(); code != 200 {
		t.Errorf("with room again: %d %+v", code, state)
	}
	if !send() {
		t.Error("not taken with room again")
	}
}

// A file that is deleted under way is noticed: nothing is acknowledged any more,
// the bot is not ready, and once it lies there again everything goes on.
func TestDeletedFileIsNoticed(t *testing.T) {
	for _, name := range []string{"", "-wal"} {
		t.Run("market.db"+name, func(t *testing.T) {
			o := storetest.Prepared(t, storetest.SQLite)
			s := newStorm(t)
			s.bot = newProgram(t, s.platform.URL, o, crashPeople)
			s.bot.start()
			send := func(id string) bool {
				return s.bot.deliver(s.ctx, said(s.events.Add(1), id, 0, "签到 广州 拜访客户", time.Now()))
			}
			if !send("om_1") {
				t.Fatal("not taken")
			}
			if err := os.Link(o.Source+name, o.Source+".away"); err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(o.Source + name); err != nil {
				t.Fatal(err)
			}
			if send("om_2") {
				t.Error("acknowledged what is lost")
			}
			s.bot.unready("数据库文件被删掉或换掉了")
			if err := os.Rename(o.Source+".away", o.Source+name); err != nil {
				t.Fatal(err)
			}
			if !send("om_3") {
				t.Error("not taken after it was put back")
			}
			if code, state := s.bot.readyz(); code != 200 {
				t.Errorf("put back: %d %+v", code, state)
			}
		})
	}
}
