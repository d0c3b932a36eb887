package platformtest

import (
	"context"
	"sync"
	"time"
)

// Message is what the bot sent, as people see it.
type Message struct {
	ID       string
	To       string // a person's chat or a group, as the platform calls it
	Topic    string // what it replies to in a topic
	Type     string // the platform's
	Text     string // all that can be read, buttons aside
	Buttons  []Button
	Fields   []Field  // of a form
	Charts   []string // titles of those that the client draws
	File     string
	Data     []byte // of the file or the picture
	Mentions []string
	Links    []string // and markup of any kind
	Locked   bool     // cannot be passed on
	Reply    bool     // an answer to what somebody wrote or to their entering
	Key      string   // of idempotency
	At       time.Time
}

// Button is one that can be pressed.
type Button struct {
	Label  string
	Key    string // what the bot is told when it is pressed
	Name   string // of the button, in a form
	Submit bool   // it sends the form
}

// Field is an input of a form.
type Field struct {
	Name     string
	Value    string // prefilled or preselected
	Required bool
	Options  []string // values of a choice
}

// Board is what stands in all chats. The zero value is empty.
type Board struct {
	mu       sync.Mutex
	messages []Message
	changed  chan struct{} // closed by the next message
}

// Show puts a message up.
func (b *Board) Show(m Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.messages = append(b.messages, m)
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}

// Seen is what stands in a chat, oldest first.
func (b *Board) Seen(at string) []Message {
	list, _ := b.look(at)
	return list
}

func (b *Board) look(at string) ([]Message, <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []Message
	for _, m := range b.messages {
		if m.To == at {
			list = append(list, m)
		}
	}
	if b.changed == nil {
		b.changed = make(chan struct{})
	}
	return list, b.changed
}

// Await waits until at least n messages stand in a chat and gives what stands
// there, or what there is when ctx ends.
func (b *Board) Await(ctx context.Context, at string, n int) []Message {
	for {
		list, changed := b.look(at)
		if len(list) >= n {
			return list
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return list
		}
	}
}

// Sent counts all messages.
func (b *Board) Sent() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.messages)
}

// Find is a message by its id.
func (b *Board) Find(id string) (Message, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.messages {
		if m.ID == id {
			return m, true
		}
	}
	return Message{}, false
}

// Change puts another message in the place of one.
func (b *Board) Change(id string, to Message) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, m := range b.messages {
		if m.ID == id {
			b.messages[i] = to
		}
	}
}
