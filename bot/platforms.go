package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"marketbot/bot/feishu"
	"marketbot/bot/platform"
	"marketbot/bot/wecom"
	"marketbot/bot/wecom/chats"
	"marketbot/bot/wecom/robot"
	"marketbot/handlers/chat"
	"marketbot/handlers/picture"
	"marketbot/store"
)

// connection is a platform that works until its context ends.
type connection interface {
	chat.Platform
	chat.Checker
	Run(ctx context.Context) error
}

// errNoPlatform is the want of somebody to talk to.
var errNoPlatform = errors.New("没有配置聊天平台：填写 feishu 或 wecom，或用 marketbot demo 试用")

// others is how a process gets along with those that serve the same store.
type others struct {
	lease  robot.Lease // of a robot's connection; nil: there are none
	tokens platform.Share
	chats  chats.Notes // what is learnt about chats
}

// connections are the platforms of the settings, not yet talking. Their errors
// are for people.
func (c Config) connections(receive chat.Receive, o others, now func() time.Time, log *slog.Logger) ([]connection, error) {
	var list []connection
	var wrong error
	if c.Feishu != nil {
		a, err := feishu.New(*c.Feishu, receive, now, log)
		if wrong = err; err == nil {
			a.ShareTokens(o.tokens)
			list = append(list, a)
		}
	}
	if c.WeCom != nil {
		a, err := wecom.New(*c.WeCom, receive, o.lease, now, log)
		if err := platform.All(wrong, err); err != nil {
			return nil, &usageError{err}
		}
		a.ShareTokens(o.tokens)
		a.DrawWith(picture.New().PNG)
		a.Remember(o.chats)
		list = append(list, a)
	}
	if wrong != nil {
		return nil, &usageError{wrong}
	}
	if len(list) == 0 {
		return nil, &usageError{errNoPlatform}
	}
	return list, nil
}

// notes keeps in the store what WeCom's adapter learns about chats.
func notes(db *store.DB) chats.Notes {
	return chats.Notes{
		Read: func(ctx context.Context) (map[chat.Address]string, error) {
			known := map[chat.Address]string{}
			err := db.View(ctx, func(tx *store.Tx) error {
				list, err := tx.Chats().Notes(ctx, wecom.Name)
				for _, n := range list {
					known[chat.Address{Platform: n.Platform, Group: n.Group, ID: n.Address}] = n.Note
				}
				return err
			})
			return known, err
		},
		Write: func(ctx context.Context, at chat.Address, note string) error {
			return db.Update(ctx, func(tx *store.Tx) error {
				return tx.Chats().Note(ctx, store.ChatNote{Platform: at.Platform, Group: at.Group, Address: at.ID, Note: note})
			})
		},
	}
}

// groups are the department's groups on the platforms.
func (c Config) groups() []chat.Address {
	var all []chat.Address
	if c.Feishu != nil && c.Feishu.Group != "" {
		all = append(all, chat.Address{Platform: feishu.Name, Group: true, ID: c.Feishu.Group})
	}
	if c.WeCom != nil && c.WeCom.Department().ID != "" {
		all = append(all, c.WeCom.Department())
	}
	return all
}

// owners are the accounts of who set the bot up.
func (c Config) owners() []chat.Account {
	if c.Feishu == nil || c.Feishu.Owner == "" {
		return nil
	}
	return []chat.Account{{Platform: feishu.Name, ID: c.Feishu.Owner}}
}

// accounts are where a person of the settings is reached, by platform.
func (p Person) accounts() map[string]string {
	all := map[string]string{}
	for platform, id := range map[string]string{feishu.Name: p.Feishu, wecom.Name: p.WeCom} {
		if id != "" {
			all[platform] = id
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
