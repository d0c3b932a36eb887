package wecom

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"marketbot/bot/wecom/message"
	"marketbot/handlers/chat"
	"marketbot/handlers/chat/chattest"
)

// Whoever opens the chat is greeted, though the robot may not yet write there;
// people who write anyway are not greeted every day.
func TestGreeting(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		b.Robot.Enter(liID)
		synctest.Wait()
		if e := b.events.Events(); len(e) != 1 || e[0].Kind != chat.Opened || e[0].Chat != private(liID) {
			t.Fatalf("heard %+v", e)
		}
		if err := b.post(private(liID), "**您好**", "k"); err != nil {
			t.Fatal(err)
		}
		if m := b.Seen(liID); len(m) != 1 || m[0].Type != "text" || m[0].Text != "**您好**" {
			t.Errorf("seen %+v", m)
		}
		b.Robot.Say(liID, "", "帮助")
		synctest.Wait()
		b.Robot.Enter(liID)
		synctest.Wait()
		if n := len(b.events.Events()); n != 2 {
			t.Errorf("%d events, want 2", n)
		}
	})
}

// An event that cannot be stored is tried for a while, as nobody delivers it
// again; at last the person is told.
func TestUnstoredEvents(t *testing.T) {
	for _, tt := range []struct {
		name     string
		fails    int32
		apology  bool
		panicked bool
	}{{"for a moment", 3, false, false}, {"for long", 1000, true, false}, {"panic", 1, true, true}} {
		t.Run(tt.name, func(t *testing.T) {
			var tries, stored atomic.Int32
			bubble(t, func(context.Context, chat.Event) (chat.Receipt, error) {
				switch {
				case tries.Add(1) > tt.fails:
					stored.Add(1)
					return chat.Receipt{OK: true}, nil
				case tt.panicked:
					panic("boom")
				}
				return chat.Receipt{}, errors.New("disk full")
			}, nil, func(t *testing.T, b *booth) {
				b.Robot.Say(wangID, "", "签到 广州")
				time.Sleep(2 * time.Minute)
				if got := len(b.Seen(wangID)) == 1; got != tt.apology || stored.Load() == 1 == tt.apology {
					t.Errorf("told %v, stored %d, tries %d", got, stored.Load(), tries.Load())
				}
			})
		})
	}
}

// A stop lets what came be stored.
func TestStopWaitsForEvents(t *testing.T) {
	var stored atomic.Int32
	bubble(t, func(context.Context, chat.Event) (chat.Receipt, error) {
		time.Sleep(3 * time.Second)
		stored.Add(1)
		return chat.Receipt{OK: true}, nil
	}, nil, func(t *testing.T, b *booth) {
		for range 3 {
			b.Robot.Say(wangID, "", "签到 广州")
		}
		time.Sleep(time.Second)
		b.stop()
		if n := stored.Load(); n != 3 {
			t.Errorf("%d stored, want 3", n)
		}
	})
}

// Each callback five times, shuffled, under fresh request ids: one event each,
// those of one person in their order at first.
func TestRepeatedAndShuffled(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		for i := range 50 {
			b.Robot.Say(wangID, "", fmt.Sprint(i))
		}
		synctest.Wait()
		for i, e := range b.events.Events() {
			if e.Text != fmt.Sprint(i) {
				t.Fatalf("%q came as number %d", e.Text, i)
			}
		}
		for range 4 {
			b.Repeat(true)
		}
		synctest.Wait()
		if n := len(b.events.Events()); n != 50 {
			t.Errorf("%d events, want 50", n)
		}
	})
}

// Foreign, broken and cut frames have no effect, and the line stays up.
func TestForgedFrames(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		good := `{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":{"msgid":"m","chattype":"single","from":{"userid":"WangFang"},"msgtype":"text","text":{"content":"签到"}}}`
		for i := range len(good) {
			b.Robot.Emit([]byte(good[:i]))
		}
		for _, f := range []string{
			`[]`, `null`, `"x"`, `{"cmd":5}`, `{"cmd":"aibot_msg_callback"}`, `{"cmd":"aibot_msg_callback","body":[]}`,
			`{"cmd":"aibot_msg_callback","body":{"msgid":"m","msgtype":"text","text":{"content":"没有人"}}}`,
			`{"cmd":"aibot_msg_callback","body":{"from":{"userid":"x"},"msgtype":"text","text":{"content":"没有编号"}}}`,
			`{"cmd":"aibot_event_callback","body":{"msgid":"m","from":{"userid":"x"},"msgtype":"event","event":{"eventtype":"template_card_event"}}}`,
			`{"cmd":"aibot_event_callback","body":{"msgid":"m","from":{"userid":"x"},"msgtype":"event","event":{"eventtype":"feedback_event"}}}`,
			`{"cmd":"aibot_msg_callback","body":{"msgid":"m","chattype":"group","from":{"userid":"x"},"msgtype":"text","text":{"content":"没有群"}}}`,
			`{"cmd":"something_new","headers":{"req_id":"r"},"body":{}}`,
			`{"headers":{"req_id":"aibot_send_msg_9"},"errcode":0}`,
			strings.Repeat(`{"a":`, 20_000),
		} {
			b.Robot.Emit([]byte(f))
		}
		synctest.Wait()
		if n := len(b.events.Events()); n != 0 || b.Subscribed() != 1 {
			t.Errorf("%d events, %d connections", n, b.Subscribed())
		}
		b.Robot.Emit([]byte(good))
		synctest.Wait()
		if n := len(b.events.Events()); n != 1 {
			t.Errorf("%d events, want 1", n)
		}
	})
}

