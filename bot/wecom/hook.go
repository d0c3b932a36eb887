package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"marketbot/handlers/chat"
)

// hookPerMinute is what a group's webhook takes.
const hookPerMinute = 20

// Hook is the webhook of one group (群机器人, 消息推送): it says what the
// department's group is told where no robot may write there. It hears nothing,
// keeps no secrets and drops no copies.
type Hook struct {
	api  *api
	key  string
	pace pace
}

func newHook(key, base string, client *http.Client, now func() time.Time) *Hook {
	return &Hook{api: newAPI(base, "", "", client, now), key: key, pace: pace{most: hookPerMinute, now: now}}
}

// window is zero: what is sent twice is shown twice.
func (h *Hook) window() time.Duration { return 0 }

// hookPost is a body of webhook/send.
type hookPost struct {
	Type string    `json:"msgtype"`
	Text *postText `json:"text,omitempty"`
	File *postFile `json:"file,omitempty"`
}

// render makes texts, whose buttons are told as what to type to the bot in
// private: the group's webhook is not somebody to mention. A file is uploaded.
func (h *Hook) render(ctx context.Context, _ chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if m.Confidential {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: errors.New("render for wecom: a webhook keeps no secrets")}
	}
	if m.File != nil {
		media, err := h.upload(ctx, m.File.Name, data)
		if err != nil {
			return nil, err
		}
		return pack(byHook, hookPost{Type: "file", File: &postFile{media}})
	}
	var bodies []any
	for _, text := range texts(m, "", "") {
		bodies = append(bodies, hookPost{Type: "text", Text: &postText{text}})
	}
	return pack(byHook, bodies...)
}

func (h *Hook) upload(ctx context.Context, name string, data []byte) (string, error) {
	var answer struct {
		Media string `json:"media_id"`
	}
	err := upload(name, data, func(form []byte, contentType string) error {
		return h.api.do(ctx, request{what: "upload file to group", path: "/cgi-bin/webhook/upload_media",
			query: url.Values{"key": {h.key}, "type": {"file"}}, body: form, contentType: contentType, patience: uploadTime}, &answer)
	}, &answer.Media)
	return answer.Media, err
}

// send posts the bodies. A lost answer leaves it open whether the group saw
// the message.
func (h *Hook) send(ctx context.Context, _ chat.Address, p parcel, _ string) error {
	if wait := h.pace.take("", len(p.Bodies)); wait > 0 {
		return &chat.SendError{Failure: chat.Busy, After: wait, OneChat: true, Err: errors.New("send to group: the webhook's minute is full")}
	}
	for i, b := range p.Bodies {
		err := h.api.do(ctx, request{what: "send to group", path: "/cgi-bin/webhook/send", query: url.Values{"key": {h.key}}, body: b}, nil)
		if err == nil {
			continue
		}
		f := failure(err)
		if i > 0 && f.Failure == chat.Busy { // the group saw the beginning
			f.Failure = chat.Uncertain
		}
		return f
	}
	return nil
}

// check asks whether the key is known, with a body that says nothing: the
// platform looks at the key first.
func (h *Hook) check(ctx context.Context) chat.Finding {
	const name = "企业微信群机器人"
	err := h.api.do(ctx, request{what: "check webhook", path: "/cgi-bin/webhook/send", query: url.Values{"key": {h.key}}, body: json.RawMessage(`{"msgtype":"text"}`)}, nil)
	var refused *apiError
	switch {
	case errors.As(err, &refused) && (refused.code == 93000 || refused.code == 93004):
		return failed(name, err, "核对 wecom.webhook_key：群机器人的 Webhook 地址里 key= 后面那一段；被移除或停用的要重新添加")
	case err == nil, errors.As(err, &refused) && refused.code > 0:
		return chat.Finding{Name: name, OK: true, Text: "有效"}
	}
	return failed(name, err, "服务器须能访问 wecom.base_url")
}

func failed(name string, err error, mend string) chat.Finding {
	return chat.Finding{Name: name, Text: fmt.Sprintf("%v。%s", err, mend)}
}
