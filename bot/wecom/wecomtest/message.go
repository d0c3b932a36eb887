package wecomtest

import (
	"bytes"
	"encoding/json"
	"image/png"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"marketbot/bot/platform/platformtest"
)

// Group is where the webhook speaks, for Seen.
const Group = "group of the webhook"

type sent struct {
	To      string `json:"touser"`
	Type    string `json:"msgtype"`
	Agent   int    `json:"agentid"`
	Safe    int    `json:"safe"`
	Checked int    `json:"enable_duplicate_check"`
	Seconds int    `json:"duplicate_check_interval"`
	Text    struct {
		Content string `json:"content"`
	} `json:"text"`
	File struct {
		Media string `json:"media_id"`
	} `json:"file"`
	Image struct {
		Media string `json:"media_id"`
	} `json:"image"`
	Card appCard `json:"template_card"`
}

type appCard struct {
	Type  string `json:"card_type"`
	Title struct {
		Title string `json:"title"`
		Desc  string `json:"desc"`
	} `json:"main_title"`
	Sub   string `json:"sub_title_text"`
	Facts []struct {
		Key   string `json:"keyname"`
		Value string `json:"value"`
	} `json:"horizontal_content_list"`
	Buttons []struct {
		Text string `json:"text"`
		Key  string `json:"key"`
	} `json:"button_list"`
	Task string `json:"task_id"`
}

const (
	maxText         = 2048 // what is longer is cut without a word
	memberPerMinute = 30
	groupPerMinute  = 20
)

// send posts to one member. A member who cannot be reached is named in an
// answer of success where there are others, and refused where there is none.
func (a *API) send(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var s sent
	if json.Unmarshal(raw, &s) != nil || s.Agent != a.AgentID {
		refuse(w, 40056, "invalid agentid")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, known, hidden := a.Member(s.To); !known || hidden {
		refuse(w, 81013, "user & party & tag all invalid")
		return
	}
	m, code, msg := a.read(s)
	if code != 0 {
		refuse(w, code, msg)
		return
	}
	m.To = s.To
	until, known := a.same[string(raw)]
	switch {
	case s.Checked == 1 && known && a.now().Before(until): // dropped without a word
	case a.shown(m.ID):
		refuse(w, 42021, "task_id exists")
		return
	case a.Limited && !a.Rate.Allow(s.To, a.now(), platformtest.Limit{Max: memberPerMinute, Span: time.Minute}): // dropped as well
	default:
		a.same[string(raw)] = a.now().Add(time.Duration(s.Seconds) * time.Second)
		a.show(m)
	}
	answer := map[string]any{"msgid": a.IDs.Next("msg-")}
	if code := codeOf(m); code != "" {
		answer["response_code"] = code
	}
	succeed(w, answer)
}

// codeOf is the right to change a card, once; empty for what is none.
func codeOf(m platformtest.Message) string {
	if m.Type != "template_card" {
		return ""
	}
	return "code-" + m.ID
}

// shown reports whether a card of that task was shown already.
func (a *API) shown(task string) bool {
	_, known := a.Find(task)
	return known
}

// show is called with the lock held.
func (a *API) show(m platformtest.Message) {
	if m.ID == "" {
		m.ID = a.IDs.Next("m-")
	}
	if code := codeOf(m); code != "" {
		a.codes[code] = m.ID
	}
	m.At = a.now()
	a.Show(m)
}

func (a *API) read(s sent) (m platformtest.Message, code int, msg string) {
	m.Type, m.Locked = s.Type, s.Safe == 1
	switch s.Type {
	case "text":
		if s.Text.Content == "" {
			return m, 44004, "empty content"
		}
		readText(&m, s.Text.Content)
	case "file":
		f, known := a.files[s.File.Media]
		if !known || f.kind != s.Type {
			return m, 40007, "invalid media_id"
		}
		m.File, m.Data = f.name, f.data
	case "image":
		f, known := a.files[s.Image.Media]
		if !known || f.kind != s.Type {
			return m, 40007, "invalid media_id"
		}
		m.Data = f.data
	case "template_card":
		if m.Locked {
			return m, 40058, "safe is not for cards"
		}
		return readCard(m, s.Card)
	default:
		return m, 40008, "invalid message type"
	}
	return m, 0, ""
}

// readText shows a text as clients do: cut, with its tags and addresses made
// links, and what has no width unseen.
func readText(m *platformtest.Message, text string) {
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "")
	}
	m.Links = regexp.MustCompile(`<a [^>]*>|https?://\S+|www\.\S+|\b[a-z]+\.(com|cn|net|example)\b`).FindAllString(text, -1)
	m.Text = strings.ReplaceAll(text, "\u200b", "")
}

