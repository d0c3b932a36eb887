package intake

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
)

// Column is a column of a table whose rows become records of type R.
type Column[R any] struct {
	Head     string
	Also     []string                   // other usual heads
	Required bool                       // a table has it, and so has each of its rows
	Many     bool                       // several columns may be one; a record hears of each cell
	Set      func(*R, sheet.Cell) error // hears of what is not empty; its error is for people
	Amount   func(*R, int64) error      // instead of Set: of an amount, in 分
	Example  string                     // in the template
}

// exampleMark is how the first required cell of an example begins, so that a
// template that was filled in may keep it.
const exampleMark = "（示例）"

// Empty is the tab of a template: the heads, and an example that is not
// imported. Everything in it is text, so that Excel shortens no phone.
func Empty[R any](tab, name string, columns []Column[R]) sheet.Sheet {
	s := sheet.Sheet{Tab: tab, Name: name}
	var example []sheet.Value
	marked := false
	for _, c := range columns {
		head, value := c.Head, c.Example
		if c.Required {
			head += requiredMark
		}
		if c.Required && !marked {
			value, marked = exampleMark+value, true
		}
		s.Columns = append(s.Columns, sheet.Column{Head: head, Literal: true})
		example = append(example, sheet.Text(value))
	}
	s.Groups = sheet.Rows(example)
	return s
}

const requiredMark = "*"

var remark = regexp.MustCompile(`\([^()]*\)$`)

// unitWords is in what a column counts, where its head says so: 金额/万元.
var unitWords = regexp.MustCompile(`[/:(]?(单位:?)?(人民币)?([千万亿]|百万|十万|千万)?(元|[千万亿])\)?$`)

// headWords is a head as heads are compared: 公司电话（必填）: is 公司电话, and
// 金额（万元） 金额.
func headWords(head string) string {
	trimmed := strings.Trim(text.Bare(head), "*:;,")
	if bare := remark.ReplaceAllString(trimmed, ""); bare != "" {
		trimmed = bare
	}
	trimmed = strings.Trim(trimmed, "*:;,")
	if bare := unitWords.ReplaceAllString(trimmed, ""); bare != "" {
		trimmed = bare
	}
	return trimmed
}

// headIndex is which column a head names. A column's own head goes before what
// others are called too.
func headIndex[R any](columns []Column[R]) map[string]int {
	index := map[string]int{}
	add := func(head string, i int) {
		if _, taken := index[headWords(head)]; !taken {
			index[headWords(head)] = i
		}
	}
	for i, c := range columns {
		add(c.Head, i)
	}
	for i, c := range columns {
		for _, head := range c.Also {
			add(head, i)
		}
	}
	return index
}

// required names the columns that a table must have.
func required[R any](columns []Column[R]) string {
	var heads []string
	for _, c := range columns {
		if c.Required {
			heads = append(heads, text.Quote(c.Head))
		}
	}
	return strings.Join(heads, "和")
}

// heads is a row of heads as it was read: the column that each cell names, -1
// for none.
type heads struct {
	row   int // its place among the rows
	index []int
	known int // how many cells name one
}

// maxTitles is among how many rows the heads are looked for.
const maxTitles = 10

// findHeads finds the row of heads: of the first rows that have what is required
// the one that names most.
func findHeads[R any](rows []sheet.Row, columns []Column[R]) (best heads, found bool) {
	index := headIndex(columns)
	for i, row := range rows[:min(len(rows), maxTitles)] {
		h := heads{row: i}
		named := map[int]bool{}
		for _, c := range row.Cells {
			at, ok := index[headWords(c.Text)]
			if !ok || c.Text == "" {
				at = -1
			} else {
				named[at] = true
			}
			h.index = append(h.index, at)
		}
		h.known = len(named)
		if complete(columns, named) && h.known > best.known {
			best, found = h, true
		}
	}
	return best, found
}

// complete reports whether what is required is there.
func complete[R any](columns []Column[R], there map[int]bool) bool {
	for i, c := range columns {
		if c.Required && !there[i] {
			return false
		}
	}
	return true
}

// twice is the first column that two heads name though one may only.
func twice[R any](h heads, columns []Column[R]) error {
	seen := map[int]bool{}
	for _, at := range h.index {
		if at < 0 {
			continue
		}
		if seen[at] && !columns[at].Many {
			return &sheet.Unreadable{Text: fmt.Sprintf("有两列都是%s，请合成一列", text.Quote(columns[at].Head))}
		}
		seen[at] = true
	}
	return nil
}

// OneName refuses several people where one is meant: whoever picked one of them
// would guess.
func OneName(name string) error {
	if strings.ContainsAny(text.Fold(name).Text, "、,;/\n") {
		return errors.New("写了不止一位，请只写一位")
	}
	return nil
}
