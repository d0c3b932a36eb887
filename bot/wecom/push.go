package wecom

import (
	"cmp"
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"marketbot/handlers/chat"
)

const (
	robotPerMinute = 30
	chunk          = 384 << 10 // bytes, 512 KB once encoded

	badRequestID = 846605 // the callback cannot be answered, or not any more
	streamOver   = 846608
	noSuchChat   = 93006 // or nobody wrote to the robot there yet
	badLogin     = 853000
)

// content is what the robot says.
type content struct {
	Type     string        `json:"msgtype"`
	Markdown *words        `json:"markdown,omitempty"`
	Text     *words        `json:"text,omitempty"` // greetings only
	Card     *templateCard `json:"template_card,omitempty"`
	File     *postFile     `json:"file,omitempty"`
}

// render makes what send sends: in private one card where all fits, else words
// and a card with the buttons; in groups, where cards are not certain to be
// shown, words with what to type. A file is uploaded. Somebody who entered
// just now gets the same as plain text, as greetings take no markdown.
func (r *Robot) render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if m.Confidential {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: errors.New("render for wecom: a robot keeps no secrets")}
	}
	if m.File != nil {
		media, err := r.upload(ctx, m.File.Name, data)
		if err != nil {
			return nil, err
		}
		return pack(byRobot, content{Type: "file", File: &postFile{media}})
	}
	task := newMark()
	if card := wholeCard(m, task); card != nil && !to.Group {
		return pack(byRobot, content{Type: "template_card", Card: card})
	}
	mark := markdown(m, r.mention(to))
	if mark == "" {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: errors.New("render for wecom: nothing to say, or more to type than one message holds")}
	}
	bodies := []any{content{Type: "markdown", Markdown: &words{mark}}}
	if card := buttonCard(m.Card, task); card != nil && !to.Group {
		bodies = append(bodies, content{Type: "template_card", Card: card})
	}
	if r.greeting(to, true) != "" {
		bodies = append(bodies, content{Type: "text", Text: &words{texts(m, "", "")[0]}})
	}
	return pack(byRobot, bodies...)
}

// mention is what has to stand before a command in a chat.
func (r *Robot) mention(to chat.Address) string {
	if !to.Group || r.cfg.Name == "" {
		return ""
	}
	return "@" + r.cfg.Name + " "
}

// send says what render made. A card of buttons that follows the words is
// extra: all it does can be typed, so that its failure is none.
func (r *Robot) send(ctx context.Context, to chat.Address, p parcel, _ string) error {
	first := p.Bodies[0]
	var second, hello json.RawMessage
	for _, b := range p.Bodies[1:] {
		var c content
		if json.Unmarshal(b, &c) == nil && c.Text != nil {
			hello = b
		} else {
			second = b
		}
	}
	n := 1
	if second != nil {
		n = 2
	}
	if wait := r.pace.take(fmt.Sprint(to.Group, to.ID), n); wait > 0 {
		return &chat.SendError{Failure: chat.Busy, After: wait, OneChat: true, Err: errors.New("send by robot: the chat's minute is full")}
	}
	if r.greet(ctx, to, hello) {
		return nil
	}
	if err := r.say(ctx, to, first); err != nil {
		return r.failure(ctx, to, err)
	}
	r.keepCard(first)
	if second == nil {
		return nil
	}
	if err := r.push(ctx, to, second); err != nil {
		r.log.Warn("a card of buttons was not sent after its words", "error", err)
		return nil
	}
	r.keepCard(second)
	return nil
}

// greet tries to answer somebody's entering.
func (r *Robot) greet(ctx context.Context, to chat.Address, hello json.RawMessage) bool {
	w := r.line()
	if w == nil || hello == nil {
		return false
	}
	req := r.greeting(to, false)
	return req != "" && w.call(ctx, cmdWelcome, req, hello, nil) == nil
}

// say answers the oldest open question of the chat, or speaks unasked.
func (r *Robot) say(ctx context.Context, to chat.Address, body json.RawMessage) error {
	w := r.line()
	if w == nil {
		return errDown
	}
	if req := r.answering(to); req != "" {
		err := w.call(ctx, cmdRespond, req, body, nil)
		var refused *apiError
		if !errors.As(err, &refused) || refused.code != badRequestID && refused.code != streamOver {
			return err
		}
	}
	return r.push(ctx, to, body)
}

