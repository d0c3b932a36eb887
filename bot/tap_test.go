package main

import (
	"context"
	"time"

	"marketbot/handlers/chat"
)

// tap is a platform that notes everything on its way out.
type tap struct {
	chat.Platform
	vault *secrets
}

func (p tap) Render(ctx context.Context, to chat.Address, m chat.Message, data []byte) ([]byte, error) {
	payload, err := p.Platform.Render(ctx, to, m, data)
	p.vault.note(to, payload, data)
	p.vault.judge(to, m)
	return payload, err
}

func (p tap) Send(ctx context.Context, to chat.Address, payload []byte, key string) error {
	_, err := p.Show(ctx, to, payload, key, "")
	return err
}

// Show is the platform's: see chat.Editor.
func (p tap) Show(ctx context.Context, to chat.Address, payload []byte, key, old string) (string, error) {
	p.vault.note(to, payload, nil)
	return chat.Show(ctx, p.Platform, to, payload, key, old)
}

// Members are the platform's: see chat.Lister.
func (p tap) Members(ctx context.Context, group string) ([]chat.Member, error) {
	return chat.Members(ctx, p.Platform, group)
}

// Window is the platform's: see chat.Protector.
func (p tap) Window(payload []byte) time.Duration {
	if v, ok := p.Platform.(chat.Protector); ok {
		return v.Window(payload)
	}
	return p.Limits().Window
}

// tapped are screens whose platform is tapped.
type tapped struct {
	screens
	vault *secrets
}

func (s tapped) platform() chat.Platform { return tap{s.screens.platform(), s.vault} }
