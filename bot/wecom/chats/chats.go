// Package chats is who and where in WeCom ([Person], [Group]) and what was
// learnt about each chat ([Memory]): which way somebody came last, where the
// robot may speak, whom the app does not reach.
//
// The platform tells none of it beforehand: where the robot may not speak shows
// in a refusal, and that it may again when somebody writes to it there. What is
// learnt outlives the process where [Notes] are kept, as people who wrote before
// a restart expect reminders after it. Of a chat that nothing is known of, the
// robot is let try.
//
// It is not a record of who said what, and chooses no way: that is bot/wecom's.
package chats

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"

	"marketbot/handlers/chat"
)

// Platform is that of every WeCom address and account.
const Platform = "wecom"

// Person is somebody's account: their userid, or what the robot calls them
// where nobody can tell the userid.
func Person(id string) chat.Account { return chat.Account{Platform: Platform, ID: id} }

// Key is what something known of a chat is kept under: the platform writes the
// same person in other capitals at other times, the settings maybe in others.
func Key(at chat.Address) chat.Address {
	if !at.Group {
		at.ID = strings.ToLower(at.ID)
	}
	return at
}

// Group is a group's address. The platform tells upper and lower case apart.
func Group(id string) chat.Address { return chat.Address{Platform: Platform, Group: true, ID: id} }

// Notes keeps what is learnt about chats over a restart, and for whichever
// process has the robot's connection next: Read gives all of it, Write notes
// down what is known of one chat.
type Notes struct {
	Read  func(ctx context.Context) (map[chat.Address]string, error)
	Write func(ctx context.Context, at chat.Address, note string) error
}

// Known is what was learnt about a chat. Of one that nothing is known of, the
// robot is let try.
type Known struct {
	Came string `json:"came,omitempty"` // the way the person wrote last
	Open bool   `json:"open,omitempty"` // somebody wrote to the robot there
	Shut bool   `json:"shut,omitempty"` // it was refused there since
	Raw  string `json:"raw,omitempty"`  // what the robot calls the person, where that is no userid in small letters
}

// Memory is what is known of all chats. It is safe for concurrent use.
type Memory struct {
	notes Notes // empty: nothing outlives the process
	log   *slog.Logger

	writing sync.Mutex
	mu      sync.Mutex
	chats   map[chat.Address]Known
	unkept  map[chat.Address]bool // learnt, but not noted down
	hidden  map[chat.Address]bool // whom the app did not reach since they wrote last
}

// New makes a memory that nothing is known in.
func New(log *slog.Logger) *Memory {
	return &Memory{log: log, chats: map[chat.Address]Known{}, unkept: map[chat.Address]bool{}, hidden: map[chat.Address]bool{}}
}

// Of is what is known of a chat.
func (m *Memory) Of(at chat.Address) Known {
	at = Key(at)
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.chats[at]
}

// Keep lets notes keep what is learnt. It must be called before anything else.
func (m *Memory) Keep(notes Notes) { m.notes = notes }

// Learn changes what is known of a chat. Mostly nothing is new, and nothing is
// written; what could not be noted down is tried again the next time.
func (m *Memory) Learn(ctx context.Context, at chat.Address, change func(*Known)) {
	at = Key(at)
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
	k = m.Of(at) // somebody may have learnt more meanwhile
	note, err := json.Marshal(k)
	if err == nil {
		err = m.notes.Write(ctx, at, string(note))
	}
	if err != nil {
		m.log.Warn("what is known of a chat was not noted down", "error", err)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.chats[at] == k {
		delete(m.unkept, at)
	}
}

// Hide notes that the app does not reach a person, or may again.
func (m *Memory) Hide(at chat.Address, it bool) {
	at = Key(at)
	m.mu.Lock()
	defer m.mu.Unlock()
	if it {
		m.hidden[at] = true
		return
	}
	delete(m.hidden, at)
}

// Hides reports whether the app does not reach a person.
func (m *Memory) Hides(at chat.Address) bool {
	at = Key(at)
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.hidden[at]
}

// Called is the id of whom the robot calls so; empty when nobody is known.
func (m *Memory) Called(raw string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for at, k := range m.chats {
		if k.Raw == raw {
			return at.ID
		}
	}
	return ""
}

// Recall takes over what was noted down, also by other processes.
func (m *Memory) Recall(ctx context.Context) error {
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
		var k Known
		if m.unkept[Key(at)] || json.Unmarshal([]byte(note), &k) != nil {
			continue
		}
		if k.Raw == "" && at != Key(at) { // noted down before capitals were put aside
			k.Raw = at.ID
		}
		m.chats[Key(at)] = k
	}
	return nil
}
