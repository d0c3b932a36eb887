package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"

	"marketbot/bot/platform"
	"marketbot/store"
	"marketbot/store/upkeep"
)

// moveCommand is the verb migrate-store.
type moveCommand struct {
	From   string `arg:"" name:"SQLite文件" help:"SQLite 数据文件" type:"path"`
	To     string `arg:"" name:"PostgreSQL库" help:"空的 PostgreSQL 库：postgres://用户@主机/库名；密码放在环境变量 PGPASSWORD 里"`
	Config string `help:"配置文件，用里面的 secret_key" default:"config.yaml" type:"path"`
}

// run moves everything, or nothing. The file stays as it is.
func (c *moveCommand) run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	_, o, err := storeOf(c.Config, log)
	if err != nil {
		return err
	}
	if isPostgres(c.From) || !isPostgres(c.To) {
		return &usageError{errors.New("只能从 SQLite 搬到 PostgreSQL：marketbot migrate-store marketbot.db postgres://用户@主机/库名")}
	}
	from, to := o, o
	from.Source, to.Source = c.From, c.To
	moved, err := upkeep.Move(ctx, from, to, func(table string, rows int) {
		if rows > 0 {
			fmt.Fprintf(out, "%s：%d 行\n", table, rows)
		}
	})
	if err != nil {
		return moveError(c.From, err)
	}
	text := "✓ 搬好了：%d 张表，%d 行，两边逐行核对过；审计记录 %d 条，链头 %s，两边一致。\n"
	if !moved.Audit.Whole() {
		text += "注意：审计记录在搬以前就被动过，照样搬了过去；用 marketbot audit verify 看是哪些。\n"
	}
	text += "现在把配置里的 store 改成新的库，再启动。旧文件没有动，确认不需要了再删。\n"
	head := "还没有"
	if moved.Audit.Head.Seq > 0 {
		head = moved.Audit.Head.Code()
	}
	_, err = fmt.Fprintf(out, text, moved.Tables, moved.Rows, moved.Audit.Entries, head)
	return err
}

// moveError says what to do about an error of moving.
func moveError(from string, err error) error {
	hint := "没有搬完，旧文件没有动"
	var unfit *store.UnfitError
	switch {
	case errors.As(err, &unfit):
		return &usageError{fmt.Errorf("%s：%s（%w）", hint, unfitText(from, unfit), err)}
	case errors.Is(err, upkeep.ErrNotEmpty):
		hint += "：目标库里已经有东西，请建一个空的库"
	case store.InUse(err):
		hint += "：请先停掉机器人"
	case errors.Is(err, fs.ErrNotExist):
		hint += "：没有这个数据文件"
	case errors.Is(err, store.ErrNoKey):
		hint += "：secret_key 不是这个数据库的"
	}
	return fmt.Errorf("%s（%s）", hint, platform.Why(err))
}
