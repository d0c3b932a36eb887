package main

import (
	"strings"
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

// Where an answer cannot be shown whole it still says what was done.
func TestRobotSaysWhatWasDoneAtAnActivity(t *testing.T) {
	o := openOffice(t, storetest.Options(t, storetest.SQLite), onRobot, department(), thursday())
	o.hear("李娜", "活动 新增 看场地 类型=现场 人员=张伟 时间="+thursday().Add(time.Hour).Format("01-02 15:04"))
	for _, says := range []string{"不能去 H1", "能去 H1", "到场 H1"} {
		words := o.hear("张伟", strings.Replace(says, "不能去 H1", "不能去 H1 牙疼", 1))
		if !strings.Contains(words, says+"\n活动 H1：") || strings.Contains(words, "看场地") || strings.Contains(words, "牙疼") {
			t.Errorf("%s: %q", says, words)
		}
		o.move(o.now().Add(time.Minute)) // a robot says only so much in a minute
	}
}
