package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// outcome is how a delivery ended.
type outcome struct {
	it    *item
	tried bool          // the platform saw it
	sent  bool          // delivered, to be recorded
	gone  bool          // a dead letter
	told  bool          // something new was owed
	lost  bool          // another process has taken it over
	pause time.Duration // the platform asked to be left alone for so long
}

// ladder is how long to wait after each try, the last one for ever.
var ladder = [...]time.Duration{time.Second, 5 * time.Second, 15 * time.Second, time.Minute, 5 * time.Minute}

// backOff is the wait after so many tries, a little longer each time by chance
// so that what failed together does not come back together.
func backOff(tries int) time.Duration {
	d := ladder[min(tries, len(ladder)-1)]
	return d + rand.N(d/5)
}

// deliver tries one message. It owns it until it returns.
func (o *Outbox) deliver(ctx context.Context, it *item) (out outcome) {
	defer func() {
		if v := recover(); v != nil {
			o.o.Log.Error("deliver a message", "message", it.ID, "error", &store.PanicError{Value: v, Stack: debug.Stack()})
			it.unsure = !it.FirstTry.IsZero() // frozen, so it may have been on its way
			out = o.putOff(ctx, it, backOff(it.Tries), "panic")
			out.tried = it.unsure
		}
	}()
	now := o.o.Now()
	p := o.o.Platforms[it.Platform]
	switch {
	case it.unreadable:
		o.o.Log.Error("message is unreadable", "message", it.ID, "platform", it.Platform)
		return o.bury(ctx, it, "unreadable")
	case now.Sub(it.Created) > oldest:
		return o.bury(ctx, it, "tried for too long")
	case it.Class == store.ClassReminder && o.quiet(now):
		it.Due = earlier(o.quietEnd(now), now.Add(quietRetry))
		return outcome{it: it}
	case it.Class >= store.ClassDue && now.Sub(it.Created) > staleAfter:
		return o.expire(ctx, it)
	case p == nil:
		return o.failed(ctx, it, &chat.SendError{Failure: chat.BadSetup, Err: errors.New("platform is not configured")}, false)
	case it.Payload == nil && it.Print != nil && !o.remade(ctx, p, it):
		return o.unprotected(ctx, it)
	case it.unsure && !protected(now.Sub(it.FirstTry), protection(p, it.Payload)):
		return o.unprotected(ctx, it)
	}
	if it.Payload == nil {
		if out, ok := o.prepare(ctx, p, it); !ok {
			return out
		}
	}
	if !o.held.holds(it, o.o.Now()) {
		return outcome{it: it, lost: true}
	}
	sctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	if err := p.Send(sctx, address(it), it.Payload, sendKey(it)); err != nil {
		return o.failed(ctx, it, err, true)
	}
	return outcome{it: it, tried: true, sent: true}
}

// protection is how long a key protects these bytes on a platform.
func protection(p chat.Platform, payload []byte) time.Duration {
	if v, ok := p.(chat.Protector); ok {
		return v.Window(payload)
	}
	return p.Limits().Window
}

// protected tells whether a key still keeps a second copy away so long after
// its first use. Of a clock that was set back since, nobody knows how long.
func protected(age, window time.Duration) bool { return age >= 0 && age <= window-windowMargin }

// quiet tells whether reminders are held back now.
func (o *Outbox) quiet(now time.Time) bool { return o.quietEnd(now).After(now) }

func (o *Outbox) quietEnd(now time.Time) time.Time {
	if o.o.Post.Zone != nil {
		now = now.In(o.o.Post.Zone)
	}
	return o.o.Quiet.End(now)
}

func address(it *item) chat.Address {
	return chat.Address{Platform: it.Platform, Group: it.Group, ID: it.Address}
}

// prepare makes the bytes and freezes them before the first try.
func (o *Outbox) prepare(ctx context.Context, p chat.Platform, it *item) (outcome, bool) {
	payload, err := o.render(ctx, p, it)
	if err != nil {
		return o.failed(ctx, it, err, false), false
	}
	now := o.o.Now()
	err = o.o.DB.Update(ctx, func(tx *store.Tx) error { return tx.Freeze(ctx, it.ID, payload, now) })
	if err != nil {
		return o.storeFailed(it, err), false
	}
	it.Payload, it.FirstTry = payload, now
	return outcome{}, true
}

// remade makes the bytes again that were frozen as the message was owed; false
// when they are others now, as by another version of the program.
func (o *Outbox) remade(ctx context.Context, p chat.Platform, it *item) bool {
	payload, err := o.render(ctx, p, it)
	if err != nil || !o.o.DB.Same(it.Outgoing, payload) {
		return false
	}
	it.Payload = payload
	return true
}

// Freeze makes the bytes of a message without a file, for Post; nil when that
// is left to its first try.
func (o *Outbox) Freeze(to chat.Address, m chat.Message) (payload []byte, repeats bool) {
	p := o.o.Platforms[to.Platform]
	if p == nil {
		return nil, false
	}
	payload, err := p.Render(context.Background(), to, m, nil)
	if err != nil { // the first try meets it again and says what becomes of it
		return nil, false
	}
	return payload, p.Limits().Repeats
}

