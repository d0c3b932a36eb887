package robot

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/handlers/chat"
)

// event is what a callback of the robot says to the desk; false when it says
// nothing. name is what the robot is mentioned by, received the moment to take
// where the platform named none.
func (c *callback) event(name string, received time.Time) (chat.Event, bool) {
	e := chat.Event{ID: "robot/" + string(c.ID), Sent: platform.SentAt(string(c.Created), received), ToBot: true}
	e.From = chats.Person(c.From.User)
	e.Chat = e.From.Private()
	if c.group() {
		e.Chat = chats.Group(c.Chat)
	}
	ok := true
	switch c.Type {
	case "event":
		ok = c.happened(&e)
	case "text":
		c.said(&e, c.Text.Content, name)
	case "voice":
		c.said(&e, c.Voice.Content, name)
	case "mixed":
		c.said(&e, c.mixed(), name)
	default: // picture, file, video
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
		e.Kind, e.Command, e.Card = chat.Press, c.Event.Card.Key, c.Event.Card.Task
		return e.Command != ""
	default: // feedback_event and what is yet to come
		return false
	}
	return true
}

func (c *callback) mixed() string {
	var lines []string
	for _, i := range c.Mixed.Items {
		if i.Type == "text" {
			lines = append(lines, i.Text.Content)
		}
	}
	return strings.Join(lines, "\n")
}

// said fills in what somebody wrote.
func (c *callback) said(e *chat.Event, text, name string) {
	text = message.Worn(text) // the name too
	if c.group() {
		text = unmention(text, name)
	}
	e.Kind, e.Text = chat.Text, message.Read(text)
	if strings.TrimSpace(text) == "" && c.Type == "mixed" {
		e.Kind = chat.Other
	}
}

// unmention takes the first mention of the robot out together with the one
// blank that the client set behind it. The name may hold blanks; where it is
// not known, a mention at the beginning is taken for the robot's.
func unmention(text, name string) string {
	if name == "" {
		if _, rest, _ := strings.Cut(text, " "); strings.HasPrefix(text, "@") {
			return rest
		}
		return text
	}
	for from := 0; ; {
		at := strings.Index(text[from:], "@"+name)
		if at < 0 {
			return text
		}
		at += from
		before, rest := text[:at], text[at+1+len(name):]
		next, size := utf8.DecodeRuneInString(rest)
		switch {
		case rest == "":
			return strings.TrimRightFunc(before, unicode.IsSpace)
		case unicode.IsSpace(next):
			if size < len(rest) || before != "" {
				rest = rest[size:]
			}
			if strings.TrimSpace(rest) == "" {
				before, rest = strings.TrimRightFunc(before, unicode.IsSpace), ""
			}
			return before + rest
		}
		from = at + 1 // somebody whose name only begins alike
	}
}
