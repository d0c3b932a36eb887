package wecom

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
)

func TestWhatComesIn(t *testing.T) {
	f := newFirm(t, nil, nil)
	f.API.Say(wangID, "签到 广州 ]]> <b>")
	f.API.Say(wangID, "填表 提交周报 2026-W48\n【本周】本周完成（必填）\n拜访\n三家\n【下周】下周计划\n签约\n（2/2）")
	f.Locate(wangID, "广州塔")
	f.Picture(wangID, []byte("a picture"))
	f.Click(wangID, "周报")
	f.Subscribe(wangID)
	f.Enter(wangID) // comes with every look at the app
	who := chats.Person(wangID)
	want := []chat.Event{
		{Kind: chat.Text, Text: "签到 广州 ]]> <b>"},
		{Kind: chat.Text, Text: "填表 提交周报 2026-W48\n【本周】本周完成（必填）\n拜访\n三家\n【下周】下周计划\n签约"},
		{Kind: chat.Location, Place: "广州塔"},
		{Kind: chat.Picture},
		{Kind: chat.Menu, Command: "周报"},
		{Kind: chat.Opened},
	}
	got := f.events.Events()
	if len(got) != len(want) {
		t.Fatalf("%d events came, want %d: %+v", len(got), len(want), got)
	}
	for i, w := range want {
		g := got[i]
		if g.Kind != w.Kind || g.Text != w.Text || g.Command != w.Command || g.Place != w.Place ||
			g.From != who || g.Chat != who.Private() || !g.ToBot || !g.Sent.Equal(noon) || g.ID == "" {
			t.Errorf("event %d came as %+v, want %+v", i, g, w)
		}
	}
}

// A redelivery has a new envelope and is the same event; events of one second
// are different ones.
func TestEventsAreToldApart(t *testing.T) {
	f := newFirm(t, nil, nil)
	f.Click(wangID, "周报")
	f.Click(wangID, "签到")
	f.Click(liID, "签到")
	f.API.Say(wangID, "签到")
	f.API.Say(wangID, "签到")
	f.Repeat()
	f.Repeat()
	if got := f.events.Events(); len(got) != 5 || f.Unacked() != 0 {
		t.Errorf("%d events came, %d were given up; want 5 and 0", len(got), f.Unacked())
	}
}

// What was not stored is not acknowledged, so that it comes again.
func TestNotStoredComesAgain(t *testing.T) {
	calls := 0
	f := newFirm(t, nil, func(context.Context, chat.Event) (chat.Receipt, error) {
		calls++
		switch calls {
		case 1:
			return chat.Receipt{}, errors.New("the store is down")
		case 2:
			panic("a bug")
		}
		return chat.Receipt{OK: true}, nil
	})
	f.API.Say(wangID, "签到")
	if calls != 3 || f.Unacked() != 0 {
		t.Errorf("%d tries, %d given up", calls, f.Unacked())
	}
}

// A pressed card shows which button it was and can be pressed again; one whose
// step did not go through stays as it is.
func TestPressedCard(t *testing.T) {
	ok := true
	f := newFirm(t, nil, func(context.Context, chat.Event) (chat.Receipt, error) { return chat.Receipt{OK: ok}, nil })
	labels := func() []string {
		all := f.Seen(wangID)
		var list []string
		for _, b := range all[len(all)-1].Buttons {
			list = append(list, b.Label)
		}
		return list
	}
	press := func(label string, want ...string) {
		t.Helper()
		all := f.Seen(wangID)
		if err := f.Press(wangID, all[len(all)-1].ID, label); err != nil {
			t.Fatal(err)
		}
		if got := labels(); !slices.Equal(got, want) {
			t.Errorf("the card shows %q, want %q", got, want)
		}
	}
	card := &chat.Card{Title: "申请 A12", Buttons: []chat.Button{{Label: "同意", Command: "批准 A12"}, {Label: "驳回", Command: "驳回 A12"}}}
	if err := f.say(private(wangID), chat.Message{Card: card}, message.NewMark()); err != nil {
		t.Fatal(err)
	}
	ok = false
	press("同意", "同意", "驳回")
	ok = true
	press("同意", "✓同意", "驳回")
	press("驳回", "✓同意", "✓驳回")
	f.Fail("/cgi-bin/message/update_template_card", 1, wecomtest.Broken)
	press("✓驳回", "✓同意", "✓驳回")
	if f.Unacked() != 0 {
		t.Error("a card that could not be changed costs the event")
	}
}

