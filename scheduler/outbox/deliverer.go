package outbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync/atomic"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/store"
)

// deliverer tries messages, several at a time, each in its own goroutine. It
// decides nothing: what becomes of a message is a [verdict].
type deliverer struct {
	o      *Options
	writer writer
	lease  *lease
	passed map[string]*atomic.Uint64 // how much each platform has taken
}

func newDeliverer(o *Options, w writer, l *lease) *deliverer {
	d := &deliverer{o: o, writer: w, lease: l, passed: map[string]*atomic.Uint64{}}
	for name := range o.Platforms {
		d.passed[name] = new(atomic.Uint64)
	}
	return d
}

// outcome is how a delivery ended.
type outcome struct {
	ruling
	tried bool // the platform saw it
}

// deliver tries one message. It owns it until it returns.
func (d *deliverer) deliver(ctx context.Context, it *item) (out outcome) {
	defer func() {
		if v := recover(); v != nil {
			d.o.Log.Error("deliver a message", "message", it.ID, "error", &store.PanicError{Value: v, Stack: debug.Stack()})
			frozen := !it.FirstTry.IsZero() // then it may have been on its way
			out = d.settle(ctx, it, verdict{kind: retry, due: d.o.Now().Add(backOff(it.Tries, rand.Float64())), unsure: frozen, reason: "panic"})
			out.tried = frozen
		}
	}()
	now, p := d.o.Now(), d.o.Platforms[it.Platform]
	if v := beforeTry(it, now, d.quietEnd(now), p != nil, rand.Float64()); v.kind != try {
		d.warn(it, v)
		return d.settle(ctx, it, v)
	}
	if v := d.beforeRepeat(ctx, p, it, now); v.kind != try {
		return d.settle(ctx, it, v)
	}
	if len(it.with) > 0 {
		if out := d.settle(ctx, it, merge(it)); out.kind != rewrite {
			return out
		}
	}
	if it.Payload == nil {
		if out, ok := d.prepare(ctx, p, it); !ok {
			return out
		}
	}
	if v := d.lookAgain(ctx, it); v.kind != try {
		return d.settle(ctx, it, v)
	}
	if !d.lease.holds(it, d.o.Now()) {
		return outcome{ruling: ruling{it: it}}
	}
	return d.send(ctx, p, it)
}

// send is the try itself.
func (d *deliverer) send(ctx context.Context, p chat.Platform, it *item) outcome {
	own, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return d.answered(ctx, it, show(own, p, it), true)
}

// show sends a message, in the place of the card that it changes; of one that may
// be changed it notes what the platform calls it.
func show(ctx context.Context, p chat.Platform, it *item) (err error) {
	to, key := address(it), sendKey(it)
	if it.About == "" && !it.changes() {
		return p.Send(ctx, to, it.Payload, key)
	}
	var m chat.Message
	if err := json.Unmarshal(it.Content, &m); err != nil {
		return &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("read message: %w", err)}
	}
	it.Card, err = chat.Show(ctx, p, to, it.Payload, key, m.Replaces)
	return err
}

// prepare makes the bytes and freezes them before the first try.
func (d *deliverer) prepare(ctx context.Context, p chat.Platform, it *item) (outcome, bool) {
	payload, err := d.render(ctx, p, it)
	if err != nil {
		return d.answered(ctx, it, err, false), false
	}
	out := d.settle(ctx, it, verdict{kind: freeze, payload: payload})
	return out, out.kind == freeze
}

// answered settles a try, or what kept it from being made: err is what the
// platform said.
func (d *deliverer) answered(ctx context.Context, it *item, err error, tried bool) outcome {
	if err != nil && ctx.Err() != nil { // we stop: the next start goes on
		return outcome{ruling: ruling{it: it}, tried: tried}
	}
	a := answer{tried: tried}
	passed := d.passed[it.Platform]
	if err == nil {
		passed.Add(1)
	} else {
		a.others = it.others(passed.Load())
		a.failure, a.reason = failure(it.Secret, err)
		level := slog.LevelWarn
		if it.changes() {
			level = slog.LevelDebug
		}
		d.o.Log.Log(ctx, level, "message not delivered", "message", it.ID, "platform", it.Platform, "failure", int(a.failure.Failure), "code", a.failure.Code, "tries", it.Tries+1, "error", a.reason)
	}
	out := d.settle(ctx, it, judge(it, a, d.o.Now(), rand.Float64()))
	out.tried = tried
	return out
}

