package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/width"
)

const (
	headRow = 3 // the rows down to the head are frozen and repeated
	a4      = 9
)

// Write makes the file.
func (b Book) Write() (data []byte, err error) {
	if len(b.Sheets) == 0 {
		return nil, errors.New("write workbook: no sheet")
	}
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil && e != nil {
			err = fmt.Errorf("close workbook: %w", e)
		}
	}()
	looks, err := newStyles(f)
	if err != nil {
		return nil, err
	}
	for i, s := range b.Sheets {
		if err := addTab(f, i, s); err != nil {
			return nil, fmt.Errorf("sheet %s: %w", s.Tab, err)
		}
		if err := b.fill(f, s, looks); err != nil {
			return nil, fmt.Errorf("sheet %s: %w", s.Tab, err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		return nil, fmt.Errorf("write workbook: %w", err)
	}
	return out.Bytes(), nil
}

// addTab makes an empty sheet and says how it prints.
func addTab(f *excelize.File, i int, s Sheet) error {
	var err error
	if i == 0 {
		err = f.SetSheetName("Sheet1", s.Tab)
	} else {
		_, err = f.NewSheet(s.Tab)
	}
	yes, landscape, paper, wide, high := true, "landscape", a4, 1, 0
	side, above, below, foot := 0.4, 0.5, 0.6, 0.3 // inches
	return errors.Join(err,
		f.SetSheetProps(s.Tab, &excelize.SheetPropsOptions{FitToPage: &yes}),
		f.SetPageLayout(s.Tab, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &paper, FitToWidth: &wide, FitToHeight: &high}),
		f.SetPageMargins(s.Tab, &excelize.PageLayoutMarginsOptions{Left: &side, Right: &side, Top: &above, Bottom: &below, Footer: &foot}),
		f.SetHeaderFooter(s.Tab, &excelize.HeaderFooterOptions{OddFooter: "&C第 &P 页，共 &N 页"}),
		f.SetDefinedName(&excelize.DefinedName{
			Name: "_xlnm.Print_Titles", Scope: s.Tab, RefersTo: fmt.Sprintf("'%s'!$1:$%d", strings.ReplaceAll(s.Tab, "'", "''"), headRow),
		}))
}

// writer is one sheet being written from top to bottom.
type writer struct {
	*excelize.StreamWriter
	Sheet
	looks  styles
	widths []float64 // of the columns
	row    int       // the last one written
}

func (b Book) fill(f *excelize.File, s Sheet, looks styles) error {
	stream, err := f.NewStreamWriter(s.Tab)
	if err != nil {
		return err
	}
	w := &writer{StreamWriter: stream, Sheet: s, looks: looks}
	for i, c := range s.Columns {
		w.widths = append(w.widths, s.Width(i, c))
		if err := w.SetColWidth(i+1, i+1, w.widths[i]); err != nil {
			return err
		}
		if c.Literal {
			if err := w.SetColStyle(i+1, i+1, looks.literal); err != nil {
				return err
			}
		}
	}
	err = w.SetPanes(&excelize.Panes{Freeze: true, YSplit: headRow, TopLeftCell: fmt.Sprintf("A%d", headRow+1), ActivePane: "bottomLeft"})
	if err != nil {
		return err
	}
	heads, high := make([]any, len(s.Columns)), 1
	for i, c := range s.Columns {
		high = max(high, len(lines(clean(c.Head), w.widths[i])))
		heads[i] = excelize.Cell{StyleID: looks.head, Value: clean(c.Head)}
	}
	err = errors.Join(
		w.add(excelize.Cell{StyleID: looks.title, Value: clean(b.Title(s))}),
		w.add(excelize.Cell{StyleID: looks.about, Value: clean(b.About.Words())}),
		w.addHigh(high, heads...))
	if err != nil {
		return err
	}
	if err := errors.Join(w.table(), w.tail()); err != nil {
		return err
	}
	return w.Flush()
}

// add writes the next row.
func (w *writer) add(cells ...any) error { return w.addHigh(1, cells...) }

