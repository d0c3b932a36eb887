// Package picture draws a [chat.Chart] as a PNG, for platforms that show
// pictures but no charts of their own.
//
// It is not for deciding what is drawn or who may see it, which an area does,
// and it never replaces the figures, which stand beside every picture as text.
// Drawing takes some tens of milliseconds: never in a transaction.
package picture

import (
	"bytes"
	"compress/gzip"
	_ "embed" // the font
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/go-analyze/charts"
	"github.com/golang/freetype/truetype"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// font is WenQuanYi Micro Hei with the characters of GBK; see font/README.md.
//
//go:embed font/wqy-microhei-gbk.ttf.gz
var font []byte

// Drawer draws. It reads its font when it is first asked.
type Drawer struct {
	font func() (*truetype.Font, error)
}

// New makes a Drawer.
func New() *Drawer { return &Drawer{sync.OnceValues(readFont)} }

// Font is the font, a file of TrueType.
func Font() ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(font))
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	return data, nil
}

func readFont() (*truetype.Font, error) {
	data, err := Font()
	if err != nil {
		return nil, err
	}
	f, err := truetype.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read font: %w", err)
	}
	return f, nil
}

// The size of a picture in pixels, so that its letters can be read on a phone.
const (
	width      = 720
	height     = 440
	headHeight = 120 // title, legend and value axis of lying bars
	barHeight  = 26  // of one lying bar
	maxColumns = 8   // categories beyond which bars lie, one below the other
	maxLabels  = 9   // categories named below a line
	axisLabels = 6   // figures along an axis
	labelRunes = 8
	runeWidth  = 18 // of a letter of a name below a column, with some room
	titleRunes = 24
	margin     = 16
	textSize   = 13
	titleSize  = 16
)

// PNG draws a chart.
func (d *Drawer) PNG(c chat.Chart) ([]byte, error) {
	f, err := d.font()
	if err != nil {
		return nil, err
	}
	s := sketch{arranged(c), f, c.Empty()}
	p := charts.NewPainter(charts.PainterOptions{OutputFormat: charts.ChartOutputPNG, Width: width, Height: s.height()}, charts.PainterFontOption(f))
	if err := s.draw(p); err != nil {
		return nil, fmt.Errorf("draw a chart: %w", err)
	}
	if s.empty {
		p.Text(chat.NoFigures, width/2-titleSize, s.height()/2, 0, s.style(titleSize))
	}
	p.Text(s.AsOf, margin, s.height()-margin, 0, s.style(textSize))
	data, err := p.Bytes()
	if err != nil {
		return nil, fmt.Errorf("draw a chart: %w", err)
	}
	return data, nil
}

// sketch is a chart being drawn.
type sketch struct {
	chat.Chart
	font  *truetype.Font
	empty bool
}

// arranged is a chart as it is laid out: one category stands in the middle,
// lying bars begin at the top, and what is empty has an axis all the same.
func arranged(c chat.Chart) chat.Chart {
	if c.Empty() {
		c.Categories, c.Series = []string{""}, []chat.Series{{Values: []int64{0}}}
	}
	series := make([]chat.Series, len(c.Series))
	for i, s := range c.Series {
		series[i].Name = s.Name
		for j := range c.Categories {
			series[i].Values = append(series[i].Values, s.Value(j))
		}
		switch {
		case len(c.Categories) == 1:
			series[i].Values = []int64{chat.NoValue, series[i].Values[0], chat.NoValue}
		case lying(c):
			slices.Reverse(series[i].Values)
		}
	}
	c.Series, c.Categories = series, slices.Clone(c.Categories)
	switch {
	case len(c.Categories) == 1:
		c.Categories = []string{"", c.Categories[0], ""}
	case lying(c):
		slices.Reverse(c.Categories)
	}
	return c
}

// lying reports whether the bars lie, as many or long names fit below one another
// only.
func lying(c chat.Chart) bool {
	longest := 0
	for _, name := range c.Categories {
		longest = max(longest, (halves(fit(name))+1)/2)
	}
	n := len(c.Categories)
	return c.Kind != chat.Line && (n > maxColumns || n*longest*runeWidth > width-5*margin)
}

func (s sketch) height() int {
	if !lying(s.Chart) {
		return height
	}
	side := len(s.Series)
	if s.Kind == chat.Stacked {
		side = 1
	}
	return max(height, headHeight+len(s.Categories)*(side*barHeight+10))
}

func (s sketch) style(size float64) charts.FontStyle {
	return charts.FontStyle{FontSize: size, Font: s.font, FontColor: charts.ColorBlack}
}