// A pressed card shows which button it was; what only sat in memory may be
// forgotten.
func TestPressedRobotCard(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		b.Open(wangID)
		card := &chat.Card{Title: "申请 A12", Blocks: []chat.Block{{Text: "出差 广州"}}, Buttons: []chat.Button{{Label: "批准", Command: "批准 A12"}, {Label: "驳回", Command: "驳回 A12"}}}
		for range 2 {
			payload, err := b.Render(t.Context(), private(wangID), chat.Message{Card: card}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := b.Send(t.Context(), private(wangID), payload, message.NewMark()); err != nil {
				t.Fatal(err)
			}
			m := b.Seen(wangID)
			if err := b.Robot.Press(wangID, m[len(m)-1].ID, "批准"); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			m = b.Seen(wangID)
			if last := m[len(m)-1]; last.Buttons[0].Label != "✓批准" || last.Buttons[1].Label != "驳回" || !strings.Contains(last.Text, "出差 广州") {
				t.Errorf("it is seen as %+v", last)
			}
			if err := b.Robot.Press(wangID, m[len(m)-1].ID, "驳回"); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if n := len(b.events.Events()); n != 4 {
			t.Errorf("%d events, want 4", n)
		}
	})
}

// People whom the robot knows by an encrypted id are known by their userid
// where the app can tell, and else by what the robot calls them.
func TestEncryptedIDs(t *testing.T) {
	const open = "wohR_KCgAAJ3UCFheXwKU"
	for _, tt := range []struct {
		name     string
		identify func(context.Context, string) (string, error)
		want     string
	}{
		{"with the app", func(_ context.Context, id string) (string, error) { return strings.Replace(id, open, wangID, 1), nil }, wangID},
		{"without", nil, open},
		{"the app is out of order", func(context.Context, string) (string, error) { return "", errors.New("60020") }, open},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBooth(t, nil, nil)
				b.Alias[wangID] = open
				b.robot.Identify = tt.identify
				b.run()
				synctest.Wait()
				b.Robot.Say(wangID, "", "您好")
				b.Robot.Say(liID, "", "您好")
				synctest.Wait()
				for _, e := range b.events.Events() {
					if e.From.ID != tt.want && e.From.ID != liID || e.Chat != e.From.Private() {
						t.Errorf("heard %+v", e)
					}
				}
				for i := range 2 {
					if err := b.post(private(tt.want), "答", fmt.Sprint(i)); err != nil {
						t.Error(err)
					}
				}
				if n := len(b.Seen(wangID)); n != 2 {
					t.Errorf("%d answers are seen, want 2", n)
				}
				b.stop()
			})
		})
	}
}

// The settings write somebody in other capitals than the platform: it is the
// same chat, and the robot says what it heard.
func TestCapitalsOfAnID(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		settings := private(strings.ToUpper(liID))
		b.Robot.Say(liID, "", "帮助")
		synctest.Wait()
		for _, key := range []string{"answer", "reminder"} { // one under the callback, one unasked
			if err := b.post(settings, key, key); err != nil {
				t.Fatal(err)
			}
		}
		if m := b.Seen(liID); len(m) != 2 {
			t.Errorf("seen %+v", m)
		}
		b.restart()
		synctest.Wait()
		if err := b.post(settings, "later", "later"); err != nil || len(b.Seen(liID)) != 3 {
			t.Errorf("after a restart: %v, %d seen", err, len(b.Seen(liID)))
		}
	})
}

// However much of one person's waits, others are heard at once; what is beyond
// all measure is not kept, and the person is told once.
func TestOneWaitsForOthersDoNot(t *testing.T) {
	var events chattest.Recorder
	var free chan struct{} // of the bubble
	bubble(t, func(ctx context.Context, e chat.Event) (chat.Receipt, error) {
		if e.From.ID == wangID {
			<-free
		}
		return events.Receive(ctx, e)
	}, nil, func(t *testing.T, b *booth) {
		free = make(chan struct{})
		for i := range 600 {
			if err := b.Robot.Say(wangID, "", fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 40 {
			b.Robot.Say(fmt.Sprint("other", i), "", "我的")
		}
		time.Sleep(time.Second)
		if n := len(events.Events()); n != 40 {
			t.Errorf("%d of 40 others were heard", n)
		}
		close(free)
		synctest.Wait()
		kept := events.Events()[40:]
		for i, e := range kept {
			if e.Text != fmt.Sprint(i) {
				t.Fatalf("event %d is %q", i, e.Text)
			}
		}
		if seen := b.Seen(wangID); len(kept) < 256 || len(kept) > 300 || len(seen) != 1 || !strings.Contains(seen[0].Text, "没有存下来") {
			t.Errorf("%d were kept, seen %+v", len(kept), seen)
		}
	})
}
