package feishu

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"marketbot/handlers/chat"
	"marketbot/handlers/text"
)

// chartSpec is a chart in the words of VChart, as far as they are known to work
// on phones too. Words of people are labels in it, which neither mention nor
// link.
type chartSpec struct {
	Type      string       `json:"type"` // bar, line
	Title     chartTitle   `json:"title"`
	Data      chartData    `json:"data"`
	XField    any          `json:"xField"` // one name, or those of a group
	YField    any          `json:"yField"`
	Series    string       `json:"seriesField,omitempty"`
	Stack     bool         `json:"stack,omitempty"`
	Direction string       `json:"direction,omitempty"`
	Legends   chartVisible `json:"legends"`
	Label     chartLabel   `json:"label"`
}

type (
	chartTitle struct {
		Text    string `json:"text"`
		Subtext string `json:"subtext,omitempty"`
	}
	chartData struct {
		Values []chartPoint `json:"values"`
	}
	chartPoint struct {
		Category string   `json:"x"`
		Value    *float64 `json:"y"` // nil: no figure
		Series   string   `json:"s"`
	}
	chartVisible struct {
		Visible bool `json:"visible"`
	}
	chartLabel struct {
		Visible  bool       `json:"visible"`
		Position string     `json:"position"`
		Overlap  overlap    `json:"overlap"`
		Style    labelStyle `json:"style"`
	}
	// overlap moves no label, as one within a bar cannot be read: those that would
	// cover another are left out.
	overlap struct {
		Clamp    bool  `json:"clampForce"`
		Strategy []any `json:"strategy"`
	}
	labelStyle struct {
		Fill string `json:"fill,omitempty"` // empty: what can be read on the bar
		Size int    `json:"fontSize"`
		Line int    `json:"lineWidth"`
	}
)

// A telephone shows a chart some 330 pixels wide.
const (
	lyingFrom  = 8   // as many bars stand beside each other at most
	nameRoom   = 24  // characters that names have below standing bars, together
	nameRunes  = 10  // of one name
	barPixels  = 12  // of a lying bar
	headPixels = 150 // title, axis and a line of the legend of lying bars
	legendRow  = 3   // entries of the legend in a line
	rowPixels  = 24  // of such a line
	maxPixels  = 999 // of a chart's height
	labelSize  = 10
	labelGrey  = "#7A7F87" // can be read on light and on dark ground
)

// chartOf is a chart as the platform's own element, in units of its figures.
func chartOf(c chat.Chart) chartElement {
	unit, scale := shownIn(c)
	spec := chartSpec{
		Type: "bar", Title: chartTitle{text.Cut(c.Title, labelRunes), under(c.AsOf, unit)}, Data: chartData{[]chartPoint{}}, XField: "x", YField: "y",
		Series: "s", Stack: c.Kind == chat.Stacked, Legends: chartVisible{len(c.Series) > 1}, Label: chartLabel{true, "outside", overlap{Strategy: []any{}}, labelStyle{Fill: labelGrey, Size: labelSize}},
	}
	names := distinct(c.Categories)
	for i, name := range names {
		for _, s := range c.Series {
			p := chartPoint{Category: name, Series: text.Cut(s.Name, labelRunes)}
			if v := s.Value(i); v != chat.NoValue && (v != 0 || !spec.Stack) { // which has no height, and a label that covers the next
				p.Value = scale(v)
			}
			spec.Data.Values = append(spec.Data.Values, p)
		}
	}
	side := 1 // bars of a category
	switch {
	case c.Kind == chat.Line:
		spec.Type, spec.Label.Position = "line", "top"
	case spec.Stack:
		spec.Label.Position, spec.Label.Style.Fill = "inside", ""
	case len(c.Series) > 1:
		spec.XField, side = []string{"x", "s"}, len(c.Series)
	}
	chart := chartElement{Tag: "chart", AspectRatio: "4:3"}
	if spec.Type == "bar" && lies(names) {
		spec.Direction, spec.XField, spec.YField = "horizontal", spec.YField, spec.XField
		chart.Height = strconv.Itoa(min(headPixels+(len(c.Series)-1)/legendRow*rowPixels+len(names)*(side+1)*barPixels, maxPixels)) + "px"
	}
	if c.Empty() {
		spec.Title.Text += "（" + chat.NoFigures + "）"
	}
	chart.Spec = spec
	return chart
}

// lies reports whether the bars of names lie, as they fit below one another only.
func lies(names []string) bool {
	all := 0
	for _, name := range names {
		all += utf8.RuneCountInString(name) + 1
	}
	return len(names) > lyingFrom || all > nameRoom
}

// distinct are names as far as they are shown; those that would look alike, which
// would be taken for one, are numbered.
func distinct(names []string) []string {
	list, seen := make([]string, len(names)), map[string]int{}
	for i, name := range names {
		short := text.Cut(name, nameRunes)
		if seen[short]++; seen[short] > 1 {
			short = text.Cut(name, nameRunes-2) + "·" + strconv.Itoa(seen[short])
		}
		list[i] = short
	}
	return list
}

// wan is 万元 in the steps of money.
const wan = 1_000_000

// shownIn is what a chart's figures are shown in, and the figure of a value: money of
// some size in 万元, as more has no room beside a bar. In full it stands below.
func shownIn(c chat.Chart) (unit string, figure func(int64) *float64) {
	unit, step, rounded := string(c.Unit), float64(c.Unit.Scale()), 100.0
	for _, s := range c.Series {
		for i := range c.Categories {
			if v := s.Value(i); c.Unit == chat.Yuan && v != chat.NoValue && (v >= wan || v <= -wan) {
				unit, step, rounded = "万元", wan, 10
			}
		}
	}
	return unit, func(v int64) *float64 {
		units := math.Round(float64(v)/step*rounded) / rounded
		return &units
	}
}

// under is what stands under the title.
func under(asOf, unit string) string {
	if unit == "" {
		return asOf
	}
	return strings.TrimPrefix(asOf+" · 单位："+unit, " · ")
}

// addChart adds a chart with its figures below, folded; only the figures where
// the card has no room for both.
func (d *draft) addChart(c chat.Chart) bool {
	figures := panelElement{"collapsible_panel", false, panelHeader{plain(text.Cut(c.Title, labelRunes) + "：数字")}, []any{div(c.Figures())}}
	chart := chartOf(c)
	bytes, tags := d.cost([]any{chart, figures})
	if d.charts < maxCharts && bytes <= d.bytes && tags <= d.tags {
		d.charts++
		return d.add(chart) && d.add(figures)
	}
	return d.addText(c.Words(), func(words string) any { return div(words) })
}