func (s sketch) draw(p *charts.Painter) error {
	title := charts.TitleOption{Text: text.Cut(s.Title, titleRunes), FontStyle: s.style(titleSize)}
	legend := charts.LegendOption{FontStyle: s.style(textSize), Show: charts.Ptr(len(s.Series) > 1), Offset: charts.OffsetRight}
	for _, one := range s.Series {
		legend.SeriesNames = append(legend.SeriesNames, text.Cut(one.Name, labelRunes))
	}
	names := charts.CategoryAxisOption{Labels: s.labels(), LabelFontStyle: s.style(textSize)}
	if s.Kind == chat.Line {
		names.LabelCount = min(len(s.Categories), maxLabels)
		o := charts.NewLineChartOptionWithData(s.values())
		o.Title, o.Legend, o.XAxis, o.YAxis[0], o.Padding = title, legend, names, s.axis(), padding()
		for i := range o.SeriesList {
			o.SeriesList[i].Name, o.SeriesList[i].Label = s.Series[i].Name, s.label()
		}
		return p.LineChart(o)
	}
	o := charts.NewBarChartOptionWithData(s.values())
	o.Title, o.Legend, o.CategoryAxis, o.ValueAxis[0], o.Padding, o.Horizontal = title, legend, names, s.axis(), padding(), lying(s.Chart)
	o.StackSeries = charts.Ptr(s.Kind == chat.Stacked)
	o.CategoryAxis.LabelCount = len(s.Categories) // every one has its name
	for i := range o.SeriesList {
		o.SeriesList[i].Name, o.SeriesList[i].Label = s.Series[i].Name, s.label()
	}
	return p.BarChart(o)
}

// padding leaves room on the right for the last figure, and below for the date.
func padding() charts.Box { return charts.NewBox(margin, margin, 3*margin, 3*margin) }

func (s sketch) labels() []string {
	list := make([]string, len(s.Categories))
	for i, name := range s.Categories {
		list[i] = fit(name)
	}
	return list
}

// nameHalves is how much of a category's name is shown: a letter or a figure is half
// as wide as a character, and a rate stands behind some names.
const nameHalves = 20

// fit is as much of a name as is shown.
func fit(name string) string {
	short := name
	for n := min(utf8.RuneCountInString(name), nameHalves); halves(short) > nameHalves; n-- {
		short = text.Cut(name, n)
	}
	return short
}

// halves is how wide a text is, in halves of a character.
func halves(s string) (n int) {
	for _, r := range s {
		if n++; r > unicode.MaxLatin1 {
			n++
		}
	}
	return n
}

func (s sketch) label() charts.SeriesLabel {
	return charts.SeriesLabel{Show: charts.Ptr(!s.empty), ValueFormatter: s.figure, FontStyle: s.style(textSize - 1)}
}

// figure is what stands beside a part of a bar: of stacked ones that have no
// height it would cover the next.
func (s sketch) figure(v float64) string {
	if s.Kind == chat.Stacked && v == 0 {
		return ""
	}
	return s.short(v)
}

// axis begins at zero unless something is below it.
func (s sketch) axis() charts.ValueAxisOption {
	low, high := s.reach()
	o := charts.ValueAxisOption{LabelFontStyle: s.style(textSize), ValueFormatter: s.short}
	if lying(s.Chart) {
		o.LabelCount = axisLabels
	}
	if low < 0 {
		return o
	}
	o.Min = charts.Ptr(0.0)
	switch {
	case high == 0:
		o.Max, o.LabelCount = charts.Ptr(1.0), 2
	case s.Unit == chat.Percent && high <= 100:
		o.Max, o.LabelCount = charts.Ptr(100.0), axisLabels
	case s.Kind == chat.Stacked:
		o.Max = charts.Ptr(high * 1.1)
	}
	return o
}

// reach is how far the figures go below and above zero, those of stacked bars
// together.
func (s sketch) reach() (low, high float64) {
	sums := make([]float64, len(s.Categories))
	for _, series := range s.values() {
		for i, v := range series {
			if v == charts.GetNullValue() {
				continue
			}
			if low, high = min(low, v), max(high, v); s.Kind == chat.Stacked {
				sums[i] += v
				high = max(high, sums[i])
			}
		}
	}
	return low, high
}

// values are the figures in units: 元, percent, pieces.
func (s sketch) values() [][]float64 {
	list := make([][]float64, len(s.Series))
	for i, one := range s.Series {
		for j := range s.Categories {
			v := charts.GetNullValue()
			if n := one.Value(j); n != chat.NoValue {
				v = float64(n) / float64(s.Unit.Scale())
			}
			list[i] = append(list[i], v)
		}
	}
	return list
}

const wan = 10_000 // 万

// short is a figure as it fits beside a bar; in full it stands in the text.
func (s sketch) short(v float64) string {
	unit := ""
	switch {
	case v == charts.GetNullValue():
		return ""
	case s.Unit == chat.Percent:
		unit = "%"
	case math.Abs(v) >= wan:
		v, unit = v/wan, "万"
	}
	digits := strconv.FormatFloat(v, 'f', 1, 64)
	return strings.TrimSuffix(digits, ".0") + unit
}
