package feishu

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
)

const (
	maxFile    = 30 << 20
	maxKey     = 50
	uploadTime = 2 * time.Minute
)

// Render makes the exact body that Send posts, behind a line with the message it
// replies to where that is in a topic; a file is uploaded here. An error is a
// *chat.SendError.
func (a *Adapter) Render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	payload, err := a.render(ctx, to, m, data)
	if err != nil || m.Topic == "" {
		return payload, err
	}
	return append([]byte(m.Topic+"\n"), payload...), nil
}

func (a *Adapter) render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	var b body
	if m.Topic == "" {
		b.ReceiveID = to.ID
	}
	if m.File != nil {
		key, err := a.upload(ctx, m.File.Name, data)
		if err != nil {
			return nil, err
		}
		b.MsgType, b.Content = "file", string(encode(map[string]string{"file_key": key}))
		return encode(b), nil
	}
	kind, content, err := content(m, to.Group)
	if err != nil {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("render for feishu: %w", err)}
	}
	b.MsgType, b.Content = kind, string(content)
	return encode(b), nil
}

// Send posts what Render made. The platform shows one message per key within
// an hour. What cannot be said in its topic any more is said in the chat. Every
// error is a *chat.SendError.
func (a *Adapter) Send(ctx context.Context, to chat.Address, payload []byte, key string) error {
	_, err := a.send(ctx, to, payload, key)
	return err
}

// Show is Send of a card, which for two weeks another can stand in the place of.
func (a *Adapter) Show(ctx context.Context, to chat.Address, payload []byte, key, old string) (card string, err error) {
	if old == "" {
		return a.send(ctx, to, payload, key)
	}
	var b body
	if err := json.Unmarshal(payload, &b); err != nil || b.MsgType != "interactive" {
		return "", &chat.SendError{Failure: chat.BadContent, Err: errors.New("change a card of feishu: the payload is no card of ours")}
	}
	return old, a.deliver(ctx, func(token string) (reply, error) {
		return a.call(ctx, a.http, "change card", http.MethodPatch, "/open-apis/im/v1/messages/"+url.PathEscape(old), token, jsonType, encode(map[string]string{"content": b.Content}))
	})
}

const jsonType = "application/json; charset=utf-8"

func (a *Adapter) send(ctx context.Context, to chat.Address, payload []byte, key string) (id string, err error) {
	topic, rest, inTopic := bytes.Cut(payload, []byte("\n")) // JSON holds no line breaks
	if inTopic {
		payload = rest
	}
	if key == "" || len(key) > maxKey || len(payload) < 2 || payload[len(payload)-1] != '}' {
		return "", &chat.SendError{Failure: chat.BadContent, Err: errors.New("send to feishu: payload or key is not one of ours")}
	}
	full := make([]byte, 0, len(payload)+len(key)+20)
	full = append(full, payload[:len(payload)-1]...)
	full = append(full, `,"uuid":`...)
	full = append(full, encode(key)...)
	full = append(full, '}')
	if inTopic {
		id, err := a.say(ctx, "/"+url.PathEscape(string(topic))+"/reply", append(full[:len(full)-1:len(full)-1], `,"reply_in_thread":true}`...))
		if !topicGone(err) {
			return id, err
		}
		full = slices.Concat([]byte(`{"receive_id":`), encode(to.ID), []byte(","), full[1:])
	}
	if to.Group {
		return a.say(ctx, "?receive_id_type=chat_id", full)
	}
	return a.say(ctx, "?receive_id_type=open_id", full)
}

// topicGone reports whether a reply was refused for what it replies to: it was
// taken back or is gone, the topic is closed, or the chat has none (the codes of
// Feishu's page "Reply message").
func topicGone(err error) bool {
	var refused *chat.SendError
	if !errors.As(err, &refused) {
		return false
	}
	switch refused.Code {
	case 230011, 230019, 230050, 230054, 230071, 230072, 230111:
		return true
	}
	return false
}

// say posts one message under a path of the messages, and gives its id.
func (a *Adapter) say(ctx context.Context, where string, full []byte) (id string, err error) {
	err = a.deliver(ctx, func(token string) (reply, error) {
		r, err := a.call(ctx, a.http, "send message", http.MethodPost, "/open-apis/im/v1/messages"+where, token, jsonType, full)
		id = r.id
		if err == nil && r.id == "" {
			err = &platform.APIError{Call: "send message", Status: r.status, Code: r.code, Msg: "no message id in the answer"}
		}
		return r, err
	})
	return id, err
}

// upload hands a file over and gives the key under which a message names it.
func (a *Adapter) upload(ctx context.Context, name string, data []byte) (string, error) {
	if len(data) == 0 || len(data) > maxFile {
		return "", &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("upload to feishu: %d bytes", len(data))}
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	file, err := fill(w, name)
	if err == nil {
		_, err = file.Write(data)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return "", &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("upload to feishu: %w", err)}
	}
	patient := *a.http
	patient.Timeout = uploadTime
	key := ""
	err = a.deliver(ctx, func(token string) (reply, error) {
		r, err := a.call(ctx, &patient, "upload file", http.MethodPost, "/open-apis/im/v1/files", token, w.FormDataContentType(), form.Bytes())
		if err == nil && r.file == "" {
			err = &platform.APIError{Call: "upload file", Status: r.status, Code: r.code, Msg: "no file key in the answer"}
		}
		key = r.file
		return r, err
	})
	return key, err
}

