package customer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"marketbot/handlers/intake"
	"marketbot/handlers/sheet"
	"marketbot/store"
	"marketbot/store/vault"
)

// excel is a workbook: the customers, and the persons when there are any.
func excel(t testing.TB, customers, people [][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	lay := func(sheet string, rows [][]any) {
		for i, row := range rows {
			if err := f.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	lay("Sheet1", customers)
	if people != nil {
		if _, err := f.NewSheet(personSheet); err != nil {
			t.Fatal(err)
		}
		lay(personSheet, people)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// imports reads and enters a workbook: what is said of it, line by line.
func (o *office) imports(data []byte, apply bool) (lines []string, report *intake.Report) {
	o.T.Helper()
	kind := o.h.Imports()[0]
	book, err := kind.Open(bytes.NewReader(data))
	if err != nil {
		o.T.Fatal(err)
	}
	report, err = intake.Import{DB: o.DB, By: o.People["李娜"], File: "客户表.xlsx", Apply: apply, Now: o.Now}.Run(o.T.Context(), book.Rows)
	if err != nil {
		o.T.Fatal(err)
	}
	var said strings.Builder
	if err := report.Print(&said, kind.Unit); err != nil {
		o.T.Fatal(err)
	}
	for line := range strings.Lines(said.String()) {
		lines = append(lines, strings.TrimSpace(strings.Replace(line, string(intake.New), string(intake.Done), 1)))
	}
	return append(book.Notes, lines[:len(lines)-2]...), report // without the counts
}

func (o *office) count() (n int) {
	o.T.Helper()
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		waiting, err := vault.In(tx).Waiting(ctx, o.Now.AddDate(100, 0, 0))
		n = waiting.Stale
		return err
	})
	return n
}

func TestImportKeepsWhatTheExcelSays(t *testing.T) {
	o := newOffice(t)
	data := excel(t, [][]any{
		{"客户名称", "简称", "地址", "联系电话", "股东", "阶段", "业务员", "录入人", "录入时间", "联系人", "联系人职务", "联系人电话"},
		{"南湖酒店有限公司", "南湖", "东莞市南城路 1 号", 13800138000, "张三=30%，李四=20%", "签约", "张伟", "刘洋", "2024-03-05", "周明", "采购经理", "0769-22334455"},
		{"北岸书店"},
	}, [][]any{{"客户", "姓名", "职务"}, {"南湖酒店有限公司", "吴芳", "财务"}})
	if lines, r := o.imports(data, false); r.Count(intake.New) != 2 || o.count() != 0 {
		t.Fatalf("%v, %d entered; a trial run enters nothing", lines, o.count())
	}
	lines, r := o.imports(data, true)
	if r.Count(intake.Done) != 2 || o.count() != 2 {
		t.Fatalf("%v", lines)
	}
	f := o.look("张伟", "K1", "客户", "")
	entered := time.Date(2024, 3, 5, 0, 0, 0, 0, zone)
	if f.Name != "南湖酒店有限公司" || f.Owner != o.People["张伟"].ID || f.Stage != "签约" || !f.Created.Equal(entered) || !f.Checked.Equal(entered) {
		t.Errorf("customer %+v", f.Customer)
	}
	values := map[string]string{}
	for _, x := range f.Facts {
		values[x.Field] = x.Value
		if x.Author != o.People["刘洋"].ID || !x.At.Equal(entered) || x.CheckedBy != o.People["李娜"].ID || !strings.Contains(x.Source, "客户表.xlsx 第 2 行") {
			t.Errorf("fact %+v", x)
		}
	}
	if values["电话"] != "13800138000" || values["股东"] != "张三=30%，李四=20%" || values["简称"] != "南湖" {
		t.Errorf("values %v", values)
	}
	if len(f.People) != 2 || f.People[0].Name != "周明" || f.People[1].Name != "吴芳" || len(f.People[0].Facts) != 3 {
		t.Errorf("people %+v", f.People)
	}
	o.Update(func(ctx context.Context, tx *store.Tx) error {
		for _, text := range []string{"nanhu", "8000", "4455", "南湖"} {
			if hits, err := vault.Search(tx).Find(ctx, text, 5); err != nil || len(hits) != 1 {
				t.Errorf("%s finds %v, %v", text, hits, err)
			}
		}
		return nil
	})
}

func TestImportGoesOnWhereItWasCutOff(t *testing.T) {
	o := newOffice(t)
	const many = 150
	rows := [][]any{{"名称", "负责人"}}
	for i := range many {
		rows = append(rows, []any{fmt.Sprintf("第%d公司", i), "张伟"})
	}
	data := excel(t, rows, nil)
	book, err := o.h.Imports()[0].Open(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cut := context.WithCancel(t.Context())
	step := func(int) { cut() }
	if _, err = (intake.Import{DB: o.DB, By: o.People["李娜"], Apply: true, Now: o.Now, Step: step}).Run(ctx, book.Rows); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	half := o.count()
	lines, r := o.imports(data, true)
	if half == 0 || r.Count(intake.Known) != half || r.Count(intake.Done) != many-half || o.count() != many {
		t.Errorf("%d before, then %v", half, lines)
	}
	if !strings.Contains(lines[0], "已有档案 K1，负责人 张伟") || len(lines) > 30 {
		t.Errorf("what is there already is told a few times: %q", lines)
	}
}

// Rows whose names differ in the place only may be one company's, unless both
// tell another place.
func TestImportComparesPlaces(t *testing.T) {
	o := newOffice(t)
	lines, r := o.imports(excel(t, [][]any{{"名称"}, {"东莞市晨星机械有限公司"}, {"深圳晨星机械"}, {"晨星机械"}}, nil), true)
	if r.Count(intake.Done) != 2 || len(lines) != 1 || !strings.Contains(lines[0], "和第 2 行只差地名，像是同一个客户；不是同一家请用 新客户 录入") {
		t.Errorf("%q", lines)
	}
}

func TestImportSaysWhatIsWrong(t *testing.T) {
	o := newOffice(t)
	o.Customer("老客户有限公司", "刘洋")
	for _, c := range []struct {
		row  []any
		want string
	}{
		{[]any{"老客户 公司"}, "跳过\t老客户 公司\t已有档案 K1，负责人 刘洋"},
		{[]any{"东莞市老客户"}, "跳过\t东莞市老客户\t只差地名，像是已有档案 K1，负责人 刘洋；不是同一家请用 新客户 录入"},
		{[]any{"", "地址"}, "没有名称"},
		{[]any{strings.Repeat("长", maxName+1)}, "名称：名字太长"},
		{[]any{"甲", "", "打电话"}, "电话：电话里至少要有"},
		{[]any{"乙", "", "", "张三=60%，李四=50%"}, "股东：股份加起来超过 100%"},
		{[]any{"丙", "", "", "", "没有的阶段"}, "阶段：没有阶段"},
		{[]any{"丁", "", "", "", "", "外星人"}, "已导入\t丁\t负责人「外星人」不在册"},
		{[]any{"戊", "", "", "", "", "小林"}, "不能负责客户"},
		{[]any{"己", "", "", "", "", "", "老王"}, "录入人「老王」不在册，写在来源里"},
		{[]any{"庚", "", "", "", "", "", "", "昨天"}, "录入时间：看不懂"},
		{[]any{"辛", "", "", "", "", "", "", "2099-01-01"}, "录入时间在将来"},
		{[]any{"癸", "", "", "", "", "", "", "", "周明", "一百岁"}, "联系人年龄：年龄请写成"},
		{[]any{"子", "", "", "", "", "", "", "", "", "45"}, "联系人没有姓名"},
		{[]any{"卯", "", time.Date(2024, 3, 5, 0, 0, 0, 0, time.UTC)}, "电话：这是一个数或日期"},
		{[]any{"辰", "", "1380013800O"}, "电话：电话不完整"},
		{[]any{"K12"}, "名称：「K12」像一个编号"},
		{[]any{361}, "名称：「361」是一个数或日期"},
		{[]any{true}, "名称：「TRUE」是一个数或日期"},
		{[]any{"丑", "", "", "", "", "张伟、刘洋"}, "负责人：写了不止一位"},
		{[]any{"寅", "", "", "", "", "", "", "", "王一、李二"}, "联系人姓名：一次只写一位联系人"},
	} {
		data := excel(t, [][]any{{"名称", "地址", "电话", "股东", "阶段", "负责人", "录入人", "录入时间", "联系人", "联系人年龄"}, c.row}, nil)
		lines, _ := o.imports(data, false)
		if len(lines) != 1 || !strings.Contains(lines[0], c.want) {
			t.Errorf("%v: %q, want %q", c.row, lines, c.want)
		}
	}
	lines, _ := o.imports(excel(t, [][]any{{"名称", "颜色"}, {"甲公司", "红"}, {"甲 有限公司", "蓝"}}, [][]any{{"客户", "姓名"}, {"没有的", "周明"}, {"甲公司"}}), false)
	want := []string{"不认识的列「颜色」，不导入", "第 2 行\t有错\t甲公司\t联系人表第 3 行：没有姓名", "和第 2 行是同一个客户", "第 2 行\t有错\t没有的\t联系人表：客户「没有的」不在客户表里"}
	for i, w := range want {
		if i >= len(lines) || !strings.Contains(lines[i], w) {
			t.Errorf("%q, want %q", lines, w)
		}
	}
}

// What people and Excel make of a table ends in a file as it was meant, or is
// named; the trial run names the same.
func TestImportLosesNothing(t *testing.T) {
	for _, c := range []struct {
		name   string
		rows   [][]any
		people [][]any
		want   map[string]string // of the customers entered: what their file holds
		said   []string          // in this order
	}{
		{"texts stay texts", [][]any{{"名称", "电话"}, {"1E5", "13800138000"}, {"甲", "1.38E+10"}, {"乙", 1.3800138e10}, {"丙", "13900139000.0"}, {"丁", 76922335678}, {"戊", 0.5}}, nil,
			map[string]string{"1E5": "电话=13800138000", "乙": "电话=13800138000", "丙": "电话=13900139000"},
			[]string{"第 3 行\t有错\t甲\t电话：号码被 Excel 缩短了", "第 6 行\t有错\t丁\t电话：区号开头的 0", "第 7 行\t有错\t戊\t电话：这是一个数或日期"}},
		{"no values", [][]any{{"名称", "地址", "行业"}, {"#N/A", "x"}, {"甲", "-", "无"}, {"乙", "——", "#REF!"}, {"无", "南城"}}, nil,
			map[string]string{"甲": ""}, []string{"第 2 行\t有错\t\t名称 A2 是错误值 #N/A", "第 4 行\t有错\t乙\t行业 C4 是错误值 #REF!", "第 5 行\t有错\t\t没有名称"}},
		{"other heads", [][]any{{"2024 年客户"}, {}, {"企业名称（必填）", "联系人", "手机号码", "座机电话", "备注："}, {"甲", "周明", "13800138000", "0769-22335678", "老客户"}, {"乙", "", "13900139000", "", ""}}, nil,
			map[string]string{"甲": "周明 电话=13800138000 特征=老客户 电话=0769-22335678", "乙": "电话=13900139000"}, []string{"列名在第 3 行"}},
		{"dates", [][]any{{"名称", "录入时间"}, {"甲", "2024-3-5"}, {"乙", "20240305"}, {"丙", 20240305}, {"丁", 45356}, {"戊", "2024年3月5日"}, {"己", 2024}, {"庚", "3月5日"}}, nil,
			map[string]string{"甲": "@2024-03-05", "乙": "@2024-03-05", "丙": "@2024-03-05", "丁": "@2024-03-05", "戊": "@2024-03-05"}, []string{"第 7 行\t有错\t己\t录入时间：看不懂", "第 8 行\t有错\t庚\t录入时间：看不懂"}},
		{"repeated", [][]any{{"名称", "地址", "电话", "联系人", "联系人电话"}, {"甲", "南城", "22335678", "周明", "13800138000"}, {"甲", "", "22335679", "吴芳", "13900139000"}, {"乙", "东城", "", "李一"}, {"乙", "西城", "", "李二"}, {"丙", "", "", "张三"}, {"丙", "", "", "张三"}},
			[][]any{{"公司名称", "姓名", "手机"}, {"甲", "郑七", "13700137000"}},
			map[string]string{"甲": "周明 电话=13800138000 吴芳 电话=13900139000 郑七 电话=13700137000 地址=南城 电话=22335678、22335679", "丙": "张三"},
			[]string{"第 4 行\t有错\t乙\t同一个客户的第 5 行有错", "第 5 行\t有错\t乙\t和第 4 行是同一个客户，地址却不一样", "第 7 行\t有错\t丙\t和第 6 行是同一个客户、同一位联系人"}},
		{"the same phone", [][]any{{"名称", "电话", "联系人"}, {"甲", "138-0013-8000", "一"}, {"甲", "13800138000", "二"}, {"甲", "＋86 138 0013 8000", "三"}, {"甲", "0769-22335678", "四"}, {"甲", "22335678", "五"}, {"甲", "1380013", "六"}}, nil,
			map[string]string{"甲": "一 二 三 四 五 六 电话=138-0013-8000、0769-22335678、1380013"}, nil},
		{"a short name", [][]any{{"名称", "简称"}, {"晨星机械有限公司", "晨星"}, {"晨星", ""}}, nil,
			map[string]string{"晨星机械有限公司": "简称=晨星"}, []string{"第 3 行\t有错\t晨星\t和第 2 行是同一个客户"}},
		{"aligned names", [][]any{{"名称", "负责人", "录入人"}, {"甲", "张　伟", "'刘洋\u200b"}}, nil, map[string]string{"甲": ""}, nil},
		{"former names", [][]any{{"名称", "曾用名"}, {"甲有限公司（原乙五金厂）"}, {"乙五金厂"}, {"丙塑料厂（原料部）"}, {"丁公司（曾用名：戊公司）", "己公司"}}, nil,
			map[string]string{"甲有限公司": "曾用名=乙五金厂", "丙塑料厂（原料部）": "", "丁公司": "曾用名=己公司、戊公司"}, []string{"第 3 行\t有错\t乙五金厂\t和第 2 行是同一个客户"}},
		{"beside the table", [][]any{{"名称", "", "颜色"}, {"甲", "看", "红"}, {"合计", "", "1"}, {"（示例）乙公司"}}, nil,
			map[string]string{"甲": ""}, []string{"B 列没有列名，不导入（第 2 行起有 1 格内容）", "不认识的列「颜色」，不导入（第 2 行起有"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := newOffice(t)
			data := excel(t, c.rows, c.people)
			trial, _ := o.imports(data, false)
			lines, r := o.imports(data, true)
			if diff := cmp.Diff(trial, lines); diff != "" {
				t.Errorf("the trial run and the run differ: %s", diff)
			}
			at := 0
			for _, line := range lines {
				if at < len(c.said) && strings.Contains(line, c.said[at]) {
					at++
				}
			}
			if at < len(c.said) {
				t.Errorf("%q lacks %q", lines, c.said[at:])
			}
			if r.Count(intake.Done) != len(c.want) {
				t.Errorf("%d entered, want %d: %q", r.Count(intake.Done), len(c.want), lines)
			}
			for i := range r.Count(intake.Done) {
				f := o.look("李娜", fmt.Sprintf("K%d", i+1), "客户", "")
				if got := held(f); got != c.want[f.Name] {
					t.Errorf("%s holds %q, want %q", f.Name, got, c.want[f.Name])
				}
			}
		})
	}
}

// held is what a file holds, in one line: persons, facts, and when it was
// entered where that was not now.
func held(f vault.File) string {
	var list []string
	for _, p := range f.People {
		list = append(list, p.Name)
		for _, x := range p.Facts {
			if x.Field != vault.NameField {
				list = append(list, x.Field+"="+x.Value)
			}
		}
	}
	var facts []string
	for _, x := range f.Facts {
		facts = append(facts, x.Field+"="+x.Value)
	}
	slices.Sort(facts)
	list = append(list, facts...)
	if f.Created.Year() < 2025 {
		list = append(list, "@"+f.Created.In(zone).Format(time.DateOnly))
	}
	return strings.Join(list, " ")
}

// Whatever the tabs, what is not read is named: hidden ones are not, unless all
// are, and only the first with heads is.
func TestImportTellsWhichTabItReads(t *testing.T) {
	o := newOffice(t)
	f := excelize.NewFile()
	lay := func(tab string, hide bool, rows ...[]any) {
		t.Helper()
		_, err := f.NewSheet(tab)
		for i, row := range rows {
			err = errors.Join(err, f.SetSheetRow(tab, fmt.Sprintf("A%d", i+1), &row))
		}
		if err = errors.Join(err, f.SetSheetVisible(tab, !hide)); err != nil {
			t.Fatal(err)
		}
	}
	lay("旧", true, []any{"名称"}, []any{"旧客户"})
	lay("说明", false, []any{"怎么填"})
	lay("今年", false, []any{"名称"}, []any{"甲公司"})
	lay("去年", false, []any{"名称"}, []any{"乙公司"})
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	lines, r := o.imports(b.Bytes(), false)
	if got := strings.Join(lines, ""); r.Count(intake.New) != 1 || !strings.Contains(got, "「旧」是隐藏的，不导入") || !strings.Contains(got, "「去年」不导入") {
		t.Errorf("%q", lines)
	}
}

func TestImportOfHostileCells(t *testing.T) {
	o := newOffice(t)
	f := excelize.NewFile()
	for cell, v := range map[string]string{"A1": "名称", "B1": "特征", "A2": "=1+1公司", "B2": "=cmd|' /C calc'!A0", "A3": "<at id=all></at>", "B3": "[x](http://y)\t"} {
		if err := f.SetCellStr("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellFormula("Sheet1", "B4", `HYPERLINK("http://x","y")`); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellStr("Sheet1", "A4", "公式公司"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	lines, r := o.imports(b.Bytes(), true)
	if r.Count(intake.Done) != 2 || len(lines) != 1 || !strings.Contains(lines[0], "公式公司\t特征 B4 是没有存下结果的公式") {
		t.Fatalf("%q", lines)
	}
	for id, want := range map[string]string{"K1": "=cmd|' /C calc'!A0", "K2": "[x](http://y)"} {
		if facts := o.look("李娜", id, "客户", "").Facts; len(facts) != 1 || facts[0].Value != want {
			t.Errorf("%s: %+v, want %q", id, facts, want)
		}
	}
	for _, line := range lines {
		if strings.Contains(line, "calc") || strings.Contains(line, "http") {
			t.Errorf("the report tells content: %q", line)
		}
	}
}

func TestReadBookRefusesWhatIsNone(t *testing.T) {
	o := newOffice(t)
	for name, data := range map[string][]byte{
		"nothing": nil,
		"empty":   excel(t, nil, nil),
		"no head": excel(t, [][]any{{"甲公司", "地址"}, {"乙公司", "地址"}}, nil),
		"twice":   excel(t, [][]any{{"名称", "客户名称"}, {"乙公司", "甲"}}, nil),
		"people":  excel(t, [][]any{{"名称"}, {"乙公司"}}, [][]any{{"职务"}, {"经理"}}),
	} {
		_, err := o.h.Imports()[0].Open(bytes.NewReader(data))
		var unreadable *sheet.Unreadable
		if !errors.As(err, &unreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// BenchmarkImport reads and enters 10,000 customers.
func BenchmarkImport(b *testing.B) {
	rows := [][]any{{"名称", "地址", "电话", "行业", "联系人", "联系人电话"}}
	for i := range 10000 {
		rows = append(rows, []any{fmt.Sprintf("东莞第%d贸易有限公司", i), "南城路", fmt.Sprintf("138%08d", i), "贸易", "周明", fmt.Sprintf("139%08d", i)})
	}
	data := excel(b, rows, nil)
	for b.Loop() {
		o := newOffice(b)
		if lines, r := o.imports(data, true); r.Count(intake.Done) != 10000 {
			b.Fatalf("%v", lines)
		}
	}
}
