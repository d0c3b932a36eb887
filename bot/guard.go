package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketbot/handlers/chat"
	"marketbot/store"
)

// guardEvery is how soon it is told that somebody changed behind the bot's back
// who people are.
const guardEvery = time.Minute

// guard looks after the rows that give rights until ctx is done. Its error is
// ctx's.
func (b *bot) guard(ctx context.Context) error {
	look := time.NewTicker(guardEvery)
	defer look.Stop()
	for {
		if err := b.tellForged(ctx); err != nil && ctx.Err() == nil {
			b.Log.Error("look after people and accounts", "error", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
	}
}

// tellForged tells the general manager and the administrators, once a day, whose
// rows are not as the bot wrote them. They give no rights meanwhile.
func (b *bot) tellForged(ctx context.Context) error {
	var people []store.Person
	var accounts []store.Account
	var damaged int // tenures and grants, of which each is told once
	err := b.DB.View(ctx, func(tx *store.Tx) (err error) {
		if people, err = tx.People().Forged(ctx); err != nil {
			return err
		}
		if accounts, err = tx.Accounts().Forged(ctx); err != nil {
			return err
		}
		err = giving(ctx, tx)
		damaged = len(tx.Damaged())
		return err
	})
	if err != nil || len(people)+len(accounts)+damaged == 0 {
		return err
	}
	return b.DB.Update(ctx, func(tx *store.Tx) error {
		if err := giving(ctx, tx); err != nil {
			return err
		}
		if err := b.post.Damaged(ctx, tx, b.Now()); err != nil {
			return err
		}
		for _, p := range people {
			text := fmt.Sprintf("⚠ 有人绕过机器人改了数据库里%s的登记。这条登记现在没有任何权限。请查谁能写数据库；核对以后重新登记：人员 岗位 %s 岗位。", p.Name, p.Name)
			if err := b.alarm(ctx, tx, "forged/person/"+p.ID, text); err != nil {
				return err
			}
		}
		for _, a := range accounts {
			text := fmt.Sprintf("⚠ 有人绕过机器人改了数据库里的账号绑定（%s 的一个账号）。这个账号现在没有任何权限。请查谁能写数据库；核对以后给本人新的绑定码。", a.Platform)
			if err := b.alarm(ctx, tx, "forged/account/"+a.Platform+"/"+a.ID, text); err != nil {
				return err
			}
		}
		return known(ctx, tx, b.Now())
	})
}

// known keeps a command that comes upon forged people and accounts from telling of
// them again.
func known(ctx context.Context, tx *store.Tx, now time.Time) error {
	err := tx.People().Check(ctx)
	for _, d := range tx.Damaged() {
		if err == nil {
			_, err = tx.Said().Damaged(ctx, d, now)
		}
	}
	return err
}

// giving comes upon what gives a right for a time and is damaged.
func giving(ctx context.Context, tx *store.Tx) error {
	return errors.Join(tx.People().CheckTenures(ctx), tx.Grants().Check(ctx))
}

// alarm says something to the general manager and to every administrator, once a
// day under a key.
func (b *bot) alarm(ctx context.Context, tx *store.Tx, key, text string) error {
	now := b.Now()
	key += "/" + string(b.post.Day(now))
	heads, err := tx.People().Holding(ctx, store.GeneralManager, "")
	if err != nil {
		return err
	}
	var list []chat.Notice
	for _, p := range heads {
		if !p.Has(store.Administrator) {
			list = append(list, chat.Notice{Key: key + "/" + p.ID, To: p.ID, Message: chat.Message{Text: text}})
		}
	}
	if err := b.post.Notices(ctx, tx, list, store.ClassAlarm, now); err != nil {
		return err
	}
	return b.post.Tell(ctx, tx, key, text, now, "")
}
