package chat

import (
	"context"
	"errors"
)

// Used is a card after what its buttons were for has happened: done says so in
// their place.
func (c Card) Used(done string) Card {
	c.Buttons, c.Form, c.Done = nil, nil, done
	return c
}

// Changes reports whether a notice is shown in the place of cards.
func (n Notice) Changes() bool { return n.Message.Card != nil && n.Message.Card.Done != "" }

// Show is what an Editor does; of a platform that is none it is Send, and nothing
// is changed.
func Show(ctx context.Context, p Platform, to Address, payload []byte, key, old string) (card string, err error) {
	if e, can := p.(Editor); can {
		return e.Show(ctx, to, payload, key, old)
	}
	if old != "" {
		return "", &SendError{Failure: BadContent, Err: errors.New("the platform changes no cards")}
	}
	return "", p.Send(ctx, to, payload, key)
}