// The height of a line, and of the highest row, in points.
const (
	lineHigh = 15
	mostHigh = 409
)

// addHigh writes the next row, with room for so many lines: not every program that
// shows it finds that out by itself.
func (w *writer) addHigh(lines int, cells ...any) error {
	w.row++
	var opts []excelize.RowOpts
	if lines > 1 {
		opts = append(opts, excelize.RowOpts{Height: min(float64(lines)*lineHigh, mostHigh)})
	}
	return w.SetRow(fmt.Sprintf("A%d", w.row), cells, opts...)
}

// table writes the rows, each group with its 小计, and the 合计.
func (w *writer) table() error {
	var all [][]Value
	first := w.row + 1
	for _, g := range w.Groups {
		begin := w.row + 1
		for _, row := range g.Rows {
			if err := w.values(row); err != nil {
				return err
			}
		}
		all = append(all, g.Rows...)
		if g.Name != "" && len(g.Rows) > 0 {
			if err := w.sum(g.Name+" 小计", begin, g.Rows); err != nil {
				return err
			}
		}
	}
	switch {
	case len(all) == 0:
		return w.values([]Value{Text(Nothing)})
	case w.Total:
		return w.sum("合计", first, all)
	}
	return nil
}

func (w *writer) values(row []Value) error {
	cells, high := make([]any, len(w.Columns)), 1
	for i := range cells {
		var v Value
		if i < len(row) {
			v = row[i]
		}
		if v.kind == text {
			high = max(high, len(lines(clean(v.text), w.widths[i])))
		}
		cells[i] = excelize.Cell{StyleID: w.looks.of(v), Value: v.content()}
	}
	return w.addHigh(high, cells...)
}

// sum writes a row that adds up what stands from a row on. Each formula
// carries its number, counted in the integers that the rows were given as.
func (w *writer) sum(label string, from int, rows [][]Value) error {
	cells, to := make([]any, len(w.Columns)), w.row
	for i, c := range w.Columns {
		cell := excelize.Cell{StyleID: w.looks.total[empty]}
		switch over, under := w.at(c.Over), w.at(c.Under); {
		case c.Sum:
			k, n := added(i, rows)
			cell = excelize.Cell{StyleID: w.looks.total[k], Formula: fmt.Sprintf("SUBTOTAL(9,%s%d:%s%d)", name(i), from, name(i), to), Value: k.number(n)}
		case over >= 0 && under >= 0 && c.Less:
			k, _ := added(over, rows)
			cell = ofSums(rows, over, under, to+1, "-", func(a, b int64) float64 { return k.number(a - b) })
			cell.StyleID = w.looks.total[k]
		case over >= 0 && under >= 0:
			cell = ofSums(rows, over, under, to+1, "/", func(a, b int64) float64 { return float64(a) / float64(b) })
			cell.StyleID = w.looks.total[rate]
		case i == 0:
			cell.Value = clean(label)
		}
		cells[i] = cell
	}
	return w.add(cells...)
}

// added is the sum of a column; what is no number counts nothing.
func added(column int, rows [][]Value) (k kind, n int64) {
	k = count
	for _, row := range rows {
		if column < len(row) {
			if is := row[column].kind; is == count || is == money {
				k, n = is, n+row[column].n
			}
		}
	}
	return k, n
}

// ofSums is what becomes of one sum and another, both in the same row; — without
// the other.
func ofSums(rows [][]Value, over, under, row int, sign string, of func(a, b int64) float64) excelize.Cell {
	_, a := added(over, rows)
	_, b := added(under, rows)
	cell := excelize.Cell{Formula: fmt.Sprintf(`IF(%[2]s%[3]d=0,"%[4]s",%[1]s%[3]d%[5]s%[2]s%[3]d)`, name(over), name(under), row, dash, sign), Value: dash}
	if b != 0 {
		cell.Value = of(a, b)
	}
	return cell
}

// at is the place of a head; -1 when there is none.
func (s Sheet) at(head string) int {
	for i, c := range s.Columns {
		if head != "" && c.Head == head {
			return i
		}
	}
	return -1
}

