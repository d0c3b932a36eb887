package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// drawer is an Excel that waits beside a store.
type drawer struct {
	*testing.T
	config, file string
	options      store.Options
}

func newDrawer(t *testing.T, backend string, rows [][]any) *drawer {
	t.Helper()
	dir := t.TempDir()
	d := &drawer{T: t, config: filepath.Join(dir, "config.yaml"), file: filepath.Join(dir, "客户.xlsx"), options: storetest.Prepared(t, backend)}
	settings := fmt.Appendf(nil, "store: %q\nsecret_key: %q\n", d.options.Source, storeKey)
	if err := os.WriteFile(d.config, settings, 0o600); err != nil {
		t.Fatal(err)
	}
	f := excelize.NewFile()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SaveAs(d.file); err != nil {
		t.Fatal(err)
	}
	d.update(func(ctx context.Context, tx *store.Tx) error {
		for name, post := range map[string]store.Post{"李娜": store.Supervisor, "张伟": store.Salesperson} {
			if err := tx.People().Add(ctx, store.Person{ID: tx.NewID(tuesday()), Name: name, Post: post, Since: tuesday()}); err != nil {
				return err
			}
		}
		return nil
	})
	return d
}

// update changes the store, as a bot that serves it for a moment.
func (d *drawer) update(f func(context.Context, *store.Tx) error) {
	d.Helper()
	db, err := store.Open(d.Context(), d.options)
	if err != nil {
		d.Fatal(err)
	}
	if err := db.Update(d.Context(), func(tx *store.Tx) error { return f(d.Context(), tx) }); err != nil {
		d.Error(err)
	}
	if err := db.Close(); err != nil {
		d.Fatal(err)
	}
}

// imports runs the verb and checks its exit code and what it says.
func (d *drawer) imports(code int, args []string, words ...string) string {
	d.Helper()
	var said lines
	args = append([]string{"import-customers", d.file, "--config", d.config}, args...)
	if got := run(d.Context(), tuesday, args, &said, &said); got != code {
		d.Errorf("exit %d, want %d: %s", got, code, said.String())
	}
	for _, w := range words {
		if !strings.Contains(said.String(), w) {
			d.Errorf("lacks %q:\n%s", w, said.String())
		}
	}
	return said.String()
}

func TestImportCustomers(t *testing.T) {
	for _, backend := range storetest.Backends() {
		t.Run(backend, func(t *testing.T) {
			d := newDrawer(t, backend, [][]any{
				{"名称", "电话", "负责人", "颜色"}, {"甲有限公司", "13800138000", "张伟", "红"}, {"乙公司", "没有电话"}, {"甲 公司", "13900139000"},
			})
			trial := d.imports(exitWrong, nil, "由李娜（市场主管）负责", "不认识的列「颜色」", "第 3 行\t有错\t乙公司\t电话", "第 4 行\t有错", "什么也没写", "可导入 1 个客户，跳过 0 个客户，有错 2 行")
			if strings.Contains(trial, "13800138000") || strings.Contains(trial, "第 2 行\t可导入") {
				t.Errorf("the report tells a phone, or of a row that is as it should be: %s", trial)
			}
			said := d.imports(exitWrong, []string{"--apply"}, "已导入 1 个客户，跳过 0 个客户，有错 2 行")
			if as := strings.NewReplacer("试读完毕，什么也没写。", "", "可导入", "已导入").Replace(trial); as != said {
				t.Errorf("the trial run says %s, the run %s", as, said)
			}
			d.imports(exitWrong, []string{"--apply"}, "第 2 行\t跳过\t甲有限公司\t已有档案 K1，负责人 张伟", "已导入 0 个客户，跳过 1 个客户")
			d.imports(exitUsage, []string{"--by", "张伟"}, "市场总监、市场主管")
			d.imports(exitUsage, []string{"--by", "外人"}, "--by")
			d.update(func(ctx context.Context, tx *store.Tx) error {
				hits, err := vault.Search(tx).Find(ctx, "8000", 5)
				if len(hits) != 1 || hits[0].Customer.Name != "甲有限公司" {
					t.Errorf("found %+v", hits)
				}
				tail, _, auditErr := tx.Audit().Tail(ctx, 5)
				if len(tail) != 1 || tail[0].Act != "导入客户" || tail[0].Subject != "customer/K1/row 2" || tail[0].Clause != "档-7" || auditErr != nil {
					t.Errorf("audited as %+v, %v", tail, auditErr)
				}
				return err
			})
		})
	}
}

