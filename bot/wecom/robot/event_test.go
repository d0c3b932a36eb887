package robot

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"marketbot/bot/platform/platformtest"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/wecomtest"
	"marketbot/handlers/chat"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

func callbackJSON(kind, more string) string {
	return fmt.Sprintf(`{"msgid":"m1","aibotid":"1","from":{"userid":"WangFang"},"msgtype":%q%s}`, kind, more)
}

func TestCallbacks(t *testing.T) {
	from := chats.Person("WangFang")
	text := func(text string, change func(*chat.Event)) *chat.Event {
		e := &chat.Event{ID: "robot/m1", Kind: chat.Text, From: from, Chat: from.Private(), Sent: noon, ToBot: true, Text: text}
		if change != nil {
			change(e)
		}
		return e
	}
	grouped := func(e *chat.Event) { e.Chat = chats.Group("wrGroup-Aa") }
	other := func(e *chat.Event) { e.Kind = chat.Other }
	pictured := func(e *chat.Event) { e.Kind = chat.Picture }
	const group = `,"chattype":"group","chatid":"wrGroup-Aa"`
	tests := []struct {
		name string
		json string
		want *chat.Event // nil: says nothing
	}{
		{"private text", callbackJSON("text", `,"chattype":"single","text":{"content":" 签到 广州 @市场部 助手 "}`), text(" 签到 广州", nil)},
		{"group text", callbackJSON("text", group+`,"text":{"content":"@市场部 助手 签到 深圳"}`), text("签到 深圳", grouped)},
		{"with a quotation", callbackJSON("text", group+`,"text":{"content":"@市场部 助手 批准 A12"},"quote":{"msgtype":"text","text":{"content":"@市场部 助手 x"}}`), text("批准 A12", grouped)},
		{"time of the platform", callbackJSON("text", `,"create_time":1795694000,"text":{"content":"好"}`), text("好", func(e *chat.Event) { e.Sent = time.Unix(1795694000, 0) })},
		{"time as text", callbackJSON("text", `,"create_time":"1795694000","text":{"content":"好"}`), text("好", func(e *chat.Event) { e.Sent = time.Unix(1795694000, 0) })},
		{"time ahead", callbackJSON("text", `,"create_time":4102444800,"text":{"content":"好"}`), text("好", nil)},
		{"voice", callbackJSON("voice", `,"voice":{"content":"签到广州"}`), text("签到广州", nil)},
		{"mixed", callbackJSON("mixed", group+`,"mixed":{"msg_item":[{"msgtype":"text","text":{"content":"@市场部 助手 签到"}},{"msgtype":"image","image":{"url":"u"}},{"msgtype":"text","text":{"content":"广州"}}]}`), text("签到\n广州", grouped)},
		{"only a picture in it", callbackJSON("mixed", `,"mixed":{"msg_item":[{"msgtype":"image","image":{"url":"u"}}]}`), text("", pictured)},
		{"nothing in it", callbackJSON("mixed", `,"mixed":{"msg_item":[]}`), text("", other)},
		{"picture", callbackJSON("image", `,"image":{"url":"u","aeskey":"k"}`), text("", pictured)},
		{"file", callbackJSON("file", `,"file":{"url":"u","aeskey":"k"}`), text("", other)},
		{"form", callbackJSON("text", `,"text":{"content":"填表 提交周报 2026-W48\n【本周】本周完成\n拜访\n三家\n【下周】\n"}`),
			text("填表 提交周报 2026-W48\n【本周】本周完成\n拜访\n三家\n【下周】", nil)},
		{"opened", callbackJSON("event", `,"create_time":1795694400,"event":{"eventtype":"enter_chat"}`), text("", func(e *chat.Event) { e.Kind = chat.Opened })},
		{"press", callbackJSON("event", `,"event":{"eventtype":"template_card_event","template_card_event":{"card_type":"button_interaction","event_key":"批准 A12","task_id":"t1"}}`),
			text("", func(e *chat.Event) { e.Kind, e.Command, e.Card = chat.Press, "批准 A12", "t1" })},
		{"press, flat, in a group", callbackJSON("event", group+`,"event":{"eventtype":"template_card_event","event_key":"批准 A12","task_id":"t1"}`),
			text("", func(e *chat.Event) {
				e.Kind, e.Command, e.Card, e.Chat = chat.Press, "批准 A12", "t1", chats.Group("wrGroup-Aa")
			})},
		{"feedback", callbackJSON("event", `,"event":{"eventtype":"feedback_event"}`), nil},
		{"a number for a name", strings.Replace(callbackJSON("text", `,"chattype":"group","chatid":77,"text":{"content":123}`), `"WangFang"`, "10086", 1),
			text("123", func(e *chat.Event) { e.From, e.Chat = chats.Person("10086"), chats.Group("77") })},
		{"another type where nothing matters", callbackJSON("text", `,"chattype":"single","voice":[1],"mixed":"x","event":null,"aibotid":{},"text":{"content":"好","more":[1]}`), text("好", nil)},
		{"another type in a list", callbackJSON("mixed", `,"mixed":{"msg_item":[7,{"msgtype":"text","text":{"content":"签到"}},{"msgtype":"text","text":"x"}]}`), text("签到\n", nil)},
		{"nobody", `{"msgid":"m1","msgtype":"text","text":{"content":"x"}}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := readCallback([]byte(tt.json))
			if errors.Is(err, errFrame) {
				t.Fatal(err)
			}
			e, ok := c.event(wecomtest.RobotName, noon)
			if !ok {
				if tt.want != nil {
					t.Error("it says nothing")
				}
				return
			}
			if tt.want == nil {
				t.Fatalf("it says %+v", e)
			}
			if diff := cmp.Diff(*tt.want, e); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestUnmention(t *testing.T) {
	for _, tt := range []struct{ text, name, want string }{
		{"@小助 签到 广州", "小助", "签到 广州"},
		{"@小助\u2005签到", "小助", "签到"},
		{"@小助", "小助", ""},
		{"@小助 ", "小助", ""},
		{"谁没交 @小助", "小助", "谁没交"},
		{"表扬 @李雷 @小助 谢谢", "小助", "表扬 @李雷 谢谢"},
		{"@小助手 您好 @小助 签到", "小助", "@小助手 您好 签到"},
		{"@小助  两个空格", "小助", " 两个空格"},
		{"@小助 @小助 x", "小助", "x"},
		{"@小助签到 广州", "小助", "签到 广州"}, // nobody else is called so here
		{"签到广州@小助", "小助", "签到广州"},
		{"@小助：签到", "小助", "：签到"},
		{"@李雷@小助@小助手 签到", "小助", "@李雷@小助手 签到"},
		{"@小助-2 你好 @小助 签到", "小助", "@小助-2 你好 签到"},
		{"＠MARKET bot 签到", "Market Bot", "签到"},
		{"@Market\u200b Bot签到", "Market Bot", "签到"},
		{"@谁\u2005签到", "", "签到"},
		{"@市场部 助手 签到", "市场部 助手", "签到"},
		{"没有提到", "小助", "没有提到"},
		{"@谁 签到", "", "签到"},
		{"签到 @谁", "", "签到 @谁"},
		{"@谁", "", ""},
	} {
		if got := unmention(tt.text, tt.name); got != tt.want {
			t.Errorf("unmention(%q, %q) = %q, want %q", tt.text, tt.name, got, tt.want)
		}
	}
}

func FuzzFrame(f *testing.F) {
	f.Add([]byte(`{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":` + callbackJSON("text", `,"chattype":"group","chatid":"g","create_time":1,"text":{"content":"@小助 签到"}`) + `}`))
	f.Add([]byte(`{"cmd":"aibot_event_callback","headers":{"req_id":"r"},"body":` + callbackJSON("event", `,"create_time":"x","event":{"eventtype":"template_card_event","template_card_event":{"event_key":"k","task_id":"t"}}`) + `}`))
	f.Add([]byte(`{"headers":{"req_id":"r"},"errcode":0,"errmsg":"ok","body":{"upload_id":"u"}}`))
	f.Add([]byte(`{"cmd":"x","body":{"msgid":[{}],"create_time":{"a":1}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		fr, err := readFrame(data)
		if err != nil {
			return
		}
		c, err := readCallback(fr.Body)
		if errors.Is(err, errFrame) {
			return
		}
		e, ok := c.event("小助", noon)
		if ok && (e.ID == "" || e.From.ID == "" || e.Chat.ID == "" || e.Sent.IsZero() || e.Kind == "") {
			t.Errorf("incomplete event %+v", e)
		}
		for _, s := range []string{e.ID, e.Text, e.Command, e.Chat.ID, e.From.ID} {
			if !utf8.ValidString(s) {
				t.Errorf("%q is not text", s)
			}
		}
	})
}

func FuzzUnmention(f *testing.F) {
	f.Add("@小助 签到", "小助")
	f.Add("x @a b c", "a b")
	f.Fuzz(func(t *testing.T, text, name string) {
		got := unmention(text, name)
		if len(got) > len(text) || utf8.ValidString(text) && utf8.ValidString(name) && !utf8.ValidString(got) {
			t.Errorf("unmention(%q, %q) = %q", text, name, got)
		}
	})
}

// Whatever stands where a frame has a value, it is read in little memory, or
// refused, and what comes of it is whole.
func TestHostileFrames(t *testing.T) {
	for _, good := range []string{
		`{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":` + callbackJSON("text", `,"chattype":"group","chatid":"g","create_time":1,"text":{"content":"@小助 签到"}`) + `}`,
		`{"cmd":"aibot_event_callback","headers":{"req_id":"r"},"body":` + callbackJSON("event", `,"create_time":1,"event":{"eventtype":"template_card_event","template_card_event":{"event_key":"k","task_id":"t"}}`) + `}`,
	} {
		for _, doc := range platformtest.HostileJSON(t, good) {
			platformtest.Spares(t, doc, func(doc string) {
				fr, err := readFrame([]byte(doc))
				if err != nil {
					return
				}
				if c, err := readCallback(fr.Body); !errors.Is(err, errFrame) {
					if e, ok := c.event("小助", noon); ok && (e.ID == "" || e.From.ID == "" || e.Chat.ID == "" || e.Sent.IsZero() || e.Kind == "") {
						t.Errorf("%.200q is an incomplete event %+v", doc, e)
					}
				}
			})
		}
	}
}
