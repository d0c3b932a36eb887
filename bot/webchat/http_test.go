package webchat_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/webchat"
	"marketbot/handlers/chat"
)

func TestOnlyThisMachineMayLook(t *testing.T) {
	s := newSite(t)
	tests := []struct {
		name, remote, host, site string
		method, path             string
		want                     int
	}{
		{"the page", "127.0.0.1:5000", "127.0.0.1:8080", "", "GET", "/", 200},
		{"by name", "127.0.0.1:5000", "localhost:8080", "", "GET", "/", 200},
		{"over IPv6", "[::1]:5000", "[::1]:8080", "", "GET", "/", 200},
		{"IPv4 in IPv6", "[::ffff:127.0.0.1]:5000", "localhost", "", "GET", "/", 200},
		{"another machine", "192.168.1.7:5000", "127.0.0.1:8080", "", "GET", "/", 403},
		{"a foreign name that points here", "127.0.0.1:5000", "evil.example:8080", "", "GET", "/", 403},
		{"a name that begins like ours", "127.0.0.1:5000", "127.0.0.1.evil.example", "", "GET", "/events", 403},
		{"no name", "127.0.0.1:5000", "", "", "GET", "/", 403},
		{"a post from the page", "127.0.0.1:5000", "127.0.0.1:8080", "same-origin", "POST", "/reset", 200},
		{"a post from a foreign page", "127.0.0.1:5000", "127.0.0.1:8080", "cross-site", "POST", "/reset", 403},
		{"a foreign page speaking as a person", "127.0.0.1:5000", "127.0.0.1:8080", "cross-site", "POST", "/say", 403},
		{"another page of the site", "127.0.0.1:5000", "127.0.0.1:8080", "", "GET", "/page/app.js", 200},
		{"outside the page's folder", "127.0.0.1:5000", "127.0.0.1:8080", "", "GET", "/page/..%2fwebchat.go", 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader("{}"))
			r.RemoteAddr, r.Host = tt.remote, tt.host
			r.Header.Set("Sec-Fetch-Site", tt.site)
			w := httptest.NewRecorder()
			s.chat.ServeHTTP(w, r)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d", w.Code, tt.want)
			}
			if policy := w.Header().Get("Content-Security-Policy"); w.Code == 200 && !strings.Contains(policy, "default-src 'self'") {
				t.Errorf("the page may load from anywhere: %q", policy)
			}
		})
	}
	if s.resets != 1 {
		t.Errorf("%d resets, want the page's own only", s.resets)
	}
}

