package webchat

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// act is what the page posts when the visitor does something as a Persona.
type act struct {
	As      string            `json:"as"`   // account
	Room    string            `json:"room"` // roomGroup or As
	Text    string            `json:"text"`
	Mention bool              `json:"mention"` // in the group: with @ of the bot
	Place   string            `json:"place"`
	Picture []byte            `json:"picture"` // with Text or alone
	Command string            `json:"command"` // of the menu
	Card    string            `json:"card"`    // entry pressed on
	Button  int               `json:"button"`  // which one, from 0
	Values  map[string]string `json:"values"`
	WeCom   bool              `json:"wecom"` // in WeCom's clothes
}

// errAct is for acts that the page's own elements cannot produce.
var errAct = errors.New("webchat: no such person, room, card or button")

// begin is the event that every act of a Persona in a room starts from.
func (c *Chat) begin(a act, kind chat.Kind) (chat.Event, error) {
	p, ok := c.persona(a.As)
	if !ok || a.Room != roomGroup && a.Room != a.As {
		return chat.Event{}, errAct
	}
	e := chat.Event{
		ID: rand.Text(), Kind: kind, FromName: p.Name, Sent: c.o.Clock.Now(),
		From: chat.Account{Platform: Platform, ID: p.Account},
	}
	e.Chat = e.From.Private()
	if a.Room == roomGroup {
		e.Chat = chat.Address{Platform: Platform, Group: true, ID: c.o.Group.ID}
	}
	e.ToBot = !e.Chat.Group
	return e, nil
}

// line is the transcript's line for an event.
func line(a act, e chat.Event, kind, text string) *entry {
	return &entry{Room: a.Room, From: a.As, Name: e.FromName, At: stamp(e.Sent), Kind: kind, Text: text, ToBot: e.Chat.Group && e.ToBot}
}

// text is a written message.
func (c *Chat) text(a act) (chat.Event, *entry, error) {
	e, err := c.begin(a, chat.Text)
	if err != nil {
		return e, nil, err
	}
	if plain := strings.ReplaceAll(a.Text, "@"+BotName, ""); plain != a.Text {
		a.Text, a.Mention = strings.TrimSpace(plain), true
	}
	e.Text = text.Typed(a.Text)
	if a.WeCom && c.o.WeCom != nil {
		e.Text = c.o.WeCom.Read(a.Text)
	}
	e.ToBot = e.ToBot || a.Mention
	e.Mentions = c.mentions(a.Text)
	if len(a.Picture) > 0 {
		if e.Fetch = func(context.Context) ([]byte, error) { return a.Picture, nil }; e.Text == "" {
			e.Kind = chat.Picture
		}
		a.Text = strings.TrimSpace("[照片] " + a.Text)
	}
	if a.WeCom && !e.ToBot { // which WeCom keeps to itself
		e.Kind = ""
	}
	return e, line(a, e, "said", a.Text), nil
}

// mentions are the Personas that a text names with @.
func (c *Chat) mentions(text string) []chat.Mention {
	var found []chat.Mention
	for _, p := range c.o.People {
		if strings.Contains(text, "@"+p.Name) {
			found = append(found, chat.Mention{Name: p.Name, Account: chat.Account{Platform: Platform, ID: p.Account}})
		}
	}
	return found
}

// location is a sent place. Like on other platforms it cannot mention anybody.
func (c *Chat) location(a act) (chat.Event, *entry, error) {
	e, err := c.begin(a, chat.Location)
	if err != nil {
		return e, nil, err
	}
	e.Place = a.Place
	return e, line(a, e, "placed", a.Place), nil
}

// menu is a press on the bot menu, which private chats have.
func (c *Chat) menu(a act) (chat.Event, *entry, error) {
	a.Room = a.As
	e, err := c.begin(a, chat.Menu)
	if err != nil {
		return e, nil, err
	}
	e.Command = a.Command
	return e, line(a, e, "pressed", "菜单「"+a.Command+"」"), nil
}

