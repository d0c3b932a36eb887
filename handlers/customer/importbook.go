package customer

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/xuri/excelize/v2"

	"marketbot/handlers/command"
	"marketbot/store"
)

// What an Excel to import may hold.
const (
	bookBytesMost   = 32 << 20  // of the file
	bookUnzipMost   = 256 << 20 // of what is packed in it; a bomb holds more
	bookRowsMost    = 20000
	bookColumnsMost = 100
	bookProblemMost = 8 // of one row
)

// The columns beside those of the fields.
const (
	columnAuthor  = "录入人"
	columnEntered = "录入时间"
)

// personSheet holds persons, one a row, beside those in the customers' rows.
const personSheet = "联系人"

// BookError is what makes a whole Excel unreadable, in words for people.
type BookError struct {
	Text string
	Err  error // may be nil
}

func (e *BookError) Error() string {
	if e.Err == nil {
		return e.Text
	}
	return e.Text + "：" + e.Err.Error()
}

func (e *BookError) Unwrap() error { return e.Err }

// Book is an Excel of customers as it was read, before anything was compared
// with the store.
type Book struct {
	Notes  []string // about the file as a whole, for people
	rows   []bookRow
	strays []bookRow // persons whose customer is not in the file
}

// bookRow is one customer of an Excel.
type bookRow struct {
	line    int // as people count
	company map[string]string
	people  []bookPerson
	extra   map[string]string // the columns beside fields
	entered time.Time
	wrong   []string
	warned  []string
}

type bookPerson struct {
	line   int // in the sheet 联系人; 0: stands in the customer's own row
	values map[string]string
}

func (r *bookRow) name() string { return r.company[fieldName] }

func (r *bookRow) fail(format string, args ...any) {
	if len(r.wrong) < bookProblemMost {
		r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
	}
}

func (r *bookRow) warn(format string, args ...any) {
	if len(r.warned) < bookProblemMost {
		r.warned = append(r.warned, fmt.Sprintf(format, args...))
	}
}

// ReadBook reads an Excel of customers: the first sheet holds one a row, its
// first row names the columns; a sheet 联系人 may hold more persons. What a
// formula showed counts as text. Its error is a *BookError.
func (h Handler) ReadBook(r io.Reader) (book *Book, err error) {
	data, err := io.ReadAll(io.LimitReader(r, bookBytesMost+1))
	if err != nil {
		return nil, &BookError{"读不出文件", err}
	}
	if len(data) > bookBytesMost {
		return nil, &BookError{Text: fmt.Sprintf("文件太大，最多 %d MB", bookBytesMost>>20)}
	}
	// Both limits are alike: what is larger would be unpacked onto the disk.
	f, err := excelize.OpenReader(strings.NewReader(string(data)), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: bookUnzipMost, UnzipXMLSizeLimit: bookUnzipMost,
	})
	if err != nil {
		return nil, &BookError{"这不是能读的 Excel（只读 .xlsx，不带密码）", err}
	}
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = &BookError{"关不上文件", e}
		}
	}()
	book = &Book{}
	return book, h.readSheets(f, book)
}

func (h Handler) readSheets(f *excelize.File, book *Book) error {
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return &BookError{Text: "文件里没有工作表"}
	}
	date1904 := false
	if p, err := f.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		date1904 = *p.Date1904
	}
	rows, err := readRows(f, sheets[0])
	if err != nil {
		return err
	}
	if err := h.takeCustomers(book, rows, date1904); err != nil {
		return err
	}
	if !slices.Contains(sheets[1:], personSheet) {
		return nil
	}
	if rows, err = readRows(f, personSheet); err != nil {
		return err
	}
	return h.takePeople(book, rows)
}

// sheetRow is a row with its number as people count.
type sheetRow struct {
	line  int
	cells []string
}

// readRows reads the rows that hold something, the head first.
func readRows(f *excelize.File, sheet string) (list []sheetRow, err error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, &BookError{"读不出工作表" + command.Quote(sheet), err}
	}
	defer func() {
		if e := rows.Close(); err == nil && e != nil {
			err = &BookError{"读不完工作表" + command.Quote(sheet), e}
		}
	}()
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, &BookError{fmt.Sprintf("读不出工作表%s第 %d 行", command.Quote(sheet), line), err}
		}
		if len(cells) > bookColumnsMost {
			return nil, &BookError{Text: fmt.Sprintf("工作表%s第 %d 行超过 %d 列", command.Quote(sheet), line, bookColumnsMost)}
		}
		for i := range cells {
			cells[i] = cellWords(cells[i])
		}
		if strings.Join(cells, "") == "" {
			continue
		}
		if len(list) > bookRowsMost {
			return nil, &BookError{Text: fmt.Sprintf("工作表%s超过 %d 行，请分几个文件", command.Quote(sheet), bookRowsMost)}
		}
		list = append(list, sheetRow{line, cells})
	}
	if err := rows.Error(); err != nil {
		return nil, &BookError{"读不完工作表" + command.Quote(sheet), err}
	}
	return list, nil
}