// tail writes what stands below the table.
func (w *writer) tail() error {
	if len(w.Notes) > 0 {
		w.row++
	}
	room := 0.0
	for _, width := range w.widths[min(1, len(w.widths)):] {
		room += width
	}
	for _, n := range w.Notes {
		label := n.Label
		for _, line := range lines(clean(n.Text), max(room, maxWidth)) {
			if err := w.add(excelize.Cell{StyleID: w.looks.about, Value: clean(label)}, excelize.Cell{StyleID: w.looks.about, Value: line}); err != nil {
				return err
			}
			label = ""
		}
	}
	if !w.Sign {
		return nil
	}
	w.row++
	signs := Signs()
	cells := make([]any, max(len(w.Columns), len(signs)))
	for i, s := range signs {
		cells[i*len(cells)/len(signs)] = excelize.Cell{StyleID: w.looks.sign, Value: s}
	}
	return w.add(cells...)
}

// Words is row 2.
func (a About) Words() string {
	made := ""
	if !a.Made.IsZero() {
		made = a.Made.Format(time.DateOnly)
	}
	var list []string
	for _, s := range [][2]string{{"制表日期 ", made}, {"截至 ", a.AsOf}, {"单位：", a.Unit}, {"版本 ", a.Version}, {"查看人 ", a.Reader}, {"追踪码 ", a.Trace}} {
		if s[1] != "" {
			list = append(list, s[0]+s[1])
		}
	}
	return joined(" · ", list...)
}

// Title is row 1 of a sheet.
func (b Book) Title(s Sheet) string { return joined(" ", b.Company, s.Name, b.Period) }

// Nothing is what a table says that has no rows.
const Nothing = "没有"

// Signs are what the last row says, for who signs.
func Signs() []string { return []string{"制表：", "审核：", "批准："} }

// joined leaves out what is empty.
func joined(by string, list ...string) string {
	var some []string
	for _, s := range list {
		if s != "" {
			some = append(some, s)
		}
	}
	return strings.Join(some, by)
}

// Columns are between these wide, unless they say how wide they are.
const (
	minWidth = 6
	maxWidth = 42
	longHead = 8
)

// Width is how wide a column has to be for what it holds, in characters of Latin.
func (s Sheet) Width(i int, c Column) float64 {
	if c.Width > 0 {
		return c.Width
	}
	most := wide(c.Head)
	if most > longHead { // in two lines
		most = max((most+1)/2, longHead)
	}
	for _, n := range s.Notes {
		if i == 0 {
			most = max(most, wide(n.Label))
		}
	}
	for _, g := range s.Groups {
		for _, row := range g.Rows {
			if i < len(row) {
				most = max(most, row[i].wide())
			}
		}
	}
	return float64(min(max(most+2, minWidth), maxWidth))
}

func (v Value) wide() int {
	switch v.kind {
	case text:
		most := 0
		for line := range strings.Lines(v.text) {
			most = max(most, wide(line))
		}
		return most
	case day:
		return len("2006-01-02")
	case moment:
		return len("2006-01-02 15:04:05")
	case count, money, rate:
		n := len(fmt.Sprint(v.n))
		return n + n/3 + 2
	}
	return 0
}

// wide is how many Latin characters a text takes the room of.
func wide(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

// name is the letters of a column.
func name(i int) string {
	n, _ := excelize.ColumnNumberToName(i + 1) // fails beyond 16,384 columns only
	return n
}

// lines are a text as it stands in a cell of a width: broken where it is full, and
// where it breaks itself. There is at least one.
func lines(s string, width float64) (list []string) {
	for line := range strings.SplitSeq(s, "\n") {
		begin, n := 0, 0
		for i, r := range line {
			if k := wide(string(r)); float64(n+k) > width-1 && i > begin {
				list, begin, n = append(list, line[begin:i]), i, k
			} else {
				n += k
			}
		}
		list = append(list, line[begin:])
	}
	return list
}
