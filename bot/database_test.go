package main

import (
	"flag"
	"testing"
	"time"

	"marketbot/store/storetest"
)

var restarts = flag.Int("restarts", 3, "how often the test of a restarted database restarts it; long runs: 20")

// recoverTime is how soon events are taken again after the database answers.
const recoverTime = 10 * time.Second

// TestDatabaseRestarts: PostgreSQL that crashes or is restarted while people
// check in costs no acknowledged check-in, nothing counts twice, and the bot
// goes on by itself soon after the database answers again.
func TestDatabaseRestarts(t *testing.T) {
	server := storetest.NewServer(t)
	o := server.Options()
	s := newStorm(t)
	s.checkIns = 120 * *restarts
	s.bot = newProgram(t, s.platform.URL, o, crashPeople)
	s.bot.start()
	s.began = time.Now()
	ended := make(chan struct{})
	go func() { defer close(ended); s.arrive() }()
	for i := range *restarts {
		time.Sleep(time.Duration(500+s.rand.IntN(1000)) * time.Millisecond)
		if i%2 == 0 {
			server.Crash()
		} else {
			server.Stop()
		}
		time.Sleep(time.Duration(s.rand.IntN(3000)) * time.Millisecond)
		server.Start()
		s.recovers()
	}
	<-ended
	s.settle()
	s.bot.kill()
	s.check(o)
}

// recovers wants an event to be acknowledged soon.
func (s *storm) recovers() {
	s.t.Helper()
	began := time.Now()
	for !s.deliver(0) {
		if time.Since(began) > recoverTime {
			s.t.Fatalf("no event was taken for %v", recoverTime)
		}
	}
	s.t.Logf("%v: recovered after %v", time.Since(s.began).Round(time.Millisecond), time.Since(began).Round(time.Millisecond))
}
