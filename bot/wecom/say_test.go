package wecom

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/handlers/chat"
)

// bubble runs a test on a connected booth whose clock is the bubble's.
func bubble(t *testing.T, receive chat.Receive, change func(*Config), f func(t *testing.T, b *booth)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBooth(t, change, receive).run()
		synctest.Wait()
		f(t, b)
		b.stop()
	})
}

func (b *booth) post(to chat.Address, text, key string) error {
	payload, err := b.Render(context.Background(), to, chat.Message{Text: text}, nil)
	if err != nil {
		return err
	}
	return b.Send(context.Background(), to, payload, key)
}

// The robot may only write where somebody wrote to it.
func TestUnopenedChat(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		for _, to := range []chat.Address{private(liID), inGroup()} {
			if s := refusal(t, b.post(to, "提醒", "k"+to.ID)); s.Failure != chat.BadReceiver || s.Code != noSuchChat {
				t.Errorf("got %+v", s)
			}
		}
		b.Robot.Say(liID, "", "您好")
		synctest.Wait()
		if err := b.post(private(liID), "提醒", "k2"); err != nil {
			t.Errorf("after they wrote: %v", err)
		}
	})
}

// The department's group is told over its webhook until somebody writes to the
// robot there; people who never wrote are told through the app.
func TestOtherWays(t *testing.T) {
	f := newFirm(t, nil, nil)
	b := newBooth(t, func(c *Config) {
		c.App, c.BaseURL, c.WebhookKey = &AppConfig{CorpID: f.CorpID, AgentID: f.AgentID, Secret: f.API.Secret}, f.URL, f.HookKey
	}, nil).run().connected()
	t.Cleanup(b.app.api.http.CloseIdleConnections)
	for i, to := range []chat.Address{private(liID), inGroup()} {
		if err := b.send(to, chat.Message{Text: "提醒"}, fmt.Sprint("first", i)); err != nil {
			t.Errorf("%v: %v", to, err)
		}
	}
	if n, m := len(f.Seen(liID)), len(f.Seen("group of the webhook")); n != 1 || m != 1 {
		t.Errorf("%d through the app, %d over the webhook", n, m)
	}
	b.Robot.Say(liID, groupID, "@市场部 助手 您好")
	b.Robot.Say(liID, "", "您好")
	b.eventually("both", func() bool { return len(b.events.Events()) == 2 })
	for i, to := range []chat.Address{private(liID), inGroup()} {
		if err := b.send(to, chat.Message{Text: "提醒"}, fmt.Sprint("second", i)); err != nil {
			t.Errorf("%v: %v", to, err)
		}
	}
	if n, m := len(b.Seen(liID)), len(b.Seen(groupID)); n != 1 || m != 1 {
		t.Errorf("%d and %d by the robot", n, m)
	}
	secret := chat.Message{Text: "电话 138", Confidential: true, Summary: "华东机电，王芳，意向"}
	if err := b.send(private(liID), secret, "secret"); err != nil {
		t.Fatal(err)
	}
	seen := f.Seen(liID)
	if last := seen[len(seen)-1]; !last.Safe || !strings.Contains(last.Text, "138") || len(b.Seen(liID)) != 1 {
		t.Errorf("the confidential answer is %+v", last)
	}
	if err := b.send(inGroup(), secret, "secret/group"); err != nil {
		t.Fatal(err)
	}
	if seen := b.Seen(groupID); seen[len(seen)-1].Text != secret.Summary {
		t.Errorf("the group sees %q", seen[len(seen)-1].Text)
	}
}

// Without the app nobody sees more than the summary.
func TestRobotKeepsNoSecrets(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		b.Open(wangID)
		for i, m := range []chat.Message{
			{Text: "电话 138", Confidential: true, Summary: "华东机电，王芳，意向"},
			{Card: &chat.Card{Title: "电话 138"}, Confidential: true},
			{File: &chat.File{Name: "电话 138.xlsx"}, Confidential: true},
		} {
			if err := b.send(private(wangID), m, fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
			last := b.Seen(wangID)[i]
			if want := redact(m).Text; last.Text != want || strings.Contains(last.Text+last.File, "138") {
				t.Errorf("it is seen as %+v", last)
			}
		}
	})
}

