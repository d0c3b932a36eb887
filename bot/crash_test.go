package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/feishu/feishutest"
	"marketbot/bot/platform/platformtest"
	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/storetest"
)

var (
	kills         = flag.Int("kills", 20, "how often the crash test kills the bot; long runs: 200")
	crashCheckIns = flag.Int("check-ins", 400, "how many check-ins arrive in the crash test; long runs: 1000")
	seeded        = flag.Uint64("seed", 0, "of the crash test's chance; 0: another each time")
)

// storeKey is the secret_key of storetest's stores.
const storeKey = "bWFya2V0Ym9tYXJrZXRib21hcmtldGJvbWFya2V0Ym8="

const (
	crashPeople = 32
	crashTime   = 10 * time.Minute // on a busy machine; alone it takes half a minute
)

// storm is a bot that is killed again and again while check-ins arrive, each of
// which the platform delivers until it is acknowledged, and then some more.
type storm struct {
	t        *testing.T
	ctx      context.Context
	rand     *rand.Rand
	platform *feishutest.Server
	bot      *program
	events   atomic.Int64
	checkIns int
	began    time.Time // when people begin to write: nobody is known before the bot first ran
	mu       sync.Mutex
	sends    int
	bodies   map[string]string // what was sent under a key
	changed  []string          // keys under which something else was sent again
}

// TestCrash: no check-in that was acknowledged is ever lost, none counts twice,
// and its answer is seen once, however often the bot is killed and however
// often the platform delivers the event.
func TestCrash(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			o := storetest.Options(t, backend)
			s := newStorm(t)
			s.bot = newProgram(t, s.platform.URL, o, crashPeople)
			s.bot.start()
			s.began = time.Now()
			ended := make(chan struct{})
			go func() { defer close(ended); s.arrive() }()
			for killed, more := 0, true; more; killed++ {
				if killed > 0 {
					s.bot.start()
				}
				select {
				case <-ended:
					more = killed < *kills // the rest falls on what comes again
				case <-time.After(time.Duration(20+s.rand.IntN(900)) * time.Millisecond):
				}
				if more {
					s.bot.kill()
					intact(t, backend, o.Source)
				}
			}
			s.settle()
			s.bot.kill()
			s.check(o)
		})
	}
}

// newStorm is a platform with people who check in; it has no bot yet.
func newStorm(t *testing.T) *storm {
	seed := *seeded
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-seed=%d", seed)
	ctx, cancel := context.WithTimeout(t.Context(), crashTime)
	t.Cleanup(cancel)
	s := &storm{t: t, ctx: ctx, checkIns: *crashCheckIns, rand: rand.New(rand.NewPCG(seed, 1)), platform: feishutest.New(time.Now), bodies: map[string]string{}}
	t.Cleanup(s.platform.Close)
	for p := range crashPeople {
		s.platform.Person(crowdID(p), fmt.Sprint("业务", p))
	}
	s.platform.Fail("/open-apis/im/v1/messages", 1<<30, s.watch)
	return s
}

// watch loses one answer in fifty after the message was shown, and compares
// what comes under the same key.
func (s *storm) watch(w http.ResponseWriter, r *http.Request, next http.Handler) {
	body, err := io.ReadAll(r.Body)
	var sent struct{ UUID string }
	if err != nil || json.Unmarshal(body, &sent) != nil {
		s.t.Errorf("unreadable message: %v", err)
	}
	s.mu.Lock()
	if before, known := s.bodies[sent.UUID]; known && before != string(body) {
		s.changed = append(s.changed, sent.UUID)
	}
	s.bodies[sent.UUID] = string(body)
	s.sends++
	lost := s.sends%50 == 0
	s.mu.Unlock()
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	if lost {
		platformtest.LostAnswer(w, r, next)
		return
	}
	next.ServeHTTP(w, r)
}

func mark(i int) string { return fmt.Sprintf("拜访客户第%d号", i) }

