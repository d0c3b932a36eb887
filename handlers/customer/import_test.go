package customer

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

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

// imports reads and enters a workbook: the report, line by line.
func (o *office) imports(data []byte, apply bool) (lines []string, count map[ImportResult]int) {
	o.T.Helper()
	book, err := o.h.ReadBook(bytes.NewReader(data))
	if err != nil {
		o.T.Fatal(err)
	}
	lines = append(lines, book.Notes...)
	count, err = o.h.Run(o.T.Context(), Import{
		DB: o.DB, By: o.People["李娜"], File: "客户表.xlsx", Apply: apply, Now: o.Now,
		Say: func(l ImportLine) error { lines = append(lines, l.String()); return nil },
	}, book)
	if err != nil {
		o.T.Fatal(err)
	}
	return lines, count
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
	if lines, count := o.imports(data, false); count[RowNew] != 2 || o.count() != 0 {
		t.Fatalf("%v, %v, %d entered; a dry run enters nothing", lines, count, o.count())
	}
	lines, count := o.imports(data, true)
	if count[RowDone] != 2 || o.count() != 2 {
		t.Fatalf("%v, %v", lines, count)
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
	rows := [][]any{{"名称", "负责人"}}
	for i := range 3 * importBatch {
		rows = append(rows, []any{fmt.Sprintf("第%d公司", i), "张伟"})
	}
	data := excel(t, rows, nil)
	book, err := o.h.ReadBook(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	cut := errors.New("cut off")
	said := 0
	_, err = o.h.Run(t.Context(), Import{DB: o.DB, By: o.People["李娜"], Apply: true, Now: o.Now, Say: func(ImportLine) error {
		if said++; said > importBatch+3 {
			return cut
		}
		return nil
	}}, book)
	if !errors.Is(err, cut) {
		t.Fatal(err)
	}
	half := o.count()
	lines, count := o.imports(data, true)
	if count[RowKnown] != half || count[RowDone] != 3*importBatch-half || o.count() != 3*importBatch {
		t.Errorf("%d before, then %v", half, count)
	}
	if !strings.Contains(lines[0], "已有档案 K1，负责人 张伟") {
		t.Errorf("first line %q", lines[0])
	}
}

// Rows whose names differ in the place only may be one company's, unless both
// tell another place.
func TestImportComparesPlaces(t *testing.T) {
	o := newOffice(t)
	lines, count := o.imports(excel(t, [][]any{{"名称"}, {"东莞市晨星机械有限公司"}, {"深圳晨星机械"}, {"晨星机械"}}, nil), true)
	if count[RowDone] != 2 || count[RowWrong] != 1 || !strings.Contains(lines[2], "和第 2 行只差地名，像是同一个客户；不是同一家请用 新客户 录入") {
		t.Errorf("%v: %q", count, lines)
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
		{[]any{"丁", "", "", "", "", "外星人"}, "可导入\t丁\t负责人「外星人」不在册"},
		{[]any{"戊", "", "", "", "", "小林"}, "不能负责客户"},
		{[]any{"己", "", "", "", "", "", "老王"}, "录入人「老王」不在册，写在来源里"},
		{[]any{"庚", "", "", "", "", "", "", "昨天"}, "看不懂录入时间"},
		{[]any{"辛", "", "", "", "", "", "", "2099-01-01"}, "录入时间在将来"},
		{[]any{"壬", "", "", "", "", "", "", 45000.5}, "可导入\t壬"},
		{[]any{"癸", "", "", "", "", "", "", "", "周明", "一百岁"}, "联系人年龄：年龄请写成"},
		{[]any{"子", "", "", "", "", "", "", "", "", "45"}, "联系人没有姓名"},
	} {
		data := excel(t, [][]any{{"名称", "地址", "电话", "股东", "阶段", "负责人", "录入人", "录入时间", "联系人", "联系人年龄"}, c.row}, nil)
		lines, _ := o.imports(data, false)
		if len(lines) != 1 || !strings.Contains(lines[0], c.want) {
			t.Errorf("%v: %q, want %q", c.row, lines, c.want)
		}
	}
	lines, _ := o.imports(excel(t, [][]any{{"名称", "颜色"}, {"甲公司", "红"}, {"甲 有限公司", "蓝"}}, [][]any{{"客户", "姓名"}, {"没有的", "周明"}, {"甲公司"}}), false)
	want := []string{"不认识的列「颜色」，不导入", "第 2 行\t有错\t甲公司\t联系人表第 3 行没有姓名", "和第 2 行是同一个客户", "联系人表第 2 行：客户「没有的」不在客户表里"}
	for i, w := range want {
		if i >= len(lines) || !strings.Contains(lines[i], w) {
			t.Errorf("%q, want %q", lines, w)
		}
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
	lines, count := o.imports(b.Bytes(), true)
	if count[RowDone] != 3 {
		t.Fatalf("%q %v", lines, count)
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

// bomb is an Excel that is small, and too large once it is unpacked.
func bomb(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h := &zip.FileHeader{Name: "xl/worksheets/sheet1.xml", Method: zip.Deflate, UncompressedSize64: maxBookUnzip + 1}
	if _, err := z.CreateRaw(h); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadBookRefusesWhatIsNone(t *testing.T) {
	o := newOffice(t)
	for name, data := range map[string][]byte{
		"nothing":   nil,
		"text":      []byte("名称,电话\n甲,1"),
		"cut":       excel(t, [][]any{{"名称"}, {"甲"}}, nil)[:700],
		"a bomb":    bomb(t),
		"too large": bytes.Repeat([]byte("x"), maxBookBytes+1),
		"empty":     excel(t, nil, nil),
		"no head":   excel(t, [][]any{{"甲公司", "地址"}, {"乙公司", "地址"}}, nil),
		"twice":     excel(t, [][]any{{"名称", "客户名称"}, {"乙公司", "甲"}}, nil),
		"people":    excel(t, [][]any{{"名称"}, {"乙公司"}}, [][]any{{"职务"}, {"经理"}}),
	} {
		_, err := o.h.ReadBook(bytes.NewReader(data))
		var unreadable *BookError
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
		if _, count := o.imports(data, true); count[RowDone] != 10000 {
			b.Fatalf("%v", count)
		}
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"1.38E+10", "2024-03-05", "45000.5", "=1", "１３８", "1e999999999", "-1E5", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := cellWords(s)
		if again := cellWords(words); again != words {
			t.Errorf("%q is read as %q, then as %q", s, words, again)
		}
		if at, err := readEntered(words, zone, false); err == nil && at.Year() > 9999 {
			t.Errorf("%q is %v", s, at)
		}
		Handler{Config: Defaults()}.headOf(words, len(s)%2 == 0)
	})
}

// A small file that unpacks to millions of strings is refused at once, within
// little memory, whichever part they are in.
func TestReadBookWeighsFirst(t *testing.T) {
	o := newOffice(t)
	for name, piece := range map[string]string{
		"xl/sharedStrings.xml": "<si><t/></si>", "xl/styles.xml": "<xf/>", "xl/worksheets/sheet1.xml": "<c/>",
	} {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		most := maxOtherMarks
		if name == "xl/worksheets/sheet1.xml" {
			most = maxSheetMarks
		}
		many := strings.Repeat(piece, 10_000)
		for range most/(10_000*strings.Count(piece, "<")) + 1 {
			io.WriteString(w, many)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err = o.h.ReadBook(&b)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, errHeavy) || used > 32<<20 {
			t.Errorf("%s: %v, %d MB", name, err, used>>20)
		}
	}
}
