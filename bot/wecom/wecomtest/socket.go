package wecomtest

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/gorilla/websocket"
)

// socket is one connection.
type socket struct {
	conn  *websocket.Conn
	turn  sync.Mutex     // for writing
	owed  sync.WaitGroup // callbacks to be written
	state state
}

// state is how alive a socket is; it is guarded by the Robot's mu.
type state int

const (
	healthy state = iota
	deaf          // open, pings answered, gets no callbacks
	frozen        // open, and nothing is read or written any more
)

// ServeHTTP is the endpoint.
func (r *Robot) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	r.mu.Lock()
	away := r.away
	picture, laid := r.pictures[req.URL.Path]
	r.mu.Unlock()
	if laid {
		w.Write(picture)
		return
	}
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
	var code int
	var msg string
	var body any
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

// overtake tells a connection that another took its place, after all that it
// gets, and closes it.
func (r *Robot) overtake(old *socket) {
	go func() {
		old.owed.Wait()
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