// deliver is one delivery of check-in i, with an event id of its own.
func (s *storm) deliver(i int) bool {
	at := s.began.Add(time.Duration(i) * time.Millisecond)
	return s.bot.deliver(s.ctx, said(s.events.Add(1), fmt.Sprintf("om_said_%d", i), i%crashPeople, "签到 广州 "+mark(i), at))
}

// arrive delivers every check-in until it is acknowledged, about as many a
// second as the platform would take answers, and then all of them four times
// more, shuffled.
func (s *storm) arrive() {
	var all sync.WaitGroup
	pace := time.NewTicker(time.Second / 45)
	defer pace.Stop()
	for i := range s.checkIns {
		<-pace.C
		all.Go(func() {
			for !s.deliver(i) && s.ctx.Err() == nil {
				time.Sleep(20 * time.Millisecond)
			}
		})
	}
	all.Wait()
	var again []int
	for range 4 {
		again = append(again, rand.Perm(s.checkIns)...)
	}
	for part := range slices.Chunk(again, len(again)/8) {
		all.Go(func() {
			for _, i := range part {
				s.deliver(i) // while the bot is down, in vain
			}
		})
	}
	all.Wait()
}

// settle waits until everything owed was sent, which takes less than ten
// seconds after a start, and more only where the machine itself is slow.
func (s *storm) settle() {
	s.t.Helper()
	var slow time.Duration
	if s.bot != nil {
		slow = 30 * s.bot.took
	}
	began, limit := time.Now(), max(10*time.Second, slow)
	for ; time.Since(began) < limit && len(s.answers()) < s.checkIns; time.Sleep(20 * time.Millisecond) {
	}
	s.t.Logf("all answered %v after the last start", time.Since(began).Round(time.Millisecond))
	if n := len(s.answers()); n < s.checkIns {
		s.t.Errorf("after %v %d of %d are answered", limit, n, s.checkIns)
	}
	time.Sleep(200 * time.Millisecond) // for what would come twice
}

// answers counts by mark what people see.
func (s *storm) answers() map[string]int {
	seen := map[string]int{}
	for p := range crashPeople {
		for _, m := range s.platform.Seen(crowdID(p)) {
			for line := range strings.Lines(m.Text) {
				if line = text.Typed(strings.TrimSpace(line)); strings.HasPrefix(line, "拜访客户第") {
					seen[line]++
				}
			}
		}
	}
	return seen
}

// check looks at what people saw and at what the store remembers.
func (s *storm) check(o store.Options) {
	seen, kept := s.answers(), s.kept(o)
	for i := range s.checkIns {
		if seen[mark(i)] != 1 || kept[mark(i)] != 1 {
			s.t.Errorf("check-in %d: stored %d times, its answer seen %d times", i, kept[mark(i)], seen[mark(i)])
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.changed) > 0 {
		s.t.Errorf("%d messages were sent again with other bytes under their key", len(s.changed))
	}
}

// kept counts by mark what the store remembers.
func (s *storm) kept(o store.Options) map[string]int {
	ctx := context.Background()
	db, err := store.Open(ctx, o)
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	kept := map[string]int{}
	err = db.View(ctx, func(tx *store.Tx) error {
		for p := range crashPeople {
			who, _, err := tx.Accounts().Person(ctx, feishu.Name, crowdID(p))
			if err != nil {
				return err
			}
			list, err := tx.CheckIns().Of(ctx, who.ID, s.began.Add(-time.Hour), s.began.Add(time.Hour))
			if err != nil {
				return err
			}
			for _, c := range list {
				kept[c.Progress]++
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return kept
}

// intact lets SQLite examine a file that a killed process left.
func intact(t *testing.T, backend, path string) {
	if backend != storetest.SQLite {
		return
	}
	db, err := sql.Open("sqlite", "file:"+filepath.ToSlash(path))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("after a kill: %q, %v", verdict, err)
	}
}
