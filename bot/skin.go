package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"marketbot/bot/webchat"
	"marketbot/bot/wecom"
	"marketbot/bot/wecom/app"
	wecomtext "marketbot/bot/wecom/message"
	"marketbot/bot/wecom/robot"
	"marketbot/handlers/chat"
)

// wecomSkin lets the demo's page wear WeCom's clothes. What it shows is made
// by the adapter itself, once with a robot and an app and once with a robot
// alone; both are never started, so that they talk to nobody.
func wecomSkin(now func() time.Time, log *slog.Logger) (*webchat.Skin, error) {
	deaf := func(context.Context, chat.Event) (chat.Receipt, error) {
		return chat.Receipt{}, errors.New("nothing comes from a platform that is only shown")
	}
	alone := wecom.Config{Robot: &robot.Config{BotID: "demo", Secret: "demo", Name: webchat.BotName}}
	helped := alone
	helped.App = &app.Config{CorpID: "demo", AgentID: 1, Secret: "demo"}
	both, err := wecom.New(helped, deaf, nil, now, log)
	if err != nil {
		return nil, fmt.Errorf("wecom with an app: %w", err)
	}
	bare, err := wecom.New(alone, deaf, nil, now, log)
	if err != nil {
		return nil, fmt.Errorf("wecom without an app: %w", err)
	}
	return &webchat.Skin{
		Dress: func(ctx context.Context, to chat.Address, m chat.Message) (*webchat.Dressed, error) {
			return dressed(ctx, both, bare, to, m)
		},
		Read: wecomtext.Read,
	}, nil
}

// dressed renders a message as WeCom would be sent it. A file would be
// uploaded; only one that may not be shown there becomes words.
func dressed(ctx context.Context, both, bare chat.Platform, to chat.Address, m chat.Message) (*webchat.Dressed, error) {
	if m.File != nil && !(m.Confidential && to.Group) {
		return nil, nil
	}
	to.Platform = wecom.Name
	parcel, err := both.Render(ctx, to, m, nil)
	if err != nil {
		return nil, fmt.Errorf("dress for wecom: %w", err)
	}
	d := &webchat.Dressed{Parcel: parcel}
	if !m.Confidential || to.Group {
		return d, nil
	}
	if d.Bare, err = bare.Render(ctx, to, m, nil); err != nil {
		return nil, fmt.Errorf("dress for wecom: %w", err)
	}
	return d, nil
}
