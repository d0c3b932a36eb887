package feishu

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// The events that the app subscribes to and acts on.
const (
	typeMessage     = "im.message.receive_v1"
	typeCard        = "card.action.trigger"
	typeMenu        = "application.bot.menu_v6"
	typeEntered     = "im.chat.access_event.bot_p2p_chat_entered_v1"
	typeBotAdded    = "im.chat.member.bot.added_v1"
	typeUserDeleted = "contact.user.deleted_v3"
	typeUserUpdated = "contact.user.updated_v3"
)

// acted lists the events that are decoded; ignored those that an app may be
// subscribed to and that say nothing to the bot. Over the long connection an
// event without a handler is answered with 500 and pushed again for hours, so
// both are registered.
func acted() []string {
	return []string{typeMessage, typeMenu, typeEntered, typeBotAdded, typeUserDeleted, typeUserUpdated}
}

func ignored() []string {
	return []string{
		"im.message.message_read_v1", "im.message.recalled_v1", "im.message.updated_v1",
		"im.message.reaction.created_v1", "im.message.reaction.deleted_v1", "im.message.bot_muted_v1",
		"im.chat.member.bot.deleted_v1", "im.chat.member.user.added_v1", "im.chat.member.user.deleted_v1",
		"im.chat.member.user.withdrawn_v1", "im.chat.updated_v1", "im.chat.disbanded_v1",
		"contact.user.created_v3", "contact.scope.updated_v3", "contact.department.created_v3",
		"contact.department.updated_v3", "contact.department.deleted_v3", "contact.employee_type_enum.actived_v3",
		"application.application.visibility.added_v6", "application.application.app_version.publish_apply_v6",
		"application.application.app_version.publish_revoke_v6", "application.application.app_version.audit_v6",
	}
}

// event is what the envelope says to the desk; false when it says nothing.
// self is the bot's own open_id, received the moment to take when the platform
// named none.
func (v *envelope) event(self string, received time.Time) (chat.Event, bool) {
	e := chat.Event{ID: v.id, FromName: v.personName, Sent: moment(v.created, received)}
	e.From = chat.Account{Platform: Name, ID: v.person}
	e.Chat = e.From.Private()
	ok := false
	switch v.kind {
	case typeMessage:
		ok = v.fromColleague("user") && v.message != ""
		v.fillMessage(&e, self)
	case typeCard:
		ok = v.fromColleague("") && v.command != ""
		v.fillCard(&e)
	case typeMenu:
		e.Kind, e.Command, e.Sent, e.ToBot = chat.Menu, v.eventKey, moment(v.sent, e.Sent), true
		ok = v.eventKey != ""
	case typeEntered: // pushed at every entry; an empty chat means the first
		e.Kind, e.ToBot = chat.Opened, true
		ok = v.last == ""
	case typeBotAdded:
		e.Kind, e.Chat = chat.BotJoined, chat.Address{Platform: Name, Group: true, ID: v.chat}
		ok = v.chat != ""
	case typeUserDeleted, typeUserUpdated:
		e.Kind = chat.MemberLeft
		ok = v.kind == typeUserDeleted || v.gone
	}
	return e, ok && v.person != "" && e.ID != ""
}

// fromColleague reports whether a person of the company itself did it; bots and
// guests from other companies are not heard.
func (v *envelope) fromColleague(kind string) bool {
	return v.personKind == kind && !v.guest(v.personTenant)
}

func (v *envelope) guest(tenant string) bool { return tenant != "" && tenant != v.tenant }

func (v *envelope) fillCard(e *chat.Event) {
	e.Kind, e.Command, e.Card, e.ToBot = chat.Press, v.command, v.message, true
	if v.isForm {
		e.Kind, e.Values = chat.Submit, v.values
	}
	if v.in == inGroup || v.in == inTopic {
		e.Chat = chat.Address{Platform: Name, Group: true, ID: v.chat}
	}
	if v.in == inTopic { // what is said to the card stands beside it
		e.Topic = v.message
	}
}

