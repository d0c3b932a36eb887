package robot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/qyapi"
)

const (
	maxFrame   = 4 << 20
	answerTime = 5 * time.Second // of an answer to a frame of ours
	writeTime  = 5 * time.Second
	pingEvery  = 30 * time.Second
	maxPings   = 2 // unanswered, then the line is dead
)

var (
	errDown = errors.New("the robot's long connection is down")   // nothing was sent
	errLost = errors.New("the robot's connection gave no answer") // it may have arrived
	errDead = errors.New("two pings in a row were not answered")  // half alive
	errShut = errors.New("nobody wrote to the robot there yet")   // or it was thrown out
	errOver = errors.New("another connection of this robot took over")
	errIdle = errors.New("to be renewed, as nobody was heard for a while")
	errLeft = errors.New("the platform has forgotten this connection") // 846609
)

// wire is one connection. Answers find their caller by the request id, so a
// caller is registered before its frame is written, and nothing is written
// before somebody reads.
type wire struct {
	conn *websocket.Conn
	turn sync.Mutex // for writing

	mu      sync.Mutex
	waiting map[string]chan frame
	serial  int
	cause   error // why we closed it

	done chan struct{} // closed when nothing is read any more
}

func newWire(conn *websocket.Conn) *wire {
	conn.SetReadLimit(maxFrame)
	return &wire{conn: conn, waiting: map[string]chan frame{}, done: make(chan struct{})}
}

// read hands every callback over until the connection ends, and tells why it
// did. What is no frame is passed over and counted by malformed.
func (w *wire) read(hear func(frame), malformed func()) error {
	defer close(w.done)
	for {
		_, data, err := w.conn.ReadMessage()
		if err != nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.cause != nil {
				return w.cause
			}
			return fmt.Errorf("read: %w", err)
		}
		f, err := readFrame(data)
		switch {
		case err != nil:
			malformed()
		case f.Cmd == "":
			w.answered(f)
		default:
			hear(f)
		}
	}
}

// answered wakes whoever waits; an answer that nobody asked for is dropped.
func (w *wire) answered(f frame) {
	w.mu.Lock()
	defer w.mu.Unlock()
	req := string(f.Head.Req)
	if ch := w.waiting[req]; ch != nil {
		delete(w.waiting, req)
		ch <- f
	}
}

// close ends the connection; the first cause is kept.
func (w *wire) close(cause error) {
	w.mu.Lock()
	if w.cause == nil {
		w.cause = cause
	}
	w.mu.Unlock()
	w.conn.Close()
}

// id makes a request id that no other frame of this connection has.
func (w *wire) id(cmd string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serial++
	return fmt.Sprintf("%s_%d", cmd, w.serial)
}

// call sends a frame and waits for its answer, whose body out takes. req is
// the callback's id where the frame answers one, empty otherwise. Its errors
// are *platform.APIError for a refusal, errDown when nothing was sent, and others when
// nobody knows.
func (w *wire) call(ctx context.Context, cmd, req string, body, out any) error {
	if req == "" {
		req = w.id(cmd)
	}
	answer := make(chan frame, 1)
	w.mu.Lock()
	if w.waiting[req] != nil {
		w.mu.Unlock()
		return &platform.APIError{Call: cmd, Status: http.StatusOK, Code: badRequestID, Msg: "already being answered"}
	}
	w.waiting[req] = answer
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.waiting, req)
	}()
	if err := w.write(cmd, req, body); err != nil {
		return err
	}
	timer := time.NewTimer(answerTime)
	defer timer.Stop()
	select {
	case f := <-answer:
		if f.Code != nil && *f.Code == notConnected { // another has to be made
			w.close(errLeft)
		}
		return read(cmd, f, out)
	case <-timer.C:
	case <-w.done:
	case <-ctx.Done():
	}
	select {
	case f := <-answer: // it came together with the end
		return read(cmd, f, out)
	default:
		return fmt.Errorf("%s: %w", cmd, errLost)
	}
}

func read(cmd string, f frame, out any) error {
	if f.Code == nil || *f.Code != 0 {
		code := qyapi.NoCode
		if f.Code != nil {
			code = int(*f.Code)
		}
		return &platform.APIError{Call: cmd, Status: http.StatusOK, Code: code, Msg: f.Msg}
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(f.Body, out); err != nil {
		return &platform.APIError{Call: cmd, Status: http.StatusOK, Code: qyapi.NoCode, Msg: "answer of another shape"}
	}
	return nil
}

func (w *wire) write(cmd, req string, body any) error {
	f := frame{Cmd: cmd, Head: frameHead{loose(req)}}
	if body != nil {
		f.Body = message.Encode(body)
	}
	data := message.Encode(f)
	w.turn.Lock()
	defer w.turn.Unlock()
	select {
	case <-w.done:
		return errDown
	default:
	}
	late := time.AfterFunc(writeTime, func() { w.close(errors.New("a frame could not be written in time")) })
	defer late.Stop()
	if err := w.conn.WriteMessage(websocket.TextMessage, data); err != nil { // half a frame is none
		return fmt.Errorf("%s: write: %w", cmd, errDown)
	}
	return nil
}

// watch pings until the connection ends and closes it where pings are not
// answered. Only answered pings count: on a half-alive line other things may
// still arrive.
func (w *wire) watch(ctx context.Context) {
	ticker := time.NewTicker(pingEvery)
	defer ticker.Stop()
	for missed := 0; ; {
		select {
		case <-w.done:
			return
		case <-ticker.C:
		}
		if err := w.call(ctx, cmdPing, "", nil, nil); err != nil {
			if missed++; missed >= maxPings {
				w.close(errDead)
				return
			}
			continue
		}
		missed = 0
	}
}
