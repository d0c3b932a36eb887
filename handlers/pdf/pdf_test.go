package pdf

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"marketbot/handlers/sheet"
	"marketbot/store/storetest"
)

// said is what can be copied out of a document, without white space.
func said(t *testing.T, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	text, err := exec.CommandContext(t.Context(), "pdftotext", "-raw", file, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(text)), "")
}

func book(rows ...[]sheet.Value) sheet.Book {
	at := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)
	return sheet.Book{Company: "尊御轩", Period: "2026年11月", About: sheet.About{Made: at, Reader: "王芳", Trace: "ABC234"}, Sheets: []sheet.Sheet{
		{Tab: "纪要", Name: "会议纪要", Columns: []sheet.Column{{Head: "编号"}, {Head: "结论"}, {Head: "金额"}, {Head: "期限"}}, Groups: sheet.Rows(rows...), Notes: []sheet.Note{{Label: "主持", Text: "李娜"}}, Sign: true},
	}}
}

func write(t *testing.T, b sheet.Book) []byte {
	t.Helper()
	data, err := Write(b)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What a workbook says is said on paper, too, and can be copied from it.
func TestWordsOnPaper(t *testing.T) {
	at := time.Date(2026, 12, 31, 0, 0, 0, 0, time.UTC)
	text := said(t, write(t, book(
		[]sheet.Value{sheet.Text("Y1"), sheet.Text("一月补签\n张伟去"), sheet.Money(-1_234_567_05), sheet.Day(at)},
		[]sheet.Value{sheet.Count(1_000), sheet.Unset(), sheet.Rate(855), sheet.Moment(at)},
	)))
	for _, want := range []string{"尊御轩会议纪要2026年11月", "查看人王芳·追踪码ABC234", "编号", "结论", "Y1", "一月补签", "张伟去", "-1,234,567.05", "2026-12-31", "1,000", "85.5%", "主持", "李娜", "制表：", "批准：", "第1页"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if empty := said(t, write(t, book())); !strings.Contains(empty, sheet.Nothing) {
		t.Error(empty)
	}
}

// A row that is longer than a page goes on on the next, under the head, and nothing of
// it is lost.
func TestLongRows(t *testing.T) {
	long := strings.Repeat("先签框架协议再补细节", 400)
	var rows [][]sheet.Value
	for range 60 {
		rows = append(rows, []sheet.Value{sheet.Text("Y1"), sheet.Text("短")})
	}
	data := write(t, book(append(rows, []sheet.Value{sheet.Text("Y2"), sheet.Text(long)})...))
	pages := len(regexp.MustCompile(`/Type /Page\b`).FindAll(data, -1))
	text := said(t, data)
	if n := strings.Count(text, "框"); pages < 4 || n != 400 || strings.Count(text, "编号") != pages {
		t.Errorf("%d pages, %d of 400, %d heads", pages, n, strings.Count(text, "编号"))
	}
}

// No text that people can write breaks a document, and what the font has not is seen
// to be missing.
func TestHostileTexts(t *testing.T) {
	var rows [][]sheet.Value
	for _, s := range storetest.Hostile(t) {
		rows = append(rows, []sheet.Value{sheet.Text(s), sheet.Text(s)})
	}
	data := write(t, book(rows...))
	if len(rows) < 100 || !bytes.HasPrefix(data, []byte("%PDF-")) || len(data) > 2<<20 {
		t.Errorf("%d texts, %d bytes", len(rows), len(data))
	}
	if text := said(t, write(t, book([]sheet.Value{sheet.Text("客😀户")}))); !strings.Contains(text, "客□户") {
		t.Error(text)
	}
}
