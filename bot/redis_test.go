package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store/cluster/clustertest"
	"marketbot/store/storetest"
)

var redisAway = flag.Duration("redis-away", 3*time.Second, "how long Redis is silent, and then stopped, in the test of its faults; long runs: 1m")

const (
	redisPace  = 20          // check-ins a second
	redisSlow  = time.Second // 99 of 100 acknowledgements come sooner
	redisCalm  = time.Second // between two faults
	redisTwice = 2           // processes
)

// TestRedisFaults: Redis that forgets everything, accepts and says nothing, or
// is gone costs no check-in, nothing is said twice, and acknowledgements do not
// wait for it.
func TestRedisFaults(t *testing.T) {
	redis := clustertest.NewServer(t)
	o := storetest.Prepared(t, storetest.Postgres)
	s := newStorm(t)
	var programs []*program
	for range redisTwice {
		p := newProgram(t, s.platform.URL, o, crashPeople)
		p.add("redis: %q\n", redis.URL())
		p.start()
		programs = append(programs, p)
	}
	s.began = time.Now()
	p := programs[0]
	stop := make(chan struct{})
	var took []time.Duration
	var arriving sync.WaitGroup
	arriving.Go(func() { took = s.stream(programs, stop) })
	for _, fault := range []func(){
		redis.Flush,
		func() {
			redis.Silence()
			time.Sleep(*redisAway)
			if w := p.ready(); !strings.Contains(w, `"ready":true`) || !strings.Contains(w, "Redis") {
				t.Errorf("while Redis is silent readyz says %s", w)
			}
			redis.Speak()
		},
		func() { redis.Stop(); time.Sleep(*redisAway); redis.Start() },
		redis.Flush,
	} {
		time.Sleep(redisCalm)
		fault()
	}
	time.Sleep(redisCalm)
	if w := p.ready(); strings.Contains(w, "redis") {
		t.Errorf("when Redis is back readyz says %s", w)
	}
	close(stop)
	arriving.Wait()
	s.checkIns = len(took)
	s.settle()
	for _, p := range programs {
		p.kill()
	}
	s.check(o)
	calm := slices.Sorted(slices.Values(took[:redisPace]))
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	t.Logf("%d check-ins, acknowledged within %v (p50), %v (p99), %v (all)", len(took), took[len(took)/2], p99, took[len(took)-1])
	if p99 >= max(redisSlow, 30*calm[len(calm)/2]) { // more only where the machine itself is slow
		t.Errorf("p99 of acknowledgements is %v", p99)
	}
}

// stream lets people check in with one process after the other until told to
// stop, and tells how long each acknowledgement took.
func (s *storm) stream(programs []*program, stop <-chan struct{}) []time.Duration {
	var mu sync.Mutex
	var all sync.WaitGroup
	var took []time.Duration
	pace := time.NewTicker(time.Second / redisPace)
	defer pace.Stop()
	for i := 0; ; i++ {
		select {
		case <-stop:
			all.Wait()
			return took
		case <-pace.C:
		}
		all.Go(func() {
			at := s.began.Add(time.Duration(i) * time.Millisecond)
			event := said(s.events.Add(1), fmt.Sprintf("om_said_%d", i), i%crashPeople, "签到 广州 "+mark(i), at)
			began := time.Now()
			for try := i; !programs[try%len(programs)].deliver(s.ctx, event) && s.ctx.Err() == nil; try++ {
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, time.Since(began))
		})
	}
}

// add writes more into the settings of a program that does not run yet.
func (p *program) add(format string, args ...any) {
	text, err := os.ReadFile(p.config)
	if err == nil {
		err = os.WriteFile(p.config, append([]byte(fmt.Sprintf(format, args...)), text...), 0o600)
	}
	if err != nil {
		p.tb.Fatal(err)
	}
}

// ready is what the program says of itself.
func (p *program) ready() string {
	resp, err := http.Get("http://" + p.addr + "/readyz")
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// What is wrong with the address of a Redis is told, without its password.
func TestWrongRedis(t *testing.T) {
	redis := clustertest.NewServer(t)
	right := redis.URL()
	for _, c := range []struct {
		name, url string
		fine      bool
	}{
		{"right", right, true},
		{"wrong password", strings.Replace(right, "hush", "hushhush", 1), false},
		{"nobody there", "redis://:hush@" + freeAddress(t), false},
	} {
		var list []chat.Finding
		for try := 0; try < 5 && (try == 0 || c.fine && !list[0].OK); try++ { // a busy machine is slow too
			list = checkRedis(t.Context(), Config{Redis: c.url}, time.Now, quiet())
		}
		if len(list) != 1 || list[0].OK != c.fine || strings.Contains(list[0].Text, "hush") {
			t.Errorf("%s: %+v", c.name, list)
		}
	}
	if list := checkRedis(t.Context(), Config{}, time.Now, quiet()); list != nil {
		t.Errorf("without a Redis: %+v", list)
	}
	_, err := parseConfig([]byte("redis: 127.0.0.1:hush\n"), env())
	if err == nil || !strings.Contains(err.Error(), "redis://") || strings.Contains(err.Error(), "hush") {
		t.Errorf("a wrong address: %v", err)
	}
}
