package wecomtest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"marketbot/bot/platform/platformtest"
)

type said struct {
	Chat     string     `json:"chatid"`
	Kind     int        `json:"chat_type"` // 1 person, 2 group
	Type     string     `json:"msgtype"`
	Markdown *words     `json:"markdown"`
	Text     *words     `json:"text"`
	Card     *robotCard `json:"template_card"`
	File     *struct {
		Media string `json:"media_id"`
	} `json:"file"`
}

type words struct {
	Content string `json:"content"`
}

type robotCard struct {
	Kind  string `json:"card_type"`
	Title struct {
		Title string `json:"title"`
		Desc  string `json:"desc"`
	} `json:"main_title"`
	Text  string `json:"sub_title_text"`
	Facts []struct {
		Label string `json:"keyname"`
		Value string `json:"value"`
	} `json:"horizontal_content_list"`
	Buttons []struct {
		Label string `json:"text"`
		Style int    `json:"style"`
		Key   string `json:"key"`
	} `json:"button_list"`
	Task string `json:"task_id"`
}

// push shows a message that nobody asked for.
func (r *Robot) push(f frame) (int, string, any) {
	var s said
	if json.Unmarshal(f.Body, &s) != nil {
		return 40058, "invalid parameter", nil
	}
	at := s.Chat
	for user, alias := range r.Alias {
		if alias == at {
			at = user
		}
	}
	_, encrypted := r.Alias[s.Chat]
	if !r.opened[at] || s.Kind != 1 && s.Kind != 2 || encrypted {
		r.refused++
		return 93006, "invalid chatid", nil
	}
	return r.show(s, at, s.Kind == 2, false)
}

// respond shows an answer to a message, or to somebody's entering.
func (r *Robot) respond(f frame) (int, string, any) {
	a, to, group := r.asks[f.Head.Req], "", false
	if a == nil || a.cmd != f.Cmd || a.used || r.now().After(a.until) {
		return 846605, "invalid req_id", nil
	}
	var s said
	if json.Unmarshal(f.Body, &s) != nil {
		return 40058, "invalid parameter", nil
	}
	if s.Type == "text" != (f.Cmd == "aibot_respond_welcome_msg") && s.Type != "template_card" {
		return 40008, "invalid message type", nil
	}
	to, group = a.to, a.group
	code, msg, body := r.show(s, to, group, true)
	a.used = code == 0
	return code, msg, body
}

// show puts a message on the screen.
func (r *Robot) show(s said, at string, group, reply bool) (int, string, any) {
	m := platformtest.Message{ID: r.serial.Next("w"), To: at, Type: s.Type, Reply: reply, At: r.now()}
	if r.Limited && !r.sent.Allow(at, r.now(), platformtest.Limit{Max: 30, Span: time.Minute}, platformtest.Limit{Max: 1000, Span: time.Hour}) {
		return 45009, "api freq out of limit", nil
	}
	switch {
	case s.Type == "markdown" && s.Markdown != nil && s.Markdown.Content != "":
		if len(s.Markdown.Content) > 20480 || !utf8.ValidString(s.Markdown.Content) {
			return 45002, "content size out of limit", nil
		}
		m.Text = Rendered(s.Markdown.Content)
		m.Mentions, m.Links = Markup(s.Markdown.Content)
	case s.Type == "text" && s.Text != nil && s.Text.Content != "":
		m.Text = Rendered(s.Text.Content)
	case s.Type == "template_card" && s.Card != nil:
		if group {
			return 40008, "template_card is for single chats", nil
		}
		if code := fill(&m, s.Card); code != 0 {
			return code, "invalid card", nil
		}
		if _, known := r.Find(s.Card.Task); known {
			return 42014, "task_id is not unique", nil
		}
	case s.Type == "file" && s.File != nil:
		f, known := r.media[s.File.Media]
		if !known {
			return 40007, "invalid media_id", nil
		}
		m.File, m.Data = f.name, f.data
	default:
		return 40008, "invalid message type", nil
	}
	r.Show(m)
	return 0, "ok", nil
}

// fill makes a message of a card; the code tells what is wrong with it.
func fill(m *platformtest.Message, c *robotCard) int {
	if c.Kind != "button_interaction" || c.Title.Title == "" && c.Text == "" || len(c.Facts) > 6 {
		return 42015
	}
	if len(c.Buttons) == 0 || len(c.Buttons) > 6 || !robotTask.MatchString(c.Task) {
		return 42016
	}
	lines := []string{c.Title.Title, c.Title.Desc, c.Text}
	for _, f := range c.Facts {
		if f.Label == "" || f.Value == "" {
			return 42017
		}
		lines = append(lines, f.Label+"："+f.Value)
	}
	m.ID, m.Type, m.Buttons = c.Task, "template_card", nil
	for _, b := range c.Buttons {
		if b.Label == "" || b.Key == "" || len(b.Key) > 1024 || b.Style < 1 || b.Style > 4 {
			return 42018
		}
		m.Buttons = append(m.Buttons, platformtest.Button{Label: eye(b.Label), Key: b.Key})
		_, links := touchable(b.Label)
		m.Links = append(m.Links, links...)
	}
	raw := strings.Join(lines, "\n")
	m.Text = strings.Trim(eye(raw), "\n")
	mentions, links := touchable(raw)
	m.Mentions, m.Links = append(m.Mentions, mentions...), append(m.Links, links...)
	return 0
}

