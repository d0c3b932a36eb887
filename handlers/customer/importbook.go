package customer

import (
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/xuri/excelize/v2"

	"marketbot/handlers/text"
)

// What an Excel to import may hold.
const (
	maxBookBytes   = 32 << 20  // of the file
	maxBookUnzip   = 128 << 20 // of what is packed in it; a bomb holds more
	maxBookRows    = 20000
	maxBookColumns = 100
	maxBookProblem = 8 // of one row
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
	if len(r.wrong) < maxBookProblem {
		r.wrong = append(r.wrong, fmt.Sprintf(format, args...))
	}
}

func (r *bookRow) warn(format string, args ...any) {
	if len(r.warned) < maxBookProblem {
		r.warned = append(r.warned, fmt.Sprintf(format, args...))
	}
}

// ReadBook reads an Excel of customers: the first sheet holds one a row, its
// first row names the columns; a sheet 联系人 may hold more persons. What a
// formula showed counts as text. Its error is a *BookError.
func (h Handler) ReadBook(r io.Reader) (book *Book, err error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBookBytes+1))
	if err != nil {
		return nil, &BookError{"读不出文件", err}
	}
	if len(data) > maxBookBytes {
		return nil, &BookError{Text: fmt.Sprintf("文件太大，最多 %d MB", maxBookBytes>>20)}
	}
	if err := weigh(data); err != nil {
		return nil, err
	}
	// Both limits are alike: what is larger would be unpacked onto the disk.
	f, err := excelize.OpenReader(strings.NewReader(string(data)), excelize.Options{
		RawCellValue: true, UnzipSizeLimit: maxBookUnzip, UnzipXMLSizeLimit: maxBookUnzip,
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
		return nil, &BookError{"读不出工作表" + text.Quote(sheet), err}
	}
	defer func() {
		if e := rows.Close(); err == nil && e != nil {
			err = &BookError{"读不完工作表" + text.Quote(sheet), e}
		}
	}()
	for line := 1; rows.Next(); line++ {
		cells, err := rows.Columns()
		if err != nil {
			return nil, &BookError{fmt.Sprintf("读不出工作表%s第 %d 行", text.Quote(sheet), line), err}
		}
		if len(cells) > maxBookColumns {
			return nil, &BookError{Text: fmt.Sprintf("工作表%s第 %d 行超过 %d 列", text.Quote(sheet), line, maxBookColumns)}
		}
		for i := range cells {
			cells[i] = cellWords(cells[i])
		}
		if strings.Join(cells, "") == "" {
			continue
		}
		if len(list) > maxBookRows {
			return nil, &BookError{Text: fmt.Sprintf("工作表%s超过 %d 行，请分几个文件", text.Quote(sheet), maxBookRows)}
		}
		list = append(list, sheetRow{line, cells})
	}
	if err := rows.Error(); err != nil {
		return nil, &BookError{"读不完工作表" + text.Quote(sheet), err}
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
