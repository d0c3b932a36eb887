package main

import (
	"context"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/bot/webchat"
	"marketbot/bot/webchat/pagetest"
	"marketbot/store"
)

// newTestDemo is a demo that a test's page is served from.
func newTestDemo(t *testing.T) (*demo, string) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	// A week without holidays, whatever today is; the seconds run.
	began, week := time.Now(), time.Date(2026, 11, 24, 10, 0, 0, 0, zone)
	d, err := newDemo(context.Background(), func() time.Time { return week.Add(time.Since(began)) }, quiet())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d.chat)
	t.Cleanup(func() {
		d.chat.Close()
		server.Close()
		if err := d.close(); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(d.dir); !os.IsNotExist(err) {
			t.Errorf("the demo left its files behind: %v", err)
		}
	})
	return d, server.URL
}

// pictures are taken after the first step of the tour that shows these words,
// once the page's clock shows the time.
var pictures = []struct{ name, words, clock string }{
	{"group", "第 1 次", "09:30"},
	{"files", "客户档案 · 东莞市华东机电", "09:30"},
	{"form", "提交周报", "16:47"},
	{"friday", "已交", "12:00"},
	{"monday", "批示", "11:00"},
}

func TestTheTourPlays(t *testing.T) {
	t.Parallel()
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 1360, 820)
	steps := webchat.Tour()
	p.Tour(len(steps), func(n int) {
		p.Fits()
		for _, picture := range pictures {
			first := slices.IndexFunc(steps, func(s webchat.Step) bool { return strings.Contains(s.See.Text, picture.words) })
			if first == n-1 {
				p.Wait(`document.querySelector("#now").textContent.includes("`+picture.clock+`")`, "the clock at "+picture.clock)
				p.Screenshot(picture.name)
			}
		}
	})
	p.NoErrors()
}

func TestTheDemoOnAPhone(t *testing.T) {
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 390, 780)
	p.Click("[data-tab-to=who]")
	p.Click("[data-persona=zhangwei]")
	p.Say("签到 广州 拜访华东机电")
	p.WaitText("第 1 次")
	p.Fits()
	p.Screenshot("mobile")
	p.NoErrors()
}

func TestTheDemoPlaysAnOrdinaryWeek(t *testing.T) {
	cfg := defaults()
	rules, err := cfg.rules()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ today, thursday string }{
		{"2026-11-24", "2026-11-26"},
		{"2026-11-29", "2026-11-26"}, // Sunday ends the week
		{"2026-02-17", "2026-02-26"}, // Spring Festival
		{"2026-10-01", "2026-10-08"}, // National Day
		{"2031-05-01", "2031-05-08"}, // no table: Labour Day is known by law
		{"2031-05-20", "2031-05-22"}, // and the rest are plain weekdays
	} {
		today := store.Day(c.today).Start(rules.Zone).Add(20 * time.Hour)
		start := webchat.Start(ordinary(rules, today))
		if got := string(store.DayOf(start)); got != c.thursday {
			t.Errorf("%s: begins on %s, want %s", c.today, got, c.thursday)
		}
	}
}

func TestTheDemoBeginsAfterALongHoliday(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"2026-10-08", "2026-02-24", "2026-05-06"} {
		at := store.Day(day).Start(zone)
		d, err := newDemo(t.Context(), func() time.Time { return at }, quiet())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.jump(t.Context(), d.now().AddDate(0, 0, 7)); err != nil {
			t.Error(err)
		}
		for _, line := range d.audit() {
			t.Errorf("%s: nobody did %s", day, line)
		}
		if err := d.close(); err != nil {
			t.Error(err)
		}
	}
}
