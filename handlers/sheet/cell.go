package sheet

import (
	"encoding/xml"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"github.com/xuri/nfp"
)

// Cell is what somebody put in a cell. The zero Cell is an empty one.
type Cell struct {
	Text   string
	Number bool   // it was no text, so that Text is as many digits as there are
	Day    string // what a number would be as a day (2024-03-05), where it can be one
	Wrong  string // why it has no value that could be taken
}

// xmlCell is a cell as it stands in a file.
type xmlCell struct {
	Ref     string      `xml:"r,attr"`
	Type    string      `xml:"t,attr"`
	Style   string      `xml:"s,attr"`
	Formula *struct{}   `xml:"f"`
	Value   *string     `xml:"v"`
	Inline  *sharedText `xml:"is"`
}

// sharedText is a text in pieces of different looks. How it is pronounced (rPh)
// is left out.
type sharedText struct {
	Text   string `xml:"t"`
	Pieces []struct {
		Text string `xml:"t"`
	} `xml:"r"`
	wrong bool
}

func (s sharedText) String() string {
	all := s.Text
	for _, p := range s.Pieces {
		all += p.Text
	}
	return all
}

// readWords reads the texts that cells refer to by their number.
func (f *File) readWords(part string) {
	data, err := f.part(part)
	lost := func(error) { f.words = append(f.words, sharedText{wrong: true}) }
	limit := each(data, "si", []string{"sst"}, func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		var s sharedText
		if err := d.DecodeElement(&s, &e); err != nil {
			return err
		}
		f.words = append(f.words, s)
		return nil
	}, lost)
	if err != nil || limit != nil { // whoever refers to what is missing says so
		lost(nil)
	}
}

// readStyles finds the styles that show a number as a date.
func (f *File) readStyles(part string) {
	var s struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if f.decode(part, &s) != nil {
		return // numbers stay numbers
	}
	dated := map[int]bool{}
	for _, format := range s.Formats {
		dated[format.ID] = datedFormat(format.Code)
	}
	f.dates = map[int]bool{}
	for i, c := range s.Cells {
		own, known := dated[c.Format]
		f.dates[i] = own || !known && builtInDate(c.Format)
	}
}

// builtInDate reports whether a format that every Excel has is a date's or a
// time's; from 27 on they are those of Chinese ones.
func builtInDate(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

func datedFormat(code string) bool {
	parser := nfp.NumberFormatParser()
	for _, section := range parser.Parse(code) {
		for _, token := range section.Items {
			if token.TType == nfp.TokenTypeDateTimes || token.TType == nfp.TokenTypeElapsedDateTimes {
				return true
			}
		}
	}
	return false
}

// cell reads a cell. What held something is never read as an empty one.
func (f *File) cell(x xmlCell) Cell {
	value := ""
	if x.Value != nil {
		value = *x.Value
	}
	switch {
	case x.Type == "e":
		return Cell{Wrong: "是错误值 " + value}
	case x.Formula != nil && x.Value == nil && x.Inline == nil:
		return Cell{Wrong: "是没有存下结果的公式，请用 Excel 打开后保存一次"}
	case x.Type == "inlineStr" && x.Inline != nil:
		return textCell(unescape(x.Inline.String()))
	case x.Type == "s" && value != "":
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 || n >= len(f.words) || f.words[n].wrong {
			return Cell{Wrong: "的文字在文件里坏了或找不到"}
		}
		return textCell(unescape(f.words[n].String()))
	case x.Type == "b":
		return textCell(strings.NewReplacer("1", "TRUE", "0", "FALSE").Replace(value))
	case x.Type == "" || x.Type == "n":
		return f.number(strings.TrimSpace(value), x.Style)
	}
	return textCell(unescape(value)) // str, d
}

// number reads a number, with all of its digits: 1.3800138E10 is a phone.
func (f *File) number(value, style string) Cell {
	if value == "" {
		return Cell{}
	}
	n, err := strconv.ParseFloat(value, 64)
	switch {
	case err != nil || math.IsInf(n, 0) || math.IsNaN(n):
		return Cell{Wrong: "不是数"}
	case math.Abs(n) >= 1e15:
		return Cell{Wrong: "超过 15 位，Excel 记不全。请把这一格设成文本，重新填"}
	}
	n, _ = strconv.ParseFloat(strconv.FormatFloat(n, 'g', 15, 64), 64) // as Excel shows it
	c := Cell{Text: strconv.FormatFloat(n, 'f', -1, 64), Number: true, Day: f.day(n)}
	if i, err := strconv.Atoi(style); err == nil && f.dates[i] && c.Day != "" {
		return Cell{Text: c.Day}
	}
	return c
}

// day is a number of days, as Excel counts them, in words; empty where no
// department can mean that day.
func (f *File) day(n float64) string {
	t, err := excelize.ExcelDateToTime(n, f.epoch)
	switch {
	case err != nil || t.Year() < 1970 || t.Year() > 2100:
		return ""
	case t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0:
		return t.Format(time.DateOnly)
	}
	return t.Format(time.DateTime)
}

// errorValues are what a formula shows that has failed. Pasted as text they are
// no values either, nor is what a column shows that is too narrow.
var errorValues = regexp.MustCompile(`^#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|BUSY!|CONNECT!|GETTING_DATA|UNKNOWN!|#+)$`)

// textCell is a text without white space around it, and without what nobody
// sees.
func textCell(s string) Cell {
	words := strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r) && r != '\n':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "�")))
	switch {
	case errorValues.MatchString(words):
		return Cell{Wrong: "是错误值 " + words}
	case words == "" && strings.TrimSpace(s) != "":
		return Cell{Wrong: "里只有看不见的字符"}
	}
	return Cell{Text: words}
}

var escape = regexp.MustCompile(`(_x[0-9A-Fa-f]{4}_)+`)

// unescape reads characters that are written as _x000D_.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escape.ReplaceAllStringFunc(s, func(run string) string {
		var units []uint16
		for ; run != ""; run = run[len("_x0000_"):] {
			n, _ := strconv.ParseUint(run[2:6], 16, 16)
			units = append(units, uint16(n))
		}
		return string(utf16.Decode(units))
	})
}
