package outbox

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"marketbot/handlers"
	"marketbot/handlers/chat"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// Outbox delivers what is owed; see the package's doc for how. Run and Flush may
// be used from several goroutines, and in several processes on a shared store.
type Outbox struct {
	o     Options
	turn  chan struct{}     // held by whoever delivers
	wake  chan struct{}     // something was owed
	asks  chan chan error   // Flush while Run delivers
	hand  chan struct{}     // something was handed over
	done  recent            // held by whoever delivers, as are the next
	flows map[string]*flows // by platform: who caused how much lately

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
	maxSenders    = 24               // sends at a time
	sendTimeout   = 30 * time.Second // then it is uncertain
	renderTimeout = 30 * time.Second // of making a message's bytes, its file too
	windowMargin  = time.Minute      // a key's protection is not stretched to its end
	setupRetry    = 10 * time.Minute
	quietRetry    = 10 * time.Minute      // how often quiet hours are looked at again
	staleAfter    = 4 * time.Hour         // what the clock said is true for so long
	oldest        = 7 * 24 * time.Hour    // nothing is tried for longer
	maxFileTries  = 5                     // tries of making a file
	unknownFor    = time.Minute           // a refusal that nobody listed may pass within it
	unknownLong   = time.Hour             // or, while the platform takes nothing at all, within it
	lookEvery     = 15 * time.Second      // what another process owed is found by looking
	storeRetry    = time.Second           // the store failed
	stopGrace     = 5 * time.Second       // sends under way may end
	recordWait    = 20 * time.Millisecond // what was delivered is recorded with what else is by then
	maxRecord     = 64                    // or as soon as it is so many
)

// New makes an outbox; Run or Flush deliver.
func New(o Options) *Outbox {
	return &Outbox{o: o, turn: make(chan struct{}, 1), wake: make(chan struct{}, 1), asks: make(chan chan error), hand: make(chan struct{}, 1), flows: map[string]*flows{}}
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
	p := newPump(ctx, o, false)
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
	p := newPump(ctx, o, true)
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
