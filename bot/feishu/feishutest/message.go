package feishutest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Message is what the bot sent, as people see it.
type Message struct {
	ID       string
	To       string // open_id or chat_id
	Type     string // text, interactive, file
	Text     string // all that can be read, buttons aside
	Buttons  []Button
	Fields   []Field
	Charts   []string // titles of those that the client draws
	File     string
	Data     []byte // of the file
	Mentions []string
	Links    []string
	Locked   bool // cannot be forwarded
	Key      string
	At       time.Time
}

// Button is one that can be pressed; Submit marks the one of a form.
type Button struct {
	Label  string
	Submit bool
	name   string
	value  json.RawMessage
}

// Field is an input of a form.
type Field struct {
	Name     string
	Value    string // prefilled or preselected
	Required bool
	Options  []string // values of a choice
}

// Seen is what stands in a person's private chat (open_id) or in a group
// (chat_id), oldest first.
func (s *Server) Seen(at string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Message
	for _, m := range s.messages {
		if m.To == at {
			out = append(out, m)
		}
	}
	return out
}

// Sent counts all messages.
func (s *Server) Sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.messages)
}

// Await waits until at least n messages stand in a chat and gives what stands
// there, or what there is when ctx ends.
func (s *Server) Await(ctx context.Context, at string, n int) []Message {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if seen := s.Seen(at); len(seen) >= n {
			return seen
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return s.Seen(at)
		}
	}
}

type posted struct {
	To      string `json:"receive_id"`
	Type    string `json:"msg_type"`
	Content string `json:"content"`
	UUID    string `json:"uuid"`
}

const (
	maxTextBody = 150 << 10
	maxCardBody = 30 << 10
	keyWindow   = time.Hour
)

func (s *Server) message(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var p posted
	if err := json.Unmarshal(raw, &p); err != nil || len(p.UUID) > 50 {
		refuse(w, 230001, "Your request contains an invalid request parameter.")
		return
	}
	if p.Type != "text" && len(raw) > maxCardBody || len(raw) > maxTextBody {
		refuse(w, 230025, "The length of the message content reaches its limit.")
		return
	}
	m, code, msg := s.read(p)
	if code == 0 {
		code, msg = s.reachable(p.To, r.FormValue("receive_id_type"))
	}
	if code != 0 {
		refuse(w, code, msg)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if first, known := s.byKey[p.UUID]; known && p.UUID != "" && s.now().Sub(first.at) < keyWindow {
		succeed(w, map[string]any{"message_id": first.id})
		return
	}
	if s.Limited && (!s.allow(p.To, 5) || !s.allow("", 50)) {
		refuse(w, 230020, "This operation triggers the frequency limit.")
		return
	}
	m.ID, m.To, m.Type, m.Key, m.At = s.next("om_"), p.To, p.Type, p.UUID, s.now()
	s.messages = append(s.messages, m)
	s.byKey[p.UUID] = sent{m.ID, m.At}
	close(s.changed)
	s.changed = make(chan struct{})
	succeed(w, map[string]any{"message_id": m.ID, "msg_type": m.Type, "chat_id": chatOf(p.To)})
}

// allow counts what went to a chat (or, for "", to all) within the last second.
func (s *Server) allow(to string, limit int) bool {
	since := s.now().Add(-time.Second)
	times := slices.DeleteFunc(s.recent[to], func(t time.Time) bool { return !t.After(since) })
	s.recent[to] = append(times, s.now())
	return len(times) < limit
}

func (s *Server) reachable(id, kind string) (int, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, person := s.people[id]
	_, chat := s.groups[id]
	switch {
	case kind == "open_id" && !person, kind == "chat_id" && !chat, kind != "open_id" && kind != "chat_id":
		return 230001, "Your request contains an invalid request parameter, ext=invalid receive_id"
	case s.gone[id] && person:
		return 230013, "Bot has NO availability to this user."
	case s.gone[id]:
		return 230002, "The bot can not be outside the group."
	}
	return 0, ""
}

func (s *Server) read(p posted) (m Message, code int, msg string) {
	switch p.Type {
	case "text":
		var c struct {
			Text string `json:"text"`
		}
		if json.Unmarshal([]byte(p.Content), &c) != nil || c.Text == "" {
			return m, 230001, "content of text"
		}
		m.Text = c.Text
		m.scan(c.Text)
	case "interactive":
		card, code, msg := readCard(p.Content)
		return card, code, msg
	case "file":
		var c struct {
			Key string `json:"file_key"`
		}
		json.Unmarshal([]byte(p.Content), &c)
		s.mu.Lock()
		f, known := s.files[c.Key]
		s.mu.Unlock()
		if !known {
			return m, 230001, "file_key"
		}
		m.File, m.Data = f.name, f.data
	default:
		return m, 230001, "msg_type"
	}
	return m, 0, ""
}

// scan finds what a text with markup mentions and links to.
func (m *Message) scan(text string) {
	m.Mentions = append(m.Mentions, regexp.MustCompile(`<at [^>]*>`).FindAllString(text, -1)...)
	m.Links = append(m.Links, regexp.MustCompile(`\[[^\]]*\]\([^)]*\)|https?://\S+|www\.\S+|\b[a-z]+\.(com|cn|net)\b`).FindAllString(text, -1)...)
}

func (s *Server) upload(w http.ResponseWriter, r *http.Request) {
	src, _, err := r.FormFile("file")
	if err != nil || r.FormValue("file_name") == "" || !slices.Contains(strings.Fields("opus mp4 pdf doc xls ppt stream"), r.FormValue("file_type")) {
		refuse(w, 234001, "Invalid request param.")
		return
	}
	data, _ := io.ReadAll(src)
	switch {
	case len(data) == 0:
		refuse(w, 234010, "File's size can't be 0.")
		return
	case len(data) > 30<<20:
		refuse(w, 234006, "The file size exceed the max value.")
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := s.next("file_v3_")
	s.files[key] = file{r.FormValue("file_name"), data}
	succeed(w, map[string]any{"file_key": key})
}