func (o *Outbox) render(ctx context.Context, p chat.Platform, it *item) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, renderTimeout)
	defer cancel()
	var m chat.Message
	if err := json.Unmarshal(it.Content, &m); err != nil {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("read message: %w", err)}
	}
	var data []byte
	if m.File != nil {
		var err error
		if data, err = o.o.Files(ctx, m.File.Recipe); err != nil {
			return nil, fileError(it, err)
		}
	}
	return p.Render(ctx, address(it), m, data)
}

// fileError: a file that cannot be made now may be later, but not for ever.
func fileError(it *item, err error) error {
	f := chat.Busy
	if it.Tries >= filesMost {
		f = chat.BadContent
	}
	return &chat.SendError{Failure: f, Err: fmt.Errorf("make file: %w", err)}
}

// storeFailed keeps a message in memory: the store cannot be told. One that
// another process has taken over is left to it.
func (o *Outbox) storeFailed(it *item, err error) outcome {
	if errors.Is(err, store.ErrNotClaimed) {
		return outcome{it: it, lost: true}
	}
	o.o.Log.Error("record a delivery", "message", it.ID, "error", err)
	it.Due = o.o.Now().Add(storeRetry)
	return outcome{it: it}
}

// failed does what the class of a failure asks for.
func (o *Outbox) failed(ctx context.Context, it *item, err error, tried bool) outcome {
	if ctx.Err() != nil { // we stop: the next start goes on
		return outcome{it: it, tried: tried}
	}
	var s *chat.SendError
	if !errors.As(err, &s) {
		s = &chat.SendError{Failure: chat.Uncertain, Err: err}
	}
	reason := reason(it.Secret, s, err)
	o.o.Log.Warn("message not delivered", "message", it.ID, "platform", it.Platform, "failure", int(s.Failure), "code", s.Code, "tries", it.Tries+1, "error", reason)
	out := outcome{it: it}
	switch s.Failure {
	case chat.BadContent:
		out = o.simplify(ctx, it, reason)
	case chat.BadReceiver:
		out = o.bury(ctx, it, reason)
	case chat.BadSetup:
		out = o.missing(ctx, it, reason)
	case chat.Busy:
		out = o.putOff(ctx, it, max(s.After, backOff(it.Tries)), reason)
		if !s.OneChat {
			out.pause = min(s.After, longestWait)
		}
	default:
		it.unsure = it.unsure || tried
		out = o.putOff(ctx, it, backOff(it.Tries), reason)
	}
	out.tried = tried
	return out
}

// reason is what is logged, kept and told of a failure. The words of a platform
// that refuses content may repeat it: they are for nobody.
func reason(secret bool, s *chat.SendError, err error) string {
	if s.Code != 0 && (secret || s.Failure == chat.BadContent) {
		return fmt.Sprintf("the platform refused it with code %d", s.Code)
	}
	return err.Error()
}

// putOff waits. Where it is certain that nothing arrived, the next try renders
// anew; else it must send the same bytes.
func (o *Outbox) putOff(ctx context.Context, it *item, wait time.Duration, reason string) outcome {
	due := o.o.Now().Add(wait)
	err := o.o.DB.Update(ctx, func(tx *store.Tx) error { return tx.Retry(ctx, it.ID, due, reason, it.unsure) })
	if err != nil {
		return o.storeFailed(it, err)
	}
	it.Due, it.Tries = due, it.Tries+1
	if !it.unsure {
		it.Payload, it.Print, it.FirstTry = nil, nil, time.Time{}
	}
	return outcome{it: it}
}

// unprotected is for a message that may have arrived and whose key no longer
// keeps a second copy away: said once more and marked so, confidential never.
func (o *Outbox) unprotected(ctx context.Context, it *item) outcome {
	const reason = "no certainty whether it arrived"
	if it.Secret {
		return o.bury(ctx, it, reason)
	}
	return o.rewrite(ctx, it, reason, again)
}

// simplify says the same without a card, when there was one.
func (o *Outbox) simplify(ctx context.Context, it *item, reason string) outcome {
	return o.rewrite(ctx, it, reason, plain)
}

// rewrite changes what a message says and tries that next; what change cannot
// change is given up.
func (o *Outbox) rewrite(ctx context.Context, it *item, reason string, change func(chat.Message) (chat.Message, bool)) outcome {
	var m chat.Message
	if err := json.Unmarshal(it.Content, &m); err != nil {
		return o.bury(ctx, it, "unreadable")
	}
	m, ok := change(m)
	if !ok {
		return o.bury(ctx, it, reason)
	}
	content, err := json.Marshal(m)
	if err == nil {
		err = o.o.DB.Update(ctx, func(tx *store.Tx) error { return tx.Rewrite(ctx, it.ID, content) })
	}
	if err != nil {
		return o.storeFailed(it, err)
	}
	it.Content, it.Payload, it.Print, it.FirstTry, it.unsure = content, nil, nil, time.Time{}, false
	return outcome{it: it}
}
