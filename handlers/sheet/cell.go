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
)

// Cell is what somebody put in a cell. The zero Cell is an empty one.
type Cell struct {
	Text   string
	Number bool   // it was no text, so that Text is as many digits as there are, or TRUE
	Day    string // what a number would be as a day (2024-03-05), where it can be one
	Mark   string // what the format of a number writes beside it that changes its worth: $, 万元
	Merged bool   // it is one with cells of other rows
	Wide   int    // over how many columns it is merged; 0: over none
	Hidden bool   // its column is
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

// readStyles finds what the styles make of a number.
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
	own := map[int]format{}
	for _, x := range s.Formats {
		own[x.ID] = formatOf(x.Code)
	}
	f.formats = map[int]format{}
	for i, c := range s.Cells {
		x, known := own[c.Format]
		if !known {
			x = builtIn(c.Format)
		}
		f.formats[i] = x
	}
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
		return Cell{Text: strings.NewReplacer("1", "TRUE", "0", "FALSE").Replace(value), Number: value != ""}
	case x.Type == "d":
		return textCell(isoDay(unescape(value)))
	case x.Type == "" || x.Type == "n":
		return f.number(strings.TrimSpace(value), x.Style)
	}
	return textCell(unescape(value)) // str
}

// isoDay is a day as Strict Open XML writes it (2024-03-05T00:00:00), in words.
func isoDay(value string) string {
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04:05Z07:00", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, value); err == nil {
			return dayWords(t)
		}
	}
	return value
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
	i, err := strconv.Atoi(style)
	if err != nil {
		i = 0
	}
	format := f.formats[i]
	if format.date && c.Day != "" {
		return Cell{Text: c.Day}
	}
	if shown := format.show(n, c.Text); shown != "" {
		return Cell{Text: shown}
	}
	c.Mark = format.mark
	return c
}

// day is a number of days, as Excel counts them, in words; empty where no
// department can mean that day.
func (f *File) day(n float64) string {
	t, err := excelize.ExcelDateToTime(n, f.epoch)
	if err != nil || t.Year() < 1970 || t.Year() > 2100 {
		return ""
	}
	return dayWords(t)
}

func dayWords(t time.Time) string {
	if t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.DateTime)
}

// errorValues are what a formula shows that has failed. Pasted as text they are
// no values either, nor is what a column shows that is too narrow.
var errorValues = regexp.MustCompile(`^#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|BUSY!|CONNECT!|GETTING_DATA|UNKNOWN!|#+)$`)

// asText is how a text is marked as one: with Excel's apostrophe, or as the
// formula that systems export so that Excel keeps its digits.
var asText = regexp.MustCompile(`^(?:'(.+[^'])|="([^"]*)")$`)

// textCell is a text without white space around it, without what nobody sees,
// and without what only marks it as a text.
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
	if m := asText.FindStringSubmatch(words); m != nil {
		words = strings.TrimSpace(m[1] + m[2])
	}
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
