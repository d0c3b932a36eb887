package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"marketbot/bot/platform"
	"marketbot/store"
	"marketbot/store/upkeep"
)

// openStore examines the store of the settings and opens it. One that is brought
// up to date is backed up before.
func openStore(ctx context.Context, cfg Config, zone *time.Location, o store.Options, now time.Time) (*store.DB, store.State, error) {
	s, err := upkeep.Examine(ctx, o)
	if err != nil {
		return nil, s, openError(ctx, cfg, zone, o, err)
	}
	if s.New {
		if text := bereft(ctx, cfg, zone, o); text != "" {
			return nil, s, &usageError{errors.New("没有启动：" + text)}
		}
	}
	if s.Pending {
		if err := backUpBefore(ctx, cfg, o, now); err != nil {
			return nil, s, backupError("数据库要升级，升级前的备份没有做成，没有启动", err)
		}
	}
	o.Examined = &s
	db, err := store.Open(ctx, o)
	if err != nil {
		return nil, s, openError(ctx, cfg, zone, o, err)
	}
	return db, s, nil
}

// backUpBefore makes a backup of a store that is about to be brought up to date.
// It lies among the nightly ones but is not counted with them, and stays.
func backUpBefore(ctx context.Context, cfg Config, o store.Options, now time.Time) error {
	folder := cfg.Backup.folder(cfg.Store)
	if folder == "" && isPostgres(cfg.Store) { // nobody wants files of it here
		o.Log.Warn("the database is brought up to date without a backup: backup.dir is empty")
		return nil
	}
	if folder == "" {
		folder = filepath.Dir(cfg.Store)
	}
	file := filepath.Join(folder, "before-update-"+now.UTC().Format(backupStamp)+backupSuffix(cfg.Store))
	err := makeBackup(ctx, o, file)
	if errors.Is(err, fs.ErrExist) { // by a start of this second, which was ended since
		return nil
	}
	if err != nil {
		return err
	}
	o.Log.Info("backup made before the database is brought up to date", "file", file)
	return nil
}

// openError is why a store does not open, in words, with the way out. Where the
// settings or the program are to be changed it is a usageError.
func openError(ctx context.Context, cfg Config, zone *time.Location, o store.Options, err error) error {
	if errors.Is(err, upkeep.ErrDamaged) || upkeep.Corrupt(err) {
		return damagedError(ctx, cfg, zone, o, err)
	}
	if store.InUse(err) {
		return inUseError(cfg)
	}
	var unfit *store.UnfitError
	if !errors.As(err, &unfit) {
		return fmt.Errorf("打不开数据库：%s", platform.Why(err))
	}
	err = fmt.Errorf("数据库没有动，也没有启动：%s", unfitText(cfg.Store, unfit))
	if unfit.Why == store.NotWritable || unfit.Why == store.NoRoom {
		return err
	}
	return &usageError{err}
}

// inUseError refuses a second process of one file.
func inUseError(cfg Config) error {
	return &usageError{fmt.Errorf("另一个程序正在用数据库 %s：先停掉它（多半是还在运行的 marketbot serve）；要几个一起运行，请用 PostgreSQL", cfg.Store)}
}

