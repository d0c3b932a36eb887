package wecom

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom/app"
	"marketbot/handlers/chat"
	"marketbot/handlers/chat/chattest"
)

// desk looks at the robot's chats and the app's as at one, as people do.
type desk struct {
	watcher
	app  eyes
	seen map[chat.Address][]chattest.Message
}

func (d desk) Messages(at chat.Address) []chattest.Message {
	list := d.seen[at]
	fresh := func(all []chattest.Message, of string) {
		for _, m := range all {
			i := slices.IndexFunc(list, func(old chattest.Message) bool { return old.ID == of+m.ID })
			if m.ID = of + m.ID; i < 0 {
				list = append(list, m)
			}
		}
	}
	fresh(d.watcher.Messages(at), "")
	if !at.Group {
		fresh(d.app.Messages(at), "app/")
	}
	d.seen[at] = list
	return slices.Clone(list)
}

// The robot and the app together: what is confidential comes through the app
// and cannot be passed on.
func TestConformanceOfBoth(t *testing.T) {
	chattest.Run(t, func(t *testing.T) (chat.Platform, chattest.Seen) {
		f := newFirm(t, nil, nil)
		b := newBooth(t, func(c *Config) {
			c.App, c.BaseURL = &app.Config{CorpID: f.CorpID, AgentID: f.AgentID, Secret: f.API.Secret}, f.URL
		}, nil).run().connected()
		t.Cleanup(b.Adapter.http.CloseIdleConnections)
		b.robot.Pace.Max, b.app.Pace.Max = 1<<20, 1<<20
		b.Open(wangID)
		b.Open(groupID)
		return b.Adapter, desk{watcher{b}, eyes{watcher{b}, f.API}, map[chat.Address][]chattest.Message{}}
	})
}

// Nothing confidential is withheld where the app can say it.
func TestBothKeepSecrets(t *testing.T) {
	f := newFirm(t, nil, nil)
	b := newBooth(t, func(c *Config) {
		c.App, c.BaseURL = &app.Config{CorpID: f.CorpID, AgentID: f.AgentID, Secret: f.API.Secret}, f.URL
	}, nil).run().connected()
	t.Cleanup(b.Adapter.http.CloseIdleConnections)
	b.Open(wangID)
	if err := b.send(private(wangID), chat.Message{Text: "电话 138", Secrecy: chat.Secrecy{Confidential: true, Summary: "华东机电"}}, "k"); err != nil {
		t.Fatal(err)
	}
	if seen := f.Seen(wangID); len(seen) != 1 || !seen[0].Locked || !strings.Contains(seen[0].Text, "电话 138") || len(b.Seen(wangID)) != 0 {
		t.Errorf("seen %+v", seen)
	}
}

// Whom the app does not reach gets the summary by the robot instead of nothing,
// until they write: then the app is tried again.
func TestAppDoesNotReach(t *testing.T) {
	f := newFirm(t, nil, nil)
	f.Hide(wangID)
	b := newBooth(t, func(c *Config) {
		c.App, c.BaseURL = &app.Config{CorpID: f.CorpID, AgentID: f.AgentID, Secret: f.API.Secret}, f.URL
	}, nil).run().connected()
	t.Cleanup(b.Adapter.http.CloseIdleConnections)
	for i := range 2 {
		if err := b.Robot.Say(wangID, "", "客户 华东机电"); err != nil {
			t.Fatal(err)
		}
		platformtest.Eventually(t, "an event", func() bool { return len(b.events.Events()) == i+1 })
		if err := b.send(private(wangID), chat.Message{Text: "电话 138", Secrecy: chat.Secrecy{Confidential: true, Summary: "华东机电"}}, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if seen := b.Seen(wangID); len(seen) != i+1 || seen[i].Text != "华东机电" || len(f.Seen(wangID)) != 0 {
			t.Errorf("seen %+v", seen)
		}
	}
}
