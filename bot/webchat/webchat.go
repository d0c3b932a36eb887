// Package webchat is the chat platform of the demo: a page on loopback where
// one visitor plays every person of a sample department, with a clock that can
// be moved. It is an adapter like any other (event.go in, card.go out, send.go
// to the transcript) plus the page that shows it (http.go, stream.go, page/).
//
// It keeps everything in memory, knows no rules and no commands, and is no way
// to run the bot in earnest: whoever opens the page may speak as anybody.
package webchat

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// Platform is the Platform of the page's accounts and addresses.
const Platform = "webchat"

// BotName is what the bot is called on the page and mentioned by.
const BotName = "市场部助手"

// Persona is a sample person that the visitor can speak as.
type Persona struct {
	Account string       `json:"account"` // the account's id on this platform
	Name    string       `json:"name"`
	Post    store.Post   `json:"post"`
	Duties  []store.Duty `json:"duties,omitempty"`
	Note    string       `json:"note"` // a few words for the visitor; never stored
}

// Group is the department's group, of which every Persona is a member.
type Group struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Command is how a command is suggested to who types.
type Command struct {
	Name    string   `json:"name"`
	Aliases []string `json:"aliases,omitempty"`
	Summary string   `json:"summary"`
}

// Job is something that the timetable will do.
type Job struct {
	When time.Time
	Name string
}

// Clock is the demo's time and what hangs on it. Every function is required
// and is safe to call from several goroutines.
type Clock struct {
	// Now is the chat's time, in the company's zone.
	Now func() time.Time
	// Jump moves the clock on to target and fires every job in between in
	// order, each at its own time; messages due by then have been sent when it
	// returns.
	Jump func(ctx context.Context, target time.Time) error
	// Jobs is what the timetable does next, soonest first.
	Jobs func() []Job
	// Audit is the tail of the audit, newest last.
	Audit func() []string
	// Reset makes the sample data anew and sets the clock back. Nothing of
	// before is sent once it has returned; what was sent until then is gone.
	Reset func(ctx context.Context) error
}

// Options is what a Chat needs.
type Options struct {
	Receive chat.Receive
	People  []Persona
	Group   Group
	Clock   Clock
	// Commands are what a Persona may begin a message with; nil: the page
	// suggests none.
	Commands func(Persona) []Command
	WeCom    *Skin // nil: the page cannot wear WeCom's clothes
	Draw     chat.Draw
	Log      *slog.Logger
}

// Chat is the platform and its page. It is safe for concurrent use.
type Chat struct {
	o       Options
	handler http.Handler
	record  *record

	// gate is held for writing while the clock moves or the data are made
	// anew, so that no event falls into the middle of it.
	gate sync.RWMutex

	closing chan struct{}
	close   sync.Once
}

// New returns a Chat with empty rooms.
func New(o Options) *Chat {
	c := &Chat{o: o, record: newRecord(), closing: make(chan struct{})}
	c.handler = c.routes()
	return c
}

// ServeHTTP serves the page, to this machine only.
func (c *Chat) ServeHTTP(w http.ResponseWriter, r *http.Request) { c.handler.ServeHTTP(w, r) }

// Close ends the streams to the browsers, so that a server that shuts down
// need not wait for them. The Chat still takes what is sent to it.
func (c *Chat) Close() { c.close.Do(func() { close(c.closing) }) }

// Members is everybody: the group is the department's, and all are in it.
func (c *Chat) Members(context.Context, string) (list []chat.Member, err error) {
	for _, p := range c.o.People {
		list = append(list, chat.Member{Account: chat.Account{Platform: Platform, ID: p.Account}, Name: p.Name})
	}
	return list, nil
}

// persona finds a Persona by account.
func (c *Chat) persona(account string) (Persona, bool) {
	for _, p := range c.o.People {
		if p.Account == account {
			return p, true
		}
	}
	return Persona{}, false
}