// unfitText says what is wrong with a store that must not be written to, and what
// to do.
func unfitText(source string, e *store.UnfitError) string {
	switch e.Why {
	case store.OtherKey:
		return "secret_key 不是这个数据库的。请用当初的 secret_key；换过的话，把旧的写进 old_secret_keys"
	case store.Newer:
		return "这个数据库由更新的程序（" + cmp.Or(e.Detail, "版本不详") + "）写过，现在的程序是 " + version() + "。请装回那个版本，或恢复升级前的备份（备份目录里的 before-update-…）"
	case store.Edited:
		return "程序里的一个迁移和当初用的不一样（" + e.Detail + "）。请用原来发布的程序"
	case store.OtherTables:
		return "数据库的表和程序的不一样（" + e.Detail + "）：有人改过表，或它是别的程序的。请恢复一份备份"
	case store.TooOld:
		return "数据库的表太旧（" + e.Detail + "）。请先用写到后一个版本的程序打开它一次，再用现在的程序"
	case store.Unmoved:
		return "上次 migrate-store 没有搬完，里面的数据不全。请再运行一次 marketbot migrate-store 旧文件 新库 --config 配置文件；不搬了就用原来的文件"
	case store.Unfinished:
		if isPostgres(source) {
			return "上次恢复没有做完：表还在 schema " + e.Detail + " 里。请再运行一次 marketbot restore 备份文件 --config 配置文件"
		}
		return "上次恢复没有做完（" + e.Detail + "）。请再运行一次 marketbot restore 备份文件 --config 配置文件"
	case store.Lost:
		return "数据库文件不见了，或是空的，可是旁边还有它的 " + e.Detail + "。请找回原来的文件，或者恢复备份：marketbot restore 备份文件 --config 配置文件；真的要从头开始，先把 " + e.Detail + " 移走"
	case store.NoFile:
		return e.Detail + " 不是普通的文件，或是断了的链接。store 要写一个 SQLite 文件名，或 postgres://用户:密码@主机/库名"
	case store.Stuck:
		return "升级数据库做到 " + e.Detail + " 时出错，它和以前的都没有丢：有人改过表，或它是别的程序的。请用原来的版本，或恢复升级前的备份（备份目录里的 before-update-…）"
	case store.Gone:
		return "数据库文件被删掉或换掉了，请停掉程序，恢复备份"
	case store.Denied:
		return "PostgreSQL 不让进：用户名或密码不对，或它的 pg_hba.conf 没有放行这台机器。请核对 store"
	case store.NoDatabase:
		return "PostgreSQL 里没有 store 写的这个库。请核对库名，或先建一个：createdb 库名"
	case store.Unencrypted:
		return "PostgreSQL 没有开加密，而 store 里写着 sslmode=require。请在服务器上开启 ssl，或改成 sslmode=disable（只限可信的网络）"
	case store.BadSource:
		return "store 里的地址写得不对：要写成 postgres://用户:密码@主机:端口/库名，密码里的 @ : / # 要写成 %40 %3A %2F %23；问号后面的参数也请核对"
	case store.NotWritable:
		if isPostgres(source) {
			return "PostgreSQL 的这个用户不能建表、写表。请用库的所有者运行：GRANT ALL ON SCHEMA public TO 用户"
		}
		return "不能写数据库（" + e.Detail + "）。请确认目录存在，运行程序的用户能写它和里面的文件"
	case store.NoRoom:
		return "磁盘满了（" + e.Detail + "）。请腾出空间"
	}
	return e.Error()
}

// bereft says of a store that is not there while a backup of it is, how to go on: it
// was lost, and whoever began anew would not notice. Empty: it may begin.
func bereft(ctx context.Context, cfg Config, zone *time.Location, o store.Options) string {
	good, found := newestGood(ctx, cfg.Backup.folder(cfg.Store), zone, o)
	if !found {
		return ""
	}
	what := "数据库 " + cfg.Store + " 不见了，或是空的"
	if isPostgres(cfg.Store) {
		what = "PostgreSQL 的这个库是空的"
	}
	return fmt.Sprintf("%s，可是有它的备份 %s（%s）。恢复它：marketbot restore %s --config 配置文件；真的要从头开始，先把备份移走",
		what, good.path, good.at.In(zone).Format("2006-01-02 15:04"), good.path)
}

// damagedError is why a damaged store does not open, with the way out.
func damagedError(ctx context.Context, cfg Config, zone *time.Location, o store.Options, err error) error {
	text := "没有找到完好的备份。请保留坏文件，另找一份备份"
	if good, found := newestGood(ctx, cfg.Backup.folder(cfg.Store), zone, o); found {
		text = fmt.Sprintf("最近一份完好的备份是 %s（%s）。恢复它：marketbot restore %s --config 配置文件；坏文件会留在旁边", good.path, good.at.In(zone).Format("2006-01-02 15:04"), good.path)
	}
	return &usageError{fmt.Errorf("数据库 %s 坏了，没有启动。%s。（%w）", cfg.Store, text, err)}
}
