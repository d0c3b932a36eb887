package receivable

import (
	"bytes"
	"strings"
	"testing"

	"marketbot/handlers/handlerstest"
	"marketbot/handlers/intake"
	"marketbot/handlers/sheet"
)

// imports reads a table and enters it, or only tries.
func (d *desk) imports(kind int, apply bool, rows ...[]sheet.Value) string {
	d.T.Helper()
	k := d.h.Imports()[kind]
	s := sheet.Sheet{Tab: k.Name, Name: k.Name, Groups: sheet.Rows(rows[1:]...)}
	for _, head := range []string{"合同编号", []string{"到期日", "金额"}[kind], []string{"金额", "日期"}[kind], []string{"原定日", "负责人"}[kind]} {
		s.Columns = append(s.Columns, sheet.Column{Head: head})
	}
	data, err := sheet.Book{Sheets: []sheet.Sheet{s}}.Write()
	if err != nil {
		d.T.Fatal(err)
	}
	book, err := k.Open(bytes.NewReader(data))
	if err != nil {
		d.T.Fatal(err)
	}
	report, err := intake.Import{DB: d.DB, By: d.People["李娜"], File: "回款.xlsx", Apply: apply, Now: d.Now}.Run(d.T.Context(), book.Rows)
	if err != nil {
		d.T.Fatal(err)
	}
	var out strings.Builder
	if err := report.Print(&out, k.Unit); err != nil {
		d.T.Fatal(err)
	}
	return out.String()
}

// The trial run says what the real one does; run again, what was entered is
// passed over; every row ends somewhere.
func TestImportOfPlansAndReceipts(t *testing.T) {
	d := openDesk(t)
	w := sheet.Text
	plans := [][]sheet.Value{
		{},
		{w("ZYX-202611-001"), w("2026-12-31"), sheet.Money(30_000_00), w("2026-10-31")},
		{w("zyx－202611－００２"), w("2026/12/31"), w("5万")},
		{w("ZYX-202611-001"), w("2027-03-31"), sheet.Money(70_000_00)},
		{w("ZYX-202611-003"), w("2026-12-31"), sheet.Money(200_000_00)},
		{w("ZYX-202611-999"), w("2026-12-31"), sheet.Money(1)},
		{w("ZYX-202611-004"), w("月底"), sheet.Money(1)},
	}
	trial := d.imports(0, false, plans...)
	handlerstest.Wants(t, trial, "可导入 2 份收款计划", "有错 3 行", "没有合同「ZYX-202611-999」", "比合同金额 100,000.00 元 多", "比合同金额少 50,000.00 元", "看不懂这个日期")
	handlerstest.Wants(t, d.Say("张伟", "应收 ZYX-202611-001"), "第1期 12月20日 周日 100,000.00 元")
	handlerstest.Wants(t, d.imports(0, true, plans...), "已导入 2 份收款计划", "有错 3 行")
	handlerstest.Wants(t, d.imports(0, true, plans...), "已导入 0 份收款计划，跳过 2 份收款计划", "已有收款计划")
	handlerstest.Wants(t, d.Say("张伟", "应收 ZYX-202611-001"), "第1期 12月31日 周四 30,000.00 元（原定 10-31，改期 1 次）：逾期 27 天", "第2期 2027年3月31日")

	receipts := [][]sheet.Value{
		{},
		{w("ZYX-202611-001"), sheet.Money(10_000_00), w("2026-11-21"), w("刘洋")},
		{w("ZYX-202611-001"), sheet.Money(10_000_00), w("2026-11-21"), w("没有这人")},
		{w("ZYX-202611-001"), sheet.Money(90_000_00), w("2026-11-22")},
		{w("ZYX-202611-001"), sheet.Money(0), w("2026-11-22")},
		{w("ZYX-202611-001"), sheet.Money(1), w("2027-01-01")},
	}
	said := []string{"有错 2 行", "日期在将来", "金额要大于 0", "负责人「没有这人」不在册", "比未收的多 10,000.00 元，记作预收"}
	handlerstest.Wants(t, d.imports(1, false, receipts...), append(said, "可导入 3 笔回款")...)
	handlerstest.Wants(t, d.imports(1, true, receipts...), append(said, "已导入 3 笔回款")...)
	handlerstest.Wants(t, d.imports(1, true, receipts...), "已导入 0 笔回款，跳过 3 笔回款", "已有这一笔")
	handlerstest.Wants(t, d.Say("张伟", "应收 ZYX-202611-001"), "未收 0.00 元，预收 10,000.00 元")
	handlerstest.Wants(t, d.Say("李娜", "回款记录"), "3 笔，收到 110,000.00 元", "已计入（期初）")
	handlerstest.Wants(t, d.Say("李娜", "回款记录 刘洋"), "1 笔，收到 10,000.00 元")
	for _, k := range d.h.Imports() {
		data, err := k.Template()
		if err != nil {
			t.Fatal(err)
		}
		if book, err := k.Open(bytes.NewReader(data)); err != nil || len(book.Rows) != 0 {
			t.Errorf("the template of %s: %+v, %v", k.Name, book, err)
		}
	}
}

// A plan is entered whole or not at all, and money that is there is not entered
// twice.
func TestImportOfWhatIsThere(t *testing.T) {
	d := openDesk(t)
	w := sheet.Text
	said := d.imports(0, true, []sheet.Value{},
		[]sheet.Value{w("ZYX-202611-001"), w("2026-12-31"), sheet.Money(30_000_00)},
		[]sheet.Value{w(""), w("2027-03-31"), sheet.Money(70_000_00)},
		[]sheet.Value{w("ZYX-202611-002"), w("2026-12-31"), sheet.Money(10_000_00)},
		[]sheet.Value{w("ZYX-202611-002"), w("2026-12-31"), sheet.Money(10_000_00)})
	handlerstest.Wants(t, said, "第 5 行没有合同号，像是这份合同的一期，请补上", "第 7 行和第 6 行是同一天，请合成一期", "已导入 0 份收款计划", "有错 3 行")
	said = d.imports(0, true, []sheet.Value{}, []sheet.Value{w("ZYX-202611-001"), w("2026-12-31"), sheet.Money(30_000_00), w("2027-01-31")})
	handlerstest.Wants(t, said, "第 4 行：原定日在到期日之后", "有错 1 行")
	plan := []sheet.Value{w("ZYX-202611-001"), w("2026-12-31"), sheet.Money(30_000_00)}
	d.imports(0, true, []sheet.Value{}, plan)
	plan[2] = sheet.Money(40_000_00)
	handlerstest.Wants(t, d.imports(0, true, []sheet.Value{}, plan), "已有收款计划，但日期或金额和这里的不一样，没有改", "跳过 1 份收款计划")

	d.Say("张伟", "回款 ZYX-202611-001 1万 11-21")
	receipt := []sheet.Value{w("ZYX-202611-001"), sheet.Money(10_000_00), w("2026-11-21")}
	handlerstest.Wants(t, d.imports(1, true, []sheet.Value{}, receipt), "已经登记过同样一笔 R1", "已导入 0 笔回款，跳过 1 笔回款")
	receipt[1] = sheet.Money(2_000_00)
	said = d.imports(1, true, []sheet.Value{}, receipt, receipt)
	handlerstest.Wants(t, said, "第 5 行\t已导入\tZYX-202611-001 2026-11-21\t和第 4 行是同样一笔，按两笔记", "已导入 2 笔回款")
}