func TestActsBecomeEvents(t *testing.T) {
	group := chat.Address{Platform: webchat.Platform, Group: true, ID: "market"}
	lina := chat.Account{Platform: webchat.Platform, ID: "lina"}
	tests := []struct {
		name, path string
		body       map[string]any
		want       chat.Event
	}{
		{"private text", "/say", map[string]any{"room": "lina", "text": "帮助"},
			chat.Event{Kind: chat.Text, Chat: lina.Private(), Text: "帮助", ToBot: true}},
		{"group text without a mention", "/say", map[string]any{"room": "#group", "text": "中午吃什么"},
			chat.Event{Kind: chat.Text, Chat: group, Text: "中午吃什么"}},
		{"group text with the chip", "/say", map[string]any{"room": "#group", "text": "谁没交", "mention": true},
			chat.Event{Kind: chat.Text, Chat: group, Text: "谁没交", ToBot: true}},
		{"a typed mention", "/say", map[string]any{"room": "#group", "text": "@市场部助手 谁没交"},
			chat.Event{Kind: chat.Text, Chat: group, Text: "谁没交", ToBot: true}},
		{"a mention of a colleague", "/say", map[string]any{"room": "#group", "text": "@张伟 在吗"},
			chat.Event{Kind: chat.Text, Chat: group, Text: "@张伟 在吗",
				Mentions: []chat.Mention{{Name: "张伟", Account: chat.Account{Platform: webchat.Platform, ID: "zhangwei"}}}}},
		{"a place", "/location", map[string]any{"room": "lina", "place": "深圳"},
			chat.Event{Kind: chat.Location, Chat: lina.Private(), Place: "深圳", ToBot: true}},
		{"a photo", "/say", map[string]any{"room": "lina", "text": "", "picture": []byte("jpeg")},
			chat.Event{Kind: chat.Picture, Chat: lina.Private(), ToBot: true}},
		{"a photo with words", "/say", map[string]any{"room": "lina", "text": "到场 H3", "picture": []byte("jpeg")},
			chat.Event{Kind: chat.Text, Chat: lina.Private(), Text: "到场 H3", ToBot: true}},
		{"a place in the group mentions nobody", "/location", map[string]any{"room": "#group", "place": "深圳"},
			chat.Event{Kind: chat.Location, Chat: group, Place: "深圳"}},
		{"the menu", "/menu", map[string]any{"command": "我的"},
			chat.Event{Kind: chat.Menu, Chat: lina.Private(), Command: "我的", ToBot: true}},
		{"the first look into the private chat", "/open", map[string]any{"room": "lina"},
			chat.Event{Kind: chat.Opened, Chat: lina.Private(), ToBot: true}},
		{"the first look into the group", "/open", map[string]any{"room": "#group"},
			chat.Event{Kind: chat.BotJoined, Chat: group, ToBot: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newSite(t)
			tt.body["as"] = "lina"
			s.post(tt.path, tt.body)
			all := s.Events()
			if len(all) != 1 {
				t.Fatalf("%d events", len(all))
			}
			got := all[0]
			if data, sent := tt.body["picture"]; sent {
				if fetched, err := got.Fetch(t.Context()); err != nil || !bytes.Equal(fetched, data.([]byte)) {
					t.Errorf("fetched %q, %v", fetched, err)
				}
			}
			if got.ID == "" || got.From != lina || got.FromName != "李娜" || !got.Sent.Equal(s.Now()) {
				t.Errorf("event is from nobody or of no time: %+v", got)
			}
			tt.want.ID, tt.want.From, tt.want.FromName, tt.want.Sent = got.ID, lina, "李娜", got.Sent
			if a, b := asJSON(t, got), asJSON(t, tt.want); a != b {
				t.Errorf("event is\n%s\nwant\n%s", a, b)
			}
		})
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestNobodyActsElsewhere(t *testing.T) {
	s := newSite(t)
	private := s.Person().Private()
	payload, err := s.chat.Render(t.Context(), private, chat.Message{Card: &chat.Card{Title: "私", Buttons: []chat.Button{{Label: "好", Command: "好"}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.chat.Send(t.Context(), private, payload, "one"); err != nil {
		t.Fatal(err)
	}
	card := s.Messages(private)[0].ID
	for name, tt := range map[string]struct {
		path string
		body map[string]any
	}{
		"nobody":                      {"/say", map[string]any{"as": "ghost", "room": "#group", "text": "x"}},
		"in another's private chat":   {"/say", map[string]any{"as": "lina", "room": "zhangwei", "text": "x"}},
		"on another's card":           {"/press", map[string]any{"as": "lina", "card": card, "button": 0}},
		"a button that is not there":  {"/press", map[string]any{"as": "zhangwei", "card": card, "button": 1}},
		"a form that is not there":    {"/submit", map[string]any{"as": "zhangwei", "card": card}},
		"a card that is not there":    {"/press", map[string]any{"as": "zhangwei", "card": "e999", "button": 0}},
		"an event that never was":     {"/again", map[string]any{"id": "t999"}},
		"a clock that goes backwards": {"/clock", map[string]any{"to": "2026-11-26T09:00"}},
		"a clock that goes too far":   {"/clock", map[string]any{"to": "2028-11-26T09:00"}},
		"a clock that goes nowhere":   {"/clock", map[string]any{"moment": "no such"}},
		"a time that is none":         {"/clock", map[string]any{"to": "tomorrow"}},
	} {
		if status, answer := s.try(tt.path, tt.body); status != http.StatusBadRequest || answer["toast"] == nil {
			t.Errorf("%s: status %d, %v", name, status, answer)
		}
	}
	if n := len(s.Events()); n != 0 {
		t.Errorf("%d events came of it", n)
	}
}

func TestOpeningAgainIsNoEvent(t *testing.T) {
	s := newSite(t)
	for range 3 {
		s.post("/open", map[string]any{"as": "lina", "room": "lina"})
	}
	if n := len(s.Events()); n != 1 {
		t.Errorf("%d events, want 1", n)
	}
}

func TestRedeliveryCarriesTheSameID(t *testing.T) {
	s := newSite(t)
	s.Say(s.Group(), "帮助")
	var id string
	for _, f := range s.frames("") {
		var line struct{ ID, Way string }
		if f.name == "traffic" && json.Unmarshal([]byte(f.data), &line) == nil && line.Way == "in" {
			id = line.ID
		}
	}
	answer := s.post("/again", map[string]any{"id": id})
	if answer["duplicate"] != true || answer["toast"] != "重复投递：已认出，没有重做" {
		t.Errorf("answer %v", answer)
	}
	if n := len(s.Events()); n != 1 {
		t.Errorf("%d events are known, want 1", n)
	}
}

func TestTheClockMovesToTheNextSuchMoment(t *testing.T) {
	tests := []struct {
		body map[string]any
		want string
	}{
		{map[string]any{"moment": "thu-1647"}, "2026-11-26T16:47:00+08:00"},
		{map[string]any{"moment": "fri-1200"}, "2026-11-27T12:00:00+08:00"},
		{map[string]any{"moment": "mon-1100"}, "2026-11-30T11:00:00+08:00"},
		{map[string]any{"minutes": 60}, "2026-11-26T10:30:00+08:00"},
		{map[string]any{"to": "2026-12-01T08:00"}, "2026-12-01T08:00:00+08:00"},
	}
	for _, tt := range tests {
		s := newSite(t)
		s.post("/clock", tt.body)
		if got := s.Now().Format(time.RFC3339); got != tt.want {
			t.Errorf("%v moves to %s, want %s", tt.body, got, tt.want)
		}
	}
	s := newSite(t)
	s.post("/clock", map[string]any{"moment": "fri-1200"})
	s.post("/clock", map[string]any{"moment": "fri-1200"})
	if got := s.Now().Format(time.RFC3339); got != "2026-12-04T12:00:00+08:00" {
		t.Errorf("a moment that is now moves to %s", got)
	}
}

func TestAStreamGoesOnWhereItBroke(t *testing.T) {
	s := newSite(t)
	s.Say(s.Group(), "一")
	first := s.frames("")
	if first[0].name != "reset" {
		t.Fatalf("a new stream begins with %q", first[0].name)
	}
	last := first[len(first)-2].id
	s.Say(s.Group(), "二")
	if again := s.frames(last); len(again) != 3 || !strings.Contains(again[0].data, "二") {
		t.Errorf("the stream went on with %v", again)
	}
	s.post("/reset", nil)
	if fresh := s.frames(last); len(fresh) != 2 || fresh[0].name != "reset" {
		t.Errorf("after a reset the stream went on with %v", fresh)
	}
}

func TestOnlyWhoPressedSeesAToast(t *testing.T) {
	s := newEchoSite(t)
	if answer := s.post("/say", map[string]any{"as": "zhangwei", "room": "zhangwei", "text": "帮助"}); answer["toast"] != nil {
		t.Errorf("a text was answered with the toast %v", answer["toast"])
	}
	card := s.Messages(s.Person().Private())[0].ID
	if answer := s.post("/press", map[string]any{"as": "zhangwei", "card": card, "button": 0}); answer["toast"] != "已收到" {
		t.Errorf("a press was answered with the toast %v", answer["toast"])
	}
}

func TestNothingOfBeforeIsLeftAfterAReset(t *testing.T) {
	s := newSite(t)
	o := s.options(s.Receive)
	o.Clock.Reset = func(ctx context.Context) error { // a message that was on its way
		return s.chat.Send(ctx, s.Group(), []byte(`{"message":{"text":"旧"}}`), "old")
	}
	s.chat = webchat.New(o)
	s.url = serve(t, s.chat)
	s.post("/reset", nil)
	if left := s.Messages(s.Group()); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
	if err := s.chat.Send(t.Context(), s.Group(), []byte(`{"message":{"text":"新"}}`), "old"); err != nil {
		t.Fatal(err)
	}
	if shown := s.Messages(s.Group()); len(shown) != 1 || shown[0].Text != "新" {
		t.Errorf("under a key of before is shown: %v", shown)
	}
}

func TestAFaultIsToldToTheVisitor(t *testing.T) {
	s := newSite(t)
	s.chat = webchat.New(s.options(func(context.Context, chat.Event) (chat.Receipt, error) {
		return chat.Receipt{}, errors.New("disk full")
	}))
	s.url = serve(t, s.chat)
	status, answer := s.try("/say", map[string]any{"as": "lina", "room": "lina", "text": "帮助"})
	if status != http.StatusServiceUnavailable || answer["toast"] != "没有存下，请重试" {
		t.Errorf("status %d, %v", status, answer)
	}
}

func TestUnknownReceiversAndContent(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct {
		to      chat.Address
		payload string
		want    chat.Failure
	}{
		{chat.Address{Platform: webchat.Platform, ID: "ghost"}, "{}", chat.BadReceiver},
		{chat.Address{Platform: webchat.Platform, Group: true, ID: "other"}, "{}", chat.BadReceiver},
		{chat.Address{Platform: "feishu", ID: "lina"}, "{}", chat.BadReceiver},
		{chat.Address{Platform: webchat.Platform, ID: "lina"}, "not json", chat.BadContent},
	} {
		var refused *chat.SendError
		if err := s.chat.Send(t.Context(), tt.to, []byte(tt.payload), "k"); !errors.As(err, &refused) || refused.Failure != tt.want {
			t.Errorf("%v: %v, want failure %d", tt.to, err, tt.want)
		}
	}
}

func TestTheDemoStartsOnThisWeeksThursday(t *testing.T) {
	for _, now := range []string{"2026-11-23T00:00:00+08:00", "2026-11-26T23:00:00+08:00", "2026-11-29T23:59:00+08:00"} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		if got := webchat.Start(at.In(shanghai)).Format(time.RFC3339); got != "2026-11-26T09:30:00+08:00" {
			t.Errorf("at %s it starts at %s", now, got)
		}
	}
}

// Whatever the page is sent, it is read in little memory, or refused.
func TestHostileBodies(t *testing.T) {
	s := newSite(t)
	for path, good := range map[string]string{
		"/say":      `{"as":"lina","room":"lina","text":"帮助","mention":false}`,
		"/location": `{"as":"lina","room":"lina","place":"深圳"}`,
		"/press":    `{"as":"lina","card":"m1","button":0}`,
		"/submit":   `{"as":"lina","card":"m1","values":{"本周":"x"}}`,
	} {
		for _, doc := range platformtest.HostileJSON(t, good) {
			platformtest.Spares(t, doc, func(doc string) {
				r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(doc))
				r.RemoteAddr, r.Host = "127.0.0.1:5000", "127.0.0.1:8080"
				w := httptest.NewRecorder()
				if s.chat.ServeHTTP(w, r); w.Code >= 500 {
					t.Errorf("%s %.100q: %d", path, doc, w.Code)
				}
			})
		}
	}
}
