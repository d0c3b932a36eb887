package feishu

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// mention is one entry of a message's mentions.
type mention struct{ key, id, kind, name, tenant string }

// envelope is the few fields of an event that the bot needs, read in one pass.
// Fields of different events share a place where they mean the same.
type envelope struct {
	// of the URL check
	check, challenge string
	// of the head
	kind, id, app, tenant, token, created string
	// who did it
	person, personName, personKind, personTenant string
	// where
	message, chat, chatType string
	thread                  string // a topic
	sent                    string
	// message
	contentType, content string
	picture              string // its key
	mentions             []mention
	// card
	command  string
	in       place // of a card
	isForm   bool
	values   map[string]string
	last     string // private chat entered: the newest message in it
	gone     bool   // contact: resigned or left; a frozen account may come back
	eventKey string
}

// parse reads the plain JSON of an event.
func parse(data []byte) (envelope, error) {
	var v envelope
	c := &cursor{data: string(data)}
	if !utf8.ValidString(c.data) { // no database would take it
		c.data = strings.ToValidUTF8(c.data, string(utf8.RuneError))
	}
	if c.next() != '{' {
		return v, errJSON
	}
	c.object(func(name string) {
		switch name {
		case "type":
			v.check = c.text()
		case "challenge":
			v.challenge = c.text()
		case "token":
			v.token = c.text()
		case "header":
			v.head(c)
		case "event":
			v.body(c)
		default:
			c.skip()
		}
	})
	return v, c.end()
}

func (v *envelope) head(c *cursor) {
	c.object(func(name string) {
		switch name {
		case "event_id":
			v.id = c.text()
		case "event_type":
			v.kind = c.text()
		case "create_time":
			v.created = c.text()
		case "token":
			v.token = c.text()
		case "app_id":
			v.app = c.text()
		case "tenant_key":
			v.tenant = c.text()
		default:
			c.skip()
		}
	})
}

func (v *envelope) body(c *cursor) {
	c.object(func(name string) {
		switch name {
		case "sender", "operator":
			v.actor(c)
		case "operator_id":
			v.person = openID(c)
		case "object":
			v.employee(c)
		case "message":
			v.said(c)
		case "action":
			v.action(c)
		case "context":
			v.context(c)
		case "chat_id":
			v.chat = c.text()
		case "event_key":
			v.eventKey = c.text()
		case "timestamp":
			v.sent = c.text()
		case "last_message_id":
			v.last = c.text()
		default:
			c.skip()
		}
	})
}

// actor reads a sender (ids within sender_id) or an operator (ids within
// operator_id, or its own).
func (v *envelope) actor(c *cursor) {
	c.object(func(name string) {
		switch name {
		case "sender_id", "operator_id":
			v.person = openID(c)
		case "open_id":
			v.person = c.text()
		case "sender_type":
			v.personKind = c.text()
		case "operator_name":
			v.personName = c.text()
		case "tenant_key":
			v.personTenant = c.text()
		default:
			c.skip()
		}
	})
}

func openID(c *cursor) (id string) {
	c.object(func(name string) {
		if name == "open_id" {
			id = c.text()
			return
		}
		c.skip()
	})
	return id
}

func (v *envelope) employee(c *cursor) {
	c.object(func(name string) {
		switch name {
		case "open_id":
			v.person = c.text()
		case "name":
			v.personName = c.text()
		case "status":
			c.object(func(name string) {
				value := c.text()
				switch name {
				case "is_resigned", "is_exited":
					v.gone = v.gone || value == "true"
				}
			})
		default:
			c.skip()
		}
	})
}

func (v *envelope) said(c *cursor) {
	c.object(func(name string) {
		switch name {
		case "message_id":
			v.message = c.text()
		case "create_time":
			v.sent = c.text()
		case "chat_id":
			v.chat = c.text()
		case "chat_type":
			v.chatType = c.text()
		case "thread_id":
			v.thread = c.text()
		case "message_type":
			v.contentType = c.text()
		case "content":
			v.content = c.text()
		case "mentions":
			c.array(func() { v.mentions = append(v.mentions, readMention(c)) })
		default:
			c.skip()
		}
	})
}

func readMention(c *cursor) (m mention) {
	c.object(func(name string) {
		switch name {
		case "key":
			m.key = c.text()
		case "id":
			m.id = openID(c)
		case "mentioned_type":
			m.kind = c.text()
		case "name":
			m.name = c.text()
		case "tenant_key":
			m.tenant = c.text()
		default:
			c.skip()
		}
	})
	return m
}

func (v *envelope) action(c *cursor) {
	c.object(func(name string) {
		switch name {
		case "value":
			v.carried(c)
		case "form_value":
			if v.isForm = c.next() == '{'; !v.isForm {
				c.skip()
				return
			}
			v.values = make(map[string]string)
			c.object(func(name string) { v.values[name] = formValue(c) })
		default:
			c.skip()
		}
	})
}

// carried reads what card.go put into the element; the platform is known to
// hand an object over as a string, too.
func (v *envelope) carried(c *cursor) {
	if c.next() == '"' {
		c = &cursor{data: c.text()}
	}
	c.object(func(name string) {
		switch name {
		case "c":
			v.command = c.text()
		case "g":
			n, _ := strconv.Atoi(c.text())
			v.in = place(n)
		default:
			c.skip()
		}
	})
}

// formValue is one input's value; several choices are joined as people write
// lists.
func formValue(c *cursor) string {
	if c.next() != '[' {
		return c.text()
	}
	var all []string
	c.array(func() { all = append(all, c.text()) })
	return strings.Join(all, "、")
}

func (v *envelope) context(c *cursor) {
	c.object(func(name string) {
		switch name {
		case "open_message_id":
			v.message = c.text()
		case "open_chat_id":
			v.chat = c.text()
		default:
			c.skip()
		}
	})
}
