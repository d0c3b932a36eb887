// Package handlers is the Desk: it takes what people send, finds out who they
// are and what they want, lets the area concerned do it, and writes down what
// is to be answered. It is not where anything is sent, nor where a platform is
// known, nor where the clock starts something: that is what bot and scheduler
// are for. The areas below it know nothing of each other.
//
// # The life of a message
//
// An adapter hands an event to [Desk.Receive]. One transaction takes it from
// there to its answer:
//
//  1. Take (turn.go): the inbox row, which reports whether the event came before,
//     who sent it, and the question that waited for what they wrote.
//  2. Decide (decide.go): a function of what was read. It gives an outcome, or a
//     command to run: [command.Router] finds it, [rulebook.Allows] lets it pass.
//  3. Run: the command's step, behind a savepoint. Only steps write facts, and
//     what one that fails has written is undone.
//     What a step reads that takes long is read before (command.Ahead), while others
//     write: the transaction is given up for that, and run again.
//  4. Decide again (result.go): a function of the step's answer, refusal,
//     question or fault. What was confirmed or filled in runs one more command.
//  5. Write (write.go), once: what 撤销, 确认 and the next message come back to,
//     the audit entry, the answers, the notices to others.
//
// When Receive returns nil all of that is on the disk, and the platform is told
// that the event was received. Delivered again, it changes nothing and answers
// nothing.
//
// # What arrives late
//
// Platforms deliver again for hours what they could not deliver at once. An
// event counts from when it was sent: that judges days, weeks, lateness and
// which of two changes is the later one, and it touches only what was there
// then: no write, question, preview, grant or delegation that came later. Its
// rights are those of then and of now ([store.Person].Then, [command.Call].Clock).
// A time ahead of our clock is not believed. A command whose changes replace
// each other says when the last one was made ([command.Spec].Changed): what was
// sent before that is refused.
//
// # What goes wrong
//
// A [command.Refusal] and a [command.Question] are answers. Any other error, and
// a panic, is a fault of ours: the person hears its number, and the log gets it
// under that number once it is sure what was stored. Only an error of the store
// leaves an event unanswered: it is tried again, then left to the platform.
//
// # Where it is said
//
// An answer goes where the question came from. What is confidential, or waits
// for a form or a confirmation, goes to the private chat, and a group hears one
// neutral line. [Post] knows which chat a person is reached in, and owes what
// is said unasked.
package handlers

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"strings"
	"sync"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/handlers/rulebook"
	"marketbot/store"
)

// turnsMore is how often an event is tried again after the store failed, before
// the platform has to deliver it again.
const turnsMore = 2

// Options are the parts of a Desk.
type Options struct {
	DB    *store.DB
	Areas []command.Area
	// Policy is who reads customers' files.
	Policy   rulebook.FilePolicy
	MayList  command.MayList    // see command.Call
	Calendar *rulebook.Calendar // what holidays are called
	// Left is what happens when an account's person left the company.
	Left func(ctx context.Context, tx *store.Tx, a chat.Account, now time.Time) ([]chat.Notice, error)
	// Owners are the accounts of who set the bot up: see staff.Handler.
	Owners []chat.Account
	Post   *Post
	Zone   *time.Location
	Now    func() time.Time
	// Owed is called with the answers that were owed and committed; more tells
	// that there are messages beside them.
	Owed func(answers []store.Outgoing, more bool)
	Log  *slog.Logger
}

// Desk takes events. It is safe for concurrent use; events of one chat are
// taken one at a time.
type Desk struct {
	o      Options
	router *command.Router
	watch  command.Watcher // nil: no area is one
	seed   maphash.Seed
	photos chan struct{}    // held while a picture is fetched and unpacked
	chats  [1024]sync.Mutex // by the chat's hash: few chats wait for another
}

// NewDesk makes a Desk of the areas' commands and the conversation's own. It
// refuses an area with a hole in it, and incomplete or clashing commands.
func NewDesk(o Options) (*Desk, error) {
	d := &Desk{o: o, seed: maphash.MakeSeed(), photos: make(chan struct{}, maxPhotos)}
	specs := append(d.builtins(), d.forms()...)
	for i, a := range o.Areas {
		if a == nil {
			return nil, fmt.Errorf("area %d is missing", i+1)
		}
		if err := whole(a); err != nil {
			return nil, err
		}
		for _, s := range a.Commands() {
			s.Area = i + 1
			specs = append(specs, s)
		}
		if w, ok := a.(command.Watcher); ok {
			d.watch = w
		}
	}
	var err error
	if d.router, err = command.NewRouter(specs, speech); err != nil {
		return nil, fmt.Errorf("commands: %w", err)
	}
	return d, nil
}