// push speaks unasked.
func (r *Robot) push(ctx context.Context, to chat.Address, body json.RawMessage) error {
	w := r.line()
	if w == nil {
		return errDown
	}
	kind := 1
	if to.Group {
		kind = 2
	}
	full := fmt.Appendf(nil, `{"chatid":%s,"chat_type":%d,`, encode(r.chatID(to)), kind)
	full = append(full, body[1:]...)
	return w.call(ctx, cmdPush, "", json.RawMessage(full), nil)
}

func (r *Robot) line() *wire {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wire
}

// chatID is what the platform calls a chat; it tells upper and lower case
// apart.
func (r *Robot) chatID(to chat.Address) string {
	return cmp.Or(r.chats.of(to).Raw, to.ID)
}

// failure says what to do about what was not said, and remembers where the
// robot may not speak.
func (r *Robot) failure(ctx context.Context, to chat.Address, err error) error {
	var refused *apiError
	switch {
	case errors.Is(err, errDown):
		return &chat.SendError{Failure: chat.Busy, After: 2 * time.Second, Err: err}
	case !errors.As(err, &refused):
		return &chat.SendError{Failure: chat.Uncertain, Err: err}
	case refused.code == noSuchChat:
		r.chats.learn(ctx, to, func(k *known) { k.Open, k.Shut = false, true })
		return &chat.SendError{Failure: chat.BadReceiver, Code: refused.code, Err: fmt.Errorf("%w: %w", errShut, err)}
	case refused.code == badLogin:
		return &chat.SendError{Failure: chat.BadSetup, Code: refused.code, Err: err}
	}
	out := failure(err)
	out.OneChat = out.Failure == chat.Busy // each chat has its own limits
	return out
}

// keepCard remembers a card that was shown, so that it can be changed when one
// of its buttons is pressed.
func (r *Robot) keepCard(body json.RawMessage) {
	var c content
	if json.Unmarshal(body, &c) != nil || c.Card == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cards[c.Card.Task] = *c.Card
	if r.tasks = append(r.tasks, c.Card.Task); len(r.tasks) > cardsMost {
		delete(r.cards, r.tasks[0])
		r.tasks = r.tasks[1:]
	}
}

// upload hands a file over in pieces and gives the id under which a message
// names it, good for three days. An error is a *chat.SendError; nothing was
// shown yet, so that none is Uncertain.
func (r *Robot) upload(ctx context.Context, name string, data []byte) (string, error) {
	if len(data) < minFile || len(data) > maxFile {
		return "", &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("upload to wecom: %d bytes", len(data))}
	}
	media, err := r.pieces(ctx, name, data)
	if err != nil {
		out := failure(err)
		out.OneChat = out.Failure == chat.Busy // uploads have limits of their own
		if out.Failure == chat.Uncertain {
			out.Failure, out.After = chat.Busy, 2*time.Second
		}
		return "", out
	}
	return media, nil
}

func (r *Robot) pieces(ctx context.Context, name string, data []byte) (string, error) {
	w := r.line()
	if w == nil {
		return "", errDown
	}
	sum := md5.Sum(data) // the platform's check of the transfer
	total := (len(data) + chunk - 1) / chunk
	var begun struct {
		ID string `json:"upload_id"`
	}
	err := w.call(ctx, cmdInit, "", map[string]any{
		"type": "file", "filename": name, "total_size": len(data), "total_chunks": total, "md5": hex.EncodeToString(sum[:]),
	}, &begun)
	if err != nil {
		return "", err
	}
	for i := range total {
		part := data[i*chunk : min((i+1)*chunk, len(data))]
		err := w.call(ctx, cmdChunk, "", map[string]any{
			"upload_id": begun.ID, "chunk_index": i, "base64_data": base64.StdEncoding.EncodeToString(part),
		}, nil)
		if err != nil {
			return "", err
		}
	}
	var done struct {
		Media string `json:"media_id"`
	}
	if err := w.call(ctx, cmdFinish, "", map[string]any{"upload_id": begun.ID}, &done); err != nil {
		return "", err
	}
	if done.Media == "" {
		return "", &apiError{cmdFinish, 200, noCode, "no media id in the answer"}
	}
	return done.Media, nil
}
