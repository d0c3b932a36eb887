package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
)

const (
	maxText         = 2048 // bytes of one text
	textsMost       = 10   // of one message
	maxFile         = 20 << 20
	minFile         = 5
	uploadTime      = 2 * time.Minute
	memberPerMinute = 30
	// appWindow is how long the platform drops what it was sent before: the
	// most that can be asked for.
	appWindow = 4 * time.Hour
)

// post is a body of message/send.
type post struct {
	To       string        `json:"touser"`
	Type     string        `json:"msgtype"`
	Agent    int           `json:"agentid"`
	Text     *postText     `json:"text,omitempty"`
	File     *postFile     `json:"file,omitempty"`
	Card     *templateCard `json:"template_card,omitempty"`
	Safe     int           `json:"safe,omitempty"` // 1: cannot be passed on, shows who looks
	Checked  int           `json:"enable_duplicate_check"`
	Interval int           `json:"duplicate_check_interval"` // seconds
}

type postText struct {
	Content string `json:"content"`
}

type postFile struct {
	Media string `json:"media_id"`
}

// render makes the exact bodies that send posts; a file is uploaded here. What
// is confidential becomes plain text that cannot be passed on, and never a
// card. An error is a *chat.SendError.
func (a *App) render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if to.Group {
		return nil, &chat.SendError{Failure: chat.BadReceiver, Err: errors.New("render for wecom: the app cannot write into groups")}
	}
	if m.File != nil {
		return a.renderFile(ctx, to, m, data)
	}
	mark := newMark()
	task := newTask(mark)
	if card := a.card(m, task, wholeCard); card != nil {
		return pack(byApp, a.cardPost(to, card))
	}
	var bodies []any
	for _, text := range texts(m, "", mark) {
		p := a.post(to, "text", m.Confidential)
		p.Text = &postText{text}
		bodies = append(bodies, p)
	}
	if card := a.card(m, task, func(m chat.Message, task string) *templateCard { return buttonCard(m.Card, task) }); card != nil {
		bodies = append(bodies, a.cardPost(to, card))
	}
	return pack(byApp, bodies...)
}

// card makes a card, which needs a callback to be pressed and cannot be kept
// from being passed on.
func (a *App) card(m chat.Message, task string, make func(chat.Message, string) *templateCard) *templateCard {
	if a.key == nil || m.Confidential {
		return nil
	}
	return make(m, task)
}

func (a *App) cardPost(to chat.Address, card *templateCard) post {
	p := a.post(to, "template_card", false)
	p.Card = card
	return p
}

func (a *App) post(to chat.Address, kind string, confidential bool) post {
	p := post{To: to.ID, Type: kind, Agent: a.cfg.AgentID, Checked: 1, Interval: int(appWindow.Seconds())}
	if confidential {
		p.Safe = 1
	}
	return p
}

// texts is a message as plain texts, each short enough and unlike any other.
// What has to be typed stands in texts of its own where all does not fit into
// one, so that it can be copied.
func texts(m chat.Message, mention, mark string) []string {
	room := maxText - len(numbered(mark, 9, 10))
	says := inert(body(m))
	pieces := []string{says, inert(typed(m.Card, mention))}
	if m.Card != nil && m.Card.Form != nil {
		pieces = append(pieces, formHelp, inert(template(m.Card.Form)))
	}
	pieces = slices.DeleteFunc(pieces, func(s string) bool { return strings.TrimSpace(s) == "" })
	all := strings.Join(pieces, "\n")
	list := []string{all}
	if len(all) > room {
		list = nil
		for i, p := range pieces {
			most := textsMost
			if i > 0 || says == "" {
				most = 1 << 20 // what has to be typed is never cut
			}
			parts, whole := cut(p, room-len(cutNote), most)
			if !whole {
				parts[len(parts)-1] += cutNote
			}
			list = append(list, parts...)
		}
	}
	list = slices.DeleteFunc(list, func(s string) bool { return strings.TrimSpace(s) == "" })
	for i := range list {
		list[i] += numbered(mark, i, len(list))
	}
	return list
}

// formHelp stands before a form.
const formHelp = "复制下面这段，填好后整段发回（分成几条的，合在一起发）："

func (a *App) renderFile(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	media, err := a.upload(ctx, m.File.Name, data)
	if err != nil {
		return nil, err
	}
	p := a.post(to, "file", m.Confidential)
	p.File = &postFile{media}
	return pack(byApp, p)
}