// update changes a card that was pressed.
func (r *Robot) update(f frame) (int, string, any) {
	a := r.asks[f.Head.Req]
	if a == nil || a.cmd != f.Cmd || a.used || r.now().After(a.until) {
		return 846605, "invalid req_id", nil
	}
	var u struct {
		Kind string     `json:"response_type"`
		Card *robotCard `json:"template_card"`
	}
	if json.Unmarshal(f.Body, &u) != nil || u.Kind != "update_template_card" || u.Card == nil {
		return 40058, "invalid parameter", nil
	}
	m, known := r.Find(u.Card.Task)
	if !known {
		return 42014, "unknown task_id", nil
	}
	m.Links = nil
	if code := fill(&m, u.Card); code != 0 {
		return code, "invalid card", nil
	}
	r.Change(m.ID, m)
	a.used = true
	return 0, "ok", nil
}

type transfer struct {
	name, sum   string
	size, total int
	parts       map[int][]byte
	data        []byte
}

func (r *Robot) upload(f frame) (int, string, any) {
	var ask struct {
		Type  string `json:"type"`
		Name  string `json:"filename"`
		Size  int    `json:"total_size"`
		Total int    `json:"total_chunks"`
		Sum   string `json:"md5"`
		ID    string `json:"upload_id"`
		Index int    `json:"chunk_index"`
		Data  string `json:"base64_data"`
	}
	if json.Unmarshal(f.Body, &ask) != nil {
		return 40058, "invalid parameter", nil
	}
	if f.Cmd == "aibot_upload_media_init" {
		if ask.Type != "file" || ask.Name == "" || ask.Size <= 0 || ask.Total <= 0 || ask.Total > 100 {
			return 40058, "invalid parameter", nil
		}
		id := r.serial.Next("up")
		r.uploads[id] = &transfer{name: ask.Name, sum: ask.Sum, size: ask.Size, total: ask.Total, parts: map[int][]byte{}}
		return 0, "ok", map[string]any{"upload_id": id}
	}
	u := r.uploads[ask.ID]
	if u == nil {
		return 40007, "invalid upload_id", nil
	}
	if f.Cmd == "aibot_upload_media_chunk" {
		part, err := base64.StdEncoding.DecodeString(ask.Data)
		if err != nil || len(part) == 0 || len(part) > 512<<10 || ask.Index < 0 || ask.Index >= u.total {
			return 40058, "invalid chunk", nil
		}
		u.parts[ask.Index] = part
		return 0, "ok", nil
	}
	for i := range u.total {
		u.data = append(u.data, u.parts[i]...)
	}
	sum := md5.Sum(u.data)
	if len(u.data) != u.size || hex.EncodeToString(sum[:]) != u.sum {
		return 40058, "md5 mismatch", nil
	}
	id := r.serial.Next("media")
	r.media[id] = *u
	return 0, "ok", map[string]any{"type": "file", "media_id": id, "created_at": "1795752000"}
}

// eye reads plain text: characters without width are not seen.
func eye(text string) string { return strings.ReplaceAll(text, "\u200b", "") }

// wide are characters that look alike; people and commands take them for the
// same.
var wide = strings.NewReplacer("＊", "*", "｀", "`", "～", "~", "＄", "$")

// Rendered is markdown without markup as it is seen.
func Rendered(mark string) string { return wide.Replace(eye(strings.ReplaceAll(mark, "  \n", "\n"))) }

var (
	mention = regexp.MustCompile(`<@[^>\s]*>|<at\b[^>]*>`)
	address = regexp.MustCompile(`(?i)https?://\S|www\.\S|\b[a-z0-9-]+\.(com|cn|net|example)\b`)
	markups = regexp.MustCompile("(?m)!?\\[[^\\]\\n]*\\]\\([^)\\n]*\\)|<[a-zA-Z/][^>\\n]*>|\\*[^*\\n]+\\*|~~[^~\\n]+~~|`[^`\\n]+`|^#{1,6} |^>|^[-+*] |^\\d+[.)] |^(---|===|\\*\\*\\*)|^    \\S|\\\\[!-/:-@\\[-`{-~]|&#?[a-z0-9]+;|(?:^|[\\s!-/:-@\\[-^`{-~])_[^_\\n]+_|\\$[^$\\n]+\\$")
)

// touchable is what a client makes of plain text by itself.
func touchable(text string) (mentions, links []string) {
	return mention.FindAllString(text, -1), address.FindAllString(text, -1)
}

// Markup is what a client makes of markdown.
func Markup(text string) (mentions, links []string) {
	mentions, links = touchable(text)
	return mentions, append(links, markups.FindAllString(text, -1)...)
}

var robotTask = regexp.MustCompile(`^[0-9a-zA-Z_\-@]{1,128}$`)
