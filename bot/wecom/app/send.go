package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"marketbot/bot/wecom/message"
	"marketbot/bot/wecom/qyapi"
	"marketbot/handlers/chat"
)

// Window is how long the platform drops what it was sent before: the most that
// can be asked for.
const Window = 4 * time.Hour

const memberPerMinute = 30

// post is a body of message/send.
type post struct {
	To       string        `json:"touser"`
	Type     string        `json:"msgtype"`
	Agent    int           `json:"agentid"`
	Text     *message.Text `json:"text,omitempty"`
	File     *message.File `json:"file,omitempty"`
	Image    *message.File `json:"image,omitempty"`
	Card     *message.Card `json:"template_card,omitempty"`
	Safe     int           `json:"safe,omitempty"` // 1: cannot be passed on, shows who looks
	Checked  int           `json:"enable_duplicate_check"`
	Interval int           `json:"duplicate_check_interval"` // seconds
}

// update is a body of message/update_template_card: a card in the place of
// another, or words in that of its buttons.
type update struct {
	Users  []string      `json:"userids"`
	Agent  int           `json:"agentid"`
	Code   string        `json:"response_code"`
	Card   *message.Card `json:"template_card,omitempty"`
	Button *replaced     `json:"button,omitempty"`
}

type replaced struct {
	Name string `json:"replace_name"`
}

// Render makes the exact bodies that Send posts; a file and the pictures of
// charts, whose figures stand in the text, are uploaded here. What is
// confidential becomes plain text that cannot be passed on, and never a card.
// An error is a *chat.SendError.
func (a *App) Render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	if to.Group {
		return nil, &chat.SendError{Failure: chat.BadReceiver, Err: errors.New("render for wecom: the app cannot write into groups")}
	}
	if m.File != nil {
		return a.renderFile(ctx, to, m, data)
	}
	if m.Card != nil && m.Card.Done != "" {
		if m.Confidential { // it was text
			return nil, &chat.SendError{Failure: chat.BadContent, Err: errors.New("render for wecom: what is confidential was no card")}
		}
		return message.Pack(Way, update{Users: []string{to.ID}, Agent: a.cfg.AgentID, Button: &replaced{m.Card.Done}})
	}
	mark := message.NewMark()
	cards := a.key != nil && !m.Confidential // to be pressed takes a callback; none can be kept from being passed on
	task := newTask(mark)
	if card := message.WholeCard(m, task); cards && card != nil {
		return message.Pack(Way, a.cardPost(to, card))
	}
	var bodies []any
	for _, text := range message.Texts(m, mark) {
		p := a.post(to, "text", m.Confidential)
		p.Text = &message.Text{Content: text}
		bodies = append(bodies, p)
	}
	if card := message.ButtonCard(m.Card, task); cards && card != nil {
		bodies = append(bodies, a.cardPost(to, card))
	}
	pictures, err := a.pictures(ctx, to, m)
	if err != nil {
		return nil, err
	}
	return message.Pack(Way, append(bodies, pictures...)...)
}

// pictures are a message's charts, drawn and uploaded. One that cannot be drawn
// is left out: the text has its figures.
func (a *App) pictures(ctx context.Context, to chat.Address, m chat.Message) ([]any, error) {
	if a.Draw == nil {
		return nil, nil
	}
	var bodies []any
	for i, c := range m.Charts() {
		data, err := a.Draw(c)
		if err != nil {
			a.log.Error("a chart could not be drawn", "error", err)
			continue
		}
		media, err := a.upload(ctx, "image", fmt.Sprintf("chart%d.png", i+1), data)
		if err != nil {
			return nil, err
		}
		p := a.post(to, "image", m.Confidential)
		p.Image = &message.File{Media: media}
		bodies = append(bodies, p)
	}
	return bodies, nil
}

func (a *App) upload(ctx context.Context, kind, name string, data []byte) (media string, err error) {
	return qyapi.Upload(name, data, func(r qyapi.Request, out any) error {
		r.What, r.Path, r.Query = "upload "+kind, "/cgi-bin/media/upload", url.Values{"type": {kind}}
		return a.api.Call(ctx, r, out)
	})
}

func (a *App) renderFile(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	media, err := a.upload(ctx, "file", m.File.Name, data)
	if err != nil {
		return nil, err
	}
	p := a.post(to, "file", m.Confidential)
	p.File = &message.File{Media: media}
	return message.Pack(Way, p)
}

