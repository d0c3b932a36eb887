package intake

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/sheet"
)

// plan is a table that is no customers': an import is its columns and a record.
type plan struct {
	month string
	due   time.Time
}

func plans() []Column[plan] {
	return []Column[plan]{
		{Head: "月份", Also: []string{"所属月份"}, Required: true, Example: "2026-11", Set: func(p *plan, c sheet.Cell) error {
			if p.month = c.Text; len(c.Text) != len("2026-11") {
				return errors.New("请写成 2026-11")
			}
			return nil
		}},
		{Head: "到期", Required: true, Example: "2026-11-30", Set: func(p *plan, c sheet.Cell) (err error) {
			p.due, err = Moment(c, time.UTC)
			return err
		}},
	}
}

func readText(t testing.TB, text string) (*Table[plan], error) {
	t.Helper()
	f, err := sheet.Open(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return Read(f, plans(), func() plan { return plan{} })
}

func TestReadTakesAnyTable(t *testing.T) {
	table, err := readText(t, "计划表\n2026 年\n\n所属月份,到期*,其他\n2026-11,2026/11/30 14:30,x\n十一月,-\n2026-12,2026-12-1,,多\n合计,2\n,明天\n")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range table.Records {
		got = append(got, fmt.Sprint(r.Line, r.Value.month, r.Value.due.Format(time.DateOnly), r.Wrong))
	}
	if len(got) != 4 || !strings.Contains(got[0], "2026-11-30[]") || !strings.Contains(got[1], "没有到期") ||
		!strings.Contains(got[2], "多出内容") || !strings.Contains(got[3], "没有月份") {
		t.Errorf("%q", got)
	}
	if notes := strings.Join(table.Notes, ""); !strings.Contains(notes, "列名在第 4 行") || !strings.Contains(notes, "「其他」") || !strings.Contains(notes, "第 8 行是「合计」") {
		t.Errorf("notes %q", table.Notes)
	}
	if _, err := readText(t, "月份,金额\n2026-11,5\n"); err == nil || !strings.Contains(err.Error(), "「月份」和「到期」") {
		t.Errorf("without a column: %v", err)
	}
}

// What stands beside the rows is told and is no row; what may be one is wrong.
func TestRowsThatAreNone(t *testing.T) {
	for _, c := range []struct {
		rows    string
		records string // line and what is wrong
		noted   string
	}{
		{"合 计,3", "", "第 3 行是「合 计」"},
		{"总计（元）：,3", "", "第 3 行是「总计（元）：」"},
		{"本页小计,3", "", "第 3 行是「本页小计」"},
		{"张伟 小计,3", "", "第 3 行是「张伟 小计」"},
		{"合计科技,2026-11-30", "3 月份：请写成 2026-11", ""},
		{"注：以上含税", "", "第 3 行是「注：以上含税」"},
		{"制表人：周明", "", "第 3 行是「制表人：周明」"},
		{"备注：电话 13800138000", "", "第 3 行是「备注：电话 138****8000」"},
		{"——以下空白——", "", "以下空白"},
		{"导出时间：2026-11-24 10:00", "", "导出时间"},
		{"尾款：已付,2026-11-30", "3 月份：请写成 2026-11", ""},
		{"制表：王芳,审核：李静", "", "制表"},
		{"共 3 条记录", "", "共 3 条"},
		{"第 1 页 共 2 页", "", "第 1 页"},
		{"月份,到期", "", "第 3 行又是列名"},
		{"到期,所属月份\n2026-11-30,2026-12", "3 又是一行列名，和第 1 行的不一样；4 在第 3 行开始的另一张表里", ""},
	} {
		table, err := readText(t, "月份,到期\n2026-10,2026-10-31\n"+c.rows+"\n")
		if err != nil {
			t.Fatal(err)
		}
		var wrong []string
		for _, r := range table.Records[1:] {
			wrong = append(wrong, fmt.Sprint(r.Line, " ", strings.Join(r.Wrong, "")))
		}
		got := strings.Join(wrong, "；")
		for part := range strings.SplitSeq(c.records, "；") {
			if !strings.Contains(got, part) || (got == "") != (c.records == "") {
				t.Errorf("%q: %q, want %q", c.rows, got, c.records)
			}
		}
		if notes := strings.Join(table.Notes, ""); !strings.Contains(notes, c.noted) || (notes == "") != (c.noted == "") {
			t.Errorf("%q: notes %q, want %q", c.rows, notes, c.noted)
		}
	}
	if table, err := readText(t, "月份,到期\n"); err != nil || !strings.Contains(strings.Join(table.Notes, ""), "一行也没有") {
		t.Errorf("no rows: %+v, %v", table, err)
	}
}

// In what a column counts its head says, or a line beside the table; whoever
// writes another unit into a cell means that one.
func TestUnits(t *testing.T) {
	type bill struct{ fen int64 }
	columns := []Column[bill]{{Head: "合同", Required: true, Set: func(*bill, sheet.Cell) error { return nil }},
		{Head: "金额", Also: []string{"签约金额"}, Amount: func(b *bill, fen int64) error { b.fen = fen; return nil }}}
	for _, c := range []struct {
		text string
		want int64
		said string
	}{
		{"合同,金额（万元）\nA,12.5", 125_000_00, "按万元读，1 就是 10000 元"},
		{"合同,签约金额/万\nA,12.3456", 123_456_00, "按万读"},
		{"合同,金额：千元\nA,\"1,250\"", 1_250_000_00, "按千元读"},
		{"合同,金额（含税，百万元）\nA,2", 2_000_000_00, "按百万元读"},
		{"合同,金额（万元）\nA,12.5万", 125_000_00, ""},
		{"合同,金额（万元）\nA,5000元", 5_000_00, ""},
		{"合同,金额（万元）\nA,十二", 0, "看不懂这个金额"},
		{"合同,金额（元）\nA,12.5", 12_50, ""},
		{"合同,金额（不含税）\nA,12.5", 12_50, ""},
		{"单位：万元\n合同,金额\nA,12.5", 125_000_00, "按万元读"},
		{"单位：万元\n合同,金额（元）\nA,12.5", 12_50, ""},
		{"合同,金额\nA,12.5\n注：金额单位：万元", 125_000_00, "按万元读"},
		{"合同,金额\n建设单位万达广场,12.5", 12_50, ""},
		{"合同,金额\n机关单位元旦晚会,12.5", 12_50, ""},
		{"单位：万元\n合同,金额\n机关单位元旦晚会,12.5", 125_000_00, "按万元读"},
		{"合同,金额\n合作单位：亿元集团,12.5", 12_50, ""},
		{"单位：万元\n合同,金额\nA,12.5\n注：单位：元", 125_000_00, "按万元读"},
		{"合同,金额\nA,12.5\n注：金额单位：人民币千元", 12_500_00, "按千元读"},
		{"合同,金额（美元）\nA,12.5", 0, "这一列写的是美元"},
		{"单位：港元\n合同,金额\nA,12.5", 0, "这一列写的是港元"},
		{"合同,金额(USD)\nA,12.5", 0, "金额只记人民币"},
	} {
		f, err := sheet.Open(strings.NewReader(c.text))
		if err != nil {
			t.Fatal(err)
		}
		table, err := Read(f, columns, func() bill { return bill{} })
		if err != nil || len(table.Records) != 1 {
			t.Errorf("%q: %+v, %v", c.text, table, err)
			continue
		}
		r := table.Records[0]
		if said := strings.Join(append(r.Wrong, table.Notes...), ""); r.Value.fen != c.want || !strings.Contains(said, c.said) {
			t.Errorf("%q: %d, %q; want %d, %q", c.text, r.Value.fen, said, c.want, c.said)
		}
	}
}

// What a template holds is read by its own columns, and is no data.
func TestEmptyIsReadBack(t *testing.T) {
	data, err := sheet.Book{Sheets: []sheet.Sheet{Empty("计划", "计划导入表", plans())}}.Write()
	if err != nil {
		t.Fatal(err)
	}
	f, err := sheet.Open(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	table, err := Read(f, plans(), func() plan { return plan{} })
	if err != nil || len(table.Records) != 0 || !strings.Contains(strings.Join(table.Notes, ""), "示例") {
		t.Errorf("%+v, %v", table, err)
	}
}

func TestShownTabs(t *testing.T) {
	all := []sheet.Tab{{Name: "甲", Hidden: true}, {Name: "乙"}}
	if tabs, notes := shown(&sheet.File{Tabs: all}); len(tabs) != 1 || tabs[0].Name != "乙" || len(notes) != 1 {
		t.Errorf("%+v, %q", tabs, notes)
	}
	if tabs, notes := shown(&sheet.File{Tabs: all[:1]}); len(tabs) != 1 || !strings.Contains(strings.Join(notes, ""), "照样读") {
		t.Errorf("%+v, %q", tabs, notes)
	}
}

func TestMoment(t *testing.T) {
	for _, c := range []struct {
		cell sheet.Cell
		want string
	}{
		{sheet.Cell{Text: "2024-3-5"}, "2024-03-05 00:00:00"},
		{sheet.Cell{Text: "２０２４／０３／０５ 9:05"}, "2024-03-05 09:05:00"},
		{sheet.Cell{Text: "2024.3.5"}, "2024-03-05 00:00:00"},
		{sheet.Cell{Text: "2024年3月5日 14:30"}, "2024-03-05 14:30:00"},
		{sheet.Cell{Text: "2024-03-05T14:30:00Z"}, "2024-03-05 14:30:00"},
		{sheet.Cell{Text: "20240305"}, "2024-03-05 00:00:00"},
		{sheet.Cell{Text: "45356", Number: true, Day: "2024-03-05"}, "2024-03-05 00:00:00"},
		{sheet.Cell{Text: "20240305", Number: true}, "2024-03-05 00:00:00"},
		{sheet.Cell{Text: "45356"}, ""},
		{sheet.Cell{Text: "2024", Number: true}, ""},
		{sheet.Cell{Text: "2024-2-30"}, ""},
		{sheet.Cell{Text: "3月5日"}, ""},
		{sheet.Cell{Text: "2024-03-05 左右"}, ""},
	} {
		got, err := Moment(c.cell, time.UTC)
		if (err != nil) != (c.want == "") || err == nil && got.Format(time.DateTime) != c.want {
			t.Errorf("%+v is read as %v, %v, want %q", c.cell, got, err, c.want)
		}
	}
}

// Whatever stands in the cells, each row below the heads is a record or named in
// a note, and a value that was not taken is wrong.
func FuzzRead(f *testing.F) {
	f.Add("2026-11", "2026-11-30")
	f.Add("-", "无")
	f.Add("合计", "（示例）")
	f.Fuzz(func(t *testing.T, a, b string) {
		quote := func(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }
		file, err := sheet.Open(strings.NewReader("月份,到期\n" + quote(a) + "," + quote(b) + "\n2026-12,2026-12-01\n"))
		if err != nil {
			return
		}
		table, err := Read(file, plans(), func() plan { return plan{} })
		if err != nil {
			return
		}
		last := table.Records[len(table.Records)-1]
		if len(last.Wrong) > 0 && last.Value.month == "2026-12" {
			t.Errorf("%q, %q: the row behind: %+v", a, b, last)
		}
		for _, r := range table.Records[:len(table.Records)-1] {
			if len(r.Wrong) == 0 && (r.Value.month == "" || r.Value.due.IsZero()) {
				t.Errorf("%q, %q: lost: %+v", a, b, r)
			}
		}
	})
}
