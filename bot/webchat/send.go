package webchat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"marketbot/handlers/chat"
)

// roomGroup is the name of the group's room; a private room is named by its
// account.
const roomGroup = "#group"

// never is the Window of a platform that forgets no key while it runs.
const never = 100 * 365 * 24 * time.Hour

// Limits has none: the page takes what comes.
func (c *Chat) Limits() chat.Limits { return chat.Limits{Window: never, Repeats: true} }

// Send appends a message to a room and shows it to the browsers.
func (c *Chat) Send(ctx context.Context, to chat.Address, data []byte, key string) error {
	_, err := c.Show(ctx, to, data, key, "")
	return err
}

// Show is Send, or puts a card in the place of another.
func (c *Chat) Show(ctx context.Context, to chat.Address, data []byte, key, old string) (card string, err error) {
	room, where, err := c.room(to)
	if err != nil {
		return "", &chat.SendError{Failure: chat.BadReceiver, Err: err}
	}
	var p payload
	if err := json.Unmarshal(data, &p); err != nil {
		return "", &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("webchat payload: %w", err)}
	}
	now := c.o.Clock.Now()
	e := entry{ID: old, Room: room, Name: BotName, At: stamp(now), Kind: "answer", Message: &p.Message, File: p.File, Charts: drawings(p.Message)}
	t := traffic{At: now.Format(time.TimeOnly), Way: "out", Text: where + " " + p.summary(), Payload: data}
	if old == "" {
		e.WeCom = c.dress(ctx, to, p.Message)
		t.WeCom = e.WeCom
		return c.record.answer(e, t, room+"/"+key), nil
	}
	if t.Text += "，已更新"; !c.record.change(e, t) {
		return "", &chat.SendError{Failure: chat.BadContent, Err: fmt.Errorf("no card %s in the room", old)}
	}
	return old, nil
}

// room is an address's room and how the event stream names it.
func (c *Chat) room(to chat.Address) (room, where string, err error) {
	switch p, ok := c.persona(to.ID); {
	case to.Platform != Platform:
		return "", "", errors.New("address of another platform")
	case to.Group && to.ID == c.o.Group.ID:
		return roomGroup, "[群:" + c.o.Group.Name + "]", nil
	case !to.Group && ok:
		return p.Account, "[私聊:" + p.Name + "]", nil
	default:
		return "", "", fmt.Errorf("no room %s", to.ID)
	}
}

// stamp is how a line's time is shown.
func stamp(t time.Time) string { return t.Format("01-02 15:04") }
