package wecomtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// RobotName is what the robot is mentioned by; it holds a blank.
const RobotName = "市场部 助手"

// Robot is the platform's side of one robot's long connection. Serve it over
// HTTP. Its fields are set before use.
type Robot struct {
	BotID, Secret string
	Limited       bool              // refuses more than 30 messages a minute or 1000 an hour in a chat
	Keeps         bool              // delivers after the next subscribe what came while nobody was connected
	Alias         map[string]string // by userid: the encrypted id it tells instead

	now func() time.Time

	mu         sync.Mutex
	serial     int
	away       bool
	subscribed int // subscriptions that succeeded
	live       *socket
	all        map[*socket]bool
	opened     map[string]bool // chats in which somebody wrote to the robot
	calls      []*callback
	asks       map[string]*ask
	faults     []*robotFault
	uploads    map[string]*transfer
	media      map[string]transfer
	messages   []RobotMessage
	tasks      map[string]int // of cards, to their message
	recent     map[string][]time.Time
}

// socket is one connection.
type socket struct {
	conn  *websocket.Conn
	turn  sync.Mutex // for writing
	state state
}

// state is how alive a socket is; it is guarded by the Robot's mu.
type state int

const (
	healthy state = iota
	deaf          // open, pings answered, gets no callbacks
	frozen        // open, and nothing is read or written any more
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

// RobotMessage is what the robot said, as people see it.
type RobotMessage struct {
	ID       string
	To       string // userid or chatid
	Type     string // markdown, template_card, file, text
	Text     string // all that can be read, buttons aside
	Buttons  []RobotButton
	File     string
	Data     []byte // of the file
	Mentions []string
	Links    []string // markup of any kind
	Locked   bool     // cannot be passed on
	Reply    bool     // an answer to what somebody wrote or to their entering
	At       time.Time
}

// RobotButton is one that can be pressed.
type RobotButton struct {
	Label string
	Key   string
}

// NewRobot makes a robot's platform. now is its clock.
func NewRobot(now func() time.Time) *Robot {
	return &Robot{
		BotID: "aib_test", Secret: "robot-secret", Alias: map[string]string{}, now: now,
		all: map[*socket]bool{}, opened: map[string]bool{}, asks: map[string]*ask{}, uploads: map[string]*transfer{}, media: map[string]transfer{},
		tasks: map[string]int{}, recent: map[string][]time.Time{},
	}
}

func (r *Robot) next(prefix string) string {
	r.serial++
	return fmt.Sprintf("%s%06d", prefix, r.serial)
}

// Seen is what stands in a person's private chat (userid) or in a group
// (chatid), oldest first.
func (r *Robot) Seen(at string) []RobotMessage {
	r.mu.Lock()
	defer r.mu.Unlock()
	var list []RobotMessage
	for _, m := range r.messages {
		if m.To == at {
			list = append(list, m)
		}
	}
	return list
}

// Connected tells whether a connection gets callbacks.
func (r *Robot) Connected() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.live != nil && r.live.state == healthy
}

// Subscribed counts the subscriptions that succeeded.
func (r *Robot) Subscribed() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.subscribed
}

// Open lets the robot write into a chat, as if somebody had written there.
func (r *Robot) Open(at string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opened[at] = true
}

// ServeHTTP is the endpoint.
func (r *Robot) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	away := r.away
	r.mu.Unlock()
	if away {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	conn, err := (&websocket.Upgrader{}).Upgrade(w, req, nil)
	if err != nil {
		return
	}
	c := &socket{conn: conn}
	r.mu.Lock()
	r.all[c] = true
	r.mu.Unlock()
	r.listen(c)
	conn.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.all, c)
	if r.live == c {
		r.live = nil
	}
}

func (r *Robot) listen(c *socket) {
	for {
		_, data, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		var f frame
		if json.Unmarshal(data, &f) != nil {
			return
		}
		if a, ok := r.serve(c, f); ok {
			r.write(c, a)
		}
		if f.Cmd == "aibot_subscribe" {
			r.flush()
		}
	}
}

// frame is one message on the wire.
type frame struct {
	Cmd  string          `json:"cmd,omitempty"`
	Head head            `json:"headers"`
	Body json.RawMessage `json:"body,omitempty"`
	Code *int            `json:"errcode,omitempty"`
	Msg  string          `json:"errmsg,omitempty"`
}

type head struct {
	Req string `json:"req_id"`
}

func (r *Robot) write(c *socket, f frame) {
	data, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	c.conn.WriteMessage(websocket.TextMessage, data)
}

// serve does what a frame asks and makes its answer; false when there is none.
func (r *Robot) serve(c *socket, f frame) (frame, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if c.state == frozen {
		return frame{}, false
	}
	fault := r.due(f.Cmd)
	answer := frame{Head: f.Head}
	code, msg, body := 0, "ok", any(nil)
	if fault != nil && fault.code != 0 {
		code, msg = fault.code, "refused by a fault"
	} else {
		code, msg, body = r.act(c, f)
	}
	answer.Code, answer.Msg = &code, msg
	if body != nil {
		answer.Body, _ = json.Marshal(body)
	}
	if fault != nil && fault.cut {
		c.conn.Close()
		return answer, false
	}
	return answer, fault == nil || !fault.mute
}

