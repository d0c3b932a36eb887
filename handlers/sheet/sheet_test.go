package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

// cell is one cell as a reader of its own finds it in the file.
type cell struct {
	Ref     string `xml:"r,attr"`
	Type    string `xml:"t,attr"`
	Style   int    `xml:"s,attr"`
	Formula string `xml:"f"`
	Value   string `xml:"v"`
	Inline  struct {
		Text string `xml:"t"`
	} `xml:"is"`
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// text is what people read in a cell of text.
func (c cell) text() string {
	return escaped.ReplaceAllStringFunc(c.Inline.Text, func(s string) string {
		n, _ := strconv.ParseUint(s[2:6], 16, 16)
		return string(rune(n))
	})
}

// reader is a workbook taken apart.
type reader struct {
	t     rapid.TB
	parts map[string][]byte
}

func open(t rapid.TB, b Book) reader {
	t.Helper()
	data, err := b.Write()
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	r := reader{t, map[string][]byte{}}
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if r.parts[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// sheet is the XML of the n-th tab.
func (r reader) sheet(n int) string {
	return string(r.parts["xl/worksheets/sheet"+strconv.Itoa(n)+".xml"])
}

// cells are the cells of the n-th tab by their names.
func (r reader) cells(n int) map[string]cell {
	var s struct {
		Rows []struct {
			Cells []cell `xml:"c"`
		} `xml:"sheetData>row"`
	}
	if err := xml.Unmarshal([]byte(r.sheet(n)), &s); err != nil {
		r.t.Fatalf("sheet %d: %v", n, err)
	}
	list := map[string]cell{}
	for _, row := range s.Rows {
		for _, c := range row.Cells {
			list[c.Ref] = c
		}
	}
	return list
}

// format is how the number of a cell is shown.
func (r reader) format(c cell) string {
	var s struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := xml.Unmarshal(r.parts["xl/styles.xml"], &s); err != nil {
		r.t.Fatal(err)
	}
	for _, f := range s.Formats {
		if f.ID == s.Cells[c.Style].Format {
			return f.Code
		}
	}
	return map[int]string{0: "", 3: "#,##0", 4: "#,##0.00", 49: "@"}[s.Cells[c.Style].Format]
}

// one is a workbook with one text in it.
func one(s string) Book {
	return Book{Sheets: []Sheet{{Tab: "表", Columns: []Column{{Head: "头"}, {Head: "尾"}}, Groups: Rows([]Value{Text(s), Text("后")})}}}
}

// comesBack checks that a text is read as it was written, and is no formula.
func comesBack(t rapid.TB, s string) {
	t.Helper()
	r := open(t, one(s))
	cells := r.cells(1)
	if got := cells["A4"]; got.text() != s || got.Formula != "" || got.Value != "" || s != "" && got.Type != "inlineStr" {
		t.Errorf("%q is stored as %+v", s, got)
	}
	if cells["B4"].text() != "后" {
		t.Errorf("%q takes the rest of its row away", s)
	}
}

// writable are texts without what XML cannot hold.
func writable() *rapid.Generator[string] {
	begin := rapid.SampledFrom([]string{"", "=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠", "'", " ", "_x0007_", "_x005F_", "_"})
	return rapid.Custom(func(t *rapid.T) string {
		s := begin.Draw(t, "begin") + rapid.String().Draw(t, "rest")
		return strings.Map(func(r rune) rune {
			if legal(r) {
				return r
			}
			return -1
		}, s)
	})
}

func TestTextComesBack(t *testing.T) {
	for _, s := range []string{"- 拜访", "=1+1", "+86 769 2233", "@所有人", "\t缩进", "\r\n两行\n三行 ", "＝SUM(A1)", "－5", "'引号", "1E5", "007", "_x000D_", "_x005F_x0041_", " 空格 "} {
		comesBack(t, s)
	}
	rapid.Check(t, func(t *rapid.T) { comesBack(t, writable().Draw(t, "text")) })
}

func TestNaughtyTextComesBack(t *testing.T) {
	data, err := os.ReadFile("../command/testdata/blns/blns.json")
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	if err := json.Unmarshal(data, &list); err != nil || len(list) < 500 {
		t.Fatalf("%d naughty strings, %v", len(list), err)
	}
	b := Book{Sheets: []Sheet{{Tab: "表", Columns: []Column{{Head: "头"}}}}}
	for _, s := range list {
		b.Sheets[0].Groups = append(b.Sheets[0].Groups, Rows([]Value{Text(s)})...)
	}
	cells := open(t, b).cells(1)
	for i, s := range list {
		want := strings.Map(func(r rune) rune {
			if legal(r) {
				return r
			}
			return utf8.RuneError
		}, s)
		if got := cells["A"+strconv.Itoa(i+headRow+1)]; got.text() != want || got.Formula != "" {
			t.Errorf("%q is stored as %+v", s, got)
		}
	}
}

// What XML cannot hold costs neither the row nor the words around it.
func TestIllegalCharacters(t *testing.T) {
	for in, want := range map[string]string{
		"甲\x00乙": "甲�乙", "\x07=1": "�=1", "甲\ufffe\uffff": "甲��", "甲\xed\xa0\x80乙": "甲���乙", "\xff": "�",
	} {
		cells := open(t, one(in)).cells(1)
		if cells["A4"].text() != want || cells["B4"].text() != "后" {
			t.Errorf("%q is stored as %q, the cell after it as %q", in, cells["A4"].text(), cells["B4"].text())
		}
	}
	long := open(t, one(strings.Repeat("长𠮷", 20_000))).cells(1)["A4"].text()
	if !strings.HasSuffix(long, cutNote) || len(long) < 40_000 {
		t.Errorf("a text that is too long ends in %q", long[len(long)-40:])
	}
}

// What begins like a formula is formatted as text, so that it stays one when it is edited.
func TestFormulaLikeTextIsFormattedAsText(t *testing.T) {
	for s, want := range map[string]string{"=1": "@", "-5": "@", "＠甲": "@", "\x00=1": "@", "甲=1": "", "": ""} {
		r := open(t, one(s))
		if got := r.format(r.cells(1)["A4"]); got != want {
			t.Errorf("%q is formatted as %q, want %q", s, got, want)
		}
	}
}

var zone = time.FixedZone("CST", 8*60*60)

func full() Book {
	at := time.Date(2026, 11, 27, 10, 30, 0, 0, zone)
	return Book{
		Company: "东莞某某", Period: "2026年11月",
		About: About{Made: at, AsOf: "11月27日 周五 10:30", Unit: "元", Version: "v1", Reader: "陈总", Trace: "K7"},
		Sheets: []Sheet{{
			Tab: "业绩", Name: "销售业绩表", Total: true, Sign: true,
			Columns: []Column{{Head: "姓名"}, {Head: "目标", Sum: true}, {Head: "签约", Sum: true}, {Head: "完成率", Over: "签约", Under: "目标"}, {Head: "单数", Sum: true}, {Head: "日期"}, {Head: "时间"}, {Head: "差额", Over: "签约", Under: "目标", Less: true}},
			Groups: []Group{
				{Name: "一组", Rows: [][]Value{
					{Text("张伟"), Money(10_000_00), Money(12_345_67), Rate(1235), Count(3), Day(at), Moment(at)},
					{Text("刘洋"), Money(0), Money(-5), Unset(), Count(0)},
				}},
				{Name: "二组", Rows: [][]Value{{Text("王芳"), Money(1), Money(1), Rate(1000), Count(1)}}},
			},
			Notes: []Note{{"说明", "=不是公式"}},
		}},
	}
}

func TestFigures(t *testing.T) {
	r := open(t, full())
	cells := r.cells(1)
	type shown struct{ Text, Formula, Value, Format string }
	for ref, want := range map[string]shown{
		"A1": {Text: "东莞某某 销售业绩表 2026年11月"},
		"A2": {Text: "制表日期 2026-11-27 · 截至 11月27日 周五 10:30 · 单位：元 · 版本 v1 · 查看人 陈总 · 追踪码 K7"},
		"A3": {Text: "姓名"},
		"B4": {Value: "10000", Format: "#,##0.00"}, "C4": {Value: "12345.67", Format: "#,##0.00"}, "D4": {Value: "1.235", Format: "0.0%"},
		"E4": {Value: "3", Format: "#,##0"}, "F4": {Value: "46353.4375", Format: "yyyy-mm-dd"}, "G4": {Value: "46353.4375", Format: "yyyy-mm-dd hh:mm:ss"},
		"C5": {Value: "-0.05", Format: "#,##0.00"}, "D5": {Text: "—"},
		"A6": {Text: "一组 小计"}, "C6": {Formula: "SUBTOTAL(9,C4:C5)", Value: "12345.62", Format: "#,##0.00"},
		"D6": {Formula: `IF(B6=0,"—",C6/B6)`, Value: "1.234562", Format: "0.0%"},
		"A9": {Text: "合计"}, "B9": {Formula: "SUBTOTAL(9,B4:B8)", Value: "10000.01", Format: "#,##0.00"},
		"C9": {Formula: "SUBTOTAL(9,C4:C8)", Value: "12345.63", Format: "#,##0.00"}, "E9": {Formula: "SUBTOTAL(9,E4:E8)", Value: "4", Format: "#,##0"},
		"H9":  {Formula: `IF(B9=0,"—",C9-B9)`, Value: "2345.62", Format: "#,##0.00"},
		"A11": {Text: "说明"}, "B11": {Text: "=不是公式"},
		"A13": {Text: "制表："}, "C13": {Text: "审核："}, "F13": {Text: "批准："},
	} {
		c := cells[ref]
		if want.Value != "" && c.Type == "str" {
			t.Errorf("%s is stored as words", ref)
		}
		if diff := cmp.Diff(want, shown{c.text(), c.Formula, c.Value, r.format(c)}); diff != "" {
			t.Errorf("%s: %s", ref, diff)
		}
	}
}

// Where nothing divides, the formula carries the dash as its text.
func TestNoDivisor(t *testing.T) {
	b := full()
	b.Sheets[0].Groups = Rows([]Value{Text("刘洋"), Money(0), Money(5)})
	for _, ref := range []string{"D5", "H5"} {
		if c := open(t, b).cells(1)[ref]; c.Type != "str" || c.Value != dash || c.Formula == "" {
			t.Errorf("%s without divisor is stored as %+v", ref, c)
		}
	}
}

func TestLayout(t *testing.T) {
	r := open(t, full())
	for _, want := range []string{
		`state="frozen"`, `ySplit="3"`, `topLeftCell="A4"`, `orientation="landscape"`, `paperSize="9"`,
		`fitToWidth="1"`, `fitToHeight="0"`, `<pageSetUpPr fitToPage="true"`,
	} {
		if !strings.Contains(r.sheet(1), want) {
			t.Errorf("the sheet lacks %s", want)
		}
	}
	if strings.Contains(r.sheet(1), "mergeCell") {
		t.Error("cells are merged")
	}
	if book := string(r.parts["xl/workbook.xml"]); !regexp.MustCompile(`Print_Titles">&#39;业绩&#39;!\$1:\$3<`).MatchString(book) {
		t.Errorf("no print titles in %s", book)
	}
}

func TestEmptyTable(t *testing.T) {
	b := full()
	b.Sheets[0].Groups = []Group{{Name: "一组"}}
	cells := open(t, b).cells(1)
	if cells["A4"].text() != "没有" || cells["A5"].text()+cells["B5"].Formula != "" {
		t.Errorf("an empty table is stored as %+v, %+v", cells["A4"], cells["B5"])
	}
}

func TestUnwritable(t *testing.T) {
	for name, b := range map[string]Book{"nothing": {}, "a tab's name": {Sheets: []Sheet{{Tab: "甲/乙"}}}} {
		if _, err := b.Write(); err == nil {
			t.Errorf("%s was written", name)
		}
	}
}

// A text is broken where its cell is full, and where it breaks itself; a wide
// character takes the room of two.
func TestLines(t *testing.T) {
	for _, tt := range []struct {
		text  string
		width float64
		want  []string
	}{
		{"", 10, []string{""}},
		{"a\n\nb", 10, []string{"a", "", "b"}},
		{"客户预算推迟", 9, []string{"客户预算", "推迟"}},
		{"abcdefghi", 5, []string{"abcd", "efgh", "i"}},
		{"客户", 1, []string{"客", "户"}},
	} {
		if got := lines(tt.text, tt.width); !slices.Equal(got, tt.want) {
			t.Errorf("%q in %v: %q", tt.text, tt.width, got)
		}
	}
}

// Who only looks at a table sees all of it: rows are as high as what they hold, and a
// long note goes on below itself.
func TestRowsAreHighEnough(t *testing.T) {
	note := strings.Repeat("业务员未报到；", 30)
	data, err := Book{Sheets: []Sheet{{Tab: "纪要", Columns: []Column{{Head: "编号"}, {Head: "讨论要点"}}, Groups: Rows([]Value{Text("Y1"), Text(strings.Repeat("先签框架。", 20))}), Notes: []Note{{"应到/实到/请假", note}}}}}.Write()
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if high, err := f.GetRowHeight("纪要", 4); err != nil || high != 5*lineHigh {
		t.Errorf("%v points high, %v", high, err)
	}
	rows, err := f.GetRows("纪要")
	if err != nil || len(rows) < 8 {
		t.Fatalf("%q, %v", rows, err)
	}
	said := ""
	for _, r := range rows[5:] {
		said += r[1]
	}
	if said != note || rows[5][0] != "应到/实到/请假" || rows[6][0] != "" {
		t.Errorf("%q", rows[5:])
	}
	if width, err := f.GetColWidth("纪要", "A"); err != nil || width < 14 {
		t.Errorf("%v wide, %v", width, err)
	}
}
