package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"marketbot/store/vault"
	"os"
	"path/filepath"
	"time"

	"marketbot/handlers/audience"
	"marketbot/handlers/customer"
	"marketbot/handlers/rulebook"
	"marketbot/store"
	"marketbot/store/upkeep"
)

// importCommand is the verb import-customers.
type importCommand struct {
	File   string `arg:"" help:"要导入的 Excel（.xlsx）：第一个工作表每行一个客户，第 1 行写列名" type:"existingfile"`
	Config string `help:"配置文件" required:"" type:"path" placeholder:"config.yaml"`
	By     string `help:"由谁负责这次导入；不写就是市场主管" placeholder:"姓名"`
	Apply  bool   `help:"真的写入；不写这一项只试读，逐行报告会怎样"`
}

// run reads an Excel of customers and says of each row what becomes of it.
// Without --apply nothing is changed, and it can run beside a serving bot.
func (c *importCommand) run(ctx context.Context, now func() time.Time, out io.Writer, log *slog.Logger) error {
	cfg, err := loadConfig(c.Config, os.LookupEnv)
	if err != nil {
		return err
	}
	rules, err := cfg.rules()
	if err != nil {
		return &usageError{err}
	}
	h := customer.Handler{Rules: rules, Config: cfg.Customers}
	book, err := readBook(h, c.File)
	if err != nil {
		return err
	}
	db, err := c.open(ctx, cfg, rules.Zone, now(), log)
	if err != nil {
		return err
	}
	count, err := c.enter(ctx, h, db, book, now(), out)
	if e := db.Close(); err == nil {
		err = e
	}
	if err == nil && count[customer.RowWrong] > 0 {
		err = errFound
	}
	return err
}

func readBook(h customer.Handler, file string) (*customer.Book, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, &usageError{err}
	}
	book, err := h.ReadBook(f)
	if e := f.Close(); err == nil {
		err = e
	}
	var unreadable *customer.BookError
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
	o := store.Options{Source: cfg.Store, Seals: seals, Log: log, Program: version(), Beside: vault.Index}
	if c.Apply {
		db, _, err := openStore(ctx, cfg, zone, o, now)
		if store.InUse(err) {
			err = fmt.Errorf("%w（SQLite 要先停下 bot serve）", err)
		}
		return db, err
	}
	if err := upkeep.Look(ctx, o); err != nil {
		return nil, openError(ctx, cfg, zone, o, err)
	}
	db, err := store.Peek(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("%w（还没有数据库的，先运行一次 bot serve）", err)
	}
	return db, nil
}

// enter goes through the book and prints the report.
func (c *importCommand) enter(ctx context.Context, h customer.Handler, db *store.DB, book *customer.Book, now time.Time, out io.Writer) (map[customer.ImportResult]int, error) {
	by, err := c.answers(ctx, db, now)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(out, "导入 %s，由%s（%s）负责。\n", filepath.Base(c.File), by.Name, by.Post)
	for _, note := range book.Notes {
		fmt.Fprintln(out, "注意：", note)
	}
	count, err := h.Run(ctx, customer.Import{
		DB: db, By: by, File: filepath.Base(c.File), Apply: c.Apply, Now: now,
		Say: func(l customer.ImportLine) error { _, err := fmt.Fprintln(out, l); return err },
	}, book)
	c.sum(out, count)
	return count, err
}

// sum says how it ended, and what to do next.
func (c *importCommand) sum(out io.Writer, count map[customer.ImportResult]int) {
	if c.Apply {
		fmt.Fprintf(out, "\n已导入 %d 个客户，跳过 %d 个，有错 %d 行。\n", count[customer.RowDone], count[customer.RowKnown], count[customer.RowWrong])
		if count[customer.RowWrong] > 0 {
			fmt.Fprintln(out, "有错的行没有写入。改好后把同一个文件再导入一次，已导入的会自动跳过。")
		}
		return
	}
	fmt.Fprintf(out, "\n试读完毕，什么也没写。可导入 %d 个客户，跳过 %d 个，有错 %d 行。\n", count[customer.RowNew], count[customer.RowKnown], count[customer.RowWrong])
	fmt.Fprintln(out, "没有问题就加上 --apply 再运行一次（SQLite 要先停下 bot serve）。")
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
