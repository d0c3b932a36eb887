package wecom

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"

	"marketbot/handlers/chat"
)

// Notes keeps what is learnt about chats over a restart, and for whichever
// process has the robot's connection next: Read gives all of it, Write notes
// down what is known of one chat.
type Notes struct {
	Read  func(ctx context.Context) (map[chat.Address]string, error)
	Write func(ctx context.Context, at chat.Address, note string) error
}

// known is what was learnt about a chat. Of one that nothing is known of, the
// robot is let try.
type known struct {
	Came string `json:"came,omitempty"` // the way the person wrote last
	Open bool   `json:"open,omitempty"` // somebody wrote to the robot there
	Shut bool   `json:"shut,omitempty"` // it was refused there since
	Raw  string `json:"raw,omitempty"`  // what the robot calls the person, where that is no userid
}

// memory is what is known of all chats.
type memory struct {
	notes Notes // empty: nothing outlives the process
	log   *slog.Logger

	writing sync.Mutex
	mu      sync.Mutex
	chats   map[chat.Address]known
	unkept  map[chat.Address]bool // learnt, but not noted down
	hidden  map[chat.Address]bool // whom the app did not reach since they wrote last
}

func newMemory(log *slog.Logger) *memory {
	return &memory{log: log, chats: map[chat.Address]known{}, unkept: map[chat.Address]bool{}, hidden: map[chat.Address]bool{}}
}

func (m *memory) of(at chat.Address) known {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.chats[at]
}

// learn changes what is known of a chat. Mostly nothing is new, and nothing is
// written; what could not be noted down is tried again the next time.
func (m *memory) learn(ctx context.Context, at chat.Address, change func(*known)) {
	m.mu.Lock()
	old := m.chats[at]
	k := old
	change(&k)
	m.chats[at] = k
	if k != old {
		m.unkept[at] = true
	}
	news := m.unkept[at] && m.notes.Write != nil
	m.mu.Unlock()
	if !news {
		return
	}
	m.writing.Lock()
	defer m.writing.Unlock()
	k = m.of(at) // somebody may have learnt more meanwhile
	if err := m.notes.Write(ctx, at, string(encode(k))); err != nil {
		m.log.Warn("what is known of a chat was not noted down", "error", err)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.chats[at] == k {
		delete(m.unkept, at)
	}
}

// hide notes that the app does not reach a person, or may again.
func (m *memory) hide(at chat.Address, it bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if it {
		m.hidden[at] = true
		return
	}
	delete(m.hidden, at)
}

func (m *memory) hides(at chat.Address) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hidden[at]
}

// called is whom the robot calls so; empty when nobody is known.
func (m *memory) called(raw string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for at, k := range m.chats {
		if k.Raw == raw {
			return at.ID
		}
	}
	return ""
}

// recall takes over what was noted down, also by other processes.
func (m *memory) recall(ctx context.Context) error {
	if m.notes.Read == nil {
		return nil
	}
	notes, err := m.notes.Read(ctx)
	if err != nil {
		return fmt.Errorf("recall chats: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for at, note := range notes {
		var k known
		if m.unkept[at] || json.Unmarshal([]byte(note), &k) != nil {
			continue
		}
		m.chats[at] = k
	}
	return nil
}
