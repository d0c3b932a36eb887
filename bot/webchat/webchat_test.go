package webchat_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"marketbot/bot/webchat"
	"marketbot/handlers/chat"
	"marketbot/handlers/chat/chattest"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// clock is a Clock whose jumps and resets are remembered.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	resets int
}

func newClock() *clock {
	return &clock{now: time.Date(2026, 11, 26, 9, 30, 0, 0, shanghai)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) face() webchat.Clock {
	return webchat.Clock{
		Now: c.Now,
		Jump: func(_ context.Context, to time.Time) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.now = to
			return nil
		},
		Jobs: func() []webchat.Job {
			return []webchat.Job{{When: time.Date(2026, 11, 27, 12, 0, 0, 0, shanghai), Name: "周报截止"}}
		},
		Audit: func() []string { return []string{"09:30 张伟 签到 → 完成"} },
		Reset: func(context.Context) error {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.resets++
			return nil
		},
	}
}

// site is a Chat behind a real listener.
type site struct {
	t    *testing.T
	chat *webchat.Chat
	url  string
	told int // messages that the bot said of its own accord
	clock
	chattest.Recorder
}

func newSite(t *testing.T) *site {
	s := &site{t: t}
	s.now = newClock().now
	s.chat = webchat.New(s.options(s.Receive))
	s.url = serve(t, s.chat)
	return s
}

func (s *site) options(receive chat.Receive) webchat.Options {
	return webchat.Options{
		Receive: receive, People: webchat.Sample(), Group: webchat.SampleGroup(),
		Clock: s.face(), Draw: chattest.Draw, Log: slog.New(slog.NewTextHandler(s.t.Output(), nil)),
	}
}

func serve(t *testing.T, c *webchat.Chat) string {
	server := httptest.NewServer(c)
	t.Cleanup(func() {
		c.Close()
		server.Close()
	})
	return server.URL
}

func (s *site) Person() chat.Account {
	return chat.Account{Platform: webchat.Platform, ID: "zhangwei"}
}

func (s *site) Group() chat.Address {
	return chat.Address{Platform: webchat.Platform, Group: true, ID: webchat.SampleGroup().ID}
}

// room is how the page names an address.
func room(at chat.Address) string {
	if at.Group {
		return "#group"
	}
	return at.ID
}

// post posts as the page does and wants it to be taken.
func (s *site) post(path string, body any) map[string]any {
	s.t.Helper()
	status, answer := s.try(path, body)
	if status != http.StatusOK {
		s.t.Fatalf("%s: status %d, %v", path, status, answer)
	}
	return answer
}

func (s *site) try(path string, body any) (int, map[string]any) {
	s.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	resp, err := http.Post(s.url+path, "application/json", bytes.NewReader(data))
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, answer
}

func (s *site) Say(at chat.Address, text string) {
	s.post("/say", map[string]any{"as": "zhangwei", "room": room(at), "text": text, "mention": at.Group})
}

func (s *site) Press(m chattest.Message, label string) {
	for i, l := range m.Buttons {
		if l == label {
			s.post("/press", map[string]any{"as": "zhangwei", "card": m.ID, "button": i})
		}
	}
}

func (s *site) Submit(m chattest.Message, values map[string]string) {
	all := map[string]string{}
	for _, e := range s.entries() {
		if e.ID == m.ID {
			for _, f := range e.Message.Card.Form.Fields {
				all[f.Name] = f.Value
			}
		}
	}
	for k, v := range values {
		all[k] = v
	}
	s.post("/submit", map[string]any{"as": "zhangwei", "card": m.ID, "values": all})
}

// shown is an entry as the browser gets it.
type shown struct {
	ID, Room, From, Kind, Text string
	ToBot                      bool
	Message                    *chat.Message
	File                       *struct{ ID, Name string }
	Charts                     []struct{ Title, Figures string }
}

// entries reads the stream from its start up to the state, which ends each
// delivery.
func (s *site) entries() []shown {
	var all []shown
	for _, f := range s.frames("") {
		if f.name == "entry" {
			var e shown
			if err := json.Unmarshal([]byte(f.data), &e); err != nil {
				s.t.Fatal(err)
			}
			all = append(all, e)
		}
	}
	return all
}

type sent struct{ id, name, data string }

func (s *site) frames(lastID string) []sent {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+"/events", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", lastID)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var all []sent
	var now sent
	lines := bufio.NewReader(resp.Body)
	for {
		l, err := lines.ReadString('\n')
		if err != nil {
			s.t.Fatal(err)
		}
		key, value, _ := strings.Cut(strings.TrimSuffix(l, "\n"), ": ")
		switch key {
		case "id":
			now.id = value
		case "event":
			now.name = value
		case "data":
			now.data = value
		case "":
			all = append(all, now)
			if now.name == "state" {
				return all
			}
			now = sent{}
		}
	}
}

func (s *site) Messages(at chat.Address) []chattest.Message {
	var all []chattest.Message
	for _, e := range s.entries() {
		if e.Room != room(at) || e.Message == nil {
			continue
		}
		was := slices.IndexFunc(all, func(m chattest.Message) bool { return m.ID == e.ID })
		if was < 0 {
			was, all = len(all), append(all, chattest.Message{})
		}
		all[was] = s.look(e)
	}
	return all
}

// look is an entry as the page shows it; everything is a text node there, so
// nothing mentions or links.
func (s *site) look(e shown) chattest.Message {
	m := chattest.Message{ID: e.ID, Text: e.Message.Text, Locked: e.Message.Confidential}
	if e.File != nil {
		m.File = e.File.Name
		m.Content = s.get("/file/" + e.File.ID + "/x.xlsx")
	}
	if c := e.Message.Card; c != nil {
		m.Text = strings.Join(cardTexts(c), "\n")
		for i, d := range e.Charts {
			m.Text += "\n" + d.Figures
			m.Pictures = append(m.Pictures, s.get(fmt.Sprintf("/picture/%s/%d", e.ID, i)))
		}
		for _, b := range c.Buttons {
			m.Buttons = append(m.Buttons, b.Label)
		}
		if c.Form != nil {
			m.Buttons = append(m.Buttons, c.Form.Submit)
			for _, f := range c.Form.Fields {
				m.Fields = append(m.Fields, f.Name)
			}
		}
	}
	return m
}

func cardTexts(c *chat.Card) []string {
	texts := []string{c.Title, c.Done}
	for _, b := range c.Blocks {
		texts = append(texts, b.Text, b.Note)
		for _, f := range b.Facts {
			texts = append(texts, f.Label, f.Value)
		}
		if b.Table != nil {
			texts = append(texts, b.Table.Heads...)
			for _, r := range b.Table.Rows {
				texts = append(texts, r...)
			}
		}
		if b.Chart != nil {
			texts = append(texts, b.Chart.Title)
		}
		if b.Fold != nil {
			texts = append(texts, b.Fold.Title, b.Fold.Text)
		}
	}
	if c.Form != nil {
		for _, f := range c.Form.Fields {
			texts = append(append(texts, f.Label, f.Value, f.Hint), f.Options...)
		}
	}
	return texts
}

func (s *site) get(path string) []byte {
	s.t.Helper()
	resp, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return data
}

func TestConformance(t *testing.T) {
	chattest.Run(t, func(t *testing.T) (chat.Platform, chattest.Seen) {
		s := newSite(t)
		return s.chat, s
	})
}