func (a *App) cardPost(to chat.Address, card *message.Card) post {
	p := a.post(to, "template_card", false)
	p.Card = card
	return p
}

func (a *App) post(to chat.Address, kind string, confidential bool) post {
	p := post{To: to.ID, Type: kind, Agent: a.cfg.AgentID, Checked: 1, Interval: int(Window.Seconds())}
	if confidential {
		p.Safe = 1
	}
	return p
}

// Send posts what Render made, one body after the other. The platform drops
// what it was sent before within four hours, so the key is not needed: every
// text and card carries a mark of its own. Every error is a *chat.SendError;
// once something arrived it is Uncertain, so that the same bytes come again. A
// card is called by the code that changes it, once and for three days.
func (a *App) Send(ctx context.Context, to chat.Address, p message.Parcel) (card string, err error) {
	if wait := a.Pace.Take(a.now(), strings.ToLower(to.ID), len(p.Bodies)); wait > 0 {
		return "", &chat.SendError{Failure: chat.Busy, After: wait, OneChat: true, Err: errors.New("send message: the member's minute is full")}
	}
	for i, b := range p.Bodies {
		code, err := a.sendOne(ctx, b)
		if err != nil {
			if i > 0 && (err.Failure == chat.Busy || err.Failure == chat.Unknown) {
				err.Failure = chat.Uncertain
			}
			return "", err
		}
		card = cmp.Or(code, card)
		a.remember(b)
	}
	return card, nil
}

// Change puts words that Render made in the place of a card's buttons.
func (a *App) Change(ctx context.Context, p message.Parcel, card string) error {
	var u update
	if err := json.Unmarshal(p.Bodies[0], &u); err != nil || u.Button == nil {
		return &chat.SendError{Failure: chat.BadContent, Err: errors.New("change a card of wecom: the payload is none of ours")}
	}
	u.Code = card
	if err := a.update(ctx, u); err != nil {
		return qyapi.Failure(err)
	}
	return nil
}

func (a *App) update(ctx context.Context, u update) error {
	return a.api.Call(ctx, qyapi.Request{What: "update card", Path: "/cgi-bin/message/update_template_card", Body: message.Encode(u)}, nil)
}

// remember keeps a card that was shown.
func (a *App) remember(body json.RawMessage) {
	var p post
	if err := json.Unmarshal(body, &p); err == nil && p.Card != nil {
		a.shown.Add(p.Card.Task, *p.Card)
	}
}

// sendOne posts one body, and gives the code that changes a card. The platform
// also answers 0 where the receiver is not reached.
func (a *App) sendOne(ctx context.Context, body json.RawMessage) (code string, _ *chat.SendError) {
	var answer struct {
		Code       string `json:"response_code"`
		Invalid    string `json:"invaliduser"`
		Unlicensed string `json:"unlicenseduser"`
	}
	err := a.api.Call(ctx, qyapi.Request{What: "send message", Path: "/cgi-bin/message/send", Body: body}, &answer)
	switch {
	case err != nil:
		return "", qyapi.Failure(err)
	case answer.Invalid != "":
		return "", unreached("the member is unknown or not in the app's visible range")
	case answer.Unlicensed != "":
		return "", unreached("the member has no licence for the interface")
	}
	return answer.Code, nil
}

func unreached(why string) *chat.SendError {
	return &chat.SendError{Failure: chat.BadReceiver, Err: errors.New("send message: " + why)}
}

// markTime bounds the change of a card, which the platform waits for.
const markTime = 2 * time.Second

// mark shows on a card which button was pressed, and what came of it, under a task of its own: none
// may come twice. That the card stays as it was harms nothing.
func (a *App) mark(ctx context.Context, c call, done string) {
	card, ok := a.shown.Get(c.task)
	if !ok {
		return
	}
	mark, _, _ := strings.Cut(c.task, "-")
	card = card.Pressed(c.key, done)
	card.Task = newTask(mark)
	ctx, cancel := context.WithTimeout(ctx, markTime)
	defer cancel()
	if err := a.update(ctx, update{Users: []string{c.from}, Agent: a.cfg.AgentID, Code: c.response, Card: &card}); err != nil {
		a.log.Warn("a pressed card could not be changed", "event_id", c.id, "error", err)
		return
	}
	a.shown.Add(card.Task, card)
}

// newTask is a card's task; the mark is that of the words before it.
func newTask(mark string) string { return mark + "-" + rand.Text() }