// Nothing that does not come from the platform has any effect.
func TestForgedCalls(t *testing.T) {
	f := newFirm(t, nil, nil)
	plain := "<xml><FromUserName>WangFang</FromUserName><MsgType>text</MsgType><Content>签到</Content><MsgId>1</MsgId><AgentID>1000002</AgentID></xml>"
	sealed := wecomtest.Seal(f.AESKey, f.CorpID, plain)
	wrap := func(sealed string) string { return wecomtest.Envelope(f.CorpID, f.AgentID, sealed) }
	sign := func(sealed string) string { return wecomtest.Sign(f.API.Token, noon, sealed) }
	foreign := wecomtest.Seal(f.AESKey, f.CorpID, strings.Replace(plain, "1000002", "7", 1))
	broken := wecomtest.Seal(f.AESKey, f.CorpID, plain[:len(plain)-9])
	other := wecomtest.Seal(f.AESKey, "ww_other", plain)
	for _, tt := range []struct {
		name, query, body string
		want              int
	}{
		{"good", sign(sealed), wrap(sealed), 200},
		{"no signature", "", wrap(sealed), 401},
		{"another token", wecomtest.Sign("guess", noon, sealed), wrap(sealed), 401},
		{"another's signature", sign(other), wrap(sealed), 401},
		{"recorded", wecomtest.Sign(f.API.Token, noon.Add(-6*time.Minute), sealed), wrap(sealed), 401},
		{"from the future", wecomtest.Sign(f.API.Token, noon.Add(6*time.Minute), sealed), wrap(sealed), 401},
		{"another company", sign(other), wrap(other), 401},
		{"another app", sign(foreign), wrap(foreign), 403},
		{"truncated inside", sign(broken), wrap(broken), 400},
		{"truncated outside", sign(sealed), wrap(sealed)[:200], 401},
		{"empty", sign(sealed), "", 401},
		{"huge and unsigned", "", strings.Repeat("x", 256<<10+1), 401},
		{"huge", sign(sealed), strings.Repeat("x", 256<<10+1), 413},
	} {
		r := httptest.NewRequest(http.MethodPost, Path+"?"+tt.query, strings.NewReader(tt.body))
		w := httptest.NewRecorder()
		f.Handler().ServeHTTP(w, r)
		if w.Code != tt.want || w.Body.Len() > 0 {
			t.Errorf("%s is answered %d %q, want %d", tt.name, w.Code, w.Body, tt.want)
		}
	}
	if n := len(f.events.Events()); n != 1 {
		t.Errorf("%d events came, want 1", n)
	}
	if counts := f.Refused().Counts(); counts["clock"] != 2 || counts["seal"] != 1 || counts["signature"] != 6 || counts["body"] != 2 {
		t.Errorf("the refused calls are %v", counts)
	}
	if wrong := f.Refused().Wrong(); !strings.Contains(wrong, "慢 6 分 0 秒") {
		t.Errorf("to be mended: %q", wrong)
	}
}

func TestMethodsAndMissingKeys(t *testing.T) {
	f := newFirm(t, func(c *Config) { c.App.Token, c.App.AESKey = "", "" }, nil)
	for method, want := range map[string]int{http.MethodPut: 405, http.MethodGet: 401, http.MethodPost: 401} {
		body := io.NopCloser(strings.NewReader(wecomtest.Envelope("ww1", 1, "x")))
		w := httptest.NewRecorder()
		f.Handler().ServeHTTP(w, httptest.NewRequest(method, Path+"?"+wecomtest.Sign("", noon, ""), body))
		if w.Code != want {
			t.Errorf("%s is answered %d, want %d", method, w.Code, want)
		}
	}
}
