package main

import (
	"testing"
	"time"

	"marketbot/store/cluster/clustertest"
	"marketbot/store/storetest"
)

// moveTime is how soon the robot's connection is another process's.
const moveTime = 5 * time.Second

// Of two processes one has the robot's connection, and the other is ready; when
// the first is stopped, the second has it soon and answers.
func TestRobotMoves(t *testing.T) {
	one := newBranch(t)
	one.cfg.Store, one.cfg.Redis = storetest.Prepared(t, storetest.Postgres).Source, clustertest.NewServer(t).URL()
	two := &branch{site: site{t: t, cfg: one.cfg, client: one.client}, robot: one.robot, api: one.api}
	two.cfg.Listen = freeAddress(t)
	one.start()
	one.eventually("the first's connection", one.robot.Connected)
	two.start()
	defer two.end()
	ask := func(from *branch) {
		t.Helper()
		n := len(from.robot.Seen("WangFang"))
		if err := from.robot.Say("WangFang", "", "人员"); err != nil {
			t.Fatal(err)
		}
		from.eventually("an answer", func() bool { return len(from.robot.Seen("WangFang")) > n })
	}
	for range 3 {
		ask(one)
	}
	if n := one.robot.Subscribed(); n != 1 {
		t.Fatalf("%d connections of two processes", n)
	}
	moved := make(chan time.Duration, 1)
	began := time.Now()
	go func() {
		for one.robot.Subscribed() < 2 && time.Since(began) < 20*time.Second {
			time.Sleep(5 * time.Millisecond)
		}
		moved <- time.Since(began)
	}()
	one.end()
	if took := <-moved; took > moveTime {
		t.Errorf("the connection moved after %v", took)
	}
	two.eventually("the second's connection", two.robot.Connected)
	for range 3 {
		ask(two)
	}
	if n := two.robot.Subscribed(); n != 2 {
		t.Errorf("%d connections", n)
	}
	time.Sleep(300 * time.Millisecond) // for what would come twice
	if n := len(two.robot.Seen("WangFang")); n != 6 {
		t.Errorf("6 questions have %d answers", n)
	}
}
