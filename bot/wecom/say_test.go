package wecom

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom/app"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/wecomtest"
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
			if s := refusal(t, b.post(to, "提醒", "k"+to.ID)); s.Failure != chat.BadReceiver || s.Code != 93006 {
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
		c.App, c.BaseURL, c.WebhookKey = &app.Config{CorpID: f.CorpID, AgentID: f.AgentID, Secret: f.API.Secret}, f.URL, f.HookKey
	}, nil).run().connected()
	t.Cleanup(b.Adapter.http.CloseIdleConnections)
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
	platformtest.Eventually(t, "both", func() bool { return len(b.events.Events()) == 2 })
	for i, to := range []chat.Address{private(liID), inGroup()} {
		if err := b.send(to, chat.Message{Text: "提醒"}, fmt.Sprint("second", i)); err != nil {
			t.Errorf("%v: %v", to, err)
		}
	}
	if n, m := len(b.Seen(liID)), len(b.Seen(groupID)); n != 1 || m != 1 {
		t.Errorf("%d and %d by the robot", n, m)
	}
	secret := chat.Message{Text: "电话 138", Secrecy: chat.Secrecy{Confidential: true, Summary: "华东机电，王芳，意向"}}
	if err := b.send(private(liID), secret, "secret"); err != nil {
		t.Fatal(err)
	}
	seen := f.Seen(liID)
	if last := seen[len(seen)-1]; !last.Locked || !strings.Contains(last.Text, "138") || len(b.Seen(liID)) != 1 {
		t.Errorf("the confidential answer is %+v", last)
	}
	if err := b.send(inGroup(), secret, "secret/group"); err != nil {
		t.Fatal(err)
	}
	if seen := b.Seen(groupID); seen[len(seen)-1].Text != secret.Summary {
		t.Errorf("the group sees %q", seen[len(seen)-1].Text)
	}
}

// What was learnt about chats outlives a restart: where the robot was refused it
// is not tried again, and whom it knows by an encrypted id it still reaches.
func TestChatsAreRemembered(t *testing.T) {
	const open = "wohR_KCgAAJ3UCFheXwKU"
	f := newFirm(t, nil, nil)
	f.Encrypt(open, wangID)
	b := newBooth(t, func(c *Config) {
		c.App, c.BaseURL, c.WebhookKey = &app.Config{CorpID: f.CorpID, AgentID: f.AgentID, Secret: f.API.Secret}, f.URL, f.HookKey
	}, nil)
	b.Robot.Alias[wangID] = open
	b.run().connected()
	if err := b.Robot.Say(wangID, "", "您好"); err != nil {
		t.Fatal(err)
	}
	platformtest.Eventually(t, "an event", func() bool { return len(b.events.Events()) == 1 })
	for i := range 2 {
		for _, to := range []chat.Address{private(liID), private(wangID), inGroup()} {
			if err := b.send(to, chat.Message{Text: "提醒"}, fmt.Sprint(i, to.ID)); err != nil {
				t.Errorf("%v: %v", to, err)
			}
		}
		if n, by := b.Robot.Refused(), len(b.Seen(wangID)); n != 2 || by != i+1 {
			t.Errorf("refused %d times, %d messages by the robot", n, by)
		}
		b.Adapter.http.CloseIdleConnections()
		b.restart().connected()
	}
	t.Cleanup(b.Adapter.http.CloseIdleConnections)
	f.Fail("/cgi-bin/batch/openuserid_to_userid", 1, wecomtest.Refuse(60020, "not allow to access from your ip"))
	if err := b.Robot.Say(wangID, "", "您好"); err != nil {
		t.Fatal(err)
	}
	platformtest.Eventually(t, "an event", func() bool { return len(b.events.Events()) == 2 })
	if e := b.events.Events()[1]; chats.Key(e.Chat) != chats.Key(private(wangID)) || e.Chat != e.From.Private() {
		t.Errorf("while the app is out of order, it comes from %+v", e.From)
	}
}

