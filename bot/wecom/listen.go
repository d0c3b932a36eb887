package wecom

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"marketbot/handlers/chat"
)

const (
	identifyTime = 3 * time.Second
	receiveTime  = 30 * time.Second
	updateTime   = 4 * time.Second // the platform takes an answer to an event for 5
	answerFor    = 10 * time.Minute
	askedMost    = 3 // of one chat that wait for an answer
)

// insistence is how long to wait between tries of storing an event: the
// platform delivers each once only.
var insistence = [...]time.Duration{200 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 15 * time.Second, 15 * time.Second, 15 * time.Second}

// sort reads a frame and queues it.
func (r *Robot) sort(w *wire, f frame, q *queues) {
	if f.Cmd != cmdMessage && f.Cmd != cmdEvent {
		return
	}
	c, err := readCallback(f.Body)
	if err != nil {
		r.log.Warn("a callback could not be read", "error", err)
		return
	}
	if c.Event.Type == "disconnected_event" { // the line may stay open, and get nothing
		w.close(errOver)
		return
	}
	q.put(job{w, f.Head.Req, c, r.now()})
}

// hear works on one callback.
func (r *Robot) hear(ctx context.Context, j job) {
	e, ok := j.call.event(r.cfg.Name, j.at)
	if !ok {
		return
	}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute+receiveTime)
	defer cancel()
	raw := r.name(work, &e)
	if e.Kind == chat.Opened && r.chats.of(e.Chat).Open {
		return // it comes once a day, also of people who write anyway
	}
	r.opens(work, e, raw)
	r.expect(e, j.req)
	receipt, err := r.insist(ctx, work, e)
	switch {
	case err != nil:
		r.log.Error("an event was not stored", "event_id", e.ID, "event_kind", e.Kind, "error", err)
		r.apologize(work, e.Chat)
	case receipt.Duplicate:
		r.forget(e, j.req)
	case e.Kind == chat.Press && receipt.OK && r.now().Sub(j.at) < updateTime:
		r.mark(work, j, e)
	}
}

// name puts the userid in place of an encrypted id where the app can tell, now
// or before, and gives what it replaced; empty when nothing.
func (r *Robot) name(ctx context.Context, e *chat.Event) (raw string) {
	if r.identify == nil {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, identifyTime)
	defer cancel()
	id, err := r.identify(ctx, e.From.ID)
	if err != nil { // most are userids already
		r.log.Warn("the app could not tell a userid", "event_id", e.ID, "error", err)
		id = cmp.Or(r.chats.called(e.From.ID), e.From.ID)
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
		r.chats.learn(ctx, e.Chat, func(k *known) { k.Open, k.Shut = true, false })
	}
	if raw != "" {
		r.chats.learn(ctx, e.From.Private(), func(k *known) { k.Raw = raw })
	}
}

// expect notes that a callback may be answered; events take no ordinary answer.
func (r *Robot) expect(e chat.Event, req string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e.Kind {
	case chat.Opened:
		r.hello[e.From.ID] = asked{req, r.now()}
	case chat.Press:
	default:
		list := append(r.asked[e.Chat], asked{req, r.now()})
		r.asked[e.Chat] = list[max(0, len(list)-askedMost):]
	}
}

// forget takes back what a repeated callback seemed to ask for.
func (r *Robot) forget(e chat.Event, req string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked[e.Chat] = slices.DeleteFunc(r.asked[e.Chat], func(a asked) bool { return a.req == req })
}

// answering takes the oldest callback of a chat that may still be answered.
func (r *Robot) answering(to chat.Address) (req string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for list := r.asked[to]; len(list) > 0; list = r.asked[to] {
		r.asked[to] = list[1:]
		if r.now().Sub(list[0].at) < answerFor {
			return list[0].req
		}
	}
	delete(r.asked, to)
	return ""
}

// greeting takes the request id under which somebody who just entered can be
// greeted; peek leaves it there.
func (r *Robot) greeting(to chat.Address, peek bool) (req string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	h, ok := r.hello[to.ID]
	if to.Group || !ok {
		return ""
	}
	fresh := r.now().Sub(h.at) < updateTime
	if !peek || !fresh {
		delete(r.hello, to.ID)
	}
	if !fresh {
		return ""
	}
	return h.req
}

var errPanic = errors.New("receiving an event panicked")

// insist hands an event over until it is stored, for about a minute, or until
// ctx ends; work is what each try runs in.
func (r *Robot) insist(ctx, work context.Context, e chat.Event) (receipt chat.Receipt, err error) {
	for _, wait := range insistence {
		receipt, err = r.guarded(work, e)
		if err == nil || errors.Is(err, errPanic) || ctx.Err() != nil {
			return receipt, err
		}
		pause(ctx, wait)
	}
	return receipt, fmt.Errorf("tried %d times: %w", len(insistence), err)
}

func (r *Robot) guarded(ctx context.Context, e chat.Event) (receipt chat.Receipt, err error) {
	ctx, cancel := context.WithTimeout(ctx, receiveTime)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("receiving an event panicked", "event_kind", e.Kind, "event_id", e.ID, "stack", string(debug.Stack()))
			err = errPanic
		}
	}()
	return r.receive(ctx, e)
}

// apologize says that something was lost: nobody will deliver it again.
func (r *Robot) apologize(ctx context.Context, to chat.Address) {
	m := chat.Message{Text: "刚才这一条没有存下来，请再发一次。"}
	if err := r.say(ctx, to, encode(content{Type: "markdown", Markdown: &words{markdown(m, "")}})); err != nil {
		r.log.Warn("the loss of an event could not be told", "error", err)
	}
}

// mark shows on a card which button was pressed. That it stays as it was harms
// nothing.
func (r *Robot) mark(ctx context.Context, j job, e chat.Event) {
	r.mu.Lock()
	card, ok := r.cards[e.Card]
	if ok {
		card = card.pressed(e.Command)
		r.cards[e.Card] = card
	}
	r.mu.Unlock()
	if !ok {
		return
	}
	update := map[string]any{"response_type": "update_template_card", "template_card": card}
	if err := j.wire.call(ctx, cmdUpdate, j.req, update, nil); err != nil {
		r.log.Warn("a pressed card could not be changed", "event_id", e.ID, "error", err)
	}
}
