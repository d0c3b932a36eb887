package feishutest

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"marketbot/bot/platform/platformtest"
)

type posted struct {
	To      string `json:"receive_id"`
	Type    string `json:"msg_type"`
	Content string `json:"content"`
	UUID    string `json:"uuid"`
	Thread  bool   `json:"reply_in_thread"`
}

const (
	maxTextBody = 150 << 10
	maxCardBody = 30 << 10
	keyWindow   = time.Hour
)

func (s *Server) message(w http.ResponseWriter, r *http.Request) { s.take(w, r, "") }

// reply is a message in the topic of another.
func (s *Server) reply(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	_, known := s.topics[r.PathValue("id")]
	s.mu.Unlock()
	if !known {
		refuse(w, 230011, "The message was withdrawn.")
		return
	}
	s.take(w, r, r.PathValue("id"))
}

func (s *Server) take(w http.ResponseWriter, r *http.Request, topic string) {
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
	if topic != "" {
		m.Topic, p.To = topic, s.chatOfTopic(topic)
	} else if code == 0 {
		code, msg = s.reachable(p.To, r.FormValue("receive_id_type"))
	}
	if code == 0 && p.Thread != (topic != "") {
		code, msg = 230001, "reply_in_thread"
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
	if s.Limited && (!s.Rate.Allow(p.To, s.now(), platformtest.Limit{Max: 5, Span: time.Second}) || !s.Rate.Allow("", s.now(), platformtest.Limit{Max: 50, Span: time.Second})) {
		refuse(w, 230020, "This operation triggers the frequency limit.")
		return
	}
	m.ID, m.To, m.Type, m.Key, m.At = s.IDs.Next("om_"), p.To, p.Type, p.UUID, s.now()
	s.Show(m)
	s.byKey[p.UUID] = shown{m.ID, m.At}
	if m.Topic != "" {
		s.topics[m.ID] = p.To
	}
	succeed(w, map[string]any{"message_id": m.ID, "msg_type": m.Type, "chat_id": chatOf(p.To)})
}

// changeable is how long after it was sent a card can be changed.
const changeable = 14 * 24 * time.Hour

// change puts another card in the place of one. A press on what stood there may be
// under way.
func (s *Server) change(w http.ResponseWriter, r *http.Request) {
	var p posted
	raw, _ := io.ReadAll(r.Body)
	was, known := s.Find(r.PathValue("id"))
	card, code, msg := platformtest.Message{}, 230001, "content"
	if err := json.Unmarshal(raw, &p); err == nil {
		card, code, msg = readCard(p.Content)
	}
	switch {
	case code != 0:
		refuse(w, code, msg)
	case !known || was.Type != "interactive":
		refuse(w, 230001, "message_id")
	case s.now().Sub(was.At) > changeable:
		refuse(w, 230031, "The message is too old to be changed.")
	case len(raw) > maxCardBody:
		refuse(w, 230025, "The length of the message content reaches its limit.")
	default:
		card.ID, card.To, card.Topic, card.Type, card.Key, card.At = was.ID, was.To, was.Topic, was.Type, was.Key, was.At
		s.mu.Lock()
		s.before[was.ID] = was
		s.mu.Unlock()
		s.Change(was.ID, card)
		succeed(w, nil)
	}
}

// Before is a card as it was shown first, if it was changed.
func (s *Server) Before(id string) (platformtest.Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m, changed := s.before[id]
	return m, changed
}

func (s *Server) chatOfTopic(message string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.topics[message]
}

func (s *Server) reachable(id, kind string) (int, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, person, gone := s.Member(id)
	_, chat := s.groups[id]
	switch {
	case kind == "open_id" && !person, kind == "chat_id" && !chat, kind != "open_id" && kind != "chat_id":
		return 230001, "Your request contains an invalid request parameter, ext=invalid receive_id"
	case gone && person:
		return 230013, "Bot has NO availability to this user."
	case gone:
		return 230002, "The bot can not be outside the group."
	}
	return 0, ""
}

func (s *Server) read(p posted) (m platformtest.Message, code int, msg string) {
	switch p.Type {
	case "text":
		var c struct {
			Text string `json:"text"`
		}
		if json.Unmarshal([]byte(p.Content), &c) != nil || c.Text == "" {
			return m, 230001, "content of text"
		}
		m.Text = c.Text
		scan(&m, c.Text)
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
func scan(m *platformtest.Message, text string) {
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
	key := s.IDs.Next("file_v3_")
	s.files[key] = file{r.FormValue("file_name"), data}
	succeed(w, map[string]any{"file_key": key})
}
