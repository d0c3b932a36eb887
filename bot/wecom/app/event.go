package app

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"marketbot/bot/platform"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/message"
	"marketbot/handlers/chat"
)

// call is the few fields of an app's callback that the bot needs.
type call struct {
	from, created  string // userid, seconds
	agent          string
	kindOf         string            // MsgType
	id, msgID      string            // ours; the platform's, of messages only
	content, label string            // of a text, of a place
	what, key      string            // Event, EventKey
	task           string            // the card pressed on
	response       string            // the right to change that card, once
	values         map[string]string // what was chosen on the card, by question
	question       string            // of the choice being read
	picture        string            // by which it is fetched
}

// readCall reads the plain XML of a callback.
func readCall(plain []byte) (call, error) {
	c := call{}
	err := walk(string(plain), &c)
	if err == nil && (c.kindOf == "" || c.from == "") {
		err = errXML
	}
	if err != nil {
		return call{}, err
	}
	c.name(plain)
	return c, nil
}

// leaf takes the text of an element; deep reports whether it lies within another.
func (c *call) leaf(name, text string, deep bool) {
	if deep {
		c.chosen(name, text)
		return
	}
	switch name {
	case "FromUserName":
		c.from = text
	case "CreateTime":
		c.created = text
	case "AgentID":
		c.agent = text
	case "MsgType":
		c.kindOf = text
	case "MsgId":
		c.msgID = text
	case "Content":
		c.content = text
	case "Label":
		c.label = text
	case "Event":
		c.what = text
	case "EventKey":
		c.key = text
	case "TaskId":
		c.task = text
	case "ResponseCode":
		c.response = text
	case "MediaId":
		c.picture = text
	}
}

// chosen reads the choices on a card; several of one question are joined as
// people write lists.
func (c *call) chosen(name, text string) {
	switch name {
	case "QuestionKey":
		c.question = text
	case "OptionId":
		if c.values == nil {
			c.values = map[string]string{}
		}
		if have, ok := c.values[c.question]; ok {
			text = have + "、" + text
		}
		c.values[c.question] = text
	}
}

// kind names the call for the log.
func (c *call) kind() string {
	if c.kindOf == "event" {
		return c.what
	}
	return c.kindOf
}

// name gives the call an id that is the same for every delivery. The
// platform's own advice for events, sender and second, would merge different
// ones; a redelivery carries the same body, so its hash tells them apart.
func (c *call) name(plain []byte) {
	if c.msgID != "" {
		c.id = "app/" + c.msgID
		return
	}
	sum := sha256.Sum256(plain)
	c.id = "app/" + hex.EncodeToString(sum[:16])
}

// event is what the call means to the bot; false when it means nothing.
func (c *call) event(now time.Time) (chat.Event, bool) {
	from := chats.Person(c.from)
	e := chat.Event{ID: c.id, From: from, Chat: from.Private(), Sent: platform.SentAt(c.created, now), ToBot: true}
	switch c.kindOf {
	case "text":
		e.Kind, e.Text = chat.Text, strings.TrimSpace(message.Read(c.content))
	case "location":
		e.Kind, e.Place = chat.Location, strings.TrimSpace(c.label)
	case "event":
		return c.happened(e)
	case "image":
		e.Kind = chat.Picture
	default: // voice, video, file, link
		e.Kind = chat.Other
	}
	return e, true
}

func (c *call) happened(e chat.Event) (chat.Event, bool) {
	switch c.what {
	case "subscribe": // enter_agent comes with every look at the app
		e.Kind = chat.Opened
	case "click":
		e.Kind, e.Command = chat.Menu, c.key
	case "template_card_event":
		e.Kind, e.Command, e.Card, e.Values = chat.Press, c.key, c.task, c.values
		if len(c.values) > 0 {
			e.Kind = chat.Submit
		}
	default:
		return e, false
	}
	return e, c.from != systemSender && (e.Kind == chat.Opened || e.Command != "")
}

// systemSender is who events come from that no person caused.
const systemSender = "sys"
