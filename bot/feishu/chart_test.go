package feishu

import (
	"fmt"
	"strings"
	"testing"

	"marketbot/handlers/chat"
)

// staff are n people with two figures each.
func staff(n int) chat.Chart {
	c := chat.Chart{Title: "业绩", Kind: chat.Bars, Unit: chat.Yuan, Series: []chat.Series{{Name: "目标"}, {Name: "签约"}}}
	for i := range n {
		c.Categories = append(c.Categories, fmt.Sprintf("张伟%d", i))
		c.Series[0].Values = append(c.Series[0].Values, 100_000_00)
		c.Series[1].Values = append(c.Series[1].Values, chat.NoValue)
	}
	return c
}

func TestChartSpec(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*chat.Chart)
		want   string
	}{
		{"grouped", func(*chat.Chart) {}, `{"type":"bar","title":{"text":"业绩","subtext":"单位：万元"},"data":{"values":[{"x":"张伟0","y":10,"s":"目标"},{"x":"张伟0","y":null,"s":"签约"}]},"xField":["x","s"],"yField":"y","seriesField":"s","legends":{"visible":true},"label":{"visible":true,"position":"outside","overlap":{"clampForce":false,"strategy":[]},"style":{"fill":"#7A7F87","fontSize":10,"lineWidth":0}}}`},
		{"stacked", func(c *chat.Chart) { c.Kind = chat.Stacked }, `"xField":"x","yField":"y","seriesField":"s","stack":true`},
		{"one series", func(c *chat.Chart) { c.Series = c.Series[:1] }, `"xField":"x","yField":"y","seriesField":"s","legends":{"visible":false}`},
		{"line", func(c *chat.Chart) { c.Kind, c.Unit = chat.Line, chat.Percent }, `"type":"line","title":{"text":"业绩","subtext":"单位：%"},"data":{"values":[{"x":"张伟0","y":1000000,`},
		{"small money is not rounded", func(c *chat.Chart) { c.Series[0].Values[0] = 9_999_99 }, `"subtext":"单位：元"},"data":{"values":[{"x":"张伟0","y":9999.99,`},
		{"nothing of stacked bars", func(c *chat.Chart) { c.Kind, c.Series[0].Values[0] = chat.Stacked, 0 }, `{"x":"张伟0","y":null,"s":"目标"}`},
		{"names that look alike", func(c *chat.Chart) {
			*c = staff(2)
			c.Categories = []string{"东莞市晨星机械制造有限公司一厂", "东莞市晨星机械制造有限公司二厂"}
		}, `"s":"签约"},{"x":"东莞市晨星机械制…·2","y":10,"s":"目标"}`},
		{"many", func(c *chat.Chart) { *c = staff(9) }, `"xField":"y","yField":["x","s"],"seriesField":"s","direction":"horizontal"`},
		{"empty", func(c *chat.Chart) { c.Series, c.AsOf = nil, "截至 周五" }, `"title":{"text":"业绩（没有）","subtext":"截至 周五 · 单位：元"},"data":{"values":[]}`},
	} {
		c := staff(1)
		tt.change(&c)
		if element := chartOf(c); (element.Height != "") != (element.Spec.Direction != "") {
			t.Errorf("%s: lying bars need their height: %+v", tt.name, element)
		}
		if got := string(encode(chartOf(c).Spec)); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s lacks %s", tt.name, got, tt.want)
		}
	}
}

// A card draws its charts with the figures below, folded, while it has room for both,
// and says the figures of the others.
func TestChartsOfACard(t *testing.T) {
	for _, tt := range []struct{ charts, people, drawn int }{{1, 1, 1}, {5, 2, 5}, {6, 2, 5}, {1, 50, 1}, {3, 60, 2}} {
		card := &chat.Card{Title: "图"}
		for range tt.charts {
			c := staff(tt.people)
			card.Blocks = append(card.Blocks, chat.Block{Chart: &c})
		}
		w := newWorld(t, nil, nil)
		payload, err := w.Render(t.Context(), eyes{w}.Person().Private(), chat.Message{Card: card, Secrecy: chat.Secrecy{Confidential: true}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Send(t.Context(), eyes{w}.Person().Private(), payload, "k"); err != nil {
			t.Fatal(err)
		}
		seen := w.Seen(wang)[0]
		if len(seen.Charts) != tt.drawn || !seen.Locked {
			t.Errorf("%d charts of %d people: %d are drawn", tt.charts, tt.people, len(seen.Charts))
		}
		if n := strings.Count(seen.Text, "张伟0：目标 100,000.00 元，签约 —"); n == 0 || tt.people < 50 && n != tt.charts {
			t.Errorf("%d charts of %d people: figures stand there %d times", tt.charts, tt.people, n)
		}
	}
}
