package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
	"marketbot/store"
	"marketbot/store/upkeep"
)

// notThere reports whether the file of a store is not there yet.
func notThere(source string) bool {
	if isPostgres(source) {
		return false
	}
	_, err := os.Stat(source)
	return errors.Is(err, os.ErrNotExist)
}

// needsStore refuses to go on before the first run.
func needsStore(cfg Config) error {
	if !notThere(cfg.Store) {
		return nil
	}
	return &usageError{fmt.Errorf("还没有数据库 %s：先运行一次 marketbot serve", cfg.Store)}
}

// checkStore looks into the store, which another process may be serving.
func checkStore(ctx context.Context, cfg Config, now time.Time, log *slog.Logger) chat.Finding {
	f := chat.Finding{Name: "数据库"}
	seals, noKey := cfg.sealer()
	o := store.Options{Source: cfg.Store, Seals: seals, Log: log}
	var unfit *store.UnfitError
	state, err := upkeep.Look(ctx, o)
	lost := ""
	if state.New && noKey == nil {
		lost = bereft(ctx, cfg, now.Location(), o)
	}
	switch {
	case errors.As(err, &unfit):
		f.Text = unfitText(cfg.Store, unfit)
	case errors.Is(err, upkeep.ErrDamaged):
		f.Text = damagedText
	case err != nil:
		f.Text = "打不开：" + platform.Why(err)
	case state.New && !isPostgres(cfg.Store) && served(ctx, cfg):
		f.Text = unfitText(cfg.Store, &store.UnfitError{Why: store.Gone})
	case state.New && lost != "":
		f.Text = lost
	case state.New && isPostgres(cfg.Store):
		f.OK, f.Text = true, "PostgreSQL 连得上，库是空的，第一次运行时建表"
	case state.New:
		f.OK, f.Text = true, cfg.Store+" 还没有，第一次运行时建立"
	case noKey != nil:
		f.Text = "没有可用的 secret_key，没有打开"
	}
	if f.Text != "" {
		return f
	}
	db, err := store.Peek(ctx, o)
	if err != nil {
		f.Text = "打不开：" + platform.Why(err)
		return f
	}
	f = lookInto(ctx, db, now)
	if !isPostgres(cfg.Store) && f.OK && errors.Is(upkeep.ExamineOpen(ctx, db), upkeep.ErrDamaged) {
		f.OK, f.Text = false, damagedText
	}
	if err := db.Close(); err != nil {
		return chat.Finding{Name: f.Name, Text: "关不上：" + platform.Why(err)}
	}
	return f
}

// sampled is how many audit entries show whether the key fits.
const sampled = 20

func lookInto(ctx context.Context, db *store.DB, now time.Time) chat.Finding {
	f := chat.Finding{Name: "数据库"}
	err := db.View(ctx, func(tx *store.Tx) error {
		tail, forged, err := tx.Audit().Tail(ctx, sampled)
		if err != nil {
			return err
		}
		q, err := tx.Outbox().Counts(ctx, now, now.Add(-deadSince))
		f.OK = len(forged) == 0
		f.Text = fmt.Sprintf("可读；待发 %d 条，7 天内发不出 %d 条", q.Waiting, q.Dead)
		switch {
		case len(forged) > 0 && len(forged) == len(tail):
			f.Text = "secret_key 不是这个数据库的。请用当初的 secret_key"
		case len(forged) > 0:
			f.Text = fmt.Sprintf("最近 %d 条审计记录里有 %d 条在数据库里被改过。请保留现场，查谁能写数据库", len(tail), len(forged))
		}
		return err
	})
	switch {
	case upkeep.Corrupt(err):
		f.OK, f.Text = false, damagedText
	case err != nil:
		f.OK, f.Text = false, "读不了："+platform.Why(err)+"。新版本请先运行一次 marketbot serve 升级"
	}
	return f
}

// damagedText is of a file that is not as it was written: which backup is the newest
// good one takes long to find, and serve says it.
const damagedText = "文件坏了。停掉程序，运行 marketbot serve，它会说最近一份完好的备份是哪个、怎么恢复；不要删坏文件"
