package robot

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// event is what a callback of the robot says to the desk; false when it says
// nothing. name is what the robot is mentioned by, received the moment to take
// where the platform named none.
func (c *callback) event(name string, received time.Time) (chat.Event, bool) {
	e := chat.Event{ID: "robot/" + string(c.ID), Sent: platform.SentAt(string(c.Created), received), ToBot: true}
	e.From = chats.Person(string(c.From.User))
	e.Chat = e.From.Private()
	if c.group() {
		e.Chat = chats.Group(string(c.Chat))
	}
	ok := true
	switch c.Type {
	case "event":
		ok = c.happened(&e)
	case "text":
		c.said(&e, string(c.Text.Content), name)
	case "voice":
		c.said(&e, string(c.Voice.Content), name)
	case "mixed":
		c.said(&e, c.mixed(), name)
	case "image":
		e.Kind = chat.Picture
	default: // file, video
		e.Kind = chat.Other
	}
	return e, ok && c.ID != "" && c.From.User != "" && e.Chat.ID != ""
}

func (c *callback) group() bool { return c.ChatType == "group" }

func (c *callback) happened(e *chat.Event) bool {
	switch c.Event.Type {
	case "enter_chat":
		e.Kind = chat.Opened
	case "template_card_event":
		e.Kind, e.Command, e.Card = chat.Press, string(c.Event.Card.Key), string(c.Event.Card.Task)
		return e.Command != ""
	default: // feedback_event and what is yet to come
		return false
	}
	return true
}

// mixed are the words of a message of several kinds; its first picture is noted.
func (c *callback) mixed() string {
	var lines []string
	for _, i := range c.Mixed.Items {
		switch {
		case i.Type == "text":
			lines = append(lines, string(i.Text.Content))
		case i.Type == "image" && c.Image == (image{}):
			c.Image = i.Image
		}
	}
	return strings.Join(lines, "\n")
}

// said fills in what somebody wrote.
func (c *callback) said(e *chat.Event, typed, name string) {
	typed = message.Worn(typed)  // the name too
	if c.group() || name != "" { // in private a mention of nobody knows whom may be an answer
		typed = unmention(typed, name)
	}
	e.Kind, e.Text = chat.Text, message.Read(typed)
	switch {
	case strings.TrimSpace(typed) != "" || c.Type != "mixed":
	case c.Image.URL != "":
		e.Kind = chat.Picture
	default:
		e.Kind = chat.Other
	}
}

// unmention takes the mentions of the robot out, each together with the one blank
// that the client set behind it. The name may hold blanks; some people write on
// right behind it, which is read so only where the name stands nowhere by itself:
// somebody else's may begin alike. Where the name is not known, a mention at the
// beginning is taken for the robot's.
func unmention(typed, name string) string {
	if name == "" {
		if at := strings.IndexFunc(typed, unicode.IsSpace); strings.HasPrefix(typed, "@") {
			if at < 0 {
				return ""
			}
			_, size := utf8.DecodeRuneInString(typed[at:])
			return typed[at+size:]
		}
		return typed
	}
	for _, m := range slices.Backward(mentions(typed, name)) {
		typed = without(typed[:m[0]], typed[m[1]:])
	}
	return typed
}

// nameEnds are what may stand right behind a name in a folded text.
const nameEnds = " \n@,:;!?、。"

// mentions finds where a text mentions a name, however it is spelt.
func mentions(typed, name string) (found [][2]int) {
	f, key := text.Fold(typed), text.Fold("@"+name).Text
	var first [][2]int
	for from := 0; ; {
		at := strings.Index(f.Text[from:], key)
		if at < 0 {
			break
		}
		at += from
		from = at + len(key)
		m := [2]int{f.Raw(at), f.Raw(from)}
		if next, _ := utf8.DecodeRuneInString(f.Text[from:]); from == len(f.Text) || strings.ContainsRune(nameEnds, next) {
			found = append(found, m)
		} else if first == nil {
			first = [][2]int{m}
		}
	}
	if found == nil {
		return first
	}
	return found
}

// without joins what stood around a mention.
func without(before, rest string) string {
	next, size := utf8.DecodeRuneInString(rest)
	if unicode.IsSpace(next) && (size < len(rest) || before != "") {
		rest = rest[size:]
	}
	if strings.TrimSpace(rest) == "" {
		return strings.TrimRightFunc(before, unicode.IsSpace)
	}
	return before + rest
}
