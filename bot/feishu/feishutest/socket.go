package feishutest

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	larkws "github.com/larksuite/oapi-sdk-go/v3/ws"
)

// ackWait is how long the platform waits for an acknowledgement.
const ackWait = 3 * time.Second

// socket is one long connection.
type socket struct {
	conn   *websocket.Conn
	mu     sync.Mutex // for writing
	frozen bool       // half open: nothing is read or written any more
	acks   map[string]chan larkws.Response
}

// refusals is what comes instead of connections.
type refusals struct {
	endpoint, handshake int // still to refuse
	code                int
	status, auth        int
}

// RefuseEndpoint answers the next requests for an address with a code.
func (s *Server) RefuseEndpoint(times, code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals.endpoint, s.refusals.code = times, code
}

// RefuseHandshake refuses the next handshakes: 403, or 514 with a code.
func (s *Server) RefuseHandshake(times, status, authCode int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusals.handshake, s.refusals.status, s.refusals.auth = times, status, authCode
}

// Sockets counts the long connections that are up.
func (s *Server) Sockets() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}

// Pings counts the pings that came over all long connections.
func (s *Server) Pings() int { return int(s.pings.Load()) }

// DropSockets cuts all long connections.
func (s *Server) DropSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		c.conn.Close()
	}
}

// FreezeSockets leaves all long connections open and dead.
func (s *Server) FreezeSockets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sockets {
		c.mu.Lock()
		c.frozen = true
		c.mu.Unlock()
	}
	s.sockets = nil
}

func (s *Server) settings() map[string]int {
	out := map[string]int{"ReconnectCount": -1, "ReconnectInterval": 120, "ReconnectNonce": 30}
	if s.PingInterval > 0 {
		out["PingInterval"] = s.PingInterval
	}
	return out
}

func (s *Server) endpoint(w http.ResponseWriter, r *http.Request) {
	var ask larkws.BootstrapRequest
	bad := json.NewDecoder(r.Body).Decode(&ask) != nil || ask.AppID != s.App.ID || ask.AppSecret != s.App.Secret
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refusals.endpoint > 0 {
		s.refusals.endpoint--
		answer(w, http.StatusOK, map[string]any{"code": s.refusals.code, "msg": "system busy"})
		return
	}
	if bad {
		answer(w, http.StatusOK, map[string]any{"code": 10014, "msg": "app secret invalid"})
		return
	}
	url := strings.Replace(s.URL, "http", "ws", 1) + "/ws?device_id=" + s.IDs.Next("d") + "&service_id=7"
	answer(w, http.StatusOK, map[string]any{"code": 0, "msg": "", "data": map[string]any{"URL": url, "ClientConfig": s.settings()}})
}

func (s *Server) connect(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	refused := s.refusals.handshake > 0
	if refused {
		s.refusals.handshake--
		w.Header().Set("Handshake-Status", strconv.Itoa(s.refusals.status))
		w.Header().Set("Handshake-Msg", "refused")
		w.Header().Set("Handshake-Autherrcode", strconv.Itoa(s.refusals.auth))
	}
	s.mu.Unlock()
	if refused {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	conn, err := (&websocket.Upgrader{}).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &socket{conn: conn, acks: map[string]chan larkws.Response{}}
	s.mu.Lock()
	s.sockets = append(s.sockets, c)
	s.mu.Unlock()
	s.listen(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, other := range s.sockets {
		if other == c {
			s.sockets = append(s.sockets[:i:i], s.sockets[i+1:]...)
			break
		}
	}
	conn.Close()
}

func (s *Server) listen(c *socket) {
	for {
		_, raw, err := c.conn.ReadMessage()
		if err != nil {
			return
		}
		var f larkws.Frame
		if f.Unmarshal(raw) != nil {
			return
		}
		head := larkws.Headers(f.Headers)
		if head.GetString("type") == "ping" {
			s.pings.Add(1)
			pong := larkws.Headers{}
			pong.Add("type", "pong")
			payload, _ := json.Marshal(s.settings())
			c.write(larkws.Frame{Service: f.Service, Headers: pong, Payload: payload})
			continue
		}
		var ack larkws.Response
		if json.Unmarshal(f.Payload, &ack) != nil {
			continue
		}
		c.mu.Lock()
		if waiting := c.acks[head.GetString("message_id")]; waiting != nil && !c.frozen {
			waiting <- ack
			delete(c.acks, head.GetString("message_id"))
		}
		c.mu.Unlock()
	}
}

func (c *socket) write(f larkws.Frame) {
	raw, err := f.Marshal()
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.frozen {
		c.conn.WriteMessage(websocket.BinaryMessage, raw)
	}
}

// overSocket pushes an event to one of the connections, whichever, and waits
// for its acknowledgement.
func (s *Server) overSocket(payload []byte) ([]byte, error) {
	s.mu.Lock()
	if len(s.sockets) == 0 {
		s.mu.Unlock()
		return nil, errOffline
	}
	c := s.sockets[rand.IntN(len(s.sockets))]
	id := s.IDs.Next("frame_")
	s.mu.Unlock()
	ack := make(chan larkws.Response, 1)
	c.mu.Lock()
	c.acks[id] = ack
	c.mu.Unlock()
	head := larkws.Headers{}
	for name, value := range map[string]string{"type": "event", "message_id": id, "trace_id": "trace_" + id, "sum": "1", "seq": "0", "timestamp": millis(s.now())} {
		head.Add(name, value)
	}
	c.write(larkws.Frame{SeqID: 1, LogID: 1, Service: 7, Method: 1, Headers: head, Payload: payload})
	timer := time.NewTimer(ackWait)
	defer timer.Stop()
	select {
	case a := <-ack:
		if a.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("200671: acknowledged with %d", a.StatusCode)
		}
		return a.Data, nil
	case <-timer.C:
		return nil, fmt.Errorf("200341: no acknowledgement")
	}
}
