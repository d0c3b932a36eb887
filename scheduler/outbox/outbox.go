// Package outbox delivers what the bot owes, however often it has to try.
package outbox

import (
	"context"
	"fmt"
	"hash/crc32"
	"log/slog"
	"sync"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Outbox delivers what the bot owes. What the platform answers decides:
//
//	arrived        the row is marked sent and what it said is wiped
//	Uncertain      the same bytes under the same key again, after 1 s, 5 s, 15 s, 1 min, then every 5 min;
//	               when the key no longer protects: once more, marked 补发; confidential: never
//	Busy           again after the platform's time, or the same ladder
//	BadContent     once more as plain text
//	BadReceiver    a dead letter, and the administrators are told once a day
//	BadSetup       kept at the head of its chat, again every 10 min; a file becomes words about it;
//	               the administrators are told once a day, if possible elsewhere
//
// A reminder waits while quiet hours last. A reminder and what was due are
// given up 4 h after they were owed: they would no longer be true.
//
// Within a chat one message goes at a time, answers first, else in the order
// they were owed; chats are served side by side within the platform's limits.
// Run and Flush may be used from several goroutines, and in several processes on
// a shared store (claim.go).
type Outbox struct {
	o    Options
	turn chan struct{}   // held by whoever delivers
	wake chan struct{}   // something was owed
	asks chan chan error // Flush while Run delivers
	hand chan struct{}   // something was handed over
	done settled         // held by whoever delivers
	held claims

	mu     sync.Mutex
	handed []store.Outgoing
}

// Options are the parts of an Outbox.
type Options struct {
	DB        *store.DB
	Platforms map[string]chat.Platform                                 // by name
	Files     func(ctx context.Context, recipe string) ([]byte, error) // makes a chat.File's content
	Post      *handlers.Post                                           // tells the administrators
	Tell      func()                                                   // other processes, that something waits for them; never waits; may be nil
	Quiet     rulebook.Quiet                                           // in the Post's zone; reminders wait for its end
	Now       func() time.Time
	Log       *slog.Logger
}

// The outbox's own limits.
const (
	sendersMost   = 16               // sends at a time
	sendTimeout   = 30 * time.Second // then it is uncertain
	renderTimeout = 30 * time.Second // of making a message's bytes, its file too
	windowMargin  = time.Minute      // a key's protection is not stretched to its end
	setupRetry    = 10 * time.Minute
	quietRetry    = 10 * time.Minute      // how often quiet hours are looked at again
	staleAfter    = 4 * time.Hour         // what the clock said is true for so long
	oldest        = 7 * 24 * time.Hour    // nothing is tried for longer
	filesMost     = 5                     // tries of making a file
	lookEvery     = 15 * time.Second      // what another process owed is found by looking
	storeRetry    = time.Second           // the store failed
	stopGrace     = 5 * time.Second       // sends under way may end
	recordWait    = 20 * time.Millisecond // what was delivered is recorded with what else is by then
	recordMost    = 64                    // or as soon as it is so many
)

// New makes an outbox; Run or Flush deliver.
func New(o Options) *Outbox {
	return &Outbox{o: o, turn: make(chan struct{}, 1), wake: make(chan struct{}, 1), asks: make(chan chan error), hand: make(chan struct{}, 1)}
}

// Owed hands over answers that were just owed and committed, which spares
// reading them. more tells that there is something beside them to be read. It
// never waits.
func (o *Outbox) Owed(answers []store.Outgoing, more bool) {
	o.mu.Lock()
	o.handed = append(o.handed, answers...)
	o.mu.Unlock()
	if more {
		o.Wake()
	}
	select {
	case o.hand <- struct{}{}:
	default:
	}
}

// Wake tells Run that something was owed and committed. It never waits.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Run delivers until ctx is done; sends under way then have some seconds to
// end. It starts with whatever an earlier run left. Its error is ctx's.
func (o *Outbox) Run(ctx context.Context) error {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	p := newPump(ctx, o)
	defer p.stop()
	for ctx.Err() == nil {
		p.step(ctx)
		p.answer()
		p.wait(ctx)
	}
	return ctx.Err()
}

// Flush delivers everything that is due now and returns when it was tried and
// recorded, also while Run runs. What has to be tried again later stays owed.
func (o *Outbox) Flush(ctx context.Context) error {
	select {
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
		return o.flush(ctx)
	default:
	}
	done := make(chan error, 1)
	select {
	case o.asks <- done:
	case o.turn <- struct{}{}:
		defer func() { <-o.turn }()
		return o.flush(ctx)
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (o *Outbox) flush(ctx context.Context) error {
	p := newPump(ctx, o)
	p.hurry, p.passing = true, true
	defer p.stop()
	for ctx.Err() == nil {
		p.step(ctx)
		if done, err := p.answer(); done {
			return err
		}
		p.wait(ctx)
	}
	return ctx.Err()
}

// sendKey is the platform's idempotency key: the same bytes of the same
// message have the same key, other bytes another.
func sendKey(it *item) string {
	return fmt.Sprintf("%s-%08x", it.ID, crc32.ChecksumIEEE(it.Payload))
}