func (v *envelope) fillMessage(e *chat.Event, self string) {
	e.ID, e.Sent = v.message, moment(v.sent, e.Sent)
	e.ToBot = v.chatType == "p2p"
	if v.chatType != "p2p" {
		e.Chat = chat.Address{Platform: Name, Group: true, ID: v.chat}
	}
	if v.thread != "" {
		e.Topic = v.message
	}
	for _, m := range v.mentions {
		switch {
		case m.id == self && self != "":
			e.ToBot = true
		case m.kind != "bot":
			e.Mentions = append(e.Mentions, chat.Mention{Name: m.name, Account: chat.Account{Platform: Name, ID: m.id}, Guest: v.guest(m.tenant)})
		}
	}
	e.Kind = chat.Other
	switch c := (&cursor{data: v.content}); v.contentType {
	case "text":
		e.Kind, e.Text = chat.Text, text.Typed(v.resolve(field(c, "text"), self))
	case "post":
		e.Text = text.Typed(v.resolve(v.postText(c), self))
		switch {
		case strings.TrimSpace(e.Text) != "":
			e.Kind = chat.Text
		case v.picture != "":
			e.Kind = chat.Picture
		}
	case "image":
		if v.picture = field(c, "image_key"); v.picture != "" {
			e.Kind = chat.Picture
		}
	case "location":
		e.Kind, e.Place = chat.Location, field(c, "name")
	}
}

// field is one text of an object that is otherwise skipped.
func field(c *cursor, wanted string) (value string) {
	c.object(func(name string) {
		if name == wanted {
			value = c.text()
			return
		}
		c.skip()
	})
	return value
}

// postText is the words of a formatted message, line by line; its first picture is
// noted.
func (v *envelope) postText(c *cursor) string {
	var lines []string
	c.object(func(name string) {
		switch name {
		case "title":
			if title := c.text(); title != "" {
				lines = append([]string{title}, lines...)
			}
		case "content":
			c.array(func() { lines = append(lines, v.postLine(c)) })
		default:
			c.skip()
		}
	})
	return strings.Join(lines, "\n")
}

func (v *envelope) postLine(c *cursor) string {
	var line strings.Builder
	c.array(func() {
		var tag, text, who string
		c.object(func(name string) {
			switch name {
			case "tag":
				tag = c.text()
			case "text":
				text = c.text()
			case "user_id":
				who = c.text()
			case "image_key":
				v.picture = cmp.Or(v.picture, c.text())
			default:
				c.skip()
			}
		})
		switch {
		case tag != "at":
		case who == "all":
			text = placeholderAll
		default:
			text = who
		}
		line.WriteString(text)
	})
	return line.String()
}

// What the platform puts in place of a mention in a text.
const (
	placeholder    = "@_"
	placeholderAll = "@_all"
	everybody      = "@所有人"
)

// resolve puts names where the platform put placeholders, and takes the
// mentions of the bot out, each together with the one blank that the client set.
// So go those of other bots and of everybody in front of all else, which no
// Mentions tell of.
func (v *envelope) resolve(said, self string) string {
	var out strings.Builder
	for {
		at := strings.Index(said, placeholder)
		if at < 0 {
			out.WriteString(said)
			return out.String()
		}
		m := v.mentioned(said[at:])
		before, rest := said[:at], said[at+len(m.key):]
		ours := m.id == self && self != ""
		if unnamed := m.kind == "bot" || m.key == placeholderAll; ours || unnamed && strings.TrimSpace(out.String()+before) == "" {
			m.name = ""
			if trimmed, cut := strings.CutPrefix(rest, " "); cut || rest == "" {
				rest = trimmed
				if rest == "" {
					before = strings.TrimSuffix(before, " ")
				}
			}
		}
		out.WriteString(before + m.name)
		said = rest
	}
}

// mentioned finds who the placeholder stands for that a text begins with; one
// that stands for nobody was typed by hand and stays.
func (v *envelope) mentioned(text string) mention {
	longest := mention{key: placeholder, name: placeholder}
	for _, m := range v.mentions {
		if len(m.key) > len(longest.key) && strings.HasPrefix(text, m.key) {
			longest = m
			longest.name = "@" + m.name
		}
	}
	if longest.key == placeholder && v.chatType != "p2p" && strings.HasPrefix(text, placeholderAll) {
		return mention{key: placeholderAll, name: everybody}
	}
	return longest
}

// moment reads the platform's times, which are seconds, milliseconds or
// microseconds since 1970 depending on the event.
func moment(s string, otherwise time.Time) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err != nil || n <= 0:
		return otherwise
	case n > 1e15:
		return time.UnixMicro(n)
	case n > 1e12:
		return time.UnixMilli(n)
	}
	return time.Unix(n, 0)
}

// belongs refuses what was meant for another app.
func (v *envelope) belongs(app string) error {
	if v.app != app {
		return fmt.Errorf("event of app %.40q: %w", v.app, errForeign)
	}
	return nil
}
