package wecom

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/robot"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
	"marketbot/handlers/chat/chattest"
)

func TestRobotConformance(t *testing.T) {
	chattest.Run(t, func(t *testing.T) (chat.Platform, chattest.Seen) {
		b := newBooth(t, nil, nil).run().connected()
		b.robot.Pace.Max = 1 << 20
		b.Open(wangID)
		b.Open(groupID)
		return b.Adapter, watcher{b}
	})
}

// Whatever becomes of a connection, another takes its place; meanwhile nothing
// that is owed is lost, and nothing is shown twice.
func TestConnectionComesBack(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spoil  func(*wecomtest.Robot)
		away   time.Duration // at most
		unsure bool          // what is sent into the dead line may have arrived
	}{
		{"after a drop", (*wecomtest.Robot).Drop, 2 * time.Second, false},
		{"after another took over", func(r *wecomtest.Robot) { r.Kick(false) }, 6 * time.Second, false},
		{"after another took over and the line stays open", func(r *wecomtest.Robot) { r.Kick(true) }, 6 * time.Second, true},
		{"after it froze", (*wecomtest.Robot).Freeze, 80 * time.Second, true},
		{"after it went deaf without a word", (*wecomtest.Robot).Deafen, time.Hour + 3*time.Second, true},
		{"after ten minutes away", func(r *wecomtest.Robot) {
			r.Away(true)
			time.AfterFunc(10*time.Minute, func() { r.Away(false) })
		}, 12 * time.Minute, false},
		{"after a login that failed for a moment", func(r *wecomtest.Robot) { r.Refuse("aibot_subscribe", 1, -1); r.Drop() }, 5 * time.Second, false},
		{"after logins that failed with codes of nowhere", func(r *wecomtest.Robot) { r.Refuse("aibot_subscribe", 3, 846600); r.Drop() }, 20 * time.Second, false},
		{"after a refused login", func(r *wecomtest.Robot) { r.Refuse("aibot_subscribe", 2, 45009); r.Drop() }, 7 * time.Minute, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBooth(t, nil, nil)
				b.Keeps = true
				b.Open(wangID)
				b.run()
				synctest.Wait()
				if !b.Connected() {
					t.Fatal("never connected")
				}
				time.Sleep(5 * time.Minute)
				tt.spoil(b.Robot)
				began := time.Now()
				var owed sync.WaitGroup
				owed.Go(func() {
					for i := range 5 {
						if err := b.send(private(wangID), chat.Message{Text: fmt.Sprint("第", i)}, fmt.Sprint("k", i)); err != nil && !(tt.unsure && refusal(t, err).Failure == chat.Uncertain) {
							t.Errorf("message %d: %v", i, err)
						}
					}
				})
				b.Robot.Say(wangID, "", "还在吗")
				for (!b.Connected() || b.Ready() != nil) && time.Since(began) < 2*time.Hour {
					time.Sleep(100 * time.Millisecond)
				}
				if took := time.Since(began); took > tt.away {
					t.Errorf("back after %v, want at most %v", took, tt.away)
				}
				owed.Wait()
				b.Robot.Say(wangID, "", "又在了")
				synctest.Wait()
				heard := b.events.Events()
				if n := len(heard); n == 0 || heard[n-1].Text != "又在了" {
					t.Errorf("heard %+v", heard)
				}
				seen := map[string]int{}
				for _, m := range b.Seen(wangID) {
					if seen[m.Text]++; seen[m.Text] > 1 {
						t.Errorf("%s is seen twice", m.Text)
					}
				}
				b.stop()
			})
		})
	}
}

// Ten minutes away: what the platform kept comes once, what was owed goes once.
func TestTenMinutesAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t, nil, nil)
		b.Keeps = true
		b.Open(wangID)
		b.run()
		synctest.Wait()
		b.Away(true)
		for i := range 20 {
			b.Robot.Say(wangID, "", fmt.Sprint("签到 ", i))
		}
		var owed sync.WaitGroup
		for i := range 25 {
			owed.Go(func() {
				if err := b.send(private(wangID), chat.Message{Text: fmt.Sprint("回", i)}, fmt.Sprint("k", i)); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(10 * time.Minute)
		if err := b.Ready(); err == nil {
			t.Error("ready while the platform is away")
		}
		b.Away(false)
		owed.Wait()
		synctest.Wait()
		b.Repeat(true)
		b.Repeat(true)
		synctest.Wait()
		if n := len(b.events.Events()); n != 20 {
			t.Errorf("%d events, want 20", n)
		}
		if n := len(b.Seen(wangID)); n != 25 {
			t.Errorf("%d messages are seen, want 25", n)
		}
		b.stop()
	})
}

// Wrong credentials of the robot are not tried again and again, and the cause is told.
func TestWrongRobotSecretIsNotHammered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t, func(c *Config) { c.Robot.Secret = "wrong" }, nil)
		var tries atomic.Int32
		inner := b.robot.Dialer.NetDialContext
		b.robot.Dialer.NetDialContext = func(ctx context.Context, n, a string) (net.Conn, error) {
			tries.Add(1)
			return inner(ctx, n, a)
		}
		b.run()
		time.Sleep(time.Hour)
		if n := tries.Load(); n < 5 || n > 20 {
			t.Errorf("%d tries in an hour", n)
		}
		if err := b.Ready(); err == nil || !strings.Contains(err.Error(), "853000") || strings.Contains(err.Error(), "wrong") {
			t.Errorf("it tells %v", err)
		}
		if f := b.robot.Check(context.Background()); f.OK || !strings.Contains(f.Text, "Secret") {
			t.Errorf("check says %+v", f)
		}
		b.stop()
	})
}

