package picture

import (
	"bytes"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"marketbot/handlers/chat"
)

// people are n people with what was aimed at and what was reached.
func people(n int) chat.Chart {
	c := chat.Chart{Title: "2026年11月 销售目标与完成（元）", Kind: chat.Bars, Unit: chat.Yuan, AsOf: "截至 11月27日 周五 10:30", Series: []chat.Series{{Name: "目标"}, {Name: "签约"}}}
	for i := range n {
		c.Categories = append(c.Categories, fmt.Sprintf("张伟%d", i+1))
		c.Series[0].Values = append(c.Series[0].Values, int64(10+i%7)*1_000_000)
		c.Series[1].Values = append(c.Series[1].Values, int64(8+i*3%11)*1_000_000+12_345)
	}
	return c
}

// firms are n firms with long names, what each owes by its age, much of it nothing.
func firms(n int) chat.Chart {
	c := chat.Chart{Title: "应收账龄", Kind: chat.Stacked, Unit: chat.Yuan, AsOf: "截至 11月27日 周五 10:30"}
	for i := range n {
		c.Categories = append(c.Categories, fmt.Sprintf("东莞市第%d晨星机械制造有限公司", i+1))
	}
	for i, name := range []string{"未到期", "1–30天", "31–60天", "61–90天", "90天以上"} {
		s := chat.Series{Name: name, Values: make([]int64, n)}
		s.Values[i%n] = int64(5+i) * 1_000_000
		c.Series = append(c.Series, s)
	}
	return c
}

// Names that do not fit beside one another stand below one another, and a part of no
// height has no figure, which would cover that of the next.
func TestNamesHaveRoom(t *testing.T) {
	for n, lies := range map[int]bool{1: false, 3: false, 4: true, 8: true, 9: true} {
		if c := firms(n); lying(c) != lies {
			t.Errorf("%d firms lie: %t", n, !lies)
		}
		if c := people(n); lying(c) != (n > maxColumns) {
			t.Errorf("%d people lie: %t", n, n <= maxColumns)
		}
	}
	if got := (sketch{Chart: firms(1)}).figure(0); got != "" {
		t.Errorf("nothing is shown as %q", got)
	}
}

func drawn() map[string]chat.Chart {
	weeks := chat.Chart{Title: "周报按时提交率", Kind: chat.Line, Unit: chat.Percent, AsOf: "截至 11月27日 周五 12:00",
		Categories: []string{"第40周", "第41周", "第42周", "第43周", "第44周", "第45周", "第46周", "第47周"},
		Series:     []chat.Series{{Name: "按时", Values: []int64{620, 750, chat.NoValue, 880, 833, 0, 960, 1000}}}}
	zero, negative, stacked, counts := people(5), people(5), people(5), people(12)
	zero.Series = []chat.Series{{Name: "签约", Values: make([]int64, 5)}}
	negative.Series[1].Values[2] = -5_000_000
	stacked.Kind = chat.Stacked
	counts.Kind, counts.Unit, counts.Title = chat.Stacked, "份", "周报（份）"
	for i := range counts.Series {
		counts.Series[i].Values = []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, chat.NoValue}
	}
	return map[string]chat.Chart{
		"firms": firms(3), "8 firms": firms(8),
		"0": {Title: "本月没有活动", Kind: chat.Bars, AsOf: "截至 11月27日 周五 10:30"}, "1": people(1), "5": people(5), "50": people(50),
		"line": weeks, "zero": zero, "negative": negative, "stacked": stacked, "lying-stacked": counts,
		"one-week": {Title: "周报按时提交率", Kind: chat.Line, Unit: chat.Percent, Categories: []string{"第48周"}, Series: []chat.Series{{Name: "按时", Values: []int64{667}}}},
		"nothing":  {Title: "周报按时提交率", Kind: chat.Line, Unit: chat.Percent, Categories: []string{"第48周"}, Series: []chat.Series{{Name: "按时"}}},
	}
}

// Pictures are kept with -artifacts, to be looked at.
func TestPictures(t *testing.T) {
	d := New()
	for name, c := range drawn() {
		data, err := d.PNG(c)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		img, err := png.Decode(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		colours := map[any]bool{}
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				colours[img.At(x, y)] = true
			}
		}
		if img.Bounds().Dx() != width || len(colours) < 10 || len(data) > 200<<10 {
			t.Errorf("%s is %v with %d colours, %d bytes", name, img.Bounds(), len(colours), len(data))
		}
		if again, err := d.PNG(c); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%s is another picture the second time, %v", name, err)
		}
	}
}

// An empty picture says so: it differs from one of zeros.
func TestEmptyIsNotZero(t *testing.T) {
	d := New()
	c := chat.Chart{Title: "表", Kind: chat.Bars, Unit: "人", Categories: []string{""}, Series: []chat.Series{{Values: []int64{0}}}}
	zero, err := d.PNG(c)
	if err != nil {
		t.Fatal(err)
	}
	c.Series[0].Values[0] = chat.NoValue
	if empty, err := d.PNG(c); err != nil || bytes.Equal(zero, empty) {
		t.Errorf("nothing looks like zero, %v", err)
	}
}

func TestFontHasNames(t *testing.T) {
	f, err := readFont()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "张伟喆堃镕旸珺玥淼犇翀彧没有截至（％）—…·￥Ａａ09AZ%,.-éü" {
		if f.Index(r) == 0 {
			t.Errorf("the font has no %q", r)
		}
	}
}

func TestShort(t *testing.T) {
	for _, tt := range []struct {
		unit chat.Unit
		v    float64
		want string
	}{{chat.Yuan, 0, "0"}, {chat.Yuan, 9999.5, "9999.5"}, {chat.Yuan, 125_000, "12.5万"}, {chat.Yuan, -50_000, "-5万"}, {chat.Percent, 66.7, "66.7%"}, {chat.Percent, 100, "100%"}, {"人", 3, "3"}} {
		if got := (sketch{Chart: chat.Chart{Unit: tt.unit}}).short(tt.v); got != tt.want {
			t.Errorf("%v %s is %q, want %q", tt.v, tt.unit, got, tt.want)
		}
	}
}

// Whatever the figures and words, there is a picture.
func TestAnythingIsDrawn(t *testing.T) {
	d := New()
	rapid.Check(t, func(t *rapid.T) {
		c := chat.Chart{
			Title: rapid.String().Draw(t, "title"), Unit: rapid.SampledFrom([]chat.Unit{chat.Yuan, chat.Percent, "份", ""}).Draw(t, "unit"),
			Kind:       rapid.SampledFrom([]chat.ChartKind{chat.Bars, chat.Stacked, chat.Line}).Draw(t, "kind"),
			Categories: rapid.SliceOfN(rapid.String(), 0, 20).Draw(t, "categories"),
		}
		for range rapid.IntRange(0, 3).Draw(t, "series") {
			values := rapid.SliceOfN(rapid.OneOf(rapid.Int64Range(-1e13, 1e13), rapid.Just(int64(chat.NoValue)), rapid.Just(int64(0))), 0, 20)
			c.Series = append(c.Series, chat.Series{Name: rapid.String().Draw(t, "name"), Values: values.Draw(t, "values")})
		}
		if data, err := d.PNG(c); err != nil || len(data) == 0 {
			t.Errorf("%d bytes, %v", len(data), err)
		}
	})
}

// Several pictures may be drawn at once.
func TestDrawnAtOnce(t *testing.T) {
	d := New()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			if data, err := d.PNG(people(5)); err != nil || len(data) == 0 {
				t.Errorf("%d bytes, %v", len(data), err)
			}
		})
	}
	wait.Wait()
}
