package feishu

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"marketbot/bot/platform/platformtest"
	"marketbot/handlers/chat"
)

const (
	botID = "ou_bot"
	head  = `"schema":"2.0","header":{"event_id":"ev_1","event_type":"%s","create_time":"1795752000000","token":"verify","app_id":"cli_test","tenant_key":"t1"}`
)

var noon = time.UnixMilli(1795752000000)

func eventJSON(kind, body string) string {
	return fmt.Sprintf(`{`+head+`,"event":%s}`, kind, body)
}

func message(chatType, kind, content, more string) string {
	text, _ := json.Marshal(content)
	return eventJSON(typeMessage, fmt.Sprintf(`{"sender":{"sender_id":{"union_id":"on_1","user_id":"u1","open_id":"ou_wang"},"sender_type":"user","tenant_key":"t1"},
	"message":{"message_id":"om_1","root_id":"om_0","create_time":"1795752001234","chat_id":"oc_1","chat_type":"%s","message_type":"%s","content":%s%s}}`, chatType, kind, text, more))
}

const mentions = `,"mentions":[
	{"key":"@_user_1","id":{"union_id":"on_b","user_id":"","open_id":"ou_bot"},"mentioned_type":"bot","name":"市场部助手","tenant_key":"t1"},
	{"key":"@_user_2","id":{"open_id":"ou_li"},"mentioned_type":"user","name":"李雷","tenant_key":"t1"}]`

