package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform/platformtest"
	"marketbot/store/storetest"
)

var soak = flag.Duration("soak", 8*time.Second, "how long the bot is used without pause; long runs: 1h")

// soakPeople write four messages a second between them: as much as they may
// each, so that what waits does not grow by itself.
const (
	soakPeople = 32
	soakPace   = 4
)

// soakLines are what people write: what is right, wrong, late and never meant.
var soakLines = []string{
	"签到 广州 拜访客户", "撤销", "我的", "帮助", "周报 本周完成：拜访三家 下周计划：签合同", "周报", "请假 明天", "签到记录", "客户 海湾",
	"新客户 海湾机电 电话=13800138000", "提供线索 海湾 要搬家", "谁没交", "看电话 K1 张三", "确认", "1", "出差 广州 明天起 3天", "没有这样的命令", "签到", "取消",
	"领合同 海湾机电 一期", "签前汇报 1 已谈妥 金额=10万", "合同", "退合同 1", "收款计划 1 12-15=余款", "应收", "业绩", "客户进度", "活动",
	"议题 怎么打开外省市场", "决议", "月会", "交接", "事件 登记 表格少了一张", "工作台", "制度",
}

// TestSoak: a bot that is used without pause, on a platform that fails now and
// then, answers everything and holds no more memory, goroutines and files at
// the end than at the beginning.
func TestSoak(t *testing.T) {
	platform := feishutest.New(time.Now)
	t.Cleanup(platform.Close)
	platform.Fail("/open-apis/im/v1/messages", 1<<30, flaky)
	for p := range soakPeople {
		platform.Person(crowdID(p), fmt.Sprint("业务", p))
	}
	bot := newProgram(t, platform.URL, storetest.Options(t, storetest.SQLite), soakPeople)
	bot.start()

	var said, refused atomic.Int64
	var all sync.WaitGroup
	say := func(line string) {
		n := said.Add(1)
		all.Go(func() {
			if !bot.deliver(t.Context(), soakEvent(n, line)) {
				refused.Add(1)
			}
		})
	}
	use := func(until time.Time) {
		pace := time.NewTicker(time.Second / soakPace)
		defer pace.Stop()
		for time.Now().Before(until) {
			say(soakLines[rand.IntN(len(soakLines))])
			<-pace.C
		}
		all.Wait()
	}
	for _, line := range soakLines { // what is made on first need is made
		say(line)
	}
	use(time.Now().Add(*soak / 8))
	var levels []level
	for range 32 {
		use(time.Now().Add(*soak * 7 / 8 / 32))
		levels = append(levels, bot.level())
		t.Log(levels[len(levels)-1])
	}
	if refused.Load() > 0 {
		t.Errorf("%d of %d messages were not taken", refused.Load(), said.Load())
	}
	if !bot.drained(time.Minute) {
		t.Error("not everything was answered")
	}
	before, after := median(levels[:8]), median(levels[24:])
	t.Logf("%d messages; %v → %v", said.Load(), before, after)
	if after.memory > 1.2*before.memory+16 || after.goroutines > 1.2*before.goroutines+16 || after.files > before.files+16 {
		t.Errorf("it grows: %v → %v", before, after)
	}
}

func soakEvent(n int64, line string) []byte {
	at := time.Now()
	if rand.IntN(50) == 0 {
		at = at.Add(-time.Duration(rand.IntN(7*60)) * time.Minute) // delivered again, hours later
	}
	return said(n, fmt.Sprint("om_", n), rand.IntN(soakPeople), line, at)
}

// flaky fails one call in twenty, and loses the answer of as many.
func flaky(w http.ResponseWriter, r *http.Request, next http.Handler) {
	switch rand.IntN(20) {
	case 0:
		platformtest.LostAnswer(w, r, next)
	case 1:
		w.WriteHeader(http.StatusBadGateway)
	default:
		next.ServeHTTP(w, r)
	}
}

// level is what a process holds: MiB of memory, goroutines, open files, and
// messages that wait.
type level struct{ memory, goroutines, files, waiting float64 }

func (l level) String() string {
	return fmt.Sprintf("%.1f MiB, %.0f goroutines, %.0f files, %.0f messages wait", l.memory, l.goroutines, l.files, l.waiting)
}

func (p *program) level() level {
	return level{p.resident(), p.gauge("go_goroutines"), p.gauge("process_open_fds"), p.gauge("marketbot_outbox_waiting")}
}

func median(list []level) level {
	middle := func(of func(level) float64) float64 {
		sorted := slices.SortedFunc(slices.Values(list), func(a, b level) int { return cmp.Compare(of(a), of(b)) })
		return of(sorted[len(sorted)/2])
	}
	return level{middle(func(l level) float64 { return l.memory }), middle(func(l level) float64 { return l.goroutines }),
		middle(func(l level) float64 { return l.files }), middle(func(l level) float64 { return l.waiting })}
}

// gauge is a value of /metrics that has no labels.
func (p *program) gauge(name string) float64 {
	p.tb.Helper()
	resp, err := p.client.Get("http://" + p.addr + "/metrics")
	if err != nil {
		p.tb.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.tb.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindSubmatch(text)
	if found == nil {
		p.tb.Fatalf("no %s in\n%s", name, text)
	}
	v, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		p.tb.Fatal(err)
	}
	return v
}

// drained reports whether nothing waits any more to be sent, after at most so
// long.
func (p *program) drained(d time.Duration) bool {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if p.gauge("marketbot_outbox_waiting") == 0 {
			return true
		}
	}
	return false
}
