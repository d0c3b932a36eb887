package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/bot/feishu/feishutest"
	"marketbot/store/storetest"
)

var abuse = flag.Duration("abuse", 6*time.Second, "how long the bot is flooded; long runs: 1m")

// TestFlood: somebody who sends messages of a megabyte, a hundred a second,
// some just small enough to be read and some too large, costs the bot little
// memory and the others no patience.
func TestFlood(t *testing.T) {
	const people, flooder = 9, 8
	platform := feishutest.New(time.Now)
	t.Cleanup(platform.Close)
	for p := range people {
		platform.Person(crowdID(p), fmt.Sprint("业务", p))
	}
	bot := newProgram(t, platform.URL, storetest.Options(t, storetest.SQLite), people)
	bot.start()
	f := &flood{bot: bot, began: time.Now()}
	calm := f.others(t, time.Second)
	before := bot.resident()

	ended := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() { defer close(ended); f.pour(t, flooder) })
	peak := before
	all.Go(func() {
		for tick := time.NewTicker(50 * time.Millisecond); ; {
			select {
			case <-ended:
				tick.Stop()
				return
			case <-tick.C:
				peak = max(peak, bot.resident())
			}
		}
	})
	took := f.others(t, *abuse)
	all.Wait()
	p99 := took[len(took)*99/100]
	t.Logf("memory %.0f MiB, at most %.0f; %d others served, p50 %v, p99 %v; %d large ones read", before, peak, len(took), took[len(took)/2], p99, f.read)
	if peak-before >= 50 {
		t.Errorf("memory grew from %.0f to %.0f MiB", before, peak)
	}
	if p99 >= max(time.Second, 30*calm[len(calm)/2]) { // more only where the machine itself is slow
		t.Errorf("others waited %v", p99)
	}
	if f.read == 0 {
		t.Error("no large message was read")
	}
}

type flood struct {
	bot   *program
	began time.Time
	mu    sync.Mutex
	n     int64
	read  int // large ones acknowledged
}

// next is a number for a message.
func (f *flood) next() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.n++
	return f.n
}

// pour sends a hundred large messages a second.
func (f *flood) pour(t *testing.T, who int) {
	var all sync.WaitGroup
	defer all.Wait()
	large := []string{"签到 " + strings.Repeat("很长", 116_000), "签到 " + strings.Repeat("很长", 200_000), strings.Repeat("长", 232_000), strings.Repeat("x", 1<<20)}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i := 0; time.Since(f.began) < *abuse+time.Second; i++ {
		<-tick.C
		n := f.next()
		event := said(n, fmt.Sprint("om_large_", n), who, large[i%len(large)], time.Now())
		all.Go(func() {
			if f.bot.deliver(t.Context(), event) {
				f.mu.Lock()
				f.read++
				f.mu.Unlock()
			}
		})
	}
}

// others lets the other people check in for a while, and tells how long the
// acknowledgements took, shortest first.
func (f *flood) others(t *testing.T, d time.Duration) []time.Duration {
	var all sync.WaitGroup
	var took []time.Duration
	end := time.Now().Add(d)
	for p := range 8 {
		all.Go(func() {
			for time.Now().Before(end) {
				n, began := f.next(), time.Now()
				if !f.bot.deliver(t.Context(), said(n, fmt.Sprint("om_", n), p, "签到 广州 拜访客户", began)) {
					t.Errorf("person %d was not served", p)
				}
				f.mu.Lock()
				took = append(took, time.Since(began))
				f.mu.Unlock()
				time.Sleep(200 * time.Millisecond)
			}
		})
	}
	all.Wait()
	slices.Sort(took)
	return took
}
