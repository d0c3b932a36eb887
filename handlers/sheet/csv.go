package sheet

import (
	"bytes"
	"encoding/csv"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// openText reads a table as text: UTF-8 or UTF-16 with a mark, else UTF-8 where
// it is, else what Excel writes in China. Its error is an *Unreadable.
func openText(data []byte) (*File, error) {
	plain, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), data)
	if err == nil && !utf8.Valid(plain) {
		plain, err = simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	}
	switch {
	case err != nil || bytes.ContainsRune(plain, 0) || bytes.ContainsRune(plain, utf8.RuneError):
		return nil, unreadable("这个文件读不了：不是 .xlsx，也不是 UTF-8 或 GBK 的 .csv")
	case bytes.HasPrefix(bytes.TrimSpace(plain), []byte("<")):
		return nil, unreadable("这其实是网页或 XML，不是 Excel。请用 Excel 打开，另存为 .xlsx")
	}
	text := strings.ReplaceAll(string(plain), "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	for range 2 { // each other one at a time: they share what stands between
		text = bareFormula.ReplaceAllString(text, `$1"$2"$3`)
	}
	rows, err := textRows(text)
	return &File{Tabs: []Tab{{rows: rows}}}, err
}

// bareFormula is how systems export a number that is to keep its digits, where
// they quote only what Excel shows: ="0769".
var bareFormula = regexp.MustCompile(`(?m)(^|[,;\t])="([^"\n]*)"([,;\t]|$)`)

// comma is what stands between the cells: what stands most often in the first
// lines, outside quotes.
func comma(text string) rune {
	quoted, lines, count := false, 0, map[rune]int{}
	for _, r := range text {
		if r == '"' {
			quoted = !quoted
		}
		if quoted {
			continue
		}
		if count[r]++; r == '\n' {
			lines++
		}
		if lines == 10 {
			break
		}
	}
	best := ','
	for _, r := range ";\t" {
		if count[r] > count[best] {
			best = r
		}
	}
	return best
}

// textRows reads the rows of a text. Where quotes do not match it names the row
// and goes on with the next line.
func textRows(text string) (rows []Row, err error) {
	mark, line := comma(text), 1
	if rest, told := strings.CutPrefix(text, "sep="); told { // Excel's own way to say it
		r, size := utf8.DecodeRuneInString(rest)
		if after, ok := strings.CutPrefix(rest[size:], "\n"); ok && strings.ContainsRune(",;\t", r) {
			mark, text, line = r, after, line+1
		}
	}
	for broken := 0; text != ""; broken++ {
		if broken == maxBroken {
			return nil, unreadable("引号没有配对的地方太多，请另存为 .xlsx 再试")
		}
		good, used, next, err := textRecords(text, mark, line)
		if rows = append(rows, good...); err == nil {
			break
		}
		text = text[used:]
		for strings.HasPrefix(text, "\n") {
			text, next = text[1:], next+1
		}
		rows = append(rows, Row{Line: next, Wrong: "引号没有配对，这一行没有读。单元格里的引号要写两遍"})
		_, text, _ = strings.Cut(text, "\n")
		line = next + 1
	}
	if len(rows) > maxRows+1 { // the head is one more
		return nil, unreadable("超过 %d 行，请分几个文件", maxRows)
	}
	for _, r := range rows {
		if len(r.Cells) > maxColumns {
			return nil, unreadable("第 %d 行超过 %d 列", r.Line, maxColumns)
		}
	}
	return rows, nil
}

// textRecords reads to the end, or to the first row that it cannot read: used is
// how much was read, next the line behind. A line is one as a spreadsheet counts,
// where what stands in quotes breaks none.
func textRecords(text string, mark rune, line int) (rows []Row, used, next int, err error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = mark, -1, true
	inner := 0 // the line breaks in quotes until now
	for {
		fields, err := r.Read()
		if err == io.EOF {
			return rows, len(text), 0, nil
		}
		if err != nil {
			return rows, used, line + strings.Count(text[:used], "\n") - inner, err
		}
		at, _ := r.FieldPos(0)
		row := Row{Line: line + at - 1 - inner}
		held := 0 // up to which cell
		for i, field := range fields {
			inner += strings.Count(field, "\n")
			row.Cells = append(row.Cells, textCell(field))
			if row.Cells[i] != (Cell{}) {
				held = i + 1
			}
		}
		row.Cells = row.Cells[:held]
		if used = int(r.InputOffset()); held > 0 {
			rows = append(rows, row)
		}
	}
}
