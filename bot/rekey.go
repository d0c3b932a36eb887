package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"marketbot/store/vault"
	"os"
	"time"

	"marketbot/store"
	"marketbot/store/upkeep"
)

// rekeyCommand is the verb rekey.
type rekeyCommand struct {
	Config string `help:"配置文件" default:"config.yaml" type:"path"`
}

// How long rekey waits for the bot that serves the store.
const (
	answerTime = 30 * time.Second // to begin
	answerLook = 200 * time.Millisecond
)

// run brings everything under secret_key. Where a bot serves the store, that
// one does it.
func (c *rekeyCommand) run(ctx context.Context, now func() time.Time, out io.Writer, log *slog.Logger) error {
	cfg, err := loadConfig(c.Config, os.LookupEnv)
	if err != nil {
		return err
	}
	if len(cfg.OldSecretKeys) == 0 {
		return &usageError{errors.New("没有 old_secret_keys：先把旧的 secret_key 移到 old_secret_keys，写上新的 secret_key，重启机器人，再运行 marketbot rekey")}
	}
	seals, err := cfg.sealer()
	if err != nil {
		return &usageError{err}
	}
	rules, err := cfg.rules()
	if err != nil {
		return err
	}
	o := store.Options{Source: cfg.Store, Seals: seals, Log: log, Program: version(), Beside: vault.Index}
	served, err := store.Served(ctx, o)
	if err != nil {
		return openError(ctx, cfg, rules.Zone, o, err)
	}
	k := rekeying{o: o, out: out}
	if served {
		if _, err := upkeep.Look(ctx, o); err != nil {
			return openError(ctx, cfg, rules.Zone, o, err)
		}
		err = k.ask(ctx)
	}
	if !served || errors.Is(err, errUnserved) {
		db, _, e := openStore(ctx, cfg, rules.Zone, o, now())
		if err = e; err == nil {
			err = k.alone(ctx, db)
		}
	}
	if err != nil {
		return err
	}
	return k.ended()
}

// rekeying is a run of rekey and what it came to.
type rekeying struct {
	o    store.Options
	out  io.Writer
	said int
	upkeep.Rekeying
}

// tell says now and then how far it is.
func (k *rekeying) tell(done upkeep.Rekeying) {
	if done.Done >= k.said+1000 {
		k.said = done.Done
		fmt.Fprintf(k.out, "已换 %d 项……\n", done.Done)
	}
}

func (k *rekeying) alone(ctx context.Context, db *store.DB) (err error) {
	k.Rekeying, err = upkeep.Rekey(ctx, db, k.tell)
	return errors.Join(err, db.Close())
}

// ask leaves an order to the bot that serves the store and follows it.
func (k *rekeying) ask(ctx context.Context) error {
	db, err := store.Peek(ctx, k.o)
	if err != nil {
		return fmt.Errorf("打不开数据库：%w", err)
	}
	id := rand.Text()
	if err = upkeep.Ask(ctx, k.o, id); err == nil {
		fmt.Fprintln(k.out, "机器人正在运行，由它来换……")
		err = k.follow(ctx, db, id)
	}
	return errors.Join(err, db.Close())
}

// What keeps an order from being followed.
var (
	errNotAnswered = errors.New("机器人没有回应。请看它的日志；也可以停掉它再运行 rekey")
	errStopped     = errors.New("机器人停了，还没有换完。启动它会接着换；也可以再运行一次 rekey")
	errUnserved    = errors.New("nobody serves the store after all") // as after a kill
)

// follow returns when the order was followed.
func (k *rekeying) follow(ctx context.Context, db *store.DB, id string) error {
	look := time.NewTicker(answerLook)
	defer look.Stop()
	wait, cancel := context.WithTimeoutCause(ctx, answerTime, errNotAnswered)
	defer cancel()
	for {
		answer, err := answered(ctx, db)
		if err != nil {
			return err
		}
		begun := answer.ID == id
		if begun {
			wait = ctx // it may take its time
			k.tell(answer.Rekeying)
		}
		if begun && answer.State != upkeep.Running {
			k.Rekeying = answer.Rekeying
			return refused(answer.State)
		}
		if err := k.served(ctx, begun); err != nil {
			return err
		}
		select {
		case <-wait.Done():
			return context.Cause(wait)
		case <-look.C:
		}
	}
}

// refused is why an order was not followed; nil when it was.
func refused(state upkeep.State) error {
	switch state {
	case upkeep.Done:
		return nil
	case upkeep.OtherKey:
		return errors.New("正在运行的机器人用的还不是这个 secret_key：请重启它，再运行 marketbot rekey")
	}
	return errors.New("没有换完，原因在机器人的日志里。可以再运行一次 rekey")
}

// served fails when the bot is gone.
func (k *rekeying) served(ctx context.Context, begun bool) error {
	served, err := store.Served(ctx, k.o)
	switch {
	case err != nil || served:
		return err
	case begun:
		return errStopped
	}
	return errUnserved
}

func answered(ctx context.Context, db *store.DB) (o upkeep.Order, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		o, err = upkeep.Answer(ctx, tx)
		return err
	})
	return o, err
}

// ended says what was done and what is left.
func (k *rekeying) ended() error {
	if len(k.Lost) == 0 {
		_, err := fmt.Fprintf(k.out, "✓ 换好了，共 %d 项。现在没有任何内容需要旧密钥：从配置里删掉 old_secret_keys，重启机器人。\n", k.Done)
		return err
	}
	fmt.Fprintf(k.out, "换了 %d 项；%d 项用哪个密钥都打不开，原样留着：\n", k.Done, len(k.Lost))
	for _, row := range k.Lost {
		fmt.Fprintln(k.out, "  "+row)
	}
	fmt.Fprintln(k.out, "如果还有更早的 secret_key，写进 old_secret_keys 再运行一次。")
	return errFound
}