// Two processes of one robot do not throw each other out all the time.
func TestReturnsSlower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t, nil, nil)
		b.run()
		kicks := 0
		for began := time.Now(); time.Since(began) < time.Hour; time.Sleep(time.Second) {
			if b.Connected() {
				b.Kick(true)
				kicks++
			}
		}
		if kicks < 5 || kicks > 25 {
			t.Errorf("it came back %d times in an hour", kicks)
		}
		b.stop()
	})
}

// Whoever holds the lease connects; who lost it keeps the connection until
// something ends it, and does not come back.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t, nil, nil)
		turn := make(chan struct{}, 1)
		var lose context.CancelFunc
		b.robot.Lease = func(ctx context.Context, key string, work func(context.Context) error) error {
			if key != "wecom/"+b.BotID {
				t.Errorf("the lease is for %q", key)
			}
			select {
			case turn <- struct{}{}:
			case <-ctx.Done():
				return ctx.Err()
			}
			ctx, lose = context.WithCancel(ctx)
			return work(ctx)
		}
		b.run()
		synctest.Wait()
		if !b.Connected() {
			t.Fatal("not connected with the lease")
		}
		lose()
		time.Sleep(time.Minute)
		if !b.Connected() || b.Here() {
			t.Error("the connection went with the lease, though nobody took it over")
		}
		b.Robot.Drop()
		time.Sleep(time.Minute)
		if b.Connected() {
			t.Error("connected without the lease")
		}
		<-turn
		time.Sleep(time.Minute)
		if !b.Connected() {
			t.Error("not connected with the lease again")
		}
		b.stop()
	})
}

// Of two processes one connects before the other lets go, and one that loses its
// lease for a while goes on hearing: whoever writes meanwhile is heard.
func TestHandover(t *testing.T) {
	for _, tt := range []struct {
		name string
		lose func(one, two *booth, cut func())
	}{
		{"to another process", func(one, _ *booth, _ func()) { one.stop() }},
		{"after it lost its lease", func(_, _ *booth, cut func()) { cut() }},
		{"to itself", func(_, two *booth, cut func()) { two.stop(); cut() }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				turn, cut := turns()
				one := newBooth(t, nil, nil)
				one.Lag = 75 * time.Millisecond // something is always under way
				one.robot.Lease = turn
				one.run()
				synctest.Wait()
				two := &booth{t: t, Robot: one.Robot, net: one.net, cfg: one.cfg, hear: one.hear, notes: notebook{notes: map[chat.Address]string{}}}
				two.make()
				two.robot.Lease = turn
				two.run()
				time.Sleep(time.Second)
				if one.Here() == two.Here() || one.Subscribed() != 1 {
					t.Fatalf("%d connections", one.Subscribed())
				}
				missed, done := 0, make(chan struct{})
				go func() {
					defer close(done)
					for i := range 200 {
						if one.Robot.Say(wangID, "", fmt.Sprint(i)) != nil {
							missed++
						}
						time.Sleep(50 * time.Millisecond)
					}
				}()
				time.Sleep(time.Second)
				tt.lose(one, two, cut)
				<-done
				time.Sleep(one.Lag)
				synctest.Wait()
				if n := len(one.events.Events()); missed != 0 || n != 200 || one.Subscribed() != 2 {
					t.Errorf("%d missed, %d heard over %d connections", missed, n, one.Subscribed())
				}
				one.stop()
				two.stop()
				synctest.Wait() // the platform learns of it
				if one.Connected() {
					t.Error("a connection is left")
				}
			})
		})
	}
}

// turns is a Lease as a store gives it to several processes, and cut ends the
// turn under way.
func turns() (lease robot.Lease, cut func()) {
	var held sync.Mutex
	lose := make(chan struct{})
	lease = func(ctx context.Context, _ string, work func(context.Context) error) error {
		for !held.TryLock() {
			platform.Pause(ctx, 500*time.Millisecond)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		defer held.Unlock()
		own, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			select {
			case <-lose:
				cancel()
			case <-own.Done():
			}
		}()
		return work(own)
	}
	return lease, func() { lose <- struct{}{} }
}

// A connection that heard nobody for an hour is let go when another is there, and
// kept while none can be had.
func TestRenewalLeavesNoGap(t *testing.T) {
	for _, fails := range []int{0, 3} {
		synctest.Test(t, func(t *testing.T) {
			b := newBooth(t, nil, nil)
			dial := b.robot.Dialer.NetDialContext
			b.robot.Dialer.NetDialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				time.Sleep(100 * time.Millisecond)
				return dial(ctx, network, address)
			}
			b.run()
			time.Sleep(time.Hour - time.Second)
			b.Robot.Refuse("aibot_subscribe", fails, -1)
			away := 0
			for range 3000 {
				if !b.Connected() || b.Ready() != nil {
					away++
				}
				time.Sleep(10 * time.Millisecond)
			}
			if away != 0 || b.Subscribed() != 2 {
				t.Errorf("%d failed logins: away at %d of 3000 looks, %d connections", fails, away, b.Subscribed())
			}
			b.Robot.Say(wangID, "", "还在吗")
			synctest.Wait()
			if n := len(b.events.Events()); n != 1 {
				t.Errorf("%d heard", n)
			}
			b.stop()
		})
	}
}