// upload hands a file over and gives the id under which a message names it,
// good for three days.
func (a *App) upload(ctx context.Context, name string, data []byte) (string, error) {
	var answer struct {
		Media string `json:"media_id"`
	}
	err := upload(name, data, func(form []byte, contentType string) error {
		return a.api.authed(ctx, request{what: "upload file", path: "/cgi-bin/media/upload", query: url.Values{"type": {"file"}},
			body: form, contentType: contentType, patience: uploadTime}, &answer)
	}, &answer.Media)
	return answer.Media, err
}

// upload makes the form of a file and lets send post it, which fills media in.
// An error is a *chat.SendError.
func upload(name string, data []byte, send func(form []byte, contentType string) error, media *string) error {
	if len(data) < minFile || len(data) > maxFile {
		return &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("upload to wecom: %d bytes", len(data))}
	}
	form, contentType, err := fileForm(name, data)
	if err != nil {
		return &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("upload to wecom: %w", err)}
	}
	err = send(form, contentType)
	if err == nil && *media == "" {
		err = &apiError{"upload file", 200, noCode, "no media id in the answer"}
	}
	if err != nil {
		return failure(err)
	}
	return nil
}

// fileForm is a file as the platform takes it; its name stands as it is in
// the head.
func fileForm(name string, data []byte) (form []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	name = strings.NewReplacer(`"`, "'", "\r", " ", "\n", " ", `\`, "_", "/", "_").Replace(name)
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", fmt.Sprintf(`form-data; name="media"; filename="%s"; filelength=%d`, name, len(data)))
	head.Set("Content-Type", "application/octet-stream")
	file, err := w.CreatePart(head)
	if err == nil {
		_, err = file.Write(data)
	}
	err = errors.Join(err, w.Close()) // which ends what b holds
	return b.Bytes(), w.FormDataContentType(), err
}

// send posts what render made, one body after the other. The platform drops
// what it was sent before within four hours, so the key is not needed: every
// text and card carries a mark of its own. Every error is a *chat.SendError;
// once something arrived it is Uncertain, so that the same bytes come again.
func (a *App) send(ctx context.Context, to chat.Address, p parcel, _ string) error {
	if wait := a.pace.take(strings.ToLower(to.ID), len(p.Bodies)); wait > 0 {
		return &chat.SendError{Failure: chat.Busy, After: wait, OneChat: true, Err: errors.New("send message: the member's minute is full")}
	}
	for i, b := range p.Bodies {
		if err := a.sendOne(ctx, b); err != nil {
			if i > 0 && err.Failure == chat.Busy {
				err.Failure = chat.Uncertain
			}
			return err
		}
		a.remember(b)
	}
	return nil
}

// remember keeps a card that was shown.
func (a *App) remember(body json.RawMessage) {
	var p post
	if err := json.Unmarshal(body, &p); err == nil && p.Card != nil {
		a.deck.add(*p.Card)
	}
}

// sendOne posts one body. The platform also answers 0 where the receiver is
// not reached.
func (a *App) sendOne(ctx context.Context, body json.RawMessage) *chat.SendError {
	var answer struct {
		Invalid    string `json:"invaliduser"`
		Unlicensed string `json:"unlicenseduser"`
	}
	err := a.api.authed(ctx, request{what: "send message", path: "/cgi-bin/message/send", body: body}, &answer)
	switch {
	case err != nil:
		return failure(err)
	case answer.Invalid != "":
		return unreached("the member is unknown or not in the app's visible range")
	case answer.Unlicensed != "":
		return unreached("the member has no licence for the interface")
	}
	return nil
}

func unreached(why string) *chat.SendError {
	return &chat.SendError{Failure: chat.BadReceiver, Err: errors.New("send message: " + why)}
}

// markTime bounds the change of a card, which the platform waits for.
const markTime = 2 * time.Second

// mark shows on a card which button was pressed. That the card stays as it was
// harms nothing.
func (a *App) mark(ctx context.Context, c call) {
	card, ok := a.deck.press(c.task, c.key)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, markTime)
	defer cancel()
	update := map[string]any{"userids": []string{c.from}, "agentid": a.cfg.AgentID, "response_code": c.response, "template_card": card}
	if err := a.api.authed(ctx, request{what: "update card", path: "/cgi-bin/message/update_template_card", body: encode(update)}, nil); err != nil {
		a.log.Warn("a pressed card could not be changed", "event_id", c.id, "error", err)
		return
	}
	a.deck.add(card)
}

// agent is the app's number as a query.
func (a *App) agent() url.Values { return url.Values{"agentid": {a.agentID}} }
