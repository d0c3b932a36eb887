package webchat

import (
	"context"
	"encoding/json"

	"marketbot/handlers/chat"
)

// Skin is how another platform would show what the bot says and read what
// people write. The page draws every message in both forms, so that it can
// change its clothes at any time. Its functions are safe to call from several
// goroutines.
type Skin struct {
	// Dress is a message to one of this platform's addresses as the other
	// platform would be sent it; nil for a file, which looks alike everywhere.
	Dress func(ctx context.Context, to chat.Address, m chat.Message) (*Dressed, error)
	// Read is what somebody wrote, without the mention of the bot, as the bot is
	// told it.
	Read func(text string) string
}

// Dressed is a message in the bytes of another platform.
type Dressed struct {
	Parcel json.RawMessage `json:"parcel"`
	// Bare is what is left of a confidential message where the platform is set
	// up with nothing that keeps it; empty otherwise.
	Bare json.RawMessage `json:"bare,omitempty"`
}

// dress puts a message into WeCom's clothes. Without them it is shown as it is.
func (c *Chat) dress(ctx context.Context, to chat.Address, m chat.Message) *Dressed {
	if c.o.WeCom == nil {
		return nil
	}
	d, err := c.o.WeCom.Dress(ctx, to, m)
	if err != nil {
		c.o.Log.Warn("a message has no form in another platform's clothes", "error", err)
		return nil
	}
	return d
}
