package chattest

import (
	"context"
	"slices"
	"sync"

	"marketbot/handlers/chat"
)

// Recorder is a chat.Receive that remembers what it was given.
type Recorder struct {
	mu     sync.Mutex
	events []chat.Event
}

// Receive remembers an event; one it knows already is a duplicate.
func (r *Recorder) Receive(_ context.Context, e chat.Event) (chat.Receipt, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, known := range r.events {
		if known.ID == e.ID {
			return chat.Receipt{Duplicate: true, OK: true}, nil
		}
	}
	r.events = append(r.events, e)
	return chat.Receipt{OK: true, Toast: "已收到"}, nil
}

// Events is a copy of what came so far.
func (r *Recorder) Events() []chat.Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}
