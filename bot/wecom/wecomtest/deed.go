package wecomtest

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"marketbot/bot/platform/platformtest"
)

// callback is something that a person did.
type callback struct {
	id   string
	cmd  string
	user string
	chat string // of groups
	body map[string]any
	sent bool
}

// ask is a callback's request id and what may be answered under it.
type ask struct {
	cmd   string // the one command that answers it
	to    string // userid or chatid
	group bool
	until time.Time
	used  bool
}

var errAway = errors.New("the robot is not connected")

// Say lets somebody write to the robot: in private with chat "", else in a
// group, where the text has to mention it, as the platform passes on nothing
// else. The error tells that nobody was there to get it.
func (r *Robot) Say(user, chat, text string) error {
	if chat != "" && !strings.Contains(text, "@"+RobotName) {
		return nil
	}
	return r.do("aibot_msg_callback", user, chat, map[string]any{"msgtype": "text", "text": map[string]any{"content": text}})
}

// Picture lets somebody send a picture, with words or, where they are empty, alone;
// in a group the words mention the robot.
func (r *Robot) Picture(user, chat string, data []byte, words string) error {
	image := map[string]any{"url": r.URL + r.lay(data), "aeskey": sampleKey}
	if words == "" {
		return r.do("aibot_msg_callback", user, chat, map[string]any{"msgtype": "image", "image": image})
	}
	return r.do("aibot_msg_callback", user, chat, map[string]any{"msgtype": "mixed", "mixed": map[string]any{"msg_item": []any{
		map[string]any{"msgtype": "text", "text": map[string]any{"content": words}}, map[string]any{"msgtype": "image", "image": image},
	}}})
}

// lay puts a picture, sealed, where it can be fetched.
func (r *Robot) lay(data []byte) (path string) {
	sealed, err := base64.StdEncoding.DecodeString(SealRaw(sampleKey, Pad(data)))
	if err != nil {
		panic(err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	path = "/" + r.serial.Next("picture")
	r.pictures[path] = sealed
	return path
}

// Speak lets somebody send a voice message, which comes as text.
func (r *Robot) Speak(user, text string) error {
	return r.do("aibot_msg_callback", user, "", map[string]any{"msgtype": "voice", "voice": map[string]any{"content": text}})
}

// Enter lets somebody open the private chat, for the first time that day.
func (r *Robot) Enter(user string) error {
	return r.do("aibot_event_callback", user, "", event("enter_chat", nil))
}

func event(kind string, more map[string]any) map[string]any {
	e := map[string]any{"eventtype": kind}
	if more != nil {
		e[kind] = more
	}
	return map[string]any{"msgtype": "event", "event": e}
}

// Press lets somebody press a button, by its label, of a card they see.
func (r *Robot) Press(user, message, label string) error {
	m, _ := r.Find(message)
	b := slices.IndexFunc(m.Buttons, func(b platformtest.Button) bool { return strings.TrimPrefix(b.Label, "✓") == label })
	if b < 0 {
		return fmt.Errorf("no button %q on message %q", label, message)
	}
	return r.do("aibot_event_callback", user, "", event("template_card_event", map[string]any{
		"card_type": "button_interaction", "event_key": m.Buttons[b].Key, "task_id": message,
	}))
}

func (r *Robot) do(cmd, user, chat string, body map[string]any) error {
	r.mu.Lock()
	id := user
	if alias, ok := r.Alias[user]; ok {
		id = alias
	}
	body["aibotid"], body["from"], body["chattype"] = "1", map[string]any{"userid": id}, "single"
	body["create_time"] = r.now().Unix()
	if chat != "" {
		body["chatid"], body["chattype"] = chat, "group"
	}
	if cmd == "aibot_msg_callback" && chat == "" {
		r.opened[user] = true
	} else if cmd == "aibot_msg_callback" {
		r.opened[chat] = true
	}
	call := &callback{id: r.serial.Next("m"), cmd: cmd, user: user, chat: chat, body: body}
	body["msgid"] = call.id
	r.calls = append(r.calls, call)
	r.mu.Unlock()
	if !r.deliver(call) {
		return errAway
	}
	return nil
}

// deliver sends a callback under a fresh request id.
func (r *Robot) deliver(call *callback) bool {
	r.mu.Lock()
	c := r.live
	if c == nil || c.state != healthy {
		if c != nil && c.state == deaf {
			call.sent = true // the platform believes so
		}
		r.mu.Unlock()
		return false
	}
	req := r.serial.Next("req_")
	a := &ask{cmd: "aibot_respond_msg", to: call.user, until: r.now().Add(24 * time.Hour)}
	if call.chat != "" {
		a.to, a.group = call.chat, true
	}
	if call.cmd == "aibot_event_callback" {
		a.until = r.now().Add(5 * time.Second)
		a.cmd = "aibot_respond_update_msg"
		if e := call.body["event"].(map[string]any); e["eventtype"] == "enter_chat" {
			a.cmd = "aibot_respond_welcome_msg"
		}
	}
	r.asks[req] = a
	call.sent = true
	body, _ := json.Marshal(call.body)
	c.owed.Add(1)
	r.mu.Unlock()
	arrive := func() {
		defer c.owed.Done()
		r.write(c, frame{Cmd: call.cmd, Head: head{req}, Body: body})
	}
	if r.Lag > 0 {
		time.AfterFunc(r.Lag, arrive)
	} else {
		arrive()
	}
	return true
}

// flush delivers what nobody was there for.
func (r *Robot) flush() {
	if !r.Keeps {
		return
	}
	for _, call := range r.pending(false) {
		r.deliver(call)
	}
}

func (r *Robot) pending(all bool) []*callback {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []*callback
	for _, c := range r.calls {
		if all || !c.sent {
			list = append(list, c)
		}
	}
	return list
}

// Repeat delivers every callback again, in order or shuffled, and counts them.
func (r *Robot) Repeat(shuffled bool) int {
	all := r.pending(true)
	if shuffled {
		rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	for _, c := range all {
		r.deliver(c)
	}
	return len(all)
}

// Again delivers the last callback again.
func (r *Robot) Again() {
	if all := r.pending(true); len(all) > 0 {
		r.deliver(all[len(all)-1])
	}
}