// Without the app nobody sees more than the summary.
func TestRobotKeepsNoSecrets(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		b.Open(wangID)
		for i, m := range []chat.Message{
			{Text: "电话 138", Secrecy: chat.Secrecy{Confidential: true, Summary: "华东机电，王芳，意向"}},
			{Card: &chat.Card{Title: "电话 138"}, Secrecy: chat.Secrecy{Confidential: true}},
			{File: &chat.File{Name: "电话 138.xlsx"}, Secrecy: chat.Secrecy{Confidential: true}},
		} {
			if err := b.send(private(wangID), m, fmt.Sprint(i)); err != nil {
				t.Fatal(err)
			}
			last := b.Seen(wangID)[i]
			if want := m.Redacted().Text; last.Text != want || strings.Contains(last.Text+last.File, "138") {
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
		b.Robot.Refuse("aibot_respond_msg", 1, 846605)
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

// Whatever the reason for which an answer is refused, it is said unasked.
func TestRefusedAnswers(t *testing.T) {
	for _, code := range []int{846605, 846607, 846608, 40008, 45009, 99999} {
		bubble(t, nil, nil, func(t *testing.T, b *booth) {
			b.Robot.Say(wangID, "", "一")
			synctest.Wait()
			b.Robot.Refuse("aibot_respond_msg", 1, code)
			if err := b.post(private(wangID), "答", "k"); err != nil {
				t.Errorf("%d: %v", code, err)
			}
			if seen := b.Seen(wangID); len(seen) != 1 || seen[0].Reply {
				t.Errorf("%d: seen %+v", code, seen)
			}
		})
	}
}

// A connection that the platform has forgotten is replaced, and what was to be
// said goes over the next, answer or not.
func TestForgottenConnection(t *testing.T) {
	for _, cmd := range []string{"aibot_respond_msg", "aibot_send_msg"} {
		bubble(t, nil, nil, func(t *testing.T, b *booth) {
			b.Open(wangID)
			if cmd == "aibot_respond_msg" {
				b.Robot.Say(wangID, "", "一")
				synctest.Wait()
			}
			before := b.Subscribed()
			b.Robot.Refuse(cmd, 1, 846609)
			if s := refusal(t, b.post(private(wangID), "答", "k")); s.Failure != chat.Busy || s.OneChat {
				t.Errorf("%s: got %+v", cmd, s)
			}
			time.Sleep(3 * time.Second)
			if got := b.Subscribed(); got != before+1 || !b.Connected() {
				t.Errorf("%s: %d connections, want one more than %d", cmd, got, before)
			}
			if err := b.post(private(wangID), "答", "k"); err != nil || len(b.Seen(wangID)) != 1 {
				t.Errorf("%s: %v, seen %+v", cmd, err, b.Seen(wangID))
			}
		})
	}
}

// A lost answer leaves it open whether the message was shown; nothing protects
// against a second copy, and that is told.
func TestLostRobotAnswer(t *testing.T) {
	bubble(t, nil, nil, func(t *testing.T, b *booth) {
		b.Open(wangID)
		for i, spoil := range []func(){func() { b.Mute("aibot_send_msg", 1) }, func() { b.Cut("aibot_send_msg", 1) }} {
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
	}{{45009, chat.Busy}, {45033, chat.Busy}, {-1, chat.Uncertain}, {40008, chat.BadContent}, {42014, chat.BadContent}, {99999, chat.Unknown}, {846607, chat.Unknown}, {853000, chat.BadSetup}, {93006, chat.BadReceiver}} {
		t.Run(fmt.Sprint(tt.code), func(t *testing.T) {
			bubble(t, nil, nil, func(t *testing.T, b *booth) {
				b.Open(wangID)
				b.Robot.Refuse("aibot_send_msg", 1, tt.code)
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
