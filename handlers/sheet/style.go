package sheet

import (
	"fmt"

	"github.com/xuri/excelize/v2"
)

// styles are the numbers of a file's styles.
type styles struct {
	title, about, head, sign int
	words, literal           int // text; text that begins like a formula
	plain, total             map[kind]int
}

const textFormat = "@"

// formats is how each kind of number is shown.
var formats = map[kind]string{count: "#,##0", money: "#,##0.00", rate: "0.0%", day: "yyyy-mm-dd", moment: "yyyy-mm-dd hh:mm:ss"}

func newStyles(f *excelize.File) (s styles, err error) {
	add := func(bold, framed bool, format string) int {
		if err != nil {
			return 0
		}
		style := &excelize.Style{Font: &excelize.Font{Family: "微软雅黑", Size: 10, Bold: bold}, Alignment: &excelize.Alignment{Vertical: "top", WrapText: framed}}
		if framed {
			for _, side := range []string{"left", "right", "top", "bottom"} {
				style.Border = append(style.Border, excelize.Border{Type: side, Color: "BFBFBF", Style: 1})
			}
		}
		if format != "" {
			style.CustomNumFmt = &format
		}
		var n int
		if n, err = f.NewStyle(style); err != nil {
			err = fmt.Errorf("style: %w", err)
		}
		return n
	}
	s = styles{
		title: add(true, false, ""), about: add(false, false, ""), head: add(true, true, ""), sign: add(false, false, ""),
		words: add(false, true, ""), literal: add(false, true, textFormat),
		plain: map[kind]int{}, total: map[kind]int{text: add(true, true, ""), empty: add(true, true, "")},
	}
	s.plain[empty] = s.words
	for k, format := range formats {
		s.plain[k], s.total[k] = add(false, true, format), add(true, true, format)
	}
	return s, err
}

// of is the style of a cell of the table.
func (s styles) of(v Value) int {
	switch {
	case v.kind != text:
		return s.plain[v.kind]
	case formulaLike(clean(v.text)):
		return s.literal
	}
	return s.words
}