func TestEvents(t *testing.T) {
	from := chat.Account{Platform: Name, ID: "ou_wang"}
	inGroup := chat.Address{Platform: Name, Group: true, ID: "oc_1"}
	sent := time.UnixMilli(1795752001234)
	text := func(text string, change func(*chat.Event)) *chat.Event {
		e := &chat.Event{ID: "om_1", Kind: chat.Text, From: from, Chat: from.Private(), Sent: sent, ToBot: true, Text: text}
		if change != nil {
			change(e)
		}
		return e
	}
	liLei := []chat.Mention{{Name: "李雷", Account: chat.Account{Platform: Name, ID: "ou_li"}}}
	grouped := func(e *chat.Event) { e.Chat, e.Mentions = inGroup, liLei }
	tests := []struct {
		name string
		json string
		want *chat.Event // nil: says nothing
	}{
		{"private text", message("p2p", "text", `{"text":" 签到 广州 \u0000 "}`, ""), text(" 签到 广州 \x00 ", nil)},
		{"group text", message("group", "text", `{"text":"@_user_1 表扬 @_user_2 @_user_9"}`, mentions), text("表扬 @李雷 @_user_9", grouped)},
		{"mention at the end", message("group", "text", `{"text":"谁没交 @_user_1"}`, mentions), text("谁没交", grouped)},
		{"mention alone", message("group", "text", `{"text":"@_user_1"}`, mentions), text("", grouped)},
		{"blanks of the text stay", message("group", "text", `{"text":"@_user_1  a  b "}`, mentions), text(" a  b ", grouped)},
		{"group without mention", message("group", "text", `{"text":"大家好"}`, ""), text("大家好", func(e *chat.Event) { e.Chat, e.ToBot = inGroup, false })},
		{"a guest who is mentioned", message("group", "text", `{"text":"@_user_1 人员 添加 @_user_2"}`, strings.Replace(mentions, `"李雷","tenant_key":"t1"`, `"李雷","tenant_key":"t2"`, 1)), text("人员 添加 @李雷", func(e *chat.Event) {
			e.Chat, e.Mentions = inGroup, []chat.Mention{{Name: "李雷", Account: liLei[0].Account, Guest: true}}
		})},
		{"everybody first", message("group", "text", `{"text":"@_all @_user_1 签到 广州"}`, mentions), text("签到 广州", grouped)},
		{"everybody between", message("group", "text", `{"text":"@_user_2 @_user_1 请看 @_all"}`, mentions), text("@李雷 请看 @所有人", grouped)},
		{"no blank behind", message("group", "text", `{"text":"@_user_1签到 广州 @_user_1"}`, mentions), text("签到 广州", grouped)},
		{"a number behind", message("group", "text", `{"text":"@_user_23天"}`, mentions), text("@李雷3天", grouped)},
		{"another bot first", message("group", "text", `{"text":"@_user_3 @_user_1 签到 @_user_3"}`, strings.TrimSuffix(mentions, "]")+`,{"key":"@_user_3","id":{"open_id":"ou_b2"},"mentioned_type":"bot","name":"数据 助手"}]`),
			text("签到 @数据 助手", grouped)},
		{"typed by hand", message("p2p", "text", `{"text":"@_all @_user_1 @_"}`, ""), text("@_all @_user_1 @_", nil)},
		{"everybody in formatted text", message("group", "post", `{"title":"","content":[[{"tag":"at","user_id":"all"},{"tag":"at","user_id":"@_user_1"},{"tag":"text","text":" 签到"}]]}`, mentions),
			text("签到", grouped)},
		{"formatted text", message("group", "post", `{"title":"周报","content":[[{"tag":"at","user_id":"@_user_1"},{"tag":"text","text":" 一","style":["bold"]},{"tag":"a","text":"链","href":"http://x"}],[{"tag":"img","image_key":"k"}],[{"tag":"text","text":"二"}]]}`, mentions),
			text("周报\n一链\n\n二", grouped)},
		{"formatted picture", message("p2p", "post", `{"title":"","content":[[{"tag":"img","image_key":"k"}]]}`, ""), text("", func(e *chat.Event) { e.Kind = chat.Picture })},
		{"picture", message("p2p", "image", `{"image_key":"k"}`, ""), text("", func(e *chat.Event) { e.Kind = chat.Picture })},
		{"picture without a key", message("p2p", "image", `{}`, ""), text("", func(e *chat.Event) { e.Kind = chat.Other })},
		{"sticker", message("p2p", "sticker", `{"file_key":"k"}`, ""), text("", func(e *chat.Event) { e.Kind = chat.Other })},
		{"place", message("p2p", "location", `{"name":"广州塔","longitude":"113.3","latitude":"23.1"}`, ""), text("", func(e *chat.Event) { e.Kind, e.Place = chat.Location, "广州塔" })},
		{"another bot", strings.Replace(message("p2p", "text", `{"text":"x"}`, ""), `"sender_type":"user"`, `"sender_type":"bot"`, 1), nil},
		{"a guest", strings.Replace(message("p2p", "text", `{"text":"x"}`, ""), `"user","tenant_key":"t1"`, `"user","tenant_key":"t2"`, 1), nil},
		{"press", eventJSON(typeCard, `{"operator":{"tenant_key":"t1","open_id":"ou_wang"},"token":"c","action":{"value":{"c":"批准 A12"},"tag":"button","name":"x"},"context":{"open_message_id":"om_2","open_chat_id":"oc_p2p"}}`),
			&chat.Event{ID: "ev_1", Kind: chat.Press, From: from, Chat: from.Private(), Sent: noon, ToBot: true, Command: "批准 A12", Card: "om_2"}},
		{"press in a group, value as text", eventJSON(typeCard, `{"operator":{"open_id":"ou_wang"},"action":{"value":"{\"c\":\"看\",\"g\":1}"},"context":{"open_message_id":"om_2","open_chat_id":"oc_1"}}`),
			&chat.Event{ID: "ev_1", Kind: chat.Press, From: from, Chat: inGroup, Sent: noon, ToBot: true, Command: "看", Card: "om_2"}},
		{"form", strings.Replace(eventJSON(typeCard, `{"operator":{"open_id":"ou_wang"},"action":{"value":{"c":"周报"},"form_value":{"a":"甲","b":["乙","丙"],"c":12,"d":true,"e":null}},"context":{"open_message_id":"om_2"}}`), `"1795752000000"`, `"1795752000000000"`, 1),
			&chat.Event{ID: "ev_1", Kind: chat.Submit, From: from, Chat: from.Private(), Sent: noon, ToBot: true, Command: "周报", Card: "om_2",
				Values: map[string]string{"a": "甲", "b": "乙、丙", "c": "12", "d": "true", "e": ""}}},
		{"press of a foreign card", eventJSON(typeCard, `{"operator":{"open_id":"ou_wang"},"action":{"value":{"x":1}},"context":{}}`), nil},
		{"menu", eventJSON(typeMenu, `{"operator":{"operator_name":"王芳","operator_id":{"open_id":"ou_wang"}},"event_key":"帮助","timestamp":1795752005}`),
			&chat.Event{ID: "ev_1", Kind: chat.Menu, From: from, FromName: "王芳", Chat: from.Private(), Sent: time.Unix(1795752005, 0), ToBot: true, Command: "帮助"}},
		{"first opening", eventJSON(typeEntered, `{"chat_id":"oc_p2p","operator_id":{"open_id":"ou_wang"},"last_message_id":""}`),
			&chat.Event{ID: "ev_1", Kind: chat.Opened, From: from, Chat: from.Private(), Sent: noon, ToBot: true}},
		{"later opening", eventJSON(typeEntered, `{"chat_id":"oc_p2p","operator_id":{"open_id":"ou_wang"},"last_message_id":"om_9"}`), nil},
		{"bot added", eventJSON(typeBotAdded, `{"chat_id":"oc_1","operator_id":{"open_id":"ou_wang"},"name":"市场部"}`),
			&chat.Event{ID: "ev_1", Kind: chat.BotJoined, From: from, Chat: inGroup, Sent: noon}},
		{"left", eventJSON(typeUserDeleted, `{"object":{"open_id":"ou_wang","name":"王芳","status":{"is_frozen":false}},"old_object":{"open_id":"ou_old"}}`),
			&chat.Event{ID: "ev_1", Kind: chat.MemberLeft, From: from, FromName: "王芳", Chat: from.Private(), Sent: noon}},
		{"frozen", eventJSON(typeUserUpdated, `{"object":{"open_id":"ou_wang","status":{"is_frozen":true,"is_resigned":false}}}`), nil},
		{"resigned", eventJSON(typeUserUpdated, `{"object":{"open_id":"ou_wang","status":{"is_frozen":true,"is_resigned":true}}}`),
			&chat.Event{ID: "ev_1", Kind: chat.MemberLeft, From: from, Chat: from.Private(), Sent: noon}},
		{"renamed", eventJSON(typeUserUpdated, `{"object":{"open_id":"ou_wang","name":"王芳芳","status":{"is_frozen":false,"is_resigned":false}}}`), nil},
		{"read", eventJSON("im.message.message_read_v1", `{"reader":{"reader_id":{"open_id":"ou_wang"}},"message_id_list":["om_1"]}`), nil},
		{"unknown", eventJSON("something.new_v9", `[1,{"a":null}]`), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, err := parse([]byte(tt.json))
			if err != nil {
				t.Fatal(err)
			}
			e, ok := v.event(botID, time.Unix(1, 0))
			if ok != (tt.want != nil) {
				t.Fatalf("says something: %v, want %v (%+v)", ok, tt.want != nil, e)
			}
			if tt.want != nil {
				if diff := cmp.Diff(*tt.want, e); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestMomentWithoutTime(t *testing.T) {
	for _, s := range []string{"", "x", "-1", "0", "99999999999999999999"} {
		if got := moment(s, noon); !got.Equal(noon) {
			t.Errorf("moment(%q) = %v, want the time of arrival", s, got)
		}
	}
}

func TestMalformedEvents(t *testing.T) {
	for _, s := range []string{"", " ", "null", "[]", "{", `{"a"}`, `{"a":}`, `{"a":1,}`, `{} x`, `{"a":"\\"`, `{"a":"\x"}`, `{"a":"\u12"}`, `{"a":tru}`,
		`{"event":{"message":{"mentions":[{]}}}`, strings.Repeat(`{"event":`, 100000), `{"a":` + strings.Repeat("[", 100000)} {
		if _, err := parse([]byte(s)); err == nil {
			t.Errorf("%.40q was read", s)
		}
	}
}

// anything builds what encoding/json would, through the cursor alone.
func anything(c *cursor) any {
	switch c.next() {
	case '{':
		out := map[string]any{}
		c.object(func(name string) { out[name] = anything(c) })
		return out
	case '[':
		out := []any{}
		c.array(func() { out = append(out, anything(c)) })
		return out
	case '"':
		return c.text()
	case 't', 'f':
		return c.text() == "true"
	case 'n':
		c.skip()
		return nil
	}
	return json.Number(c.text())
}

// FuzzCursor holds the reader to the standard library: what that reads, ours
// reads alike.
func FuzzCursor(f *testing.F) {
	f.Add([]byte(message("group", "text", `{"text":"@_user_1 \ud83d\ude00 \ud83d x"}`, mentions)))
	f.Add([]byte(`{"a":[1,-2.5e+3,"\u00e9\/\b\f",{"":null}],"b":true,"a":false}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &cursor{data: string(data)}
		got := anything(c)
		err := c.end()
		if !json.Valid(data) || !utf8.Valid(data) {
			return
		}
		d := json.NewDecoder(strings.NewReader(string(data)))
		d.UseNumber()
		var want any
		if d.Decode(&want) != nil || depth(want) > maxDepth {
			return
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	})
}

func depth(v any) (n int) {
	switch v := v.(type) {
	case map[string]any:
		for _, item := range v {
			n = max(n, depth(item))
		}
		return n + 1
	case []any:
		for _, item := range v {
			n = max(n, depth(item))
		}
		return n + 1
	}
	return 0
}

// FuzzEvent looks for panics and for texts that no store can hold.
func FuzzEvent(f *testing.F) {
	f.Add([]byte(message("group", "post", `{"title":"t","content":[[{"tag":"at","user_id":"@_user_1"}]]}`, mentions)))
	f.Add([]byte(message("p2p", "location", `{"name":"广州塔"}`, "")))
	f.Add([]byte(eventJSON(typeCard, `{"operator":{"open_id":"ou_wang"},"action":{"value":"{\"c\":\"看\",\"g\":1}","form_value":{"a":["x"]}}}`)))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := parse(data)
		if err != nil {
			return
		}
		e, ok := v.event(botID, noon)
		if ok && (e.ID == "" || e.From.ID == "" || e.Sent.IsZero() || e.Kind == "") {
			t.Errorf("incomplete event %+v", e)
		}
		for _, s := range []string{e.ID, e.Text, e.Command, e.Place, e.FromName, e.Chat.ID} {
			if !utf8.ValidString(s) {
				t.Errorf("%q is not text", s)
			}
		}
	})
}

func TestEventsOfOtherAppsAreRefused(t *testing.T) {
	v, err := parse([]byte(eventJSON(typeMenu, `{}`)))
	if err != nil || v.belongs("cli_test") != nil || v.belongs("cli_other") == nil {
		t.Errorf("app %q, %v", v.app, err)
	}
}

func TestScopesAreImportable(t *testing.T) {
	var s struct {
		Scopes struct{ Tenant, User []string }
	}
	if err := json.Unmarshal([]byte(Scopes()), &s); err != nil || len(s.Scopes.Tenant) != len(needed()) || s.Scopes.User == nil {
		t.Errorf("%v, %+v", err, s)
	}
	if len(Events()) != 7 {
		t.Errorf("events to subscribe to: %q", Events())
	}
}

// Whatever stands where an event has a value, it is read in little memory, or
// refused, and what comes of it is whole.
func TestHostileEvents(t *testing.T) {
	for _, good := range []string{
		message("group", "text", `{"text":"@_user_1 签到"}`, mentions), message("group", "post", `{"title":"t","content":[[{"tag":"at","user_id":"@_user_1"}]]}`, mentions),
		message("p2p", "location", `{"name":"广州塔"}`, ""), eventJSON(typeCard, `{"operator":{"open_id":"ou_wang"},"action":{"value":{"c":"看","g":1},"form_value":{"a":["x"]}}}`),
	} {
		for _, doc := range platformtest.HostileJSON(t, good) {
			platformtest.Spares(t, doc, func(doc string) {
				if v, err := parse([]byte(doc)); err == nil {
					if e, ok := v.event(botID, noon); ok && (e.ID == "" || e.From.ID == "" || e.Sent.IsZero() || e.Kind == "") {
						t.Errorf("%.200q is an incomplete event %+v", doc, e)
					}
				}
			})
		}
	}
}
