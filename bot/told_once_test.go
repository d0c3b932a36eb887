package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform/platformtest"
	"marketbot/store/storetest"
)

// troubles are how a message fares that is on its way when the bot is killed.
var troubles = map[string]platformtest.Fault{
	"not shown": func(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) },
	"shown":     platformtest.LostAnswer,
}

// TestToldOnce kills the bot when 散会 is on the disk and its notices are on their way:
// after the next start everybody has them, each once (会-1).
func TestToldOnce(t *testing.T) {
	for _, backend := range storetest.Backends() {
		for name, trouble := range troubles {
			t.Run(backend+"/"+name, func(t *testing.T) { toldOnce(t, backend, trouble) })
		}
	}
}

func toldOnce(t *testing.T, backend string, trouble platformtest.Fault) {
	platform := feishutest.New(time.Now)
	t.Cleanup(platform.Close)
	p := newProgram(t, platform.URL, storetest.Options(t, backend), 4)
	config, err := os.ReadFile(p.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p.config, []byte(strings.Replace(string(config), "业务员", "市场主管", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		platform.Person(crowdID(i), fmt.Sprint("业务", i))
	}
	p.start()
	lines := 0
	say := func(person int, line string) {
		t.Helper()
		lines++
		if !p.deliver(t.Context(), said(int64(lines), fmt.Sprint("om_said_", lines), person, line, time.Now())) {
			t.Fatalf("%s: not acknowledged", line)
		}
	}
	say(1, "议题 展会分工")
	say(0, "例会 开始 展会")
	say(1, "讨论 Y1 各管一块")
	say(0, "决议 Y1 照办 负责=业务1 期限=明天 协办=业务2")
	say(0, "散会")
	seen := func(person int, words string) (n int) {
		for _, m := range platform.Seen(crowdID(person)) {
			if strings.Contains(m.Text, words) {
				n++
			}
		}
		return n
	}
	until := func(what string, done func() bool) {
		t.Helper()
		for began := time.Now(); !done(); time.Sleep(10 * time.Millisecond) {
			if time.Since(began) > 20*time.Second {
				t.Fatalf("no %s", what)
			}
		}
	}
	until("preview", func() bool { return seen(0, "确认之后") == 1 })
	number := ""
	for _, m := range platform.Seen(crowdID(0)) {
		if _, after, ok := strings.Cut(m.Text, "也可以发「确认 "); ok {
			number, _, _ = strings.Cut(after, "」")
		}
	}
	var troubled atomic.Bool
	troubled.Store(true)
	platform.Fail("/open-apis/im/v1/messages", 1<<30, func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if troubled.Load() {
			trouble(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
	say(0, "确认 "+number)
	p.kill()
	troubled.Store(false)
	p.start()
	until("minutes and notices", func() bool {
		return seen(0, "已散会") > 0 && seen(3, "」纪要") > 0 && seen(1, "归你") > 0 && seen(2, "归你") > 0
	})
	p.stop() // what is under way is ended
	for person, want := range map[int]int{0: 0, 1: 1, 2: 1, 3: 0} {
		if n := seen(person, "定了 1 件事归你"); n != want {
			t.Errorf("业务%d was told %d times, not %d", person, n, want)
		}
	}
	for person := 1; person < 4; person++ {
		if n := seen(person, "例会「展会」纪要"); n != 1 {
			t.Errorf("业务%d has the minutes %d times", person, n)
		}
	}
}
