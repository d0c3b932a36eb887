package receivable

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/command"
	"marketbot/handlers/handlerstest"
	"marketbot/handlers/sheet"
	"marketbot/handlers/words"
	"marketbot/store"
)

// book is the workbook of a line's answer.
func (d *desk) book(as, line string) (rows [][]string, about string) {
	d.T.Helper()
	return d.bookOf(d.Answer(as, line))
}

// bookOf makes the workbook of an answer and reads it back: every row as text.
func (d *desk) bookOf(a *command.Answer) (rows [][]string, about string) {
	d.T.Helper()
	if len(a.Files) != 1 {
		d.T.Fatalf("files %+v", a.Files)
	}
	name, arg, _ := strings.Cut(a.Files[0].Recipe, ":")
	var data []byte
	d.Update(func(ctx context.Context, tx *store.Tx) (err error) {
		data, err = d.h.Files()[name](ctx, tx, arg)
		return err
	})
	f, err := sheet.Open(bytes.NewReader(data))
	if err != nil {
		d.T.Fatal(err)
	}
	tabs := f.Tabs
	all, err := f.Rows(tabs[0])
	if err != nil || len(tabs) != 1 || tabs[0].Name != "应收账款账龄表" {
		d.T.Fatalf("%+v, %v", tabs, err)
	}
	for _, r := range all {
		var cells []string
		for i := range r.Cells {
			cells = append(cells, r.At(i).Text)
		}
		rows = append(rows, cells)
	}
	return rows, strings.Join(rows[1], " ")
}

// Text, picture and workbook of one request are equal to the 分, whatever was
// entered since, and Σ bands is what is open on every row.
func TestTextPictureAndWorkbookAgree(t *testing.T) {
	d := openDesk(t)
	d.change(3, func(k *store.Contract) { k.Project = "=cmd|' /C calc'!A0" })
	d.Say("张伟", "收款计划 ZYX-202611-001 2026-10-10=33.33% 2026-11-20=33.33% 2027-03-31=余款")
	d.Say("张伟", "回款 ZYX-202611-001 12,345.67")
	d.Say("周敏", "核款 R1")
	d.Say("张伟", "回款 ZYX-202611-002 0.01")
	d.Say("周敏", "暂缓 ZYX-202611-001 第1期 12-30 等拨款")
	a := d.Answer("李娜", "应收")
	said := handlerstest.Flat(a.Reply)
	handlerstest.Wants(t, said, "4 份合同，已收 12,345.68 元（其中待核 0.01 元），未收 387,654.32 元")
	chart := a.Reply.Charts()[0]
	var drawn int64
	for _, s := range chart.Series {
		for _, v := range s.Values {
			drawn += v
		}
	}
	if drawn != 387_654_32 || chart.Categories[0] != "广州市南湖酒店有限公…" {
		t.Errorf("drawn %d, first %s", drawn, chart.Categories[0])
	}
	d.Say("张伟", "回款 ZYX-202611-003 7万") // after the request
	rows, about := d.bookOf(a)
	handlerstest.Wants(t, about, "单位：元", "李娜", "截至")
	head := rows[2]
	at := func(row []string, name string) string {
		for i, h := range head {
			if h == name && i < len(row) {
				return row[i]
			}
		}
		return ""
	}
	if len(rows) < 8 {
		t.Fatalf("%q", rows)
	}
	first, total := rows[3], rows[7]
	for name, want := range map[string]string{
		"合同号": "ZYX-202611-001", "客户": "东莞市晨星机械有限公司", "项目": "年会1", "负责人": "张伟", "合同金额": "100000", "已收": "12345.67", "其中待核": "0", "未收": "87654.33",
		"未到期": "33340", "1–30天": "33330", "31–60天": "20984.33", "61–90天": "0", "90天以上": "0", "最长逾期天数": "48", "催收/暂缓": "第1期暂缓至 2026-12-30；第2期逾期 7 天", "预收": "0", "上月未收": "0",
	} {
		if got := at(first, name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if at(total, "未收") != "387654.32" || at(total, "其中待核") != "0.01" {
		t.Errorf("the total is %q", total)
	}
	found := false
	for _, row := range rows[3:7] {
		found = found || at(row, "项目") == "=cmd|' /C calc'!A0"
	}
	if !found {
		t.Error("a project's name did not come back as it was")
	}
}

// A month's end later the table says what was open before.
func TestWorkbookTellsOfTheMonthBefore(t *testing.T) {
	d := openDesk(t)
	d.Say("张伟", "回款 ZYX-202611-001 3万")
	d.Clock("2026-12-01 09:00")
	d.Say("张伟", "回款 ZYX-202611-001 2万")
	rows, _ := d.book("张伟", "应收 晨星")
	last := func(row []string) string { return row[len(row)-1] }
	if len(rows) < 6 || last(rows[2]) != "上月未收" || last(rows[3]) != "100000" && last(rows[3]) != "70000" {
		t.Errorf("%q", rows)
	}
	sum := 0.0
	for _, row := range rows[3:5] {
		var v float64
		if _, err := fmt.Sscan(last(row), &v); err != nil {
			t.Fatal(err)
		}
		sum += v
	}
	if sum != 170000 {
		t.Errorf("open at the end of November: %v", sum)
	}
}

// Fifty customers are drawn, and the figures of the others are not lost.
func TestPictureOfMany(t *testing.T) {
	d := openDesk(t)
	for i := 5; i < 55; i++ {
		c := d.Customer(fmt.Sprintf("第%d号公司", i), "张伟")
		d.sign(i, c.ID, "张伟", int64(i)*1_000_00)
	}
	a := d.Answer("王芳", "应收")
	chart := a.Reply.Charts()[0]
	var drawn int64
	for _, s := range chart.Series {
		for _, v := range s.Values {
			drawn += v
		}
	}
	if len(chart.Categories) != mostDrawn+1 || chart.Categories[mostDrawn] != "其余 40 位" {
		t.Errorf("%q", chart.Categories)
	}
	handlerstest.Wants(t, handlerstest.Flat(a.Reply), "未收 "+words.Money(drawn), "…另有 34 条")
}
