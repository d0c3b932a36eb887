package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"marketbot/bot/platform"
	"marketbot/handlers/audience"
	"marketbot/handlers/command"
	"marketbot/handlers/intake"
	"marketbot/handlers/rulebook"
	"marketbot/handlers/sheet"
	"marketbot/store"
	"marketbot/store/upkeep"
	"marketbot/store/vault"
)

// importCommand is the verb import.
type importCommand struct {
	What     string `arg:"" optional:"" name:"什么" help:"导入什么：客户、合同、收款计划、回款、目标；不写就是客户"`
	File     string `arg:"" optional:"" name:"文件" help:"要导入的 .xlsx 或 .csv（UTF-8、GBK 都行），其中一行是列名；--template 时是写到哪个文件" type:"path"`
	Config   string `help:"配置文件" default:"config.yaml" type:"path"`
	By       string `help:"由谁负责这次导入；不写就是市场主管" placeholder:"姓名"`
	Apply    bool   `help:"真的写入；不写这一项只试读，说会怎样，两次说的一样"`
	Template bool   `help:"写一个空表：列名和一行示例（示例不会导入），填好就能导入"`
}

// importKinds are the kinds of import, in the order of the areas.
func importKinds(areas []command.Area) (kinds []intake.Kind) {
	for _, a := range areas {
		if from, ok := a.(intake.Area); ok {
			kinds = append(kinds, from.Imports()...)
		}
	}
	return kinds
}

// run reads a file and says of each row that is not as it should be what becomes
// of it. Without --apply nothing is changed, and it can run beside a serving bot.
func (c *importCommand) run(ctx context.Context, now func() time.Time, out, errOut io.Writer, log *slog.Logger) error {
	rules, cfg, err := c.settings()
	if err != nil {
		return err
	}
	kind, err := c.kind(importKinds(newAreas(rules, cfg.AreaSettings, nil)))
	if err != nil {
		return &usageError{err}
	}
	if c.Template {
		return c.writeTemplate(kind, out)
	}
	book, err := c.read(kind)
	if err != nil {
		return err
	}
	db, err := c.open(ctx, cfg, rules.Zone, now(), log)
	if err != nil {
		return err
	}
	report, err := c.enter(ctx, kind, db, book, now(), out, errOut)
	if e := db.Close(); err == nil {
		err = e
	}
	if err == nil && report.Count(intake.Wrong) > 0 {
		err = errFound
	}
	return err
}

// settings are those of the bot; a template can do without a file of them.
func (c *importCommand) settings() (rulebook.Rules, Config, error) {
	cfg, err := loadConfig(c.Config, os.LookupEnv)
	if c.Template && errors.Is(err, fs.ErrNotExist) {
		return rulebook.Rules{}, Config{AreaSettings: defaultAreas()}, nil
	}
	if err != nil {
		return rulebook.Rules{}, cfg, err
	}
	rules, err := cfg.rules()
	if err != nil {
		err = &usageError{err}
	}
	return rules, cfg, err
}

// kind is what is to be imported: the first kind, where only a file is named.
func (c *importCommand) kind(kinds []intake.Kind) (intake.Kind, error) {
	var names []string
	for _, k := range kinds {
		if k.Name == c.What {
			return k, nil
		}
		names = append(names, k.Name)
	}
	if c.File != "" || c.Template && c.What != "" && filepath.Ext(c.What) == "" {
		return intake.Kind{}, fmt.Errorf("不能导入「%s」，可以导入：%s", c.What, strings.Join(names, "、"))
	}
	c.What, c.File = kinds[0].Name, c.What
	return kinds[0], nil
}

// writeTemplate writes the empty workbook of a kind, never over another file.
func (c *importCommand) writeTemplate(kind intake.Kind, out io.Writer) error {
	if c.File == "" {
		c.File = kind.Name + "导入模板.xlsx"
	}
	data, err := kind.Template()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.File, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return &usageError{errors.New("写不了空表：" + platform.Why(err))}
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		_, err = fmt.Fprintf(out, "空表写在 %s，示例那一行不会导入。填好后：marketbot import %s %s --config config.yaml\n", c.File, kind.Name, c.File)
	}
	return err
}

