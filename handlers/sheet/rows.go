package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Row is a row that holds something.
type Row struct {
	Line   int // as people count
	Cells  []Cell
	Hidden bool
	Wrong  string // why the row, or what stands behind it, could not be read
}

// At is the cell of a column; one that is not there is empty.
func (r Row) At(i int) Cell {
	if i < len(r.Cells) {
		return r.Cells[i]
	}
	return Cell{}
}

// Rows reads a tab to its end. A row in broken XML has a Wrong, and those behind
// it are read all the same. (Through excelize they were lost: its rows end in
// silence where the XML breaks.) Its error is an *Unreadable.
func (f *File) Rows(tab Tab) ([]Row, error) {
	if tab.part == "" {
		return tab.rows, nil
	}
	data, err := f.part(tab.part)
	if err != nil && len(data) == 0 {
		return nil, &Unreadable{fmt.Sprintf("读不出工作表「%s」：文件坏了。请用 Excel 打开，另存为 .xlsx 再试", tab.Name), err}
	}
	r := &rowReader{File: f}
	limit := each(data, "row", []string{"worksheet", "sheetData"}, r.take, r.broken)
	if err != nil { // what was unpacked is not what was packed
		r.broken(err)
	}
	if limit == nil {
		limit = r.merge()
	}
	if limit != nil {
		return nil, unreadable("工作表「%s」%s", tab.Name, limit)
	}
	return r.rows, nil
}

// each hands the elements of a name to take, from a part's beginning to its end.
// Behind what is broken it goes on with the next one, after broken was told.
func each(part []byte, name string, within []string, take func(*xml.Decoder, xml.StartElement) error, broken func(error)) error {
	next := regexp.MustCompile(`<([\w.-]+:)?` + name + `[\s/>]`)
	d, shift := decoder(bytes.NewReader(part)), 0 // how much further we are in part than d in what it reads
	for range maxBroken {
		from, err := elements(d, take)
		var limit limitError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &limit):
			return limit
		}
		broken(err)
		if from += shift + 1; from >= len(part) {
			return nil
		}
		m := next.FindSubmatchIndex(part[from:])
		if m == nil {
			return nil
		}
		prefix := ""
		if m[2] >= 0 {
			prefix = string(part[from+m[2] : from+m[3]])
		}
		open := "<" + prefix + strings.Join(within, "><"+prefix) + ">"
		from += m[0]
		d, shift = decoder(io.MultiReader(strings.NewReader(open), bytes.NewReader(part[from:]))), from-len(open)
	}
	return limitError("坏了的地方太多。请用 Excel 打开，另存为 .xlsx 再试")
}

// elements goes through elements, and tells where the one began that it could
// not read. At the end the error is io.EOF.
func elements(d *xml.Decoder, take func(*xml.Decoder, xml.StartElement) error) (from int, err error) {
	for {
		from = int(d.InputOffset())
		t, err := d.Token()
		if err != nil {
			return from, err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := take(d, e); err != nil {
				return from, err
			}
		}
	}
}

// limitError is what a tab has too much of, in words for people.
type limitError string

func (e limitError) Error() string { return string(e) }

// rowReader reads the rows of a tab.
type rowReader struct {
	*File
	rows   []Row
	last   int    // the last line
	place  string // of the cell that is being read; empty between rows
	merged []span
	hidden []span // columns
}

type xmlRow struct {
	Line   string    `xml:"r,attr"`
	Hidden string    `xml:"hidden,attr"`
	Cells  []xmlCell `xml:"c"`
	Nested []xmlRow  `xml:"row"`
}

var errMisplaced = errors.New("an element stands where it cannot")

func (r *rowReader) take(d *xml.Decoder, e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		return r.takeRow(d, e)
	case "c":
		return errMisplaced
	case "col":
		r.hide(e)
	case "mergeCell":
		for _, a := range e.Attr {
			if a.Name.Local == "ref" {
				r.addMerge(a.Value)
			}
		}
	}
	return nil
}

func (r *rowReader) takeRow(d *xml.Decoder, e xml.StartElement) error {
	var x xmlRow
	err := d.DecodeElement(&x, &e)
	line := r.last + 1
	if x.Line != "" {
		n, numErr := strconv.Atoi(x.Line)
		if numErr != nil || n < 1 || n > excelize.TotalRows {
			err = errors.Join(err, errMisplaced)
		} else {
			line = n
		}
	}
	r.last, r.place = line, fmt.Sprintf("A%d", line)
	if n := len(x.Cells); n > 0 && x.Cells[n-1].Ref != "" {
		r.place = x.Cells[n-1].Ref
	}
	if err == nil && len(x.Nested) > 0 {
		err = errMisplaced
	}
	if err != nil {
		return err
	}
	row := Row{Line: line, Hidden: x.Hidden == "1" || x.Hidden == "true"}
	if err := r.fill(&row, x.Cells); err != nil {
		return err
	}
	r.place = ""
	return r.add(row)
}