func (r *Robot) act(c *socket, f frame) (code int, msg string, body any) {
	if f.Cmd == "aibot_subscribe" {
		return r.subscribe(c, f)
	}
	if f.Cmd == "ping" {
		return 0, "ok", nil
	}
	if r.live != c {
		return 846609, "not subscribed", nil
	}
	switch f.Cmd {
	case "aibot_send_msg":
		return r.push(f)
	case "aibot_respond_msg", "aibot_respond_welcome_msg":
		return r.respond(f)
	case "aibot_respond_update_msg":
		return r.update(f)
	case "aibot_upload_media_init", "aibot_upload_media_chunk", "aibot_upload_media_finish":
		return r.upload(f)
	}
	return 40058, "unknown cmd", nil
}

func (r *Robot) subscribe(c *socket, f frame) (int, string, any) {
	var ask struct {
		ID     string `json:"bot_id"`
		Secret string `json:"secret"`
	}
	if json.Unmarshal(f.Body, &ask) != nil || ask.ID != r.BotID || ask.Secret != r.Secret {
		return 853000, "invalid bot_id or secret", nil
	}
	if old := r.live; old != nil && old != c {
		r.overtake(old)
	}
	r.live, c.state = c, healthy
	r.subscribed++
	return 0, "ok", nil
}

// overtake tells a connection that another took its place, and closes it.
func (r *Robot) overtake(old *socket) {
	go func() {
		r.write(old, r.disconnected())
		old.conn.Close()
	}()
}

func (r *Robot) disconnected() frame {
	body, _ := json.Marshal(map[string]any{"msgid": "d", "aibotid": "1", "msgtype": "event", "event": map[string]any{"eventtype": "disconnected_event"}})
	return frame{Cmd: "aibot_event_callback", Head: head{"disconnected"}, Body: body}
}

// Kick is another connection of the robot that takes over and goes away again.
// With deaf the old one stays open, its pings answered, and gets nothing more.
func (r *Robot) Kick(staysOpen bool) {
	r.mu.Lock()
	old := r.live
	r.live = nil
	if old != nil && staysOpen {
		old.state = deaf
	}
	r.mu.Unlock()
	if old == nil {
		return
	}
	r.write(old, r.disconnected())
	if !staysOpen {
		old.conn.Close()
	}
}

// Deafen leaves the connection open, pings answered, without telling it that
// it gets nothing more.
func (r *Robot) Deafen() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.live != nil {
		r.live.state = deaf
	}
}

// Freeze leaves all connections open and dead.
func (r *Robot) Freeze() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for c := range r.all {
		c.state = frozen
	}
	r.live = nil
}

// Drop cuts all connections.
func (r *Robot) Drop() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.live = nil
	for c := range r.all {
		c.conn.Close()
	}
}

// Away cuts all connections and refuses new ones, or takes them again.
func (r *Robot) Away(away bool) {
	r.mu.Lock()
	r.away = away
	r.mu.Unlock()
	if away {
		r.Drop()
	}
}

// Emit sends bytes as they are.
func (r *Robot) Emit(data []byte) {
	r.mu.Lock()
	c := r.live
	r.mu.Unlock()
	if c == nil {
		return
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	c.conn.WriteMessage(websocket.TextMessage, data)
}

// robotFault is something that goes wrong with a command.
type robotFault struct {
	cmd   string
	times int
	code  int  // refused with it
	mute  bool // done, but not answered
	cut   bool // done, and the connection cut instead of the answer
}

func (r *Robot) due(cmd string) *robotFault {
	for _, f := range r.faults {
		if f.times > 0 && f.cmd == cmd {
			f.times--
			return f
		}
	}
	return nil
}

// Refuse answers the next frames of a command with a code.
func (r *Robot) Refuse(cmd string, times, code int) {
	r.fail(&robotFault{cmd: cmd, times: times, code: code})
}

// Mute does what the next frames of a command ask and does not answer.
func (r *Robot) Mute(cmd string, times int) { r.fail(&robotFault{cmd: cmd, times: times, mute: true}) }

// Cut does what the next frames of a command ask and cuts the connection.
func (r *Robot) Cut(cmd string, times int) { r.fail(&robotFault{cmd: cmd, times: times, cut: true}) }

func (r *Robot) fail(f *robotFault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults = append(r.faults, f)
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

// SendPicture lets somebody send a picture in private.
func (r *Robot) SendPicture(user string) error {
	return r.do("aibot_msg_callback", user, "", map[string]any{"msgtype": "image", "image": map[string]any{"url": "https://x.example/p", "aeskey": "k"}})
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
	r.mu.Lock()
	i, ok := r.tasks[message]
	var m RobotMessage
	if ok {
		m = r.messages[i]
	}
	r.mu.Unlock()
	b := slices.IndexFunc(m.Buttons, func(b RobotButton) bool { return strings.TrimPrefix(b.Label, "✓") == label })
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
	call := &callback{id: r.next("m"), cmd: cmd, user: user, chat: chat, body: body}
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
	req := r.next("req_")
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
	r.mu.Unlock()
	r.write(c, frame{Cmd: call.cmd, Head: head{req}, Body: body})
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
