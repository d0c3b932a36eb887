package chat

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Chart is figures to be looked at: a platform draws them where it can, and
// everywhere they are text too. One that names people is as confidential as
// the message it stands in.
type Chart struct {
	Title      string    `json:"title"`
	Kind       ChartKind `json:"kind"`
	Categories []string  `json:"categories"` // along the axis: people, weeks …
	Series     []Series  `json:"series"`
	Unit       Unit      `json:"unit"`
	AsOf       string    `json:"as_of,omitempty"` // 截至 11月27日 周五 10:30
}

// ChartKind is how figures are drawn.
type ChartKind string

// The kinds of chart.
const (
	Bars    ChartKind = "bars"    // side by side where there are several series
	Stacked ChartKind = "stacked" // bars on one another
	Line    ChartKind = "line"
)

// Series is one figure for each category.
type Series struct {
	Name   string  `json:"name"`
	Values []int64 `json:"values"` // in the chart's unit, or NoValue
}

// NoValue stands where there is no figure, as for a rate without a divisor.
const NoValue = math.MinInt64

// Unit is what the values of a chart are.
type Unit string

// Values are 分 and tenths of a percent, so that nothing is rounded on the
// way. Any other unit counts whole things and is their measure word: 人, 份.
const (
	Yuan    Unit = "元"
	Percent Unit = "%"
)

// Scale is how many of a value's steps make one unit.
func (u Unit) Scale() int64 {
	switch u {
	case Yuan:
		return 100
	case Percent:
		return 10
	}
	return 1
}

// Words is a value as people read it: 12,345.60 元, 96.5%, 3 人, —.
func (u Unit) Words(v int64) string {
	if v == NoValue {
		return "—"
	}
	sign, n := "", uint64(v)
	if v < 0 {
		sign, n = "-", uint64(-v)
	}
	scale := uint64(u.Scale())
	whole := sign + grouped(n/scale)
	switch u {
	case Yuan:
		return fmt.Sprintf("%s.%02d 元", whole, n%scale)
	case Percent:
		return fmt.Sprintf("%s.%d%%", whole, n%scale)
	}
	return strings.TrimSpace(whole + " " + string(u))
}

// grouped is a number with a comma every three digits.
func grouped(n uint64) string {
	s := strconv.FormatUint(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Value is a series' figure for the i-th category.
func (s Series) Value(i int) int64 {
	if i < len(s.Values) {
		return s.Values[i]
	}
	return NoValue
}

// Empty reports whether a chart has nothing to show.
func (c Chart) Empty() bool {
	for _, s := range c.Series {
		for i := range c.Categories {
			if s.Value(i) != NoValue {
				return false
			}
		}
	}
	return true
}

// NoFigures is what an empty chart says.
const NoFigures = "没有"

// Figures is the chart in words: a line a category, and as of when.
func (c Chart) Figures() string {
	var lines []string
	for i, name := range c.Categories {
		var parts []string
		for _, s := range c.Series {
			part := c.Unit.Words(s.Value(i))
			if len(c.Series) > 1 {
				part = s.Name + " " + part
			}
			parts = append(parts, part)
		}
		lines = append(lines, name+"："+strings.Join(parts, "，"))
	}
	if len(lines) == 0 || len(c.Series) == 0 {
		lines = []string{NoFigures}
	}
	if c.AsOf != "" {
		lines = append(lines, c.AsOf)
	}
	return strings.Join(lines, "\n")
}

// Words is the chart where it cannot be drawn: its title above its figures.
func (c Chart) Words() string { return c.Title + "\n" + c.Figures() }

// Charts are the charts of a message.
func (m Message) Charts() []Chart {
	if m.Card == nil {
		return nil
	}
	var list []Chart
	for _, b := range m.Card.Blocks {
		if b.Chart != nil {
			list = append(list, *b.Chart)
		}
	}
	return list
}

// Draw makes a picture (PNG) of a chart; an adapter gets one where its
// platform shows pictures only.
type Draw func(Chart) ([]byte, error)