func (c *importCommand) read(kind intake.Kind) (*intake.Book, error) {
	if c.File == "" {
		return nil, &usageError{errors.New("请写明要导入的文件；没有现成的，用 --template 取一个空表")}
	}
	if info, err := os.Stat(c.File); err == nil && !info.Mode().IsRegular() { // or it may never end
		return nil, &usageError{errors.New("读不了要导入的文件：" + c.File + " 是目录或管道，要写文件")}
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, &usageError{errors.New("读不了要导入的文件：" + platform.Why(err))}
	}
	book, err := kind.Open(f)
	if e := f.Close(); err == nil {
		err = e
	}
	var unreadable *sheet.Unreadable
	if errors.As(err, &unreadable) {
		return nil, &usageError{err}
	}
	return book, err
}

// open opens the store, for looking only where nothing is to be changed.
func (c *importCommand) open(ctx context.Context, cfg Config, zone *time.Location, now time.Time, log *slog.Logger) (*store.DB, error) {
	seals, err := cfg.sealer()
	if err != nil {
		return nil, &usageError{err}
	}
	if err := needsStore(cfg); err != nil { // its people come with the first run
		return nil, err
	}
	o := store.Options{Source: cfg.Store, Seals: seals, Log: log, Program: version(), Beside: vault.Index}
	if c.Apply {
		db, _, err := openStore(ctx, cfg, zone, o, now)
		return db, err
	}
	if _, err := upkeep.Look(ctx, o); err != nil {
		return nil, openError(ctx, cfg, zone, o, err)
	}
	db, err := store.Peek(ctx, o)
	if err != nil {
		return nil, openError(ctx, cfg, zone, o, err)
	}
	return db, nil
}

// enter goes through the book and prints the report.
func (c *importCommand) enter(ctx context.Context, kind intake.Kind, db *store.DB, book *intake.Book, now time.Time, out, errOut io.Writer) (*intake.Report, error) {
	by, err := c.answers(ctx, db, now)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "导入 %s，由%s（%s）负责。\n", filepath.Base(c.File), by.Name, by.Post)
	for _, note := range book.Notes {
		fmt.Fprintln(out, "注意：", note)
	}
	report, err := intake.Import{
		DB: db, By: by, File: filepath.Base(c.File), Apply: c.Apply, Now: now, Step: progressBar(errOut, len(book.Rows)),
	}.Run(ctx, book.Rows)
	if e := report.Print(out, kind.Unit); err == nil {
		err = e
	}
	switch {
	case report.Count(intake.Wrong) > 0:
		fmt.Fprintln(out, "有错的行不会写入。改好后把同一个文件再导入一次，已导入的会自动跳过。")
	case !c.Apply:
		fmt.Fprintln(out, "没有问题就加上 --apply 再运行一次（SQLite 要先停下 marketbot serve）。")
	}
	return report, err
}

// progressBar shows how far an import is, to whoever sits before a terminal.
func progressBar(w io.Writer, rows int) func(done int) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	bar := progressbar.NewOptions(rows, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription("导入"),
		progressbar.OptionShowCount(), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish())
	return func(done int) { _ = bar.Set(done) } // a bar that cannot be drawn is none
}

// answers is who answers for the import: somebody who may write every file.
func (c *importCommand) answers(ctx context.Context, db *store.DB, now time.Time) (by store.Person, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		if c.By == "" {
			r, err := audience.Read(ctx, tx, store.DayOf(now))
			if people := r.Standing(store.Supervisor).To; len(people) > 0 {
				by = people[0]
			}
			return err
		}
		by, _, err = tx.People().Named(ctx, c.By)
		return err
	})
	if err == nil && !rulebook.Allows(rulebook.MoveCustomers, by) {
		err = &usageError{fmt.Errorf("导入要由%s负责，请用 --by 写明在册的姓名", rulebook.Holders(rulebook.MoveCustomers))}
	}
	return by, err
}
