package webchat

import (
	"context"
	"encoding/json"
	"fmt"

	"marketbot/handlers/chat"
)

// payload is the bytes between Render and Send: the portable message as it is,
// since the page shows cards as they were meant.
type payload struct {
	Message chat.Message `json:"message"`
	File    *attachment  `json:"file,omitempty"`
}

// Name is Platform.
func (c *Chat) Name() string { return Platform }

// Render is the message as JSON. The content of a file is kept in memory and
// named in the bytes; it is gone after a reset or a restart.
func (c *Chat) Render(_ context.Context, _ chat.Address, m chat.Message, data []byte) ([]byte, error) {
	p := payload{Message: m}
	if m.File != nil {
		p.File = &attachment{ID: c.record.keep(data), Name: m.File.Name, Size: len(data)}
	}
	b, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("render message: %w", err)
	}
	return b, nil
}

// summary says in a few words what a message holds.
func (p payload) summary() string {
	switch {
	case p.File != nil:
		return "文件「" + p.File.Name + "」"
	case p.Message.Card != nil && p.Message.Card.Form != nil:
		return "表单卡片「" + p.Message.Card.Title + "」"
	case p.Message.Card != nil:
		return "卡片「" + p.Message.Card.Title + "」"
	default:
		return "文本"
	}
}