// fill puts cells where they stand.
func (r *rowReader) fill(row *Row, cells []xmlCell) error {
	column := -1
	for _, x := range cells {
		if column++; x.Ref != "" {
			n, line, err := excelize.CellNameToCoordinates(x.Ref)
			if r.place = x.Ref; err != nil || line != row.Line {
				return errMisplaced
			}
			column = n - 1
		}
		c := r.cell(x)
		if c == (Cell{}) {
			continue
		}
		if column >= maxColumns {
			return limitError(fmt.Sprintf("第 %d 行超过 %d 列", row.Line, maxColumns))
		}
		for len(row.Cells) <= column {
			row.Cells = append(row.Cells, Cell{})
		}
		if row.Cells[column] != (Cell{}) {
			c = Cell{Wrong: "在文件里写了两次"}
		}
		c.Hidden = r.hides(column)
		row.Cells[column] = c
	}
	return nil
}

func (r *rowReader) add(row Row) error {
	if len(row.Cells) == 0 && row.Wrong == "" {
		return nil
	}
	if len(r.rows) > maxRows { // the head is one more
		return limitError(fmt.Sprintf("超过 %d 行，请分几个文件", maxRows))
	}
	r.rows = append(r.rows, row)
	return nil
}

// broken names the row that could not be read, or the place behind a row.
func (r *rowReader) broken(err error) {
	row := Row{Line: r.last, Wrong: r.place + " 处的内容坏了（有不能用的字符或没写完的标记），这一行没有读。请改好，或用 Excel 打开后另存"}
	if r.place == "" {
		row.Line, row.Wrong = r.last+1, "文件从这里起坏了一段，里面如果有行就没有读到。请用 Excel 打开，另存为 .xlsx 再试"
	}
	var syntax *xml.SyntaxError
	if errors.As(err, &syntax) && syntax.Msg == "unexpected EOF" || errors.Is(err, io.ErrUnexpectedEOF) {
		row.Wrong = "文件到这里断了，后面的行读不到。请重新复制一份文件"
	}
	r.place = ""
	r.rows = append(r.rows, row)
}

// hide remembers columns that are hidden.
func (r *rowReader) hide(e xml.StartElement) {
	var x struct {
		first, last int
		hidden      bool
	}
	for _, a := range e.Attr {
		n, _ := strconv.Atoi(a.Value) // what is no number hides nothing
		switch a.Name.Local {
		case "min":
			x.first = n - 1
		case "max":
			x.last = n - 1
		case "hidden":
			x.hidden = a.Value == "1" || a.Value == "true"
		}
	}
	if x.hidden {
		r.hidden = append(r.hidden, span{column: x.first, last: x.last})
	}
}

func (r *rowReader) hides(column int) bool {
	return slices.ContainsFunc(r.hidden, func(s span) bool { return s.column <= column && column <= s.last })
}

// span is a range of columns, and of lines where it is merged.
type span struct{ column, last, from, to int }

// addMerge remembers a range that is merged.
func (r *rowReader) addMerge(ref string) {
	from, to, _ := strings.Cut(ref, ":")
	column, first, err1 := excelize.CellNameToCoordinates(from)
	right, last, err2 := excelize.CellNameToCoordinates(to)
	if err1 == nil && err2 == nil && (first < last || column < right) {
		r.merged = append(r.merged, span{column - 1, right - 1, first, last})
	}
}

// merge lets a merged cell stand in each of its rows, as people see it.
func (r *rowReader) merge() error {
	at := map[int]int{}
	for i, row := range r.rows {
		at[row.Line] = i
	}
	room := maxRows * maxColumns
	for _, m := range r.merged {
		first, ok := at[m.from]
		if !ok || r.rows[first].At(m.column) == (Cell{}) {
			continue
		}
		c := &r.rows[first].Cells[m.column]
		c.Merged = m.from < m.to
		if m.column < m.last {
			c.Wide = m.last - m.column + 1
		}
		for i := first + 1; i < len(r.rows) && r.rows[i].Line <= m.to; i++ {
			if room--; room < 0 {
				return limitError("合并的单元格太多")
			}
			row := &r.rows[i]
			for len(row.Cells) <= m.column {
				row.Cells = append(row.Cells, Cell{})
			}
			if row.Cells[m.column] == (Cell{}) {
				row.Cells[m.column] = *c
			}
		}
	}
	return nil
}
