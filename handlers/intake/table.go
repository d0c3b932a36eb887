package intake

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
)

// Record is a row of a table as it was read.
type Record[R any] struct {
	Line  int
	Value R
	Problems
}

// Table is a table as it was found in a file.
type Table[R any] struct {
	Records []Record[R]
	Notes   []string
}

func (t *Table[R]) note(format string, args ...any) {
	t.Notes = append(t.Notes, fmt.Sprintf(format, args...))
}

// Read finds the table with these columns: in the first tab that has the heads.
// The tabs named beside are read by who calls, or not meant to be; of all others
// it is noted that they are not. Its error is a *[sheet.Unreadable].
func Read[R any](f *sheet.File, columns []Column[R], fresh func() R, beside ...string) (*Table[R], error) {
	tabs, notes := shown(f)
	tabs = slices.DeleteFunc(slices.Clone(tabs), func(t sheet.Tab) bool { return slices.Contains(beside, t.Name) })
	var table *Table[R]
	for _, tab := range tabs {
		rows, err := f.Rows(tab)
		if table != nil {
			if h, found := findHeads(rows, columns); found && len(rows) > h.row+1 {
				table.broken(sheet.Row{Line: rows[h.row].Line, Wrong: fmt.Sprintf("工作表%s不导入，它的 %d 行没有读：只读第一个有列名的工作表，其余的请另存为一个文件", text.Quote(tab.Name), len(rows)-h.row-1)}, fresh())
			} else if err != nil || len(rows) > 0 {
				notes = append(notes, "工作表"+text.Quote(tab.Name)+"不导入：只读第一个有列名的工作表，其余的请另存为一个文件")
			}
			continue
		}
		if err != nil {
			return nil, err
		}
		if table, err = read(rows, columns, fresh, tab.Name == ""); err != nil {
			return nil, err
		}
		if table != nil && len(tabs) > 1 {
			notes = append(notes, "读的是工作表"+text.Quote(tab.Name))
		}
	}
	if table == nil {
		why := append([]string{fmt.Sprintf("没有找到列名：前 %d 行里要有一行是列名，其中有%s。可以用 --template 取一个空表", maxTitles, required(columns))}, notes...)
		return nil, &sheet.Unreadable{Text: strings.Join(why, "；")}
	}
	table.Notes = append(notes, table.Notes...)
	return table, nil
}

// ReadTab reads the tab of a name; nil where none of it shows.
func ReadTab[R any](f *sheet.File, name string, columns []Column[R], fresh func() R) (*Table[R], error) {
	tabs, _ := shown(f)
	i := slices.IndexFunc(tabs, func(t sheet.Tab) bool { return t.Name == name })
	if i < 0 {
		return nil, nil
	}
	rows, err := f.Rows(tabs[i])
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	table, err := read(rows, columns, fresh, false)
	if err == nil && table == nil {
		err = &sheet.Unreadable{Text: "工作表" + text.Quote(name) + "里要有" + required(columns) + "这几列"}
	}
	return table, err
}

// shown are the tabs that people see; all where they see none.
func shown(f *sheet.File) (tabs []sheet.Tab, notes []string) {
	for _, t := range f.Tabs {
		if !t.Hidden {
			tabs = append(tabs, t)
			continue
		}
		notes = append(notes, "工作表"+text.Quote(t.Name)+"是隐藏的，不导入")
	}
	if len(tabs) == 0 {
		return f.Tabs, []string{"工作表都是隐藏的，照样读"}
	}
	return tabs, notes
}

// read reads the rows below the heads; nil where there are none.
func read[R any](rows []sheet.Row, columns []Column[R], fresh func() R, plain bool) (*Table[R], error) {
	h, found := findHeads(rows, columns)
	if !found {
		return nil, nil
	}
	if err := twice(h, columns); err != nil {
		return nil, err
	}
	t := &Table[R]{}
	if h.row > 0 {
		t.note("列名在第 %d 行，它上面的不当数据", rows[h.row].Line)
	}
	for _, row := range rows[:h.row] {
		if row.Wrong != "" {
			t.broken(row, fresh())
		}
	}
	if len(rows) == h.row+1 {
		t.note("列名下面一行也没有")
	}
	body := reader[R]{
		Table: t, columns: columns, heads: h, head: rows[h.row], index: headIndex(columns), units: unitsOf(rows, h, columns),
		plain: plain, fresh: fresh, stray: map[int][]int{}, hidden: map[int]int{},
	}
	for _, row := range rows[h.row+1:] {
		body.take(row)
	}
	body.notes()
	return t, nil
}

// broken keeps a row that could not be read.
func (t *Table[R]) broken(row sheet.Row, value R) {
	r := Record[R]{Line: row.Line, Value: value}
	r.Fail("%s", row.Wrong)
	t.Records = append(t.Records, r)
}

