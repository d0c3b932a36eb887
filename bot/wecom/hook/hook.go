// Package hook is the webhook of one group (群机器人, 消息推送): it says what the
// department's group is told where no robot may write there.
//
// It hears nothing, is nobody to mention, keeps no secrets and drops no copies:
// whatever is confidential it refuses, and of a lost answer nobody knows whether
// the group saw the message. Its key is all that stands before it. A group takes
// 20 messages a minute, which is counted here, as one message of ours may be
// several of the platform's.
//
// Documents: https://developer.work.weixin.qq.com/document/path/91770.
package hook

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"time"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/qyapi"
	"marketbot/handlers/chat"
	"marketbot/handlers/pace"
)

// Way is what parcels call messages that go by the webhook.
const Way = "hook"

// PerMinute is what a group's webhook takes.
const PerMinute = 20

// Hook is the webhook of one group. It is safe for concurrent use.
type Hook struct {
	api  *qyapi.Client
	key  string
	now  func() time.Time
	pace pace.Receivers
}

// New makes a webhook that does not yet talk to the platform; base is the API's
// address, empty for the platform's own.
func New(key, base string, client *http.Client, now func() time.Time) *Hook {
	return &Hook{api: qyapi.New(base, client), key: key, now: now, pace: pace.Receivers{Limit: pace.Limit{Max: PerMinute, Span: time.Minute}}}
}

// Window is zero: what is sent twice is shown twice.
func (h *Hook) Window() time.Duration { return 0 }

// post is a body of webhook/send.
type post struct {
	Type string        `json:"msgtype"`
	Text *message.Text `json:"text,omitempty"`
	File *message.File `json:"file,omitempty"`
}

// Render makes texts, whose buttons are told as what to type to the bot in
// private: the group's webhook is not somebody to mention. A file is uploaded.
// An error is a *chat.SendError, here and of Send.
func (h *Hook) Render(ctx context.Context, _ chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if m.Confidential {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: errors.New("render for wecom: a webhook keeps no secrets")}
	}
	if m.File != nil {
		media, err := qyapi.Upload(m.File.Name, data, func(r qyapi.Request, out any) error {
			r.What, r.Path, r.Query = "upload file to group", "/cgi-bin/webhook/upload_media", url.Values{"key": {h.key}, "type": {"file"}}
			return h.api.Do(ctx, r, out)
		})
		if err != nil {
			return nil, err
		}
		return message.Pack(Way, post{Type: "file", File: &message.File{Media: media}})
	}
	var bodies []any
	for _, text := range message.Texts(m, "") {
		bodies = append(bodies, post{Type: "text", Text: &message.Text{Content: text}})
	}
	return message.Pack(Way, bodies...)
}

// Send posts the bodies. A lost answer leaves it open whether the group saw
// the message.
func (h *Hook) Send(ctx context.Context, _ chat.Address, p message.Parcel) (card string, err error) {
	if wait := h.pace.Take(h.now(), "", len(p.Bodies)); wait > 0 {
		return "", &chat.SendError{Failure: chat.Busy, After: wait, OneChat: true, Err: errors.New("send to group: the webhook's minute is full")}
	}
	for i, b := range p.Bodies {
		err := h.post(ctx, "send to group", b)
		if err == nil {
			continue
		}
		f := qyapi.Failure(err)
		if i > 0 && (f.Failure == chat.Busy || f.Failure == chat.Unknown) { // the group saw the beginning
			f.Failure = chat.Uncertain
		}
		return "", f
	}
	return "", nil
}

func (h *Hook) post(ctx context.Context, what string, body json.RawMessage) error {
	return h.api.Do(ctx, qyapi.Request{What: what, Path: "/cgi-bin/webhook/send", Query: url.Values{"key": {h.key}}, Body: body}, nil)
}

// Check asks whether the key is known, with a body that says nothing: the
// platform looks at the key first.
func (h *Hook) Check(ctx context.Context) chat.Finding {
	const name = "企业微信群机器人"
	err := h.post(ctx, "check webhook", json.RawMessage(`{"msgtype":"text"}`))
	var refused *platform.APIError
	switch {
	case errors.As(err, &refused) && (refused.Code == 93000 || refused.Code == 93004):
		return platform.Failed(name, err, "核对 wecom.webhook_key：群机器人的 Webhook 地址里 key= 后面那一段；被移除或停用的要重新添加")
	case err == nil, errors.As(err, &refused) && refused.Code > 0:
		return chat.Finding{Name: name, OK: true, Text: "有效"}
	}
	return platform.Failed(name, err, "服务器须能访问 wecom.base_url")
}
