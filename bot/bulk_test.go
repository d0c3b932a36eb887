package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"marketbot/handlers/command"
	"marketbot/store"
	"marketbot/store/storetest"
	"marketbot/store/vault"
)

// maxList is how many customers that are not the reader's own one answer may
// name: files are looked at one by one, never carried away (档-3, R35).
const maxList = 5

// cabinetSize is how many customers there are to carry away.
const cabinetSize = 40

const cabinetPhone = "1390013"

func cabinetName(i int) string { return fmt.Sprintf("东莞市海湾%03d贸易有限公司", i) }

// fillCabinet enters customers with everything that a file holds, every fourth
// of them owned by 张伟.
func (o *office) fillCabinet() {
	o.t.Helper()
	owner, author := o.person("张伟"), o.person("李娜")
	o.update(func(ctx context.Context, tx *store.Tx) error {
		for i := range cabinetSize {
			c := store.Customer{Name: cabinetName(i), Stage: "初步接触", Created: o.now().AddDate(0, -6, 0), Author: author.ID}
			if i%4 == 0 {
				c.Owner = owner.ID
			}
			if err := o.fillFile(ctx, tx, c, fmt.Sprintf("%s%04d", cabinetPhone, i)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (o *office) fillFile(ctx context.Context, tx *store.Tx, c store.Customer, phone string) (err error) {
	if c.ID, err = vault.In(tx).NewCode(ctx); err != nil {
		return err
	}
	if err := vault.In(tx).Add(ctx, c); err != nil {
		return err
	}
	if err := vault.Search(tx).AddName(ctx, vault.Name{ID: tx.NewID(c.Created), Customer: c.ID, Name: c.Name, Kind: vault.FullName, Since: c.Created}); err != nil {
		return err
	}
	f := vault.Fact{ID: tx.NewID(c.Created), Customer: c.ID, Field: "电话", Value: phone, Author: c.Author, At: c.Created}
	if err := vault.In(tx).PutFact(ctx, f); err != nil {
		return err
	}
	return vault.Search(tx).PutPhone(ctx, c.ID, f.ID, phone)
}

// foreignNames are the customers in some words that are not 张伟's.
func foreignNames(words string) (list []string) {
	for i := range cabinetSize {
		if i%4 != 0 && strings.Contains(words, cabinetName(i)) {
			list = append(list, cabinetName(i))
		}
	}
	return list
}

// greedy are lines of somebody who wants as many customers as they can get.
func greedy(specs []*command.Spec) []string {
	var lines []string
	for _, s := range specs {
		if s.Name == "查阅记录" { // lists who looked, not what there is
			continue
		}
		lines = append(lines, s.Name)
		for _, word := range []string{"海湾", "haiwan", "0013", "%"} {
			lines = append(lines, s.Name+" "+word)
		}
	}
	for _, name := range []string{"客户", "看电话", "客户历史", "跟进", "改客户", "移交客户"} {
		for _, word := range []string{"有限公司 理由", "hw", "1", "*", "_", "海湾 第2页", "全部", "所有客户"} {
			lines = append(lines, name+" "+word)
		}
	}
	return append(lines, "提供线索 海湾 要搬家", "采纳 L1", "采纳 L1 客户=海湾", "采纳 L1 客户=有限公司")
}

// monthly reports whether a line asks for the tables of the monthly meeting, which
// show heads how all customers do (会-4), under one look record.
func monthly(line string, post store.Post) bool {
	heads := []store.Post{store.GeneralManager, store.MarketingDirector, store.Supervisor}
	return slices.Contains(heads, post) && (strings.HasPrefix(line, "客户进度") || strings.HasPrefix(line, "月会"))
}

// Nothing that anybody can type yields a list of customers to carry away.
func TestNoAnswerListsCustomers(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, everyPost(), thursday())
	o.fillCabinet()
	o.hear("小林", "提供线索 海湾 要搬家")
	most := 0
	for _, line := range greedy(o.bot.Load().desk.Specs()) {
		for _, e := range everyPost() {
			if slices.Contains([]string{"赵董", "周助", "刘洋"}, e.Name) {
				continue // as 陈总 and 张伟
			}
			said := o.hear(e.Name, line)
			n := len(foreignNames(said))
			if most = max(most, n); n > maxList && !monthly(line, e.Post) {
				t.Errorf("%s hears of %d customers at once with %q", e.Name, n, line)
			}
			if n := strings.Count(said, cabinetPhone); n > 1 {
				t.Errorf("%s hears %d phones at once with %q", e.Name, n, line)
			}
		}
	}
	if most < maxList/2 { // some of the five hits are 张伟's
		t.Errorf("nobody found more than %d customers: the test asks for nothing", most)
	}
}

// What reminders say names no more at once.
func TestNoReminderListsCustomers(t *testing.T) {
	t.Parallel()
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, everyPost(), thursday())
	o.fillCabinet()
	o.move(thursday().AddDate(0, 0, 8))
	told := 0
	for _, e := range everyPost() {
		for _, m := range o.screens.messages(e.Name) {
			n := len(foreignNames(m.words()))
			if told += n; n > maxList+1 && !monthly(m.words()[strings.Index(m.words(), "月")+len("月"):], e.Post) { // the oldest, and one to check
				t.Errorf("%s is told of %d customers at once: %s", e.Name, n, m.words())
			}
			if strings.Contains(m.words(), cabinetPhone) {
				t.Errorf("%s is told a phone: %s", e.Name, m.words())
			}
		}
	}
	if told == 0 {
		t.Error("nobody is reminded of anything")
	}
}

// No file that the bot makes holds what stands in customers' files: the sheets of
// areas name a customer and no more, and that of the reports names none.
func TestNoFileHoldsWhatIsKept(t *testing.T) {
	o := openOffice(t, storetest.Prepared(t, storetest.SQLite), onPage, everyPost(), thursday())
	o.fillCabinet()
	o.hear("张伟", "周报 本周：拜访 下周：回访")
	o.hear("刘洋", "周报 本周：拜访 下周：回访")
	o.hear("张伟", "领合同 "+cabinetName(0)+" 展台")
	o.hear("张伟", "签前汇报 ZYX-202611-001 谈好了")
	o.hear("张伟", "签合同 ZYX-202611-001 金额=10万")
	o.hear("王芳", "活动 新增 推介会 时间=11-28 地点=东莞 人员=张伟 内容=推介 预算=1万 分工=张伟:签到 预期效果=成交 客户="+cabinetName(0))
	makers := o.bot.Load().makers
	for _, line := range []string{"上报", "确认", "合同 /11月", "应收", "活动 11月", "业绩", "客户进度", "月会"} {
		o.hear("王芳", line)
	}
	sheets := 0
	for _, m := range slices.Concat(o.screens.messages("陈总"), o.screens.messages("王芳")) {
		if !strings.HasSuffix(m.file, ".xlsx") {
			continue
		}
		sheets++
		cells, err := m.cells()
		if err != nil {
			t.Fatal(err)
		}
		names := strings.Contains(cells, "海湾") && strings.Contains(m.file, "周")
		if !strings.Contains(cells, "张伟") || names || strings.Contains(cells, cabinetPhone) {
			t.Errorf("%s holds customers, or nothing: %s", m.file, cells)
		}
	}
	if sheets != len(makers)-6 { // photos, entries for calendars, and what ends a meeting and an employment, also as pages
		t.Errorf("%d sheets of %d makers", sheets, len(makers))
	}
}