// reader reads the rows below the heads.
type reader[R any] struct {
	*Table[R]
	columns []Column[R]
	heads   heads
	head    sheet.Row      // the heads as they stand there
	index   map[string]int // which column any head would name
	units   map[int]unit   // in what a column counts, by cell
	plain   bool           // text: a comma too many shifts all that is behind it
	fresh   func() R
	other   int           // the line that begins another table; 0: none
	unseen  int           // how many rows are hidden
	hidden  map[int]int   // by cell: how many of a column that is hidden were read
	stray   map[int][]int // by cell: the lines that hold something that is not read
}

// empty are what people write into a cell that has nothing.
var empty = regexp.MustCompile(`^([-/\\.]+|无|暂无|空|没有|n/?a|null|none)$`)

func (b *reader[R]) take(row sheet.Row) {
	if row.Wrong != "" {
		b.broken(row, b.fresh())
		return
	}
	if row.Hidden {
		b.unseen++
	}
	if b.other == 0 {
		if why := b.aside(row); why != "" {
			b.note("第 %d 行%s，不导入", row.Line, why)
			return
		}
	}
	r := Record[R]{Line: row.Line, Value: b.fresh()}
	switch {
	case b.other == row.Line:
		r.Fail("又是一行列名，和第 %d 行的不一样：请把这张表另存为一个文件再导入", b.head.Line)
		b.Records = append(b.Records, r)
		return
	case b.other > 0:
		r.Fail("在第 %d 行开始的另一张表里，没有读", b.other)
		b.Records = append(b.Records, r)
		return
	}
	b.fill(&r, row)
}

// fill makes a record of a row.
func (b *reader[R]) fill(r *Record[R], row sheet.Row) {
	filled := map[int]bool{}
	for i, c := range row.Cells {
		if c.Wrong == "" && (!text.HasWords(c.Text) || empty.MatchString(text.Bare(c.Text))) {
			continue
		}
		at := -1
		if i < len(b.heads.index) {
			at = b.heads.index[i]
		}
		switch {
		case at < 0 && b.plain && i >= len(b.heads.index):
			r.Fail("比列名多出内容，是不是哪一格里的逗号没有放在引号里？")
		case at < 0:
			b.stray[i] = append(b.stray[i], row.Line)
		default:
			filled[at] = true
			b.set(r, b.columns[at], i, c)
			if c.Hidden {
				b.hidden[i]++
			}
		}
	}
	b.complete(r, filled)
}

// set puts a cell into a record, or says why not.
func (b *reader[R]) set(r *Record[R], column Column[R], i int, c sheet.Cell) {
	if c.Wrong != "" {
		r.Fail("%s %s%s", column.Head, cellName(i, r.Line), c.Wrong)
		return
	}
	err := error(nil)
	if column.Amount == nil {
		err = column.Set(&r.Value, c)
	} else if fen, wrong := money(c, b.units[i]); wrong != nil {
		err = wrong
	} else {
		err = column.Amount(&r.Value, fen)
	}
	if err != nil {
		r.Fail("%s：%s", column.Head, err)
	}
}

// complete keeps a record, with what it lacks.
func (b *reader[R]) complete(r *Record[R], filled map[int]bool) {
	for i, c := range b.columns {
		if c.Required && !filled[i] {
			r.Fail("没有%s", c.Head)
		}
	}
	b.Records = append(b.Records, *r)
}

// notes names the columns that were not read.
func (b *reader[R]) notes() {
	for i := range max(len(b.heads.index), maxIndex(b.stray)+1) {
		lines := b.stray[i]
		switch name := b.head.At(i).Text; {
		case name != "" && i < len(b.heads.index) && b.heads.index[i] < 0:
			b.note("不认识的列%s，不导入%s", text.Quote(name), where(lines))
		case len(lines) > 0:
			b.note("%s 列没有列名，不导入%s", columnName(i), where(lines))
		}
	}
	for i := range b.heads.index {
		if n := b.hidden[i]; n > 0 {
			b.note("%s 列%s在表里是隐藏的，一样导入（有 %d 格内容）", columnName(i), text.Quote(b.head.At(i).Text), n)
		}
		if u := b.units[i]; u.factor > 1 {
			b.note("%s 列%s按%s读，1 就是 %d 元", columnName(i), text.Quote(b.head.At(i).Text), u.words, u.factor)
		}
	}
	if b.unseen > 0 {
		b.note("有 %d 行在表里是隐藏的，一样导入", b.unseen)
	}
}

func maxIndex(stray map[int][]int) int {
	most := -1
	for i := range stray {
		most = max(most, i)
	}
	return most
}

// where says in which lines something is left.
func where(lines []int) string {
	if len(lines) == 0 {
		return ""
	}
	return fmt.Sprintf("（第 %d 行起有 %d 格内容）", lines[0], len(lines))
}

func columnName(i int) string {
	name, _ := excelize.ColumnNumberToName(i + 1) // fails beyond 16,384 columns only
	return name
}

func cellName(i, line int) string { return fmt.Sprintf("%s%d ", columnName(i), line) }
