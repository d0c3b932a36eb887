package main

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"marketbot/handlers/text"
	"marketbot/store"
	"marketbot/store/storetest"
)

var (
	chaosMessages = flag.Int("messages", 1500, "how many messages the test of several replicas sends; long runs: 5000")
	chaosSlots    = flag.Int("slots", 300, "how many slots come due in the test of several replicas; long runs: 1000")
)

const (
	replicaCount = 3
	slotEvery    = 30 * time.Millisecond
)

// chaos is several replicas on one database that are paused and killed at
// random.
type chaos struct {
	*storm
	settings replicaSettings
	replicas []*program
	down     [replicaCount]atomic.Bool
	acks     [crashPeople]int // messages acknowledged, by who wrote them
}

// TestReplicas: three processes on one database, paused and killed at random,
// lose no acknowledged message and no slot of the timetable, say nothing twice,
// and answer every chat in the order in which people wrote.
func TestReplicas(t *testing.T) {
	o := storetest.Prepared(t, storetest.Postgres)
	c := newChaos(t, o, *chaosSlots)
	ended := make(chan struct{})
	go func() { defer close(ended); c.arrive() }()
	c.trouble(ended)
	c.settle()
	for _, p := range c.replicas {
		p.kill()
	}
	c.check(o)
}

func newChaos(t *testing.T, o store.Options, slots int) *chaos {
	c := &chaos{storm: newStorm(t)}
	c.settings = replicaSettings{Source: o.Source, Platform: c.platform.URL, People: crashPeople, Connections: 20,
		Slots: slotList{From: time.Now().Add(5 * time.Second), Every: slotEvery, N: slots}}
	for range replicaCount {
		p := newReplica(t)
		c.replicas = append(c.replicas, p)
		p.startReplica(c.settings)
	}
	for _, p := range c.replicas {
		p.awaitReady(c.ctx)
	}
	c.began = time.Now()
	return c
}

// arrive lets everybody write one message after the other, each when the one
// before was acknowledged, as the platform delivers them: to any replica, and
// again to any until one has acknowledged it.
func (c *chaos) arrive() {
	var all sync.WaitGroup
	for p := range crashPeople {
		all.Go(func() {
			for i := p; i < *chaosMessages; i += crashPeople {
				for try := p + i; !c.deliver(try, i) && c.ctx.Err() == nil; try++ {
				}
				c.acks[p]++
			}
		})
	}
	all.Wait()
}

// deliver hands message i to a replica once.
func (c *chaos) deliver(try, i int) bool {
	n := try % replicaCount
	if c.down[n].Load() { // nobody listens
		return false
	}
	at := c.began.Add(time.Duration(i) * time.Millisecond)
	return c.replicas[n].deliver(c.ctx, said(c.events.Add(1), fmt.Sprintf("om_said_%d", i), i%crashPeople, "签到 广州 "+mark(i), at))
}

// trouble pauses and kills replicas until everything has arrived: mostly for a
// moment, now and then for longer than claims last, and once for longer than
// the database waits for a transaction.
func (c *chaos) trouble(ended <-chan struct{}) {
	stops, kills := 0, 0
	for round := 0; ; round++ {
		select {
		case <-ended:
			c.t.Logf("paused %d and killed %d times in %v", stops, kills, time.Since(c.began).Round(time.Second))
			return
		case <-time.After(time.Duration(100+c.rand.IntN(900)) * time.Millisecond):
		}
		n := c.rand.IntN(replicaCount)
		if c.rand.IntN(3) == 0 {
			kills++
			c.restart(n)
			continue
		}
		stops++
		c.pause(n, round)
	}
}

func (c *chaos) restart(n int) {
	p := c.replicas[n]
	c.down[n].Store(true)
	p.kill()
	p.startReplica(c.settings)
	p.awaitReady(c.ctx)
	c.down[n].Store(false)
}

func (c *chaos) pause(n, round int) {
	long := time.Duration(50+c.rand.IntN(1200)) * time.Millisecond
	switch {
	case round == 7:
		long = 12 * time.Second
	case round%10 == 3:
		long = 6 * time.Second
	}
	c.replicas[n].signal(syscall.SIGSTOP)
	time.Sleep(long)
	c.replicas[n].signal(syscall.SIGCONT)
}

// seen is what everybody was shown, in order: answers and slots.
func (c *chaos) seen() (answers, slots [][]string) {
	for p := range crashPeople {
		var a, s []string
		for _, m := range c.platform.Seen(crowdID(p)) {
			for line := range strings.Lines(m.Text) {
				switch line = text.Typed(strings.TrimSpace(line)); {
				case strings.HasPrefix(line, "拜访客户第"):
					a = append(a, line)
				case strings.HasPrefix(line, "到点第"):
					s = append(s, line)
				}
			}
		}
		answers, slots = append(answers, a), append(slots, s)
	}
	return answers, slots
}

func count(lists [][]string) (n int) {
	for _, l := range lists {
		n += len(l)
	}
	return n
}

// settle waits until everything owed was sent.
func (c *chaos) settle() {
	began := time.Now()
	for time.Since(began) < time.Minute {
		if a, s := c.seen(); count(a) >= *chaosMessages && count(s) >= *chaosSlots {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	c.t.Logf("all said %v after the last trouble", time.Since(began).Round(time.Millisecond))
	time.Sleep(time.Second) // for what would come twice
}

// check compares what people saw, what the store remembers, and what was to be.
func (c *chaos) check(o store.Options) {
	answers, slots := c.seen()
	kept := c.kept(o)
	for p := range crashPeople {
		var want, due []string
		for i := p; i < *chaosMessages; i += crashPeople {
			want = append(want, mark(i))
			if kept[mark(i)] != 1 {
				c.t.Errorf("message %d: stored %d times", i, kept[mark(i)])
			}
		}
		for i := p; i < *chaosSlots; i += crashPeople {
			due = append(due, slotMark(i))
		}
		differ(c.t, "answers", p, answers[p], want)
		slices.Sort(slots[p]) // which of two slots made up late speaks first is nobody's promise
		slices.Sort(due)
		differ(c.t, "slots", p, slots[p], due)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.changed) > 0 {
		c.t.Errorf("%d messages were sent again with other bytes under their key", len(c.changed))
	}
}

// differ tells of the first difference.
func differ(t *testing.T, what string, person int, got, want []string) {
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Errorf("%s of %d: %d, want %d; from %d on: %q, want %q", what, person, len(got), len(want), i, got[i:min(i+4, len(got))], want[i:min(i+4, len(want))])
			return
		}
	}
}
