package feishu

import (
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
	Label     chartVisible `json:"label"`
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
)

// lyingFrom is how many bars stand beside each other at most on a phone.
const lyingFrom = 8

// chartOf is a chart as the platform's own element, in units of its figures.
func chartOf(c chat.Chart) chartElement {
	spec := chartSpec{
		Type: "bar", Title: chartTitle{text.Cut(c.Title, labelRunes), c.AsOf}, Data: chartData{[]chartPoint{}}, XField: "x", YField: "y",
		Series: "s", Stack: c.Kind == chat.Stacked, Legends: chartVisible{len(c.Series) > 1}, Label: chartVisible{true},
	}
	for i, name := range c.Categories {
		for _, s := range c.Series {
			p := chartPoint{Category: text.Cut(name, labelRunes), Series: text.Cut(s.Name, labelRunes)}
			if v := s.Value(i); v != chat.NoValue {
				units := float64(v) / float64(c.Unit.Scale())
				p.Value = &units
			}
			spec.Data.Values = append(spec.Data.Values, p)
		}
	}
	switch {
	case c.Kind == chat.Line:
		spec.Type = "line"
	case c.Kind == chat.Bars && len(c.Series) > 1:
		spec.XField = []string{"x", "s"}
	}
	if spec.Type == "bar" && len(c.Categories) > lyingFrom {
		spec.Direction, spec.XField, spec.YField = "horizontal", spec.YField, spec.XField
	}
	if c.Empty() {
		spec.Title.Text += "（" + chat.NoFigures + "）"
	}
	return chartElement{"chart", "4:3", spec}
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
