package webchat

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"

	"marketbot/handlers/chat"
)

// entry is one line of a room's transcript.
type entry struct {
	ID      string        `json:"id"`             // what a press on its card names
	Room    string        `json:"room"`           // roomGroup, or the account of a private chat
	From    string        `json:"from,omitempty"` // an account; empty: the bot
	Name    string        `json:"name"`
	At      string        `json:"at"`              // 11-26 09:30
	Kind    string        `json:"kind"`            // said, placed, pressed, answer
	Text    string        `json:"text,omitempty"`  // of a person
	ToBot   bool          `json:"toBot,omitempty"` // the bot was mentioned
	Message *chat.Message `json:"message,omitempty"`
	File    *attachment   `json:"file,omitempty"`
	Charts  []drawing     `json:"charts,omitempty"` // of the message, in their order
	WeCom   *Dressed      `json:"wecom,omitempty"`
}

// traffic is one line of the page's event stream: what went in or out.
type traffic struct {
	ID      string          `json:"id"`
	At      string          `json:"at"`  // 09:30:00
	Way     string          `json:"way"` // in, out, clock
	Text    string          `json:"text"`
	Payload json.RawMessage `json:"payload,omitempty"` // the bytes as they went
	WeCom   *Dressed        `json:"wecom,omitempty"`   // the bytes that would have gone
}

// attachment is a file that a message carries.
type attachment struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Size int    `json:"size"`
}

// drawing is a chart on the page, whose picture is drawn when it is asked for.
type drawing struct {
	Title   string `json:"title"`
	Figures string `json:"figures"`
}

// drawings are the charts of a message.
func drawings(m chat.Message) []drawing {
	var list []drawing
	for _, c := range m.Charts() {
		list = append(list, drawing{c.Title, c.Figures()})
	}
	return list
}

// frame is one server-sent event.
type frame struct {
	name string
	data []byte
}

// record is what the page has seen since the data were last made anew: the
// transcripts and the traffic in the order of their coming. It is bounded by
// what one visitor does between two resets.
type record struct {
	mu      sync.Mutex
	epoch   string // changes with every clear
	frames  []frame
	entries map[string]entry
	events  map[string]chat.Event // by traffic id, to be delivered again
	keys    map[string]string     // by idempotency key: what was shown
	opened  map[string]bool       // private chats already opened
	files   map[string][]byte
	next    int
	changed chan struct{} // closed at every change
}

func newRecord() *record {
	r := &record{changed: make(chan struct{})}
	r.clear()
	return r
}

// clear forgets everything; streams notice by the new epoch.
func (r *record) clear() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch = rand.Text()
	r.frames = nil
	r.entries = map[string]entry{}
	r.events = map[string]chat.Event{}
	r.keys = map[string]string{}
	r.opened = map[string]bool{}
	r.files = map[string][]byte{}
	r.wake()
}

// wake tells the streams to look; r.mu is held.
func (r *record) wake() {
	close(r.changed)
	r.changed = make(chan struct{})
}

// id makes a name that is new even over resets; r.mu is held.
func (r *record) id(kind string) string {
	r.next++
	return fmt.Sprintf("%s%d", kind, r.next)
}

// add appends a frame; r.mu is held.
func (r *record) add(name string, v any) {
	data, err := json.Marshal(v)
	if err != nil { // only strings, maps of strings and valid raw JSON come here
		panic(err)
	}
	r.frames = append(r.frames, frame{name, data})
	r.wake()
}

// show appends a person's line that becomes no event.
func (r *record) show(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line(e)
}

// line appends a person's line unless there is none; r.mu is held.
func (r *record) line(e *entry) {
	if e == nil {
		return
	}
	e.ID = r.id("e")
	r.entries[e.ID] = *e
	r.add("entry", e)
}

// say appends a person's line and the event that it becomes.
func (r *record) say(e *entry, t traffic, ev chat.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line(e)
	t.ID = r.id("t")
	r.events[t.ID] = ev
	r.add("traffic", t)
}

// answer appends a message of the bot unless its key was shown before, and gives
// its id.
func (r *record) answer(e entry, t traffic, key string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if shown, known := r.keys[key]; known {
		return shown
	}
	e.ID = r.id("e")
	r.keys[key], r.entries[e.ID] = e.ID, e
	r.add("entry", e)
	t.ID = r.id("t")
	r.add("traffic", t)
	return e.ID
}

// change shows a message in the place of the one with its id, at whose time; false
// when there is none in the room. A press on what stood there may be under way, and
// still finds it.
func (r *record) change(e entry, t traffic) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	was, known := r.entries[e.ID]
	if !known || was.Room != e.Room || was.Message == nil {
		return false
	}
	e.At, e.WeCom = was.At, was.WeCom // a robot changes only what was pressed, at once
	r.add("entry", e)
	t.ID = r.id("t")
	r.add("traffic", t)
	return true
}

// note appends traffic that is no event.
func (r *record) note(t traffic) {
	r.mu.Lock()
	defer r.mu.Unlock()
	t.ID = r.id("t")
	r.add("traffic", t)
}

// entry finds a line of a transcript.
func (r *record) entry(id string) (entry, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.entries[id]
	return e, ok
}

// event finds an event that was handed over before.
func (r *record) event(id string) (chat.Event, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.events[id]
	return e, ok
}

// open reports whether a room is opened for the first time.
func (r *record) open(room string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	first := !r.opened[room]
	r.opened[room] = true
	return first
}

// keep stores a file's content and returns its id.
func (r *record) keep(data []byte) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := rand.Text()
	r.files[id] = data
	return id
}

// file is a file's content.
func (r *record) file(id string) ([]byte, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	data, ok := r.files[id]
	return data, ok
}

// since is what came after the first n frames of an epoch, the present epoch,
// and a channel that is closed at the next change. Of another epoch it is all.
func (r *record) since(epoch string, n int) (string, int, []frame, <-chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if epoch != r.epoch || n < 0 || n > len(r.frames) {
		n = 0
	}
	return r.epoch, n, r.frames[n:len(r.frames):len(r.frames)], r.changed
}