// cellWords is a cell's text: no control characters, no white space around it,
// a long number written out (1.3800138E10 is a phone).
func cellWords(s string) string {
	s = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�")))
	if !strings.ContainsAny(s, "eE") || strings.Trim(s, "0123456789.+eE") != "" || len(s) > 24 {
		return s
	}
	if f, ok := new(big.Float).SetString(s); ok && f.IsInt() && f.MantExp(nil) < 64 {
		return f.Text('f', 0)
	}
	return s
}

// column is what a head of a column means.
type column struct {
	field string // of the company, or of the person
	kind  columnKind
}

type columnKind int

const (
	skipped columnKind = iota
	ofCompany
	ofPerson
	beside
)

// aliases are other usual heads.
var aliases = map[string]string{
	"客户": fieldName, "客户名称": fieldName, "公司名称": fieldName, "单位名称": fieldName, "公司": fieldName,
	"公司地址": "地址", "公司电话": "电话", "联系电话": "电话", "所属行业": "行业", "业务员": fieldOwner, "客户阶段": fieldStage,
	"建档人": columnAuthor, "录入员": columnAuthor, "建档时间": columnEntered, "建档日期": columnEntered, "录入日期": columnEntered,
	"联系人": "联系人姓名", "联系人职位": "联系人职务", "职位": "职务", "手机": "电话",
}

// headOf reads the head of a column: a field of the company, 联系人 with a field
// of a person behind it, or one beside. In the sheet of persons a field is a
// person's.
func (h Handler) headOf(head string, people bool) column {
	head = strings.Trim(strings.Join(strings.Fields(head), ""), "*＊:：")
	for _, mark := range []string{"（必填）", "(必填)"} {
		head = strings.TrimSuffix(head, mark)
	}
	if other, ok := aliases[head]; ok && (!people || head != "联系人") {
		head = other
	}
	if people && head == "联系人" {
		head = store.PersonName
	}
	if field, ok := strings.CutPrefix(head, "联系人"); ok && slices.Contains(personFields, field) {
		return column{field, ofPerson}
	}
	switch {
	case people && slices.Contains(personFields, head):
		return column{head, ofPerson}
	case people && head != fieldName:
		return column{head, skipped}
	case slices.Contains([]string{columnAuthor, columnEntered, fieldOwner, fieldStage}, head):
		return column{head, beside}
	case head == fieldName || slices.Contains(h.companyFields(), head):
		return column{head, ofCompany}
	default:
		return column{head, skipped}
	}
}

// heads reads the first row, and notes what it does not know.
func (h Handler) heads(book *Book, row sheetRow, people bool) ([]column, error) {
	var list []column
	seen := map[column]bool{}
	for _, text := range row.cells {
		c := h.headOf(text, people)
		switch {
		case text == "":
			c.kind = skipped
		case c.kind == skipped:
			book.Notes = append(book.Notes, "不认识的列"+command.Quote(text)+"，不导入")
		case seen[c]:
			return nil, &BookError{Text: "有两列都是" + command.Quote(c.field) + "，请合成一列"}
		}
		seen[c] = c.kind != skipped
		list = append(list, c)
	}
	if !slices.Contains(list, column{fieldName, ofCompany}) {
		return nil, &BookError{Text: fmt.Sprintf("第 %d 行应该是列名，其中要有「名称」", row.line)}
	}
	return list, nil
}

var errDate = errors.New("no date")

// readEntered reads a date as people write it in a cell, or as Excel counts it.
func readEntered(text string, zone *time.Location, date1904 bool) (time.Time, error) {
	for _, layout := range []string{time.DateTime, "2006-01-02 15:04", time.DateOnly, "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2", "2006.1.2", "2006年1月2日"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	days, ok := new(big.Float).SetString(text)
	if !ok {
		return time.Time{}, errDate
	}
	n, _ := days.Float64()
	if n < 1 || n > 100000 {
		return time.Time{}, errDate
	}
	t, err := excelize.ExcelDateToTime(n, date1904)
	if err != nil {
		return time.Time{}, errDate
	}
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, zone), nil
}
