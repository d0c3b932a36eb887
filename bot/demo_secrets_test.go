package main

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"marketbot/bot/webchat"
	"marketbot/handlers/rulebook"
)

// sampleVault holds what is masked in the sample files, but for what stands
// open elsewhere in them.
func sampleVault() *secrets {
	v := newVault()
	var open strings.Builder
	for _, c := range sampleFile() {
		for _, f := range c.facts {
			if !rulebook.Masked(f.field, false) {
				open.WriteString(f.value + "\n")
			}
		}
	}
	hide := func(ofPerson bool, facts []sampleFact) {
		for _, f := range facts {
			if rulebook.Masked(f.field, ofPerson) && !strings.Contains(open.String(), f.value) {
				v.add(secretForms(f.field, f.value))
			}
		}
	}
	for _, c := range sampleFile() {
		hide(false, c.facts)
		for _, p := range c.people {
			hide(true, p)
		}
	}
	return v
}

// Nothing of the sample files that is masked reaches the demo's page while
// nobody gives a reason: no room, no line of its stream or of the audit's tail,
// nor the log or the disk.
func TestTheDemoKeepsSecrets(t *testing.T) {
	t.Parallel()
	v := sampleVault()
	if len(v.secrets) < 10 {
		t.Fatalf("only %d secrets in the samples", len(v.secrets))
	}
	week := time.Date(2026, 11, 24, 10, 0, 0, 0, shanghai)
	began := time.Now()
	d, err := newDemo(context.Background(), func() time.Time { return week.Add(time.Since(began)) }, slog.New(slog.NewTextHandler(v, &slog.HandlerOptions{Level: slog.LevelDebug})), "")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d.chat)
	p := &page{t: t, chat: d.chat, url: server.URL}
	for _, who := range webchat.Sample() {
		for _, line := range []string{
			"客户 K12", "客户 东莞", "客户 0012", "客户历史 K12", "看电话 K12", "取消", "我的客户", "我的", "查阅记录 今天",
			"申请查阅 K12 周五布展", "提供线索 华东机电 要搬厂", "周报", "查阅记录 K12", "联系人 K12 李明",
		} {
			p.say(who.Account, private, line)
		}
		p.say(who.Account, mentioned, "客户 K12")
	}
	if err := d.jump(t.Context(), d.now().AddDate(0, 0, 5)); err != nil {
		t.Error(err)
	}
	v.look(t, "the page's stream", p.stream(), "")
	server.Close()
	disks, err := filepath.Glob(filepath.Join(d.dir, "*"))
	if err != nil || len(disks) == 0 {
		t.Errorf("nothing on the disk: %v", err)
	}
	for _, name := range disks {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		}
		v.look(t, filepath.Base(name), string(data), "")
	}
	if err := d.close(); err != nil {
		t.Error(err)
	}
	v.look(t, "the log", v.logged.String(), "")
}

// stream is all that the page was told so far, to the state at the end, which
// holds the audit's tail.
func (p *page) stream() string {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/events", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var all bytes.Buffer
	in := bufio.NewScanner(resp.Body)
	in.Buffer(nil, 16<<20)
	for state := false; in.Scan(); {
		all.WriteString(in.Text() + "\n")
		state = state || in.Text() == "event: state"
		if state && strings.HasPrefix(in.Text(), "data: ") {
			return all.String()
		}
	}
	p.t.Fatalf("the stream ended: %v", in.Err())
	return ""
}
