// Package pdf prints workbooks for who only reads them: the same tables that package
// sheet writes, as pages of A4 landscape, each as wide as its page, whose words can be
// found and copied. The font goes with the file, cut to the characters in it.
//
// It is not for how a workbook is made, nor for formulas: 小计 and 合计 are for who
// calculates.
package pdf

import (
	"fmt"

	"github.com/signintech/gopdf"

	"marketbot/handlers/picture"
	"marketbot/handlers/sheet"
)

// The page, in points.
const (
	margin   = 30
	textSize = 9
	lineHigh = 12
	gap      = 3 // between a frame and its text
)

// page is where the next line of a document stands.
type page struct {
	*gopdf.GoPdf
	width, height float64
	y             float64
	n             int
	head          func() error // what stands on top of each page of a table
}

// Write makes the document.
func Write(b sheet.Book) ([]byte, error) {
	font, err := picture.Font()
	if err != nil {
		return nil, err
	}
	size := *gopdf.PageSizeA4Landscape
	p := &page{GoPdf: new(gopdf.GoPdf), width: size.W - 2*margin, height: size.H - 2*margin}
	p.Start(gopdf.Config{PageSize: size})
	missing := func(rune) rune { return '□' }
	if err := p.AddTTFFontDataWithOption("text", font, gopdf.TtfOption{OnGlyphNotFoundSubstitute: missing}); err != nil {
		return nil, fmt.Errorf("font: %w", err)
	}
	if err := p.SetFont("text", "", textSize); err != nil {
		return nil, fmt.Errorf("font: %w", err)
	}
	p.SetLineWidth(0.4)
	p.SetStrokeColor(0xBF, 0xBF, 0xBF)
	for _, s := range b.Sheets {
		if err := p.sheet(b, s); err != nil {
			return nil, fmt.Errorf("print %s: %w", s.Tab, err)
		}
	}
	data, err := p.GetBytesPdfReturnErr()
	if err != nil {
		return nil, fmt.Errorf("print: %w", err)
	}
	return data, nil
}

// sheet prints a table from a page of its own on.
func (p *page) sheet(b sheet.Book, s sheet.Sheet) error {
	widths := make([]float64, len(s.Columns))
	sum := 0.0
	for i, c := range s.Columns {
		widths[i] = s.Width(i, c)
		sum += widths[i]
	}
	heads := make([]string, len(s.Columns))
	for i, c := range s.Columns {
		heads[i] = c.Head
		widths[i] *= p.width / sum
	}
	whole := []float64{p.width}
	p.head = func() error {
		for _, line := range []string{b.Title(s), b.About.Words()} {
			if err := p.row(whole, []string{line}, false); err != nil {
				return err
			}
		}
		return p.row(widths, heads, true)
	}
	if err := p.turn(); err != nil {
		return err
	}
	rows := 0
	for _, g := range s.Groups {
		for _, values := range g.Rows {
			cells := make([]string, len(widths))
			for i := range min(len(cells), len(values)) {
				cells[i] = values[i].Words()
			}
			if err := p.row(widths, cells, true); err != nil {
				return err
			}
			rows++
		}
	}
	if rows == 0 {
		if err := p.row(whole, []string{sheet.Nothing}, true); err != nil {
			return err
		}
	}
	return p.tail(s)
}

// tail prints what stands below a table.
func (p *page) tail(s sheet.Sheet) error {
	p.y += lineHigh
	for _, n := range s.Notes {
		if err := p.row([]float64{p.width / 8, p.width * 7 / 8}, []string{n.Label, n.Text}, false); err != nil {
			return err
		}
	}
	if !s.Sign {
		return nil
	}
	p.y += lineHigh
	third := p.width / 3
	return p.row([]float64{third, third, third}, sheet.Signs(), false)
}

// turn begins a page.
func (p *page) turn() error {
	p.AddPage()
	p.n++
	p.SetXY(margin+p.width/2, margin+p.height+lineHigh/2)
	if err := p.Cell(nil, fmt.Sprintf("第 %d 页", p.n)); err != nil {
		return err
	}
	p.y = margin
	return p.head()
}

// row prints cells beside each other, as high as the highest; what does not fit on a
// page goes on on the next.
func (p *page) row(widths []float64, cells []string, framed bool) error {
	texts, most := make([][]string, len(cells)), 1
	for i, c := range cells {
		var err error
		if texts[i], err = p.lines(c, widths[i]-2*gap); err != nil {
			return err
		}
		most = max(most, len(texts[i]))
	}
	for from := 0; from < most; {
		room := int((margin + p.height - p.y - 2*gap) / lineHigh)
		if room < 1 || room < most-from && from == 0 && most <= rowsOfAPage {
			if err := p.turn(); err != nil {
				return err
			}
			continue
		}
		to := min(most, from+room)
		if err := p.band(widths, texts, from, to, framed); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// rowsOfAPage is how many lines of one row are kept together.
const rowsOfAPage = 25

// band prints some lines of the cells of a row.
func (p *page) band(widths []float64, texts [][]string, from, to int, framed bool) error {
	x, high := float64(margin), float64(to-from)*lineHigh+2*gap
	if !framed {
		high -= 2 * gap
	}
	for i, lines := range texts {
		if framed {
			p.RectFromUpperLeftWithStyle(x, p.y, widths[i], high, "D")
		}
		for n := from; n < min(to, len(lines)); n++ {
			p.SetXY(x+gap, p.y+gap+float64(n-from)*lineHigh)
			if err := p.Cell(nil, lines[n]); err != nil {
				return err
			}
		}
		x += widths[i]
	}
	p.y += high
	return nil
}

// lines breaks a text where it is as wide as its cell, and where it breaks itself.
func (p *page) lines(s string, width float64) (list []string, err error) {
	line, wide := "", 0.0
	for _, r := range sheet.Clean(s) {
		if r == '\n' {
			list, line, wide = append(list, line), "", 0
			continue
		}
		if r < ' ' {
			r = ' '
		}
		w, err := p.MeasureTextWidth(string(r))
		if err != nil {
			return nil, err
		}
		if wide+w > width && line != "" {
			list, line, wide = append(list, line), "", 0
		}
		line, wide = line+string(r), wide+w
	}
	return append(list, line), nil
}
