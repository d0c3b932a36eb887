package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"syscall"
	"time"

	"marketbot/bot/platform"
	"marketbot/handlers/chat"
	"marketbot/store"
	"marketbot/store/upkeep"
	"marketbot/store/vault"
)

// backupCommand is the verb backup.
type backupCommand struct {
	File   string `arg:"" name:"文件" help:"备份写到这个新文件" type:"path"`
	Config string `help:"配置文件" default:"config.yaml" type:"path"`
}

// run makes one backup, beside a serving bot or without one.
func (c *backupCommand) run(ctx context.Context, out io.Writer, log *slog.Logger) error {
	_, o, err := storeOf(c.Config, log)
	if err != nil {
		return err
	}
	if err := upkeep.Backup(ctx, o, c.File); err != nil {
		return backupError("没有备份成", err)
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "✓ 已备份到 %s（%.1f MB），重新读过一遍，是完好的。\nsecret_key 不在里面，要另外保存：没有它，备份读不出来。\n", c.File, float64(info.Size())/1e6)
	return err
}

// restoreCommand is the verb restore.
type restoreCommand struct {
	File   string `arg:"" name:"备份文件" help:"marketbot backup 或每晚备份写下的文件" type:"existingfile"`
	Config string `help:"配置文件" default:"config.yaml" type:"path"`
}

// run puts a backup in the place of the store, and keeps what was there.
func (c *restoreCommand) run(ctx context.Context, now func() time.Time, out io.Writer, log *slog.Logger) error {
	cfg, o, err := storeOf(c.Config, log)
	if err != nil {
		return err
	}
	if isStore(cfg.Store, c.File) {
		return &usageError{errors.New(c.File + " 就是现在用的数据库，不是备份。备份在 " + cfg.Backup.folder(cfg.Store) + " 里，或是 marketbot backup 写下的文件")}
	}
	kept, err := upkeep.Restore(ctx, o, c.File, now())
	if err != nil {
		return backupError("没有恢复，原来的数据没有动", err)
	}
	if _, err := fmt.Fprintf(out, "✓ 已从 %s 恢复。\n", c.File); err != nil {
		return err
	}
	if kept != "" {
		_, err = fmt.Fprintf(out, "原来的数据留在 %s，确认不需要了再删。\n", keptText(cfg, kept))
	}
	return err
}

// isStore reports whether a file is the store itself.
func isStore(source, file string) bool {
	there, err := os.Stat(source)
	other, wrong := os.Stat(file)
	return err == nil && wrong == nil && os.SameFile(there, other)
}

func keptText(cfg Config, kept string) string {
	if isPostgres(cfg.Store) {
		return "同一个库的 schema " + kept
	}
	return kept
}

// storeOf is what the settings at path say of the store.
func storeOf(path string, log *slog.Logger) (Config, store.Options, error) {
	cfg, err := loadConfig(path, os.LookupEnv)
	if err != nil {
		return cfg, store.Options{}, err
	}
	seals, err := cfg.sealer()
	if err != nil {
		return cfg, store.Options{}, &usageError{err}
	}
	return cfg, store.Options{Source: cfg.Store, Pool: cfg.Postgres, Seals: seals, Log: log, Program: version(), Beside: vault.Index}, nil
}

// backupError says what to do about an error of backing up or restoring.
func backupError(what string, err error) error {
	var unfit *store.UnfitError
	if errors.As(err, &unfit) {
		return &usageError{fmt.Errorf("%s：%s（%w）", what, backupUnfit(unfit), err)}
	}
	if hint := backupHint(err); hint != "" {
		return fmt.Errorf("%s：%s（%w）", what, hint, err)
	}
	return fmt.Errorf("%s：%s", what, platform.Why(err))
}

// backupUnfit says why a backup cannot be restored by this program as it is set.
func backupUnfit(e *store.UnfitError) string {
	switch e.Why {
	case store.OtherKey:
		return "这个备份用的是另一个 secret_key；把当时的写进 old_secret_keys"
	case store.Newer:
		return "这个备份是更新的程序写的（" + e.Detail + "）；请用那个版本恢复"
	case store.TooOld:
		return "这个备份的表太旧（" + e.Detail + "）；请用写到后一个版本的程序恢复、打开一次，再备份"
	case store.Denied, store.NoDatabase, store.Unencrypted, store.BadSource: // the store, not the backup
		return unfitText("", e)
	}
	return "这个备份不是这个程序写的，或者被改过；换一份备份"
}

func backupHint(err error) string {
	switch {
	case errors.Is(err, upkeep.ErrNoTool):
		return "缺少 PostgreSQL 的客户端程序，Debian 上运行 apt-get install postgresql-client"
	case errors.Is(err, upkeep.ErrNoSum):
		return "旁边没有它的 " + upkeep.SumSuffix + "，看不出有没有坏。把一起写下的那个也拷来；确实没有、又信得过它，就在它的目录里运行 sha256sum 文件名 > 文件名" + upkeep.SumSuffix + "，再恢复"
	case errors.Is(err, upkeep.ErrOtherKind):
		return "这个文件是另一种数据库的备份；要换数据库，请用 marketbot migrate-store"
	case errors.Is(err, store.ErrNoKey):
		return "这个备份用的是另一个 secret_key；把当时的写进 old_secret_keys"
	case errors.Is(err, upkeep.ErrDamaged):
		return "文件坏了，读不完整；换一份备份"
	case errors.Is(err, fs.ErrExist):
		return "文件已经有了，换一个名字"
	case errors.Is(err, fs.ErrNotExist):
		return "没有这个文件或目录"
	case store.InUse(err):
		return "机器人正在运行，请先停掉它"
	case errors.Is(err, fs.ErrPermission):
		return "运行程序的用户没有权限读写这个文件或目录"
	case errors.Is(err, syscall.ENOSPC), store.Want(err) == store.NoRoom:
		return "磁盘满了，请腾出空间"
	}
	return ""
}

// checkBackups looks where backups are to lie.
func checkBackups(cfg Config, zone *time.Location, now time.Time) chat.Finding {
	f := chat.Finding{Name: "备份"}
	folder := cfg.Backup.folder(cfg.Store)
	if folder == "" {
		f.OK, f.Text = true, "没有开每晚备份（backup.dir 空着）"
		return f
	}
	if err := upkeep.BackupTools(store.Options{Source: cfg.Store}); err != nil {
		f.Text = backupHint(err)
		return f
	}
	all, err := backupsIn(folder, zone)
	list := made(all, now)
	switch {
	case err != nil:
		f.Text = "看不了备份目录：" + platform.Why(err)
	case upkeep.Writable(folder) != nil:
		f.Text = "写不进备份目录 " + folder + "。请让运行程序的用户能写它，或在 backup.dir 换一个目录"
	case len(list) == 0 && len(all) > 0:
		f.Text = fmt.Sprintf("%d 份，都写着将来的时间：时钟改过，请核对", len(all))
	case len(list) == 0:
		f.OK, f.Text = true, folder+" 里还没有，运行后每晚一份"
	default:
		f.OK = now.Sub(list[0].at) <= backupOld
		f.Text = fmt.Sprintf("%d 份，最近一份是 %s", len(all), list[0].at.In(zone).Format("2006-01-02 15:04"))
		if !f.OK {
			f.Text += "，太旧了：机器人没有运行，或备份没有做成（原因在日志里）"
		}
	}
	return f
}