// A dry run looks beside a serving bot; what changes the store does not.
func TestImportCustomersBesideAServingBot(t *testing.T) {
	d := newDrawer(t, storetest.SQLite, [][]any{{"名称"}, {"甲公司"}})
	db, err := store.Open(t.Context(), d.options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	d.imports(exitFine, nil, "可导入 1 个客户", "--apply")
	d.imports(exitUsage, []string{"--apply"}, "marketbot serve")
}

func TestImportCustomersRefusesWhatItCannotRead(t *testing.T) {
	d := newDrawer(t, storetest.SQLite, [][]any{{"名称"}, {"甲公司"}})
	if err := os.WriteFile(d.file, []byte("\xD0\xCF\x11\xE0"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.imports(exitUsage, nil, ".xlsx")
	d.file = filepath.Join(t.TempDir(), "no.xlsx")
	d.imports(exitUsage, nil)
}

// Before the first run there is nobody who could answer for an import, and none is made.
func TestImportBeforeTheFirstRun(t *testing.T) {
	d := newDrawer(t, storetest.SQLite, [][]any{{"名称"}, {"甲公司"}})
	if err := os.Remove(d.options.Source); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {"--apply"}} {
		d.imports(exitUsage, args, "还没有数据库", "先运行一次 marketbot serve")
		if !notThere(d.options.Source) {
			t.Errorf("%v made a store", args)
		}
	}
}

// The template is imported as it is, but for its example, and holds a form to
// print. What is named as what to import is a kind, else a file.
func TestImportTemplate(t *testing.T) {
	d := newDrawer(t, storetest.SQLite, nil)
	file := filepath.Join(t.TempDir(), "空表.xlsx")
	say := func(want int, args ...string) string {
		said := &lines{}
		if code := run(t.Context(), tuesday, append([]string{"import"}, args...), said, said); code != want {
			t.Errorf("%v: exit %d: %s", args, code, said.String())
		}
		return said.String()
	}
	say(exitFine, "客户", file, "--template")
	if got := say(exitUsage, "--template", file); !strings.Contains(got, "已经有了") {
		t.Errorf("a file is written over: %s", got)
	}
	if got := say(exitFine, file, "--config", d.config); !strings.Contains(got, "示例，不导入") || !strings.Contains(got, "可导入 0 个客户") || strings.Contains(got, "不认识") {
		t.Errorf("imported as %s", got)
	}
	f, err := excelize.OpenFile(file)
	if err != nil || !slices.Equal(f.GetSheetList(), []string{"客户", "联系人", "客户资料表"}) {
		t.Fatalf("%v, %v", f.GetSheetList(), err)
	}
	for cell, value := range map[string]string{"A5": "甲公司", "D5": "0769-22334455"} {
		if err := f.SetCellStr("客户", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
	if got := say(exitFine, "客户", file, "--config", d.config, "--apply"); !strings.Contains(got, "已导入 1 个客户") {
		t.Errorf("filled in: %s", got)
	}
	for _, args := range [][]string{{"合同", file, "--config", d.config}, {file}, {"客户", "--config", d.config}, {"--config", d.config}} {
		if got := say(exitUsage, args...); !strings.ContainsAny(got, "请可") {
			t.Errorf("%v: %s", args, got)
		}
	}
}