// press is a press on a card's button.
func (c *Chat) press(a act) (chat.Event, *entry, error) {
	e, card, err := c.onCard(&a, chat.Press)
	if err != nil {
		return e, nil, err
	}
	if a.Button < 0 || a.Button >= len(card.Buttons) {
		return e, nil, errAct
	}
	b := card.Buttons[a.Button]
	e.Command = b.Command
	return e, line(a, e, "pressed", "按「"+b.Label+"」"), nil
}

// submit is a card's form, handed in.
func (c *Chat) submit(a act) (chat.Event, *entry, error) {
	e, card, err := c.onCard(&a, chat.Submit)
	if err != nil {
		return e, nil, err
	}
	if card.Form == nil {
		return e, nil, errAct
	}
	e.Command = card.Form.Command
	e.Values = map[string]string{}
	for _, f := range card.Form.Fields {
		e.Values[f.Name] = a.Values[f.Name]
	}
	return e, line(a, e, "pressed", "提交「"+card.Title+"」"), nil
}

// onCard begins an event on a card that the Persona can see, and puts the
// card's room into the act.
func (c *Chat) onCard(a *act, kind chat.Kind) (chat.Event, *chat.Card, error) {
	on, ok := c.record.entry(a.Card)
	if !ok || on.Message == nil || on.Message.Card == nil {
		return chat.Event{}, nil, errAct
	}
	a.Room = on.Room
	e, err := c.begin(*a, kind)
	if err != nil {
		return e, nil, err
	}
	e.Card = a.Card
	e.ToBot = true
	return e, on.Message.Card, nil
}

// opened is a room's first opening: of the private chat by its person, of the
// group by the bot's joining. Later ones are no events.
func (c *Chat) opened(a act) (chat.Event, *entry, error) {
	kind := chat.Opened
	if a.Room == roomGroup {
		kind = chat.BotJoined
	}
	e, err := c.begin(a, kind)
	if err == nil && !c.record.open(a.Room) {
		e.Kind = ""
	}
	e.ToBot = true
	return e, nil, err
}

// hand records what a Persona did and hands it to the bot.
func (c *Chat) hand(ctx context.Context, e chat.Event, shown *entry) (chat.Receipt, error) {
	data, err := json.Marshal(outside(e))
	if err != nil {
		return chat.Receipt{}, fmt.Errorf("event as json: %w", err)
	}
	_, where, err := c.room(e.Chat)
	if err != nil {
		return chat.Receipt{}, err
	}
	c.record.say(shown, traffic{
		At: e.Sent.Format(time.TimeOnly), Way: "in", Payload: data,
		Text: where + " " + e.FromName + " " + kindName(e.Kind),
	}, e)
	receipt, err := c.o.Receive(ctx, e)
	if err != nil {
		return receipt, fmt.Errorf("receive event: %w", err)
	}
	return receipt, nil
}

// outside is an event as another platform would put it on the wire; empty
// fields are left out.
func outside(e chat.Event) map[string]any {
	place := map[string]any{"type": "p2p", "id": e.Chat.ID}
	if e.Chat.Group {
		place["type"] = "group"
	}
	all := map[string]any{
		"id": e.ID, "type": string(e.Kind), "chat": place, "sent": e.Sent.Format(time.RFC3339),
		"from": map[string]any{"id": e.From.ID, "name": e.FromName},
		"text": e.Text, "place": e.Place, "command": e.Command, "card": e.Card,
	}
	if e.ToBot {
		all["to_bot"] = true
	}
	if len(e.Mentions) > 0 {
		all["mentions"] = e.Mentions
	}
	if len(e.Values) > 0 {
		all["values"] = e.Values
	}
	for _, k := range slices.Collect(maps.Keys(all)) {
		if all[k] == "" {
			delete(all, k)
		}
	}
	return all
}

// kindName is how the event stream names a kind.
func kindName(k chat.Kind) string {
	switch k {
	case chat.Text:
		return "文本"
	case chat.Location:
		return "位置"
	case chat.Picture:
		return "照片"
	case chat.Press:
		return "按钮"
	case chat.Submit:
		return "表单"
	case chat.Menu:
		return "菜单"
	case chat.Opened:
		return "打开私聊"
	case chat.BotJoined:
		return "机器人入群"
	default:
		return string(k)
	}
}
