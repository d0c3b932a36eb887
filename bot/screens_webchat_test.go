package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"marketbot/bot/webchat"
	"marketbot/handlers/chat"
)

// stranger is a person of the platform whom the department does not know.
const stranger = "路人"

// newcomer is another one, whose name has a blank.
const newcomer = "Ann Lee"

// page is the demo's page, used as a browser uses it.
type page struct {
	t     testing.TB
	chat  *webchat.Chat
	url   string
	last  string // id of the last frame that was read
	lines []line
	event string // id of the last event that went in
}

// line is an entry of a room as the browser gets it.
type line struct {
	ID, Room, From string
	Message        *chat.Message
	File           *struct{ ID, Name string }
	now            string // of one that was changed
}

// onPage makes the page of an office.
func onPage(o *office) screens {
	personas := []webchat.Persona{{Account: stranger, Name: stranger}, {Account: newcomer, Name: newcomer}}
	for _, e := range o.staff {
		personas = append(personas, webchat.Persona{Account: e.Name, Name: e.Name, Post: e.Post, Duties: e.Duties})
	}
	p := &page{t: o.t}
	p.chat = webchat.New(webchat.Options{
		Receive: o.receive, People: personas, Group: webchat.SampleGroup(), Log: o.adapterLogger(),
		Clock: webchat.Clock{
			Now:   o.now,
			Jump:  func(context.Context, time.Time) error { return nil },
			Jobs:  func() []webchat.Job { return nil },
			Audit: func() []string { return nil },
			Reset: func(context.Context) error { return nil },
		},
	})
	server := httptest.NewServer(p.chat)
	p.url = server.URL
	o.t.Cleanup(func() {
		p.chat.Close()
		server.Close()
	})
	return p
}

func (p *page) platform() chat.Platform { return p.chat }

func (p *page) account(name string) chat.Account {
	return chat.Account{Platform: webchat.Platform, ID: name}
}

func (p *page) group() chat.Address {
	return chat.Address{Platform: webchat.Platform, Group: true, ID: webchat.SampleGroup().ID}
}

// post does what the page's own elements do.
func (p *page) post(path string, body map[string]any) {
	p.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.Post(p.url+path, "application/json", bytes.NewReader(data))
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(resp.Body)
		p.t.Fatalf("%s answers %d %s", path, resp.StatusCode, answer)
	}
}

func (p *page) say(name string, where room, text string) {
	in := name
	if where != private {
		in = "#group"
	}
	p.post("/say", map[string]any{"as": name, "room": in, "text": text, "mention": where == mentioned})
}

func (p *page) place(name, what string) {
	p.post("/location", map[string]any{"as": name, "room": name, "place": what})
}

func (p *page) picture(name string, where room, data []byte, words string) {
	in := name
	if where != private {
		in = "#group"
	}
	p.post("/say", map[string]any{"as": name, "room": in, "text": words, "mention": where == mentioned, "picture": data})
}

func (p *page) press(name string, m message, button int) {
	p.post("/press", map[string]any{"as": name, "card": m.id, "button": button})
}

func (p *page) submit(name string, m message, values map[string]string) {
	all := map[string]string{}
	for _, l := range p.lines {
		if l.ID == m.id {
			for _, f := range l.Message.Card.Form.Fields {
				all[f.Name] = f.Value
			}
		}
	}
	for k, v := range values {
		all[k] = v
	}
	p.post("/submit", map[string]any{"as": name, "card": m.id, "values": all})
}

func (p *page) again() {
	p.read()
	event := p.event
	p.post("/again", map[string]any{"id": event})
	p.read()
	p.event = event // the page notes the repetition as traffic too
}

func (p *page) messages(name string) []message {
	p.read()
	if name == "" {
		name = "#group"
	}
	var list []message
	for _, l := range p.lines {
		if l.Room == name && l.From == "" {
			list = append(list, p.message(l))
		}
	}
	return list
}

func (p *page) message(l line) message {
	m := message{id: l.ID, text: l.Message.Text, now: l.now}
	if c := l.Message.Card; c != nil {
		m.text += cardText(c)
		for _, b := range c.Buttons {
			m.buttons = append(m.buttons, b.Label)
		}
		if c.Form != nil {
			for _, f := range c.Form.Fields {
				m.fields = append(m.fields, f.Name)
			}
		}
	}
	if l.File != nil {
		m.file, m.data = l.File.Name, p.download(l.File.ID, l.File.Name)
	}
	return m
}

func (p *page) download(id, name string) []byte {
	p.t.Helper()
	resp, err := http.Get(p.url + "/file/" + id + "/" + url.PathEscape(name))
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("download %s: %d, %v", name, resp.StatusCode, err)
	}
	return data
}

// read takes what the stream has since the last time. Each delivery ends with
// the state.
func (p *page) read() {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/events", nil)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Last-Event-ID", p.last)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	in := bufio.NewScanner(resp.Body)
	in.Buffer(nil, 16<<20)
	for kind := ""; in.Scan(); {
		name, value, _ := strings.Cut(in.Text(), ": ")
		switch {
		case name == "id":
			p.last = value
		case name == "event":
			kind = value
		case name == "data" && kind == "state":
			return
		case name == "data":
			p.frame(kind, value)
		}
	}
	p.t.Fatalf("the stream ended: %v", in.Err())
}

func (p *page) frame(kind, data string) {
	p.t.Helper()
	var err error
	switch kind {
	case "entry":
		var l line
		err = json.Unmarshal([]byte(data), &l)
		if was := slices.IndexFunc(p.lines, func(o line) bool { return o.ID == l.ID }); was >= 0 {
			p.lines[was].now = p.message(l).words()
		} else {
			p.lines = append(p.lines, l)
		}
	case "traffic":
		var t struct{ ID, Way string }
		if err = json.Unmarshal([]byte(data), &t); t.Way == "in" {
			p.event = t.ID
		}
	}
	if err != nil {
		p.t.Fatal(err)
	}
}
