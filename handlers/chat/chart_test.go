package chat

import "testing"

func TestUnitWords(t *testing.T) {
	for _, tt := range []struct {
		unit Unit
		v    int64
		want string
	}{
		{Yuan, 0, "0.00 元"}, {Yuan, 5, "0.05 元"}, {Yuan, 123_456_789_05, "123,456,789.05 元"}, {Yuan, -5, "-0.05 元"}, {Yuan, -100_000, "-1,000.00 元"},
		{Percent, 1000, "100.0%"}, {Percent, 5, "0.5%"}, {Percent, -667, "-66.7%"}, {"人", 1234, "1,234 人"}, {"", 7, "7"}, {Yuan, NoValue, "—"},
	} {
		if got := tt.unit.Words(tt.v); got != tt.want {
			t.Errorf("%d %s is %q, want %q", tt.v, tt.unit, got, tt.want)
		}
	}
}

func TestChartFigures(t *testing.T) {
	one := Series{Name: "签约", Values: []int64{100, NoValue}}
	for name, tt := range map[string]struct {
		chart Chart
		empty bool
		want  string
	}{
		"nothing":       {Chart{Unit: Yuan, AsOf: "截至 周五"}, true, "没有\n截至 周五"},
		"no series":     {Chart{Categories: []string{"张伟"}}, true, "没有"},
		"one series":    {Chart{Unit: Yuan, Categories: []string{"张伟", "刘洋", "王芳"}, Series: []Series{one}}, false, "张伟：1.00 元\n刘洋：—\n王芳：—"},
		"two":           {Chart{Unit: Yuan, Categories: []string{"张伟"}, Series: []Series{{Name: "目标", Values: []int64{0}}, one}}, false, "张伟：目标 0.00 元，签约 1.00 元"},
		"only no value": {Chart{Unit: Percent, Categories: []string{"周"}, Series: []Series{{Values: []int64{NoValue}}}}, true, "周：—"},
	} {
		if got := tt.chart.Figures(); got != tt.want || tt.chart.Empty() != tt.empty {
			t.Errorf("%s: %q, empty %v", name, got, tt.chart.Empty())
		}
	}
	m := Message{Card: &Card{Blocks: []Block{{Text: "字"}, {Chart: &Chart{Title: "图"}}}}}
	if list := m.Charts(); len(list) != 1 || list[0].Words() != "图\n没有" || (Message{}).Charts() != nil {
		t.Errorf("the charts are %v", list)
	}
}
