package robot

import (
	"cmp"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/qyapi"
	"marketbot/handlers/chat"
)

const (
	perMinute = 30
	chunk     = 384 << 10 // bytes, 512 KB once encoded

	badRequestID = 846605 // the callback cannot be answered, or not any more
	notConnected = 846609 // the platform has forgotten this connection
	noSuchChat   = 93006  // or nobody wrote to the robot there yet
	badLogin     = 853000
	tooOften     = 45009 // logins too
)

// content is what the robot says.
type content struct {
	Type     string        `json:"msgtype"`
	Markdown *message.Text `json:"markdown,omitempty"`
	Text     *message.Text `json:"text,omitempty"` // greetings only
	Card     *message.Card `json:"template_card,omitempty"`
	File     *message.File `json:"file,omitempty"`
}

// Render makes what send sends: in private one card where all fits, else words
// and a card with the buttons; in groups, where cards are not certain to be
// shown, words with what to type. A file is uploaded. Somebody who entered
// just now gets the same as plain text, as greetings take no markdown.
func (r *Robot) Render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if m.Confidential {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: errors.New("render for wecom: a robot keeps no secrets")}
	}
	if m.File != nil {
		media, err := r.upload(ctx, m.File.Name, data)
		if err != nil {
			return nil, err
		}
		return message.Pack(Way, content{Type: "file", File: &message.File{Media: media}})
	}
	task := rand.Text() // no other card ever has it
	if card := message.WholeCard(m, task); card != nil && !to.Group {
		return message.Pack(Way, content{Type: "template_card", Card: card})
	}
	mark := message.Markdown(m, r.mention(to))
	if mark == "" {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: errors.New("render for wecom: nothing to say, or more to type than one message holds")}
	}
	bodies := []any{content{Type: "markdown", Markdown: &message.Text{Content: mark}}}
	if card := message.ButtonCard(m.Card, task); card != nil && !to.Group {
		bodies = append(bodies, content{Type: "template_card", Card: card})
	}
	if r.asked.greeting(to, true) != "" {
		bodies = append(bodies, content{Type: "text", Text: &message.Text{Content: message.Texts(m, "")[0]}})
	}
	return message.Pack(Way, bodies...)
}

// mention is what has to stand before a command in a chat.
func (r *Robot) mention(to chat.Address) string {
	if !to.Group || r.cfg.Name == "" {
		return ""
	}
	return "@" + r.cfg.Name + " "
}

// Send says what Render made. A card of buttons that follows the words is
// extra: all it does can be typed, so that its failure is none. Only what is pressed
// can be changed, at once.
func (r *Robot) Send(ctx context.Context, to chat.Address, p message.Parcel) (card string, err error) {
	first := p.Bodies[0]
	var second, hello json.RawMessage
	for i, b := range p.Bodies {
		var c content
		if json.Unmarshal(b, &c) == nil && (c.Text != nil || i == 0 && c.Card != nil) {
			hello = b // words or a card: of markdown no greeting can be made
		} else if i > 0 {
			second = b
		}
	}
	n := 1
	if second != nil {
		n = 2
	}
	if wait := r.Pace.Take(r.now(), fmt.Sprint(to.Group, to.ID), n); wait > 0 {
		return "", &chat.SendError{Failure: chat.Busy, After: wait, OneChat: true, Err: errors.New("send by robot: the chat's minute is full")}
	}
	if r.greet(ctx, to, hello) {
		r.keepCard(hello)
		return "", nil
	}
	if err := r.say(ctx, to, first); err != nil {
		return "", r.failure(ctx, to, err)
	}
	r.keepCard(first)
	if second == nil {
		return "", nil
	}
	if err := r.push(ctx, to, second); err != nil {
		r.log.Warn("a card of buttons was not sent after its words", "error", err)
		return "", nil
	}
	r.keepCard(second)
	return "", nil
}

// greet tries to answer somebody's entering.
func (r *Robot) greet(ctx context.Context, to chat.Address, hello json.RawMessage) bool {
	w := r.line()
	if w == nil || hello == nil {
		return false
	}
	req := r.asked.greeting(to, false)
	return req != "" && w.call(ctx, cmdWelcome, req, hello, nil) == nil
}

// say answers the oldest open question of the chat, or speaks unasked. What is
// refused as an answer is said unasked, whatever the reason: only the callback
// may be at fault.
func (r *Robot) say(ctx context.Context, to chat.Address, body json.RawMessage) error {
	w := r.line()
	if w == nil {
		return errDown
	}
	if req := r.asked.answering(to); req != "" {
		err := w.call(ctx, cmdRespond, req, body, nil)
		var refused *platform.APIError
		if !errors.As(err, &refused) || refused.Code <= 0 || refused.Code == notConnected {
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
	full := fmt.Appendf(nil, `{"chatid":%s,"chat_type":%d,`, message.Encode(r.chatID(to)), kind)
	full = append(full, body[1:]...)
	return w.call(ctx, cmdPush, "", json.RawMessage(full), nil)
}

func (r *Robot) line() *wire {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wire
}

// chatID is what the platform calls a chat, which tells upper and lower case
// apart: as it was written when somebody was heard there.
func (r *Robot) chatID(to chat.Address) string {
	known := r.chats.Of(to)
	if known.Raw == "" && known.Open {
		to = chats.Key(to)
	}
	return cmp.Or(known.Raw, to.ID)
}

// failure says what to do about what was not said, and remembers where the
// robot may not speak.
func (r *Robot) failure(ctx context.Context, to chat.Address, err error) error {
	var refused *platform.APIError
	switch {
	case errors.Is(err, errDown):
		return &chat.SendError{Failure: chat.Busy, After: 2 * time.Second, Err: err}
	case !errors.As(err, &refused):
		return &chat.SendError{Failure: chat.Uncertain, Err: err}
	case refused.Code == noSuchChat:
		r.chats.Learn(ctx, to, func(k *chats.Known) { k.Open, k.Shut = false, true })
		return &chat.SendError{Failure: chat.BadReceiver, Code: refused.Code, Err: fmt.Errorf("%w: %w", errShut, err)}
	case refused.Code == notConnected:
		return &chat.SendError{Failure: chat.Busy, Code: refused.Code, After: 2 * time.Second, Err: err}
	case refused.Code == badLogin:
		return &chat.SendError{Failure: chat.BadSetup, Code: refused.Code, Err: err}
	}
	out := qyapi.Failure(err)
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
	r.shown.Add(c.Card.Task, *c.Card)
}

// upload hands a file over in pieces and gives the id under which a message
// names it, good for three days. An error is a *chat.SendError; nothing was
// shown yet, so that none is Uncertain.
func (r *Robot) upload(ctx context.Context, name string, data []byte) (string, error) {
	if err := qyapi.Sized(data); err != nil {
		return "", err
	}
	media, err := r.pieces(ctx, name, data)
	if err != nil {
		out := qyapi.Failure(err)
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
		return "", &platform.APIError{Call: cmdFinish, Status: http.StatusOK, Code: qyapi.NoCode, Msg: "no media id in the answer"}
	}
	return done.Media, nil
}
