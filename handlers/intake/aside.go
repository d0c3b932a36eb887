package intake

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"marketbot/handlers/sheet"
	"marketbot/handlers/text"
)

// sums begin the rows that add up others, remarks those that tell of the table.
var (
	sums = regexp.MustCompile(`^((本页|本月|本年|全年|以上|项目)?(合计|小计|总计|共计|累计)([:(0-9].*)?|.+小计:?|共\d+(条|家|个|笔|份|人|行|位)(记录|数据|客户|合同)?)$`)

	labelled = regexp.MustCompile(`^\p{Han}{1,8}:.`)
	remarks  = regexp.MustCompile(`^((附?注|备注|说明|填表说明|提示|注意|制表人?|填表人?|审核人?|复核人?|批准人?|经办人?|(制表|填表|打印)?(日期|时间)|(金额)?单位|数据来源|截至|截止)([0-9]*:.*)|` +
		`[-—]*以下(空白|无正文)[-—]*|第\d+页(,?共\d+页)?)$`)
)

// aside says why a row that holds something is no row of the table; empty where
// it is one. Rows below other heads are not read by these.
func (b *reader[R]) aside(row sheet.Row) string {
	var held []int
	for i, c := range row.Cells {
		if c.Wrong != "" || text.HasWords(c.Text) {
			held = append(held, i)
		}
	}
	if len(held) == 0 {
		return ""
	}
	first := row.At(held[0])
	switch said := text.Bare(first.Text); {
	case sums.MatchString(said), remarks.MatchString(said) && strings.HasSuffix(said, ":"),
		!slices.ContainsFunc(held, func(i int) bool { return !isRemark(row.At(i)) }):
		return "是" + text.Quote(text.MaskPhones(first.Text))
	case b.example(row):
		return "是空表里的示例"
	case len(held) == 1 && first.Wide > 1:
		return fmt.Sprintf("是合并了 %d 列的%s", first.Wide, text.Quote(text.MaskPhones(first.Text)))
	}
	return b.headsAgain(row, held)
}

// isRemark reports whether a cell tells of the table by itself: 制表人：周明.
func isRemark(c sheet.Cell) bool {
	said := text.Bare(c.Text)
	return c.Wrong == "" && (remarks.MatchString(said) || labelled.MatchString(said))
}

// whole reports whether some cells of a row are all that it needs.
func (b *reader[R]) whole(row sheet.Row, cells []int) bool {
	filled := map[int]bool{}
	for _, i := range cells {
		if i < len(b.heads.index) && b.heads.index[i] >= 0 {
			filled[b.heads.index[i]] = true
		}
	}
	return complete(b.columns, filled)
}

// headsAgain says so of a row that repeats the heads. One that has other heads
// begins another table.
func (b *reader[R]) headsAgain(row sheet.Row, held []int) string {
	same, named, taken := true, 0, map[int]bool{}
	for _, i := range held {
		words := headWords(row.At(i).Text)
		same = same && words == headWords(b.head.At(i).Text)
		if at, ok := b.index[words]; ok {
			named, taken[at] = named+1, true
		}
	}
	switch {
	case same && b.whole(row, held):
		return "又是列名"
	case named > 1 && named*2 > len(held) && complete(b.columns, taken):
		b.other = row.Line
	}
	return ""
}

// example reports whether a row is that of the template.
func (b *reader[R]) example(row sheet.Row) bool {
	for i, at := range b.heads.index {
		if at >= 0 && b.columns[at].Required && strings.HasPrefix(text.Bare(row.At(i).Text), text.Bare(exampleMark)) {
			return true
		}
	}
	return false
}