// What somebody wrote is answered as an answer; where that is too late the
// robot speaks unasked.
func TestAnswers(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		b.Robot.Say(wangID, "", "一")
		b.Robot.Say(wangID, "", "二")
		synctest.Wait()
		b.Robot.Refuse(cmdRespond, 1, badRequestID)
		for i := range 3 {
			if err := b.post(private(wangID), fmt.Sprint("答", i), fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
		}
		var replies []bool
		for _, m := range b.Seen(wangID) {
			replies = append(replies, m.Reply)
		}
		if diff := cmp.Diff([]bool{false, true, false}, replies); diff != "" {
			t.Errorf("answers: %s", diff)
		}
	})
}

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

// A lost answer leaves it open whether the message was shown; nothing protects
// against a second copy, and that is told.
func TestLostRobotAnswer(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		b.Open(wangID)
		for i, spoil := range []func(){func() { b.Mute(cmdPush, 1) }, func() { b.Cut(cmdPush, 1) }} {
			spoil()
			payload, err := b.Render(t.Context(), private(wangID), chat.Message{Text: "提醒"}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if s := refusal(t, b.Send(t.Context(), private(wangID), payload, fmt.Sprint(i))); s.Failure != chat.Uncertain {
				t.Errorf("got %+v", s)
			}
			if w := b.Window(payload); w != 0 {
				t.Errorf("a key protects for %v", w)
			}
		}
		time.Sleep(time.Minute)
		if err := b.post(private(wangID), "又一条", "k"); err != nil {
			t.Error(err)
		}
	})
}

// What the platform refuses decides what the outbox does.
func TestRobotRefusals(t *testing.T) {
	for _, tt := range []struct {
		code int
		want chat.Failure
	}{{45009, chat.Busy}, {45033, chat.Busy}, {-1, chat.Uncertain}, {40008, chat.BadContent}, {42014, chat.BadContent}, {99999, chat.BadContent}, {badLogin, chat.BadSetup}, {noSuchChat, chat.BadReceiver}} {
		t.Run(fmt.Sprint(tt.code), func(t *testing.T) {
			bubble(t, nil, nil, func(t *testing.T, b *booth) {
				b.Open(wangID)
				b.Robot.Refuse(cmdPush, 1, tt.code)
				s := refusal(t, b.post(private(wangID), "提醒", "k"))
				if s.Failure != tt.want || s.Code != tt.code || s.OneChat != (tt.want == chat.Busy) {
					t.Errorf("got %+v, want %v", s, tt.want)
				}
				if err := b.post(private(wangID), "提醒", "k2"); err != nil {
					t.Errorf("afterwards: %v", err)
				}
			})
		})
	}
}

// Two hundred messages into one chat go as fast as the platform takes them,
// and those of other chats do not wait for them.
func TestChatLimits(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		b.Limited = true
		b.Open(wangID)
		b.Open(liID)
		var all sync.WaitGroup
		began := time.Now()
		all.Go(func() {
			for i := range 200 {
				if err := b.send(private(wangID), chat.Message{Text: fmt.Sprint(i)}, fmt.Sprint("w", i)); err != nil {
					t.Error(err)
				}
			}
		})
		time.Sleep(time.Second)
		if err := b.post(private(liID), "您好", "l"); err != nil {
			t.Errorf("another chat: %v", err)
		}
		all.Wait()
		if took := time.Since(began); took > 7*time.Minute || len(b.Seen(wangID)) != 200 {
			t.Errorf("%d messages took %v", len(b.Seen(wangID)), took)
		}
	})
}

// A file of several pieces arrives whole.
func TestLargeFile(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		b.Open(wangID)
		data := []byte(strings.Repeat("0123456789abcdef", 100_000))
		payload, err := b.Render(t.Context(), private(wangID), chat.Message{File: &chat.File{Name: "汇总.xlsx"}}, data)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Send(t.Context(), private(wangID), payload, "k"); err != nil {
			t.Fatal(err)
		}
		if m := b.Seen(wangID); len(m) != 1 || m[0].File != "汇总.xlsx" || string(m[0].Data) != string(data) {
			t.Errorf("%d messages", len(m))
		}
		b.Away(true)
		if _, err := b.Render(t.Context(), private(wangID), chat.Message{File: &chat.File{Name: "汇总.xlsx"}}, data); refusal(t, err).Failure != chat.Busy {
			t.Errorf("away: %v", err)
		}
		if _, err := b.Render(t.Context(), private(wangID), chat.Message{File: &chat.File{Name: "空"}}, nil); refusal(t, err).Failure != chat.BadContent {
			t.Errorf("empty: %v", err)
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
			if err := b.Send(t.Context(), private(wangID), payload, newMark()); err != nil {
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
				b.robot.identify = tt.identify
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
