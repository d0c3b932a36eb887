package feishu

import (
	"bytes"
	"compress/gzip"
	_ "embed" // VChart
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"marketbot/bot/webchat/pagetest"
	"marketbot/handlers/chat"
)

// vchart is VChart 2.1.7 of the VisActor team, under the MIT licence, as its package
// has it, packed: what the platform's clients draw charts with.
//
//go:embed testdata/vchart.min.js.gz
var vchart []byte

// chartPage is a card on a telephone, 360 pixels wide, with nothing but a chart, whose
// element is drawn as the platform does.
const chartPage = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">
<style>body { margin: 0; padding: 12px; } #chart { width: 336px; }</style>
<div id="chart"></div><script src="vchart.js"></script><script>
function draw(element, theme) {
  const dark = theme === "dark";
  document.body.style.background = dark ? "#1a1a1a" : "#fff";
  const dom = document.querySelector("#chart");
  const [w, h] = (element.aspect_ratio || "4:3").split(":");
  dom.style.height = parseInt(element.height) ? element.height : 336 * h / w + "px";
  dom.replaceChildren();
  VChart.ThemeManager.setCurrentTheme(theme);
  const chart = new VChart.VChart({ ...element.chart_spec, background: "transparent", animation: false }, { dom, mode: "mobile-browser", dpr: 2 });
  chart.renderSync();
  const canvas = dom.querySelector("canvas");
  const data = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  return [new Set(data).size, data.filter((p) => p).length, canvas.width, canvas.height];
}
</script>`

// pageCharts are charts as areas draw them, and what may be wrong with them.
func pageCharts() map[string]chat.Chart {
	people := func(n int) chat.Chart {
		c := staff(n)
		c.Title, c.AsOf = "2026年11月 销售目标与完成", "截至 11月27日 周五 10:30"
		for i := range n {
			c.Series[0].Values[i], c.Series[1].Values[i] = int64(10+i%7)*1_000_000, int64(8+i*3%11)*1_000_000+12_345
		}
		return c
	}
	zero, negative, empty := people(5), people(5), people(5)
	negative.Series[1].Values[2] = -5_000_000
	for i := range 5 {
		zero.Series[0].Values[i], zero.Series[1].Values[i] = 0, 0
		empty.Series[0].Values[i], empty.Series[1].Values[i] = chat.NoValue, chat.NoValue
	}
	firms := chat.Chart{Title: "应收账龄", Kind: chat.Stacked, Unit: chat.Yuan, AsOf: "截至 11月27日 周五 10:30"}
	for i := range 8 {
		firms.Categories = append(firms.Categories, fmt.Sprintf("东莞市第%d晨星机械制造有限公司", i+1))
	}
	for i, name := range []string{"未到期", "1–30天", "31–60天", "61–90天", "90天以上"} {
		s := chat.Series{Name: name, Values: make([]int64, 8)}
		s.Values[i], s.Values[i+3] = int64(5+i)*1_000_000, 3_000_000
		firms.Series = append(firms.Series, s)
	}
	weeks := chat.Chart{Title: "周报按时提交率", Kind: chat.Line, Unit: chat.Percent, AsOf: "截至 11月27日 周五 12:00", Series: []chat.Series{{Name: "按时"}}}
	for i := range 12 {
		weeks.Categories = append(weeks.Categories, fmt.Sprintf("第%d周", 37+i))
		weeks.Series[0].Values = append(weeks.Series[0].Values, []int64{620, 750, chat.NoValue, 880, 833, 0, 960, 1000}[i%8])
	}
	return map[string]chat.Chart{
		"0": people(0), "1": people(1), "5": people(5), "9": people(9), "50": people(50), "zero": zero, "negative": negative, "empty": empty, "firms": firms, "weeks": weeks,
	}
}

// Every chart is drawn by what the platform draws with, on a telephone, on light and
// dark ground, without an error, and is not empty.
func TestChartsAreDrawn(t *testing.T) {
	script, err := gzip.NewReader(bytes.NewReader(vchart))
	if err != nil {
		t.Fatal(err)
	}
	code, err := io.ReadAll(script)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/vchart.js" {
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
			_, _ = w.Write(code)
			return
		}
		_, _ = io.WriteString(w, chartPage)
	}))
	defer server.Close()
	p := pagetest.Browse(t, server.URL, 360, 1100)
	p.Wait("typeof draw === 'function' && window.VChart", "the page")
	for name, c := range pageCharts() {
		for _, theme := range []string{"light", "dark"} {
			drawn := pagetest.Eval[[]int](p, fmt.Sprintf("draw(%s, %q)", encode(chartOf(c)), theme))
			if colours, pixels := drawn[0], drawn[1]; colours < 20 || pixels < 2000 {
				t.Errorf("%s, %s: %d colours on %d pixels", name, theme, colours, pixels)
			}
			p.NoErrors()
			p.Screenshot("vchart-" + name + "-" + theme)
		}
	}
}
