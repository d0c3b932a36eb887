// Package handlers is the Desk: it takes what people send, finds out who they
// are and what they want, lets the area concerned do it, and writes down what
// is to be answered. What it takes in, what that changes, its audit entry and
// the answers commit in one transaction. It sends nothing and knows no
// platform; the areas below it know nothing of each other.
package handlers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/command"
	"marketbot/store"
)

// Times of the conversation.
const (
	doubleClick  = 3 * time.Second  // the same button or form again within it counts once
	undoTime     = 5 * time.Minute  // how long 撤销 works
	questionTime = 30 * time.Minute // how long a question waits for its answer
	confirmTime  = 30 * time.Minute // how long a preview can be confirmed
	turnsMore    = 2                // tries of an event after the store failed, before the platform has to deliver it again
	noteUse      = time.Hour        // how exactly it is known which account was used last
)

// Options are the parts of a Desk.
type Options struct {
	DB    *store.DB
	Areas []command.Area
	// Left is what happens when an account's person left the company.
	Left func(ctx context.Context, tx *store.Tx, a chat.Account, now time.Time) ([]chat.Notice, error)
	Post *Post
	Zone *time.Location
	Now  func() time.Time
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
	seed   maphash.Seed
	chats  [1024]sync.Mutex // by the chat's hash: few chats wait for another
}

// NewDesk makes a Desk of the areas' commands and the conversation's own. It
// refuses incomplete or clashing commands.
func NewDesk(o Options) (*Desk, error) {
	d := &Desk{o: o, seed: maphash.MakeSeed()}
	specs := append(d.builtins(), d.forms()...)
	for i, a := range o.Areas {
		if a == nil {
			return nil, fmt.Errorf("area %d is missing", i+1)
		}
		specs = append(specs, a.Commands()...)
	}
	var err error
	if d.router, err = command.NewRouter(specs); err != nil {
		return nil, fmt.Errorf("commands: %w", err)
	}
	return d, nil
}

// Specs are all commands, in the order of help.
func (d *Desk) Specs() []*command.Spec { return d.router.Specs() }

// Receive is the chat.Receive of every adapter. When it returns nil, the event
// and all that follows from it are on the disk.
func (d *Desk) Receive(ctx context.Context, e chat.Event) (chat.Receipt, error) {
	if !e.ToBot && e.Chat.Group && (e.Kind == chat.Text || e.Kind == chat.Location || e.Kind == chat.Other) {
		return chat.Receipt{}, nil // people talking among themselves
	}
	lock := &d.chats[maphash.String(d.seed, e.Chat.Platform+"/"+e.Chat.ID)%uint64(len(d.chats))]
	lock.Lock()
	defer lock.Unlock()
	if e.Sent.IsZero() {
		e.Sent = d.o.Now()
	}
	e.Sent = e.Sent.In(d.o.Zone)
	// An answer waits with its address, which may be a piece of all that came.
	e.Chat.ID, e.From.ID = strings.Clone(e.Chat.ID), strings.Clone(e.From.ID)
	r, t, err := d.turn(ctx, e)
	ran := t // the last that may be stored
	for again := 0; err != nil && again < turnsMore && store.Again(err) && ctx.Err() == nil; again++ {
		if r, t, err = d.turn(ctx, e); r.Duplicate { // the one before was stored after all
			t.more, r.Duplicate = true, false
		} else if t != nil {
			ran = t
		}
	}
	if err != nil {
		d.o.Log.Error("event not stored", "platform", e.Platform(), "kind", string(e.Kind), "error", err)
		return chat.Receipt{}, fmt.Errorf("receive: %w", err)
	}
	if ran != nil && ran.failed != nil {
		d.o.Log.Error("command failed", "ref", ran.ref, "command", ran.spec.Name, "person", ran.person.ID, "error", ran.failed)
	}
	if !r.Duplicate {
		d.o.Owed(t.owed, t.more)
	}
	return r, nil
}

// turn is one try of Receive: what it does is done whole or not at all.
func (d *Desk) turn(ctx context.Context, e chat.Event) (r chat.Receipt, t *turn, err error) {
	err = d.o.DB.Update(ctx, func(tx *store.Tx) (err error) {
		t = &turn{desk: d, tx: tx, event: e, form: e.Values}
		// Another process may be at work on an event of the same chat.
		if err := tx.Lock(ctx, "chat/"+e.Chat.Platform+"/"+e.Chat.ID); err != nil {
			return err
		}
		r, err = d.take(ctx, t)
		return err
	})
	return r, t, err
}

// take is Receive inside the transaction.
func (d *Desk) take(ctx context.Context, t *turn) (chat.Receipt, error) {
	e, tx := t.event, t.tx
	fresh, err := tx.Receive(ctx, store.Received{Platform: e.Platform(), ID: e.ID, Act: d.act(e), At: e.Sent, Body: body(e)}, doubleClick)
	if err != nil || !fresh {
		return chat.Receipt{Duplicate: true, OK: true, Toast: "已收到"}, err
	}
	caller, err := tx.Caller(ctx, e.From.Platform, e.From.ID)
	if err != nil {
		return chat.Receipt{}, err
	}
	if caller.ID != "" && e.Sent.Sub(caller.Used) > noteUse {
		if err := tx.UseAccount(ctx, e.From.Platform, e.From.ID, e.Sent); err != nil {
			return chat.Receipt{}, err
		}
	}
	t.person, t.asked = caller.Person, caller.Asked
	if err := t.run(ctx); err != nil {
		return chat.Receipt{}, err
	}
	return t.receipt(), nil
}

// act names a press or submit so that its double click is known; the platform
// gives each click an id of its own. Where the second one does nothing anyway,
// it is to hear what the first one did.
func (d *Desk) act(e chat.Event) string {
	if e.Kind != chat.Press && e.Kind != chat.Submit {
		return ""
	}
	if spec, _, ok := d.router.Match(e.Command); ok && spec.Settles {
		return ""
	}
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q", e.From.ID, e.Card, e.Command)
	for _, k := range slices.Sorted(maps.Keys(e.Values)) {
		fmt.Fprintf(h, " %q=%q", k, e.Values[k])
	}
	return e.Platform() + "/" + hex.EncodeToString(h.Sum(nil)[:16])
}

// body is what the inbox keeps of an event.
func body(e chat.Event) string {
	switch e.Kind {
	case chat.Text:
		return e.Text
	case chat.Location:
		return e.Place
	case chat.Submit:
		values, err := json.Marshal(e.Values)
		if err != nil { // a map of strings always has a form
			return e.Command
		}
		return e.Command + "\n" + string(values)
	}
	return e.Command
}

// Reference is a number for a fault that a person can read out and the log has
// too.
func Reference() string {
	b := make([]byte, 4)
	rand.Read(b) // never fails (crypto/rand)
	return strings.ToUpper(hex.EncodeToString(b))
}
