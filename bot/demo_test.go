package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
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
	d, err := newDemo(context.Background(), func() time.Time { return week.Add(time.Since(began)) }, quiet(), "")
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
	{"pack", "月会资料", "11:00"},
	{"meeting", "没有结论，不能散会", "11:00"},
}

func TestTheTourPlays(t *testing.T) {
	t.Parallel()
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 1360, 820)
	steps := webchat.Tour()
	took := p.Tour(len(steps), func(n int) {
		p.Fits()
		for _, picture := range pictures {
			first := slices.IndexFunc(steps, func(s webchat.Step) bool { return strings.Contains(s.See.Text, picture.words) })
			if first == n-1 {
				p.Wait(`document.querySelector("#now").textContent.includes("`+picture.clock+`")`, "the clock at "+picture.clock)
				p.Screenshot(picture.name)
			}
		}
	})
	if took.Round(time.Second) != 3*time.Minute {
		t.Errorf("the tour of three minutes takes %v", took)
	}
	p.NoErrors()
}

func TestTheDemoSuggestsCommands(t *testing.T) {
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 390, 844)
	offered := func() string {
		return pagetest.Eval[string](p, `[...document.querySelectorAll("[data-command]")].filter((c) => c.checkVisibility()).map((c) => c.dataset.command).join(" ")`)
	}
	press := func(key string) {
		pagetest.Eval[bool](p, `document.querySelector("#text").dispatchEvent(new KeyboardEvent("keydown", { key: "`+key+`", bubbles: true, cancelable: true }))`)
	}
	p.WaitText("市场部助手来了")
	if p.Fill("#text", "签"); offered() != "" {
		t.Errorf("without a / is suggested %s", offered())
	}
	p.Fill("#text", "/")
	if all := " " + offered() + " "; !strings.Contains(all, " 签到 ") || strings.Contains(all, " 汇总 ") {
		t.Errorf("to 张伟 is suggested%s", all)
	}
	p.Axe("commands suggested")
	p.Screenshot("suggest")
	p.Fill("#text", "/签到")
	if offered() != "签到 签到记录" {
		t.Errorf("of 签到 is suggested %s", offered())
	}
	press("ArrowDown")
	press("ArrowUp")
	press("Enter")
	p.Wait(`document.querySelector("#text").value === "签到 "`, "the chosen command")
	p.Say("签到 广州 拜访华东机电")
	p.WaitText("第 1 次")

	p.Click("[data-tab-to=who]")
	p.Click("[data-persona=wangfang]")
	p.Fill("#text", "/hz")
	p.Click("[data-command=汇总]")
	p.Wait(`document.querySelector("#text").value === "汇总 "`, "the command found by its letters")
	if offered() != "" {
		t.Errorf("after the choice is suggested %s", offered())
	}
	p.NoErrors()
}

func TestTheDemoOnAPhone(t *testing.T) {
	_, url := newTestDemo(t)
	p := pagetest.Open(t, url, 390, 844)
	p.Click("[data-tab-to=who]")
	p.Click("[data-persona=zhangwei]")
	p.Say("签到 广州 拜访华东机电")
	p.WaitText("第 1 次")
	p.Fits()
	p.Screenshot("mobile")
	p.NoErrors()
}

// The demo can be read on a desk, on a small laptop and on a telephone, when it is
// opened and after two hundred messages of all kinds.
func TestTheDemoAtEverySize(t *testing.T) {
	d, url := newTestDemo(t)
	p := pagetest.Open(t, url, 1360, 820)
	look := func(what string) {
		for _, size := range [][2]int{{1360, 820}, {1000, 700}, {390, 844}} {
			p.Resize(size[0], size[1])
			p.Wait(fmt.Sprintf("innerWidth === %d && innerHeight === %d", size[0], size[1]), "the size")
			p.Fits()
			p.Screenshot(fmt.Sprintf("demo_%s_%d", what, size[0]))
		}
		p.Axe(what)
	}
	p.WaitText("市场部助手来了")
	look("first")
	lines := []string{"帮助", "客户 千灯陶瓷", "合同", "应收", "业绩", "客户进度", "活动", "活动 H1", "照片 H1", "交接 李娜", "月会", "工作台", "我的", "设置", "制度 2-8", "签到记录 上周", "周报", "没有这句话"}
	for i := range 90 {
		body := fmt.Sprintf(`{"as":"zhaoqiang","room":"zhaoqiang","text":%q}`, lines[i%len(lines)])
		resp, err := http.Post(url+"/say", "application/json", strings.NewReader(body))
		// some are answered by several messages
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
	}
	if err := d.jump(t.Context(), d.now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	p.Click("[data-tab-to=who]")
	p.Click("[data-persona=zhaoqiang]")
	p.Click("[data-tab-to=who]")
	p.Click("[data-room=private]")
	p.Wait(`document.querySelectorAll("#lines [data-entry]").length >= 200`, "two hundred messages")
	look("many")
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
		d, err := newDemo(t.Context(), func() time.Time { return at }, quiet(), "")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.jump(t.Context(), d.now().AddDate(0, 0, 7)); err != nil {
			t.Error(err)
		}
		for _, line := range d.audit() {
			if !strings.Contains(line, "月会 pack/") { // the clock hands the pack out, a look each
				t.Errorf("%s: nobody did %s", day, line)
			}
		}
		if err := d.close(); err != nil {
			t.Error(err)
		}
	}
}

// A demo that is kept goes on where it stopped, with what was said and the time
// that it was; reset begins anew there, and one file is left.
func TestTheDemoIsKept(t *testing.T) {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	at, dir := time.Date(2026, 11, 24, 10, 0, 0, 0, zone), filepath.Join(t.TempDir(), "kept")
	open := func() *demo {
		t.Helper()
		d, err := newDemo(t.Context(), func() time.Time { return at }, quiet(), dir)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	d := open()
	if err := d.jump(t.Context(), d.now().Add(26*time.Hour)); err != nil {
		t.Fatal(err)
	}
	stopped, entries := d.now(), len(d.audit())
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	at = at.Add(72 * time.Hour)
	d = open()
	if !d.now().Equal(stopped) || len(d.audit()) != entries {
		t.Errorf("goes on at %v with %d entries, stopped at %v with %d", d.now(), len(d.audit()), stopped, entries)
	}
	if err := d.reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.close(); err != nil {
		t.Fatal(err)
	}
	list, err := filepath.Glob(filepath.Join(dir, "*.db"))
	if err != nil || len(list) != 1 {
		t.Errorf("left %q, %v", list, err)
	}
}