var anyTask = regexp.MustCompile(`^[0-9A-Za-z_\-@]{1,128}$`)

func readCard(m platformtest.Message, c appCard) (platformtest.Message, int, string) {
	switch {
	case c.Type != "button_interaction":
		return m, 42014, "card_type"
	case !anyTask.MatchString(c.Task):
		return m, 42021, "task_id"
	case c.Title.Title == "" && c.Sub == "":
		return m, 42016, "main_title"
	case len(c.Buttons) == 0 || len(c.Buttons) > 6 || len(c.Facts) > 6:
		return m, 42045, "button_list"
	}
	m.ID = c.Task
	lines := []string{c.Title.Title, c.Title.Desc, c.Sub}
	for _, f := range c.Facts {
		lines = append(lines, f.Key+"："+f.Value)
	}
	m.Text = strings.Join(slices.DeleteFunc(lines, func(l string) bool { return l == "" }), "\n")
	for _, b := range c.Buttons {
		if b.Text == "" || b.Key == "" || len(b.Key) > 1024 {
			return m, 42046, "button"
		}
		m.Buttons = append(m.Buttons, platformtest.Button{Label: b.Text, Key: b.Key})
	}
	return m, 0, ""
}

// update changes a card once, by the code of its press.
func (a *API) update(w http.ResponseWriter, r *http.Request) {
	var u struct {
		Users []string `json:"userids"`
		Agent int      `json:"agentid"`
		Code  string   `json:"response_code"`
		Card  appCard  `json:"template_card"`
		Words struct {
			Name string `json:"replace_name"`
		} `json:"button"`
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if json.NewDecoder(r.Body).Decode(&u) != nil || a.codes[u.Code] == "" || len(u.Users) != 1 {
		refuse(w, 60140, "invalid response code")
		return
	}
	if m, known := a.Find(a.codes[u.Code]); known && m.To == u.Users[0] && u.Words.Name != "" { // its buttons cannot be pressed any more
		m.Text, m.Buttons = m.Text+"\n"+u.Words.Name, nil
		a.Change(m.ID, m)
	} else if known && m.To == u.Users[0] {
		changed, code, msg := readCard(platformtest.Message{Type: m.Type, To: m.To, At: m.At}, u.Card)
		if code == 0 && changed.ID == m.ID {
			code, msg = 42021, "task_id exists"
		}
		if code != 0 {
			refuse(w, code, msg)
			return
		}
		a.Change(m.ID, changed)
		a.codes[codeOf(changed)] = changed.ID
	}
	delete(a.codes, u.Code)
	succeed(w, map[string]any{"response_code": "code"})
}

func (a *API) upload(w http.ResponseWriter, r *http.Request) {
	src, head, err := r.FormFile("media")
	kind := r.FormValue("type")
	if err != nil || kind != "file" && kind != "image" || head.Filename == "" {
		refuse(w, 40004, "invalid media type")
		return
	}
	data, _ := io.ReadAll(src)
	limit := 20 << 20
	if kind == "image" {
		limit = 10 << 20
	}
	if _, err := png.DecodeConfig(bytes.NewReader(data)); len(data) < 5 || len(data) > limit || kind == "image" && err != nil {
		refuse(w, 40006, "invalid file size")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	id := a.IDs.Next("media-")
	a.files[id] = appFile{kind, head.Filename, data}
	succeed(w, map[string]any{"type": kind, "media_id": id, "created_at": "1380000000"})
}

func (a *API) hookSend(w http.ResponseWriter, r *http.Request) {
	var s sent
	if json.NewDecoder(r.Body).Decode(&s) != nil || s.Type == "template_card" {
		refuse(w, 40008, "invalid message type")
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	m, code, msg := a.read(s)
	switch {
	case code != 0:
		refuse(w, code, msg)
	case a.Limited && !a.Rate.Allow(Group, a.now(), platformtest.Limit{Max: groupPerMinute, Span: time.Minute}):
		refuse(w, 45009, "api freq out of limit")
	default:
		m.To = Group
		a.show(m)
		succeed(w, nil)
	}
}
