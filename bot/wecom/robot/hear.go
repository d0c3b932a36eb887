package robot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/handlers/chat"
)

const (
	identifyTime = 3 * time.Second
	receiveTime  = 30 * time.Second
	updateTime   = 4 * time.Second        // the platform takes an answer to an event for 5
	firstInsist  = 200 * time.Millisecond // between tries of storing an event
	lastInsist   = 15 * time.Second
	maxTries     = 10
)

// sort reads a frame and queues it.
func (r *Robot) sort(w *wire, f frame, q *queues) {
	if f.Cmd != cmdMessage && f.Cmd != cmdEvent {
		return
	}
	c, err := readCallback(f.Body)
	if err != nil {
		r.odd("body", err)
		return
	}
	if c.odd != "" {
		r.odd(c.odd, nil)
	}
	if c.Event.Type == "disconnected_event" { // the line may stay open, and get nothing
		w.close(errOver)
		return
	}
	q.put(job{w, string(f.Head.Req), c, r.now()})
}

// odd notes, once for each field, that a callback had another shape than the
// platform documents: what could be read of it was.
func (r *Robot) odd(field string, err error) {
	if known, _ := r.oddities.ContainsOrAdd(field, struct{}{}); !known {
		r.log.Warn("a callback is of another shape than documented", "code", "robot_callback_shape", "field", field, "error", err)
	}
}

// refuse tells a person that more of theirs waited than is kept.
func (r *Robot) refuse(ctx context.Context, j job) {
	e, ok := j.call.event(r.cfg.Name, j.at)
	if !ok {
		return
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), receiveTime)
	defer cancel()
	r.log.Warn("more callbacks of one person waited than are kept", "code", "robot_callback_flood", "event_id", e.ID)
	r.name(work, &e)
	r.apologize(work, e.Chat)
}

// hear works on one callback.
func (r *Robot) hear(ctx context.Context, j job) {
	e, ok := j.call.event(r.cfg.Name, j.at)
	if !ok {
		if j.call.Type != "event" {
			r.odd("who or where", nil)
		}
		return
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute+receiveTime)
	defer cancel()
	raw := r.name(work, &e)
	if e.Kind == chat.Picture || j.call.Image.URL != "" {
		e.Fetch = func(ctx context.Context) ([]byte, error) { return r.picture(ctx, j.call.Image) }
	}
	if e.Kind == chat.Opened && r.chats.Of(e.Chat).Open {
		return // it comes once a day, also of people who write anyway
	}
	r.opens(work, e, raw)
	r.asked.expect(e, j.req)
	receipt, err := r.insist(ctx, work, e)
	switch {
	case err != nil:
		r.log.Error("an event was not stored", "event_id", e.ID, "event_kind", e.Kind, "error", err)
		r.apologize(work, e.Chat)
	case receipt.Duplicate:
		r.asked.forget(e, j.req)
	case e.Kind == chat.Press && receipt.OK && r.now().Sub(j.at) < updateTime:
		r.mark(work, j, e, receipt.Done)
	}
}

// name puts the userid in place of an encrypted id where the app can tell, now
// or before, and gives what it replaced; empty when nothing.
func (r *Robot) name(ctx context.Context, e *chat.Event) (raw string) {
	if r.Identify == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, identifyTime)
	defer cancel()
	id, err := r.Identify(ctx, e.From.ID)
	if err != nil { // most are userids already
		r.log.Warn("the app could not tell a userid", "event_id", e.ID, "error", err)
		id = cmp.Or(r.chats.Called(e.From.ID), e.From.ID)
	}
	if id == e.From.ID {
		return ""
	}
	raw, e.From.ID = e.From.ID, id
	if !e.Chat.Group {
		e.Chat.ID = id
	}
	return raw
}

// opens notes that whoever wrote or pressed opened the chat to the robot, which
// mere entering does not, and what the robot calls them.
func (r *Robot) opens(ctx context.Context, e chat.Event, raw string) {
	if e.Kind != chat.Opened {
		r.chats.Learn(ctx, e.Chat, func(k *chats.Known) { k.Open, k.Shut = true, false })
	}
	if raw == "" && e.From.Private() != chats.Key(e.From.Private()) {
		raw = e.From.ID
	}
	if raw != "" {
		r.chats.Learn(ctx, e.From.Private(), func(k *chats.Known) { k.Raw = raw })
	}
}

// insist hands an event over until it is stored, for about a minute, or until
// ctx ends: the platform delivers each once only. work is what each try runs in.
func (r *Robot) insist(ctx, work context.Context, e chat.Event) (receipt chat.Receipt, err error) {
	waits := platform.Backoff(firstInsist, lastInsist)
	for range maxTries {
		receipt, err = r.store(work, e)
		if err == nil || errors.Is(err, platform.ErrPanic) || ctx.Err() != nil {
			return receipt, err
		}
		platform.Pause(ctx, waits.NextBackOff())
	}
	return receipt, fmt.Errorf("tried %d times: %w", maxTries, err)
}

func (r *Robot) store(ctx context.Context, e chat.Event) (chat.Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, receiveTime)
	defer cancel()
	return r.receive(ctx, e)
}

// apologize says that something was lost: nobody will deliver it again.
func (r *Robot) apologize(ctx context.Context, to chat.Address) {
	m := chat.Message{Text: "刚才这一条没有存下来，请再发一次。"}
	if err := r.say(ctx, to, message.Encode(content{Type: "markdown", Markdown: &message.Text{Content: message.Markdown(m, "")}})); err != nil {
		r.log.Warn("the loss of an event could not be told", "error", err)
	}
}

// mark shows on a card which button was pressed, and what came of it. That it stays
// as it was harms nothing.
func (r *Robot) mark(ctx context.Context, j job, e chat.Event, done string) {
	card, ok := r.shown.Get(e.Card)
	if !ok {
		return
	}
	card = card.Pressed(e.Command, done)
	r.shown.Add(e.Card, card)
	update := map[string]any{"response_type": "update_template_card", "template_card": card}
	if err := j.wire.call(ctx, cmdUpdate, j.req, update, nil); err != nil {
		r.log.Warn("a pressed card could not be changed", "event_id", e.ID, "error", err)
	}
}