func fill(w *multipart.Writer, name string) (io.Writer, error) {
	err := errors.Join(w.WriteField("file_type", fileType(name)), w.WriteField("file_name", name))
	file, more := w.CreateFormFile("file", name)
	return file, errors.Join(err, more)
}

// deliver makes one call under the app's token and classifies its failure.
func (a *Adapter) deliver(ctx context.Context, call func(token string) (reply, error)) error {
	var last reply
	called := false
	err := a.withToken(ctx, func(token string) (int, error) {
		called = true
		r, err := call(token)
		last = r
		return r.code, err
	})
	switch {
	case err == nil:
		return nil
	case !called:
		return unsent(err)
	}
	return &chat.SendError{Failure: classify(err, last), Code: last.code, After: last.after(), OneChat: oneChat(last.code), Err: err}
}

// unsent is the failure of getting a token: nothing was sent.
func unsent(err error) error {
	out := &chat.SendError{Failure: chat.Busy, After: 2 * time.Second, Err: err}
	var refused *platform.APIError
	if errors.As(err, &refused) {
		out.Code = refused.Code
		if refused.Status == http.StatusOK && credentials(refused.Code) && !busy(refused.Status, refused.Code) {
			out.Failure, out.After = chat.BadSetup, 0
		}
	}
	return out
}

// credentials reports whether a code of the token's API is about who asks:
// unlike others it does not pass by itself.
func credentials(code int) bool { return code/1000 == 10 || code/10000 == 9999 }

// reply is what the bot needs of an answer of the API.
type reply struct {
	status   int
	code     int
	id, file string        // message_id, file_key
	reset    time.Duration // until the frequency limit opens again
	dialed   bool          // the request left this machine
}

// call makes one request; only code 0 with HTTP 200 is a success.
func (a *Adapter) call(ctx context.Context, client *http.Client, what, method, path, token, contentType string, body []byte) (reply, error) {
	r := reply{dialed: true}
	req, err := http.NewRequestWithContext(ctx, method, a.cfg.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		return r, fmt.Errorf("%s: %w", what, err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", contentType)
	resp, err := client.Do(req)
	if err != nil {
		r.dialed = !platform.Undialed(err)
		return r, fmt.Errorf("%s: %w", what, err)
	}
	defer resp.Body.Close()
	r.status = resp.StatusCode
	if seconds, err := strconv.Atoi(resp.Header.Get("x-ogw-ratelimit-reset")); err == nil {
		r.reset = time.Duration(seconds) * time.Second
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return r, fmt.Errorf("%s: read answer: %w", what, err)
	}
	msg := r.read(text)
	if r.status != http.StatusOK || r.code != 0 {
		return r, &platform.APIError{Call: what, Status: r.status, Code: r.code, Msg: msg}
	}
	return r, nil
}

func (r *reply) read(text []byte) (msg string) {
	r.code = -1 // an answer without a code proves nothing
	c := &cursor{data: string(text)}
	c.object(func(name string) {
		switch name {
		case "code":
			if n, err := strconv.Atoi(c.text()); err == nil {
				r.code = n
			}
		case "msg":
			msg = c.text()
		case "data":
			c.object(func(name string) {
				switch name {
				case "message_id":
					r.id = c.text()
				case "file_key":
					r.file = c.text()
				default:
					c.skip()
				}
			})
		default:
			c.skip()
		}
	})
	if c.end() != nil {
		r.code = -1
	}
	return msg
}

func (r reply) after() time.Duration {
	if !busy(r.status, r.code) && r.dialed {
		return 0
	}
	return min(max(r.reset, time.Second), longestReset)
}

// longestReset bounds the wait that an answer may ask for: the limits are of a second
// and of a minute, and whoever counts in other units must not hold everybody up.
const longestReset = 5 * time.Minute

// busy are the refusals that pass by themselves.
func busy(status, code int) bool {
	switch code {
	case 230020, 230049, 11232, 11233, 99991400:
		return true
	}
	return status == http.StatusTooManyRequests
}

// oneChat reports whether a refusal is about the chat it was sent to only, so
// that nobody else has to wait.
func oneChat(code int) bool {
	return code == 230020 || code == 230049 || code == 11233
}

// classify says what to do about a failed call.
func classify(err error, r reply) chat.Failure {
	switch {
	case !r.dialed, busy(r.status, r.code):
		return chat.Busy
	case r.status == 0 || r.status >= 500 || r.code <= 0:
		return chat.Uncertain
	case staleToken(r.code):
		return chat.Busy // refused twice, the second time with a fresh token
	case r.code == 230001 && strings.Contains(err.Error(), "receive_id"):
		return chat.BadReceiver
	}
	return refusals(r.code)
}

// refusals are the codes of sending and of what it stands on, as the platform
// lists them. What it does not list may pass, and says nothing about the
// content.
func refusals(code int) chat.Failure {
	switch code {
	case 99991672, 99991403, 99991401, 230006, 230027, 230036, 232025, 232034: // scope, quota, address, abilities
		return chat.BadSetup
	case 230002, 230013, 230017, 230018, 230029, 230034, 230035, 230038, 230053, 230075, 99992351, 99992361:
		return chat.BadReceiver
	case 230001, 230015, 230019, 230022, 230025, 230028, 230031, 230054, 230055, 230099, 234001, 234006, 234010:
		return chat.BadContent
	}
	if code/1000 == 232 { // all of them are about the chat
		return chat.BadReceiver
	}
	return chat.Unknown
}