// settle writes a verdict and applies it; what was sent, the recorder writes.
// Where the store cannot be told, the message stays as it is and is looked at
// again soon; one that another process has taken over is left to it.
func (d *deliverer) settle(ctx context.Context, it *item, v verdict) outcome {
	now := d.o.Now()
	if v.kind != wait && v.kind != sent {
		if err := d.writer.write(ctx, now, ruling{it, v}); errors.Is(err, store.ErrNotClaimed) {
			return outcome{ruling: ruling{it: it}}
		} else if err != nil {
			d.o.Log.Error("record a delivery", "message", it.ID, "error", err)
			it.unsure = it.unsure || v.unsure
			v = verdict{kind: wait, due: now.Add(storeRetry), pause: v.pause}
		}
	}
	v.apply(it, now)
	return outcome{ruling: ruling{it, v}}
}

// warn logs what is found before a try.
func (d *deliverer) warn(it *item, v verdict) {
	if v.kind != wait {
		d.o.Log.Warn("message not tried", "message", it.ID, "platform", it.Platform, "error", v.reason)
	}
}

// beforeRepeat makes the bytes again that were frozen as the message was owed,
// and asks whether they may be sent.
func (d *deliverer) beforeRepeat(ctx context.Context, p chat.Platform, it *item, now time.Time) verdict {
	same := it.Payload != nil || it.Print == nil || d.remade(ctx, p, it)
	return beforeRepeat(it, now, same, protection(p, it.Payload))
}

// lookAgain is whether what is confidential may be sent to its reader still.
func (d *deliverer) lookAgain(ctx context.Context, it *item) verdict {
	if !it.Secret {
		return verdict{kind: try}
	}
	var stands handlers.Standing
	err := d.o.DB.View(ctx, func(tx *store.Tx) (err error) {
		stands, err = d.o.Post.Still(ctx, tx, it.Outgoing, d.o.Now())
		return err
	})
	if err != nil {
		d.o.Log.Error("look at a message again", "message", it.ID, "error", err)
		return verdict{kind: wait, due: d.o.Now().Add(storeRetry)}
	}
	return withheld(it, stands)
}

// remade makes the frozen bytes again; false when they are others now, as by
// another version of the program.
func (d *deliverer) remade(ctx context.Context, p chat.Platform, it *item) bool {
	payload, err := d.render(ctx, p, it)
	if err != nil || !d.o.DB.Same(it.Outgoing, payload) {
		return false
	}
	it.Payload = payload
	return true
}

func (d *deliverer) render(ctx context.Context, p chat.Platform, it *item) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, renderTimeout)
	defer cancel()
	var m chat.Message
	if err := json.Unmarshal(it.Content, &m); err != nil {
		return nil, &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("read message: %w", err)}
	}
	var data []byte
	if m.File != nil {
		var err error
		if data, err = d.o.Files(ctx, m.File.Recipe); err != nil {
			return nil, fileError(it, err)
		}
	}
	return p.Render(ctx, address(it), m, data)
}

// fileError: a file that cannot be made now may be later, but not for ever.
func fileError(it *item, err error) error {
	f := chat.Busy
	if it.Tries >= maxFileTries {
		f = chat.BadContent
	}
	return &chat.SendError{Failure: f, Err: fmt.Errorf("make file: %w", err)}
}

// quietEnd is when the quiet hours end that now lies in.
func (d *deliverer) quietEnd(now time.Time) time.Time {
	if zone := d.o.Post.Zone; zone != nil {
		now = now.In(zone)
	}
	return d.o.Quiet.End(now)
}

// protection is how long a key protects these bytes on a platform.
func protection(p chat.Platform, payload []byte) time.Duration {
	if v, ok := p.(chat.Protector); ok {
		return v.Window(payload)
	}
	return p.Limits().Window
}

func address(it *item) chat.Address {
	return chat.Address{Platform: it.Platform, Group: it.Group, ID: it.Address}
}

// sendKey is the platform's idempotency key: the same bytes of the same
// message have the same key, other bytes another.
func sendKey(it *item) string {
	return fmt.Sprintf("%s-%08x", it.ID, crc32.ChecksumIEEE(it.Payload))
}
