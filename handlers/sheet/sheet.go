// Package sheet writes workbooks for Excel and WPS and reads what others made.
//
// To write, an area says what stands in a table, as columns and typed values
// ([Book]); how it looks, adds up, prints and stays safe is decided here once
// for the whole house. To read, [Open] gives the rows and cells of a workbook or
// of a table as text; what they mean is for [marketbot/handlers/intake].
//
// It is not for deciding who may have a workbook, and knows nothing of the
// department.
//
// # What a sheet looks like
//
// Row 1 names company, table and period, row 2 says when and for whom it was
// made, row 3 is the head; these three stay in sight and are repeated on every
// page of paper: A4 landscape, one page wide. Groups may end in a 小计, the
// table in a 合计. Both are formulas that carry their number, so that previews
// and phones, which calculate nothing, show it too. A table without rows has
// one that says 没有. No cells are merged, so that people can sort and filter.
//
// # What people wrote
//
// A [Text] is stored as a string and comes back as it was written: "- 拜访"
// stays "- 拜访", and "=1+1" is no formula, because only a cell with an <f>
// element is one. A cell whose text begins like a formula is also formatted as
// text, so that it stays one when somebody edits it. Characters that XML
// cannot hold become �; nothing else is lost with them.
//
// # What others made
//
// A file is read to its end or refused in words. A [Row] or a [Cell] that holds
// something and cannot be read says so, in its Wrong, and never comes out empty:
// a place where the XML is broken, a formula without a stored value, #N/A. A
// text stays one, so that 1E5 is no 100000; a merged cell stands in each of its
// rows.
package sheet

import "time"

// Book is a workbook to be made.
type Book struct {
	Company string // may be empty
	Period  string // 2026年11月
	About   About
	Sheets  []Sheet // at least one
}

// About is what row 2 says of a workbook; what is empty is left out.
type About struct {
	Made    time.Time // in the zone that it is to be read in
	AsOf    string    // 11月27日 周五 10:30
	Unit    string    // 元
	Version string    // v1
	Reader  string    // who asked for it
	Trace   string    // the code of the look record
}

// Sheet is one table on a tab of its own.
type Sheet struct {
	Tab     string // at most 31 characters, none of :\/?*[]
	Name    string // in row 1
	Columns []Column
	Groups  []Group
	Total   bool   // a 合计 below all groups
	Notes   []Note // below the table
	Sign    bool   // a last row for 制表, 审核 and 批准
}

// Column is a head with what stands below.
type Column struct {
	Head  string
	Width float64 // in characters of Latin; 0: as wide as what it holds
	Sum   bool    // adds up in 小计 and 合计
	// Literal columns are text down to the last row of Excel: a template's, for
	// what people are to fill in.
	Literal bool
	// Over and Under name the heads of two columns that add up: 小计 and 合计
	// are then the one's sum over the other's, as a rate; with Less, the one's sum
	// less the other's.
	Over, Under string
	Less        bool
}

// Group is rows that belong together. With a name they end in a 小计.
type Group struct {
	Name string
	Rows [][]Value // a value a column; missing ones are empty
}

// Note is a line of words below the table.
type Note struct{ Label, Text string }

// Rows is a table in one group without a name.
func Rows(rows ...[]Value) []Group { return []Group{{Rows: rows}} }