// Specs are all commands, in the order of help.
func (d *Desk) Specs() []*command.Spec { return d.router.Specs() }

// Serving is which commands serve which clause.
func (d *Desk) Serving() rulebook.Serving { return d.router.Serving() }

// Receive is the chat.Receive of every adapter. When it returns nil, the event
// and all that follows from it are on the disk.
func (d *Desk) Receive(ctx context.Context, e chat.Event) (chat.Receipt, error) {
	if !e.ToBot && e.Chat.Group && (e.Kind == chat.Text || e.Kind == chat.Location || e.Kind == chat.Picture || e.Kind == chat.Other) {
		return chat.Receipt{}, nil // people talking among themselves
	}
	sent := d.photo(ctx, e)
	lock := &d.chats[maphash.String(d.seed, e.Chat.Platform+"/"+e.Chat.ID)%uint64(len(d.chats))]
	lock.Lock()
	defer lock.Unlock()
	now := d.o.Now().In(d.o.Zone)
	if e.Sent.IsZero() || e.Sent.After(now) { // a time ahead of our clock is not believed
		e.Sent = now
	}
	e.Sent = e.Sent.In(d.o.Zone)
	// An answer waits with its address, which may be a piece of all that came.
	e.Chat.ID, e.From.ID, e.Topic = strings.Clone(e.Chat.ID), strings.Clone(e.From.ID), strings.Clone(e.Topic)
	reads := command.ReadAhead{}
	r, t, err := d.readied(ctx, e, sent, now, reads)
	ran := t // the last that may be stored
	for again := 0; err != nil && again < turnsMore && store.Again(err) && ctx.Err() == nil; again++ {
		if r, t, err = d.readied(ctx, e, sent, now, reads); r.Duplicate { // the one before was stored after all
			t.more, r.Duplicate = true, false
		} else if t != nil {
			ran = t
		}
	}
	if err != nil {
		d.o.Log.Error("event not stored", "platform", e.Platform(), "kind", string(e.Kind), "error", err)
		return chat.Receipt{}, fmt.Errorf("receive: %w", err)
	}
	if ran != nil && ran.out.fault != nil {
		f := ran.out.fault
		d.o.Log.Error("command failed", "ref", f.ref, "command", f.command, "person", ran.person.ID, "error", f.err)
	}
	if !r.Duplicate {
		d.o.Owed(t.owed, t.more)
	}
	return r, nil
}

// readied is a turn for which all was read ahead that it wants; what is read is kept
// for the next try.
func (d *Desk) readied(ctx context.Context, e chat.Event, sent photograph, now time.Time, reads command.ReadAhead) (r chat.Receipt, t *turn, err error) {
	for {
		r, t, err = d.turn(ctx, e, sent, now, reads)
		var wanted *command.Wanted
		if !errors.As(err, &wanted) {
			return r, t, err
		}
		if err := wanted.Do(ctx, d.o.DB, reads); err != nil {
			return r, t, err
		}
	}
}

// turn is one try of Receive: what it does is done whole or not at all.
func (d *Desk) turn(ctx context.Context, e chat.Event, sent photograph, now time.Time, reads command.ReadAhead) (r chat.Receipt, t *turn, err error) {
	err = d.o.DB.Update(ctx, func(tx *store.Tx) (err error) {
		t = &turn{desk: d, tx: tx, reads: reads, matter: matter{router: d.router, event: e, photo: sent, now: now}}
		// Another process may be at work on an event of the same chat.
		if err := tx.Lock(ctx, "chat/"+e.Chat.Platform+"/"+e.Chat.ID); err != nil {
			return err
		}
		r, err = t.take(ctx)
		return err
	})
	return r, t, err
}

// Reference is a number for a fault that a person can read out and the log has
// too.
func Reference() string {
	b := make([]byte, 4)
	rand.Read(b) // never fails (crypto/rand)
	return strings.ToUpper(hex.EncodeToString(b))
}
